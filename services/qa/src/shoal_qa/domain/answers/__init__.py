"""Answers that are not one class, as claims that are true or false: what they say, and what is believed."""

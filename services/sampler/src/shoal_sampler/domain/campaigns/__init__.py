"""Campaigns over the stream: what they ask for, budgets, decisions and the random audit."""

"""Annotators judged by their votes: skill with intervals, warning signals, changes and trust."""

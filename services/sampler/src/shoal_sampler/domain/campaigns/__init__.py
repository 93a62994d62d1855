"""Campaigns over the stream: their rules, budgets, decisions and the random audit."""

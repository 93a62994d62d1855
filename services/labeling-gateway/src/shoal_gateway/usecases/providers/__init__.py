"""Providers: calls to them, their feeds and their webhooks."""

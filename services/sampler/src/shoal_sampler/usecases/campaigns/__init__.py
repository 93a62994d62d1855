"""Campaigns: their definitions, checks, management, and state in every replica."""

"""The doors: campaigns and audits."""

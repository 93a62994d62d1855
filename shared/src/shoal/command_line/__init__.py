"""The `shoal` command: its entry point, and what commands share."""

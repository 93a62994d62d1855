"""The `shoal` command: its entry point and the parts that commands share."""

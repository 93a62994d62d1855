"""The tables that one transaction of a use case reads and changes."""

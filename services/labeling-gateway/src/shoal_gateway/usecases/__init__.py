"""One file per intent; ports are in ports.py."""

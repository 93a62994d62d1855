"""HTML pages of the commands over files."""

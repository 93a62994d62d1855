"""The forms of tables, one reader a file, and how a form is recognized by its content."""

"""Files in and out of commands: one reader of tables, one of matrices, one writer."""

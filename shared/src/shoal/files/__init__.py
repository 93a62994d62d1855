"""The files that commands read and write: a reader of tables, a reader of matrices, a writer."""

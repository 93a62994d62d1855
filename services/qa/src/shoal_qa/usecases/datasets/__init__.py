"""Dataset versions: the labels they take, their files, and their exports."""

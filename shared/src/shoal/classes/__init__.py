"""The names of classes: their order, the columns of probabilities that they stand for, and their spelling."""

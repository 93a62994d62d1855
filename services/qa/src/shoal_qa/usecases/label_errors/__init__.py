"""Labels of every kind that are probably wrong, by votes or by a model's predictions."""

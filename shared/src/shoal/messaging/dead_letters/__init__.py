"""Dead letters: their content, their replay and their commands."""

"""Dead letters: what they hold, their replay and their command line."""

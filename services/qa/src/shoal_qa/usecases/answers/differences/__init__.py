"""How different answers are: distances, overlaps, and the agreement by them."""

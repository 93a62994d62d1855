"""What a label is worth: votes, models of annotators, acceptance and datasets. Pure: standard library and numpy."""

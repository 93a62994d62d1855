"""Pure rules of the labeling gateway: standard library only, with the time passed in."""

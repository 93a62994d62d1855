"""Pure rules of the labeling gateway: the standard library only; time comes in as an argument."""

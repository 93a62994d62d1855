"""Which samples to label: strategies, campaigns, budgets and decisions. Pure: standard library and numpy."""

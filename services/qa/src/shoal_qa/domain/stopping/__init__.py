"""When to stop asking for votes: the rule, the look ahead, and simulations."""

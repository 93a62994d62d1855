"""When to stop asking for votes, and simulations of it."""

"""The stream of samples: received, decided, learned from, and recovered."""

"""The in-house queue and its annotators."""

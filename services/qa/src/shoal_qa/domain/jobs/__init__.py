"""Jobs: beliefs about their labels, acceptance, and the state machine."""

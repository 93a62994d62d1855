"""The life of a job: votes, beliefs, acceptance."""

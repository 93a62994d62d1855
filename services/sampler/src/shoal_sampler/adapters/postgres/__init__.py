"""Tables of the sampler in PostgreSQL."""

"""What the sampler does, one intent per file."""

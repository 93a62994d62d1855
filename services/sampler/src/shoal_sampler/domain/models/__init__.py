"""What a model says about rows: probes, probabilities and uncertainty."""

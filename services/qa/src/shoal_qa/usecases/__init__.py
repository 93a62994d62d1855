"""What qa does, one file per intent."""

"""What ingest does, one file per intent."""

"""`shoal ingest`: projects, keys and erasures of a running service; sending inference logs from files."""

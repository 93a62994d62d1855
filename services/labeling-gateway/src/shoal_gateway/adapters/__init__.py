"""One technology per file: PostgreSQL, the generic vendor over HTTP, metrics."""

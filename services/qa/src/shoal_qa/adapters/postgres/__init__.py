"""Tables of qa in PostgreSQL."""

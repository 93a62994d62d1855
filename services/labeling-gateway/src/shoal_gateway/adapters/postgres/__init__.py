"""The tables of the gateway's schema, by aggregate."""

"""Every table of the gateway's schema, by what it is about."""

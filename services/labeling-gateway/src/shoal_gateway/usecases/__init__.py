"""One file per use case; `ports` holds the interfaces that adapters implement."""

"""The HTTP API: inferences, KServe's logger, projects and keys, erasures."""

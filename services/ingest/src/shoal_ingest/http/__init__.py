"""The doors: inferences, KServe's logger, projects."""

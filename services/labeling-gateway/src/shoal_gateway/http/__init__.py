"""The HTTP API: the in-house queue, providers, webhooks, reports and the annotator's page."""

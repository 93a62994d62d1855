"""Routes: the own queue, providers, webhooks, reports and the annotator's page."""

from shoal_gateway.http.app import Doors, make_app

__all__ = ["Doors", "make_app"]

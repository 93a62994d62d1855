"""`shoal qa`: guidelines, gold, labels, metrics and dataset versions of a running service."""

from shoal_qa.cli.service import app

__all__ = ["app"]

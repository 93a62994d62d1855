"""`shoal sampler`: campaigns and the random audit of a running service."""

from shoal_sampler.cli.service import app

__all__ = ["app"]

"""The sampler's HTTP application."""

from fastapi import FastAPI

from shoal.http.application import create_app
from shoal_sampler.http import audits, campaigns, similar
from shoal_sampler.http.parts import Parts


def make_app(parts: Parts) -> FastAPI:
    """Return the application."""
    return create_app(
        title="Shoal sampler",
        summary="Campaigns, which choose the samples to label, the random audit, and similar samples.",
        routers=[campaigns.routes, audits.routes, similar.routes],
        parts=parts,
    )

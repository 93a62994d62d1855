"""qa's HTTP application."""

from fastapi import FastAPI

from shoal.http.application import create_app
from shoal_qa.http import datasets, exports, guidelines, label_errors, labels
from shoal_qa.http.parts import Parts


def make_app(parts: Parts) -> FastAPI:
    """Return the application."""
    return create_app(
        title="Shoal qa",
        summary="Guidelines, gold, labels and their quality, reviews and dataset versions.",
        routers=[guidelines.routes, labels.routes, label_errors.routes, datasets.routes, exports.routes],
        parts=parts,
    )

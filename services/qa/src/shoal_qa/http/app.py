"""qa's HTTP application."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI

from shoal.http.problems import install_problems


def make_app(routes: Sequence[APIRouter]) -> FastAPI:
    """Return the application; what use cases refuse becomes problem+json."""
    app = FastAPI(title="Shoal qa", docs_url=None, redoc_url=None)
    install_problems(app)
    for each in routes:
        app.include_router(each)
    return app

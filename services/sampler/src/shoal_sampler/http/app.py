"""The sampler's HTTP application."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from shoal.http.problems import Problem, install_problems, problem_response


def make_app(routes: Sequence[APIRouter]) -> FastAPI:
    """Return the application; what use cases refuse becomes problem+json."""
    app = FastAPI(title="Shoal sampler", docs_url=None, redoc_url=None)
    install_problems(app)
    for each in routes:
        app.include_router(each)
    app.add_exception_handler(ConnectionError, _unreachable)
    return app


async def _unreachable(_: Request, error: Exception) -> Response:
    return problem_response(
        Problem(503, "Not available", str(error), fix="Send the same request again shortly")
    )

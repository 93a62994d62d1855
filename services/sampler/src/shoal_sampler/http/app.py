"""The sampler's HTTP application."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from shoal.runtime.problems import Problem, install_problems, problem_response
from shoal_sampler.usecases.manage import Refused

STATUSES = {
    "invalid": (422, "Invalid request"),
    "unknown": (404, "Unknown campaign"),
    "conflict": (409, "Conflict"),
}


def make_app(routes: Sequence[APIRouter]) -> FastAPI:
    """Return the application; what use cases refuse becomes problem+json."""
    app = FastAPI(title="Shoal sampler", docs_url=None, redoc_url=None)
    install_problems(app)
    for each in routes:
        app.include_router(each)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(ConnectionError, _unreachable)
    return app


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    status, title = STATUSES[error.kind]
    return problem_response(Problem(status, title, error.detail, field=error.field, fix=error.fix))


async def _unreachable(_: Request, error: Exception) -> Response:
    return problem_response(
        Problem(503, "Not available", str(error), fix="Send the same request again shortly")
    )

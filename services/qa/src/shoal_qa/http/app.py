"""qa's HTTP application."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from shoal.runtime.problems import Problem, install_problems, problem_response
from shoal_qa.usecases.errors import Refused

STATUSES = {"invalid": (422, "Invalid request"), "unknown": (404, "Not found"), "conflict": (409, "Conflict")}


def make_app(routes: Sequence[APIRouter]) -> FastAPI:
    """Return the application; what use cases refuse becomes problem+json."""
    app = FastAPI(title="Shoal qa", docs_url=None, redoc_url=None)
    install_problems(app)
    for each in routes:
        app.include_router(each)
    app.add_exception_handler(Refused, _refused)
    return app


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    status, title = STATUSES[error.kind]
    return problem_response(Problem(status, title, error.detail, field=error.field, fix=error.fix))

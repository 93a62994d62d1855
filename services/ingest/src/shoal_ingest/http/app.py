"""ingest's HTTP application."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from shoal.http.problems import Problem, install_problems, problem_response
from shoal.messaging import MessageTooLarge, PublishFailed

RETRY_AFTER_S = "5"


def make_app(routes: Sequence[APIRouter]) -> FastAPI:
    """Return the application; what Kafka does not acknowledge is answered with 503."""
    app = FastAPI(title="Shoal ingest", docs_url=None, redoc_url=None)
    install_problems(app)
    for each in routes:
        app.include_router(each)
    app.add_exception_handler(PublishFailed, _not_acknowledged)
    app.add_exception_handler(MessageTooLarge, _too_large)
    return app


async def _not_acknowledged(_: Request, error: Exception) -> Response:
    problem = Problem(
        503,
        "Not acknowledged",
        f"Kafka did not acknowledge: {error}",
        fix="Send the same body again; what Kafka has already is not counted twice",
    )
    return problem_response(problem, {"retry-after": RETRY_AFTER_S})


async def _too_large(_: Request, error: Exception) -> Response:
    return problem_response(Problem(413, "Too large", str(error), field="body", fix="Send a smaller payload"))

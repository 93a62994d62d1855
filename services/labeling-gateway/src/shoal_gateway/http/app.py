"""The gateway's HTTP application: every door in one place."""

from dataclasses import dataclass

from fastapi import FastAPI, Request
from starlette.responses import Response

from shoal.http.problems import Problem, install_problems, problem_response
from shoal_gateway.http.page import page_routes
from shoal_gateway.http.providers import ProviderRoutes
from shoal_gateway.http.queue import QueueRoutes
from shoal_gateway.http.webhooks import webhook_routes
from shoal_gateway.usecases.receive_webhook import ReceiveWebhook


@dataclass(frozen=True, slots=True)
class Doors:
    """What the routes need."""

    queue: QueueRoutes
    providers: ProviderRoutes
    webhook: ReceiveWebhook


def make_app(doors: Doors) -> FastAPI:
    """Return the application; errors of use cases become problem+json."""
    app = FastAPI(title="Shoal labeling gateway", docs_url=None, redoc_url=None)
    install_problems(app)
    app.include_router(page_routes())
    app.include_router(doors.queue.router())
    app.include_router(doors.providers.router())
    app.include_router(webhook_routes(doors.webhook))
    app.add_exception_handler(TimeoutError, _not_yet)
    return app


async def _not_yet(_: Request, error: Exception) -> Response:
    return problem_response(
        Problem(503, "Not ready yet", str(error), field=None, fix="Send the same request again shortly")
    )

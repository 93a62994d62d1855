"""The gateway's HTTP application."""

from fastapi import FastAPI, Request
from starlette.responses import Response

from shoal.http.application import create_app
from shoal.http.problems import Problem, problem_response
from shoal_gateway.http import providers, queue, webhooks, work
from shoal_gateway.http.page import page_routes
from shoal_gateway.http.parts import Parts
from shoal_gateway.http.webhook_schemas import WebhookIn


def make_app(parts: Parts, media_url: str = "") -> FastAPI:
    """Return the application; it answers 503 while a guideline has not reached this replica.

    media_url: address at which browsers reach the service that serves images.
    """
    app = create_app(
        title="Shoal labeling gateway",
        summary="Sends jobs to labelling providers, and holds the in-house queue.",
        routers=[page_routes(media_url), work.routes, queue.routes, providers.routes, webhooks.routes],
        parts=parts,
        models=[WebhookIn],
    )
    app.add_exception_handler(TimeoutError, _not_yet)
    return app


async def _not_yet(_: Request, error: Exception) -> Response:
    problem = Problem(503, "Not ready yet", str(error), fix="Send the same request again shortly")
    return problem_response(problem)

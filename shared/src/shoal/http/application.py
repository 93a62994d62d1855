"""The factory of every service's HTTP application."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel

from shoal import __version__
from shoal.http.guard import Guard
from shoal.http.openapi import describe_app
from shoal.http.problems import install_problems


def create_app(
    *,
    title: str,
    summary: str,
    routers: Sequence[APIRouter],
    parts: Any,
    models: Sequence[type[BaseModel]] = (),
) -> FastAPI:
    """Return an application that answers every error with a problem and describes itself at /openapi.json.

    parts: the objects that the routes need, which they get from `parts_of`. models: models that the document
    refers to although no route has them as parameter, body or answer. An operation's id is the name of its
    function.
    """
    app = FastAPI(
        title=title,
        summary=summary,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_function_name,
    )
    app.state.parts = parts
    install_problems(app)
    app.add_middleware(Guard, routers=routers)
    for router in routers:
        app.include_router(router)
    app.openapi = lambda: describe_app(app, models)  # type: ignore[method-assign]
    return app


async def parts_of(request: Request) -> Any:
    """Return the application's parts; a FastAPI dependency."""
    return request.app.state.parts


def _function_name(route: APIRoute) -> str:
    return route.name

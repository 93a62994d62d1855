"""The annotator's page: static files of this package under a strict content security policy."""

from collections.abc import Awaitable, Callable
from importlib import resources

from fastapi import APIRouter
from starlette.responses import Response

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-cache",
}
TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


def page_routes() -> APIRouter:
    """Return the routes of the page at / and its files under /page/, which are read once."""
    folder = resources.files("shoal_gateway") / "page"
    parts = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/", _serve_part(parts["index.html"], "html"), methods=["GET", "HEAD"])
    for name, content in parts.items():
        routes.add_api_route(
            f"/page/{name}", _serve_part(content, name.rsplit(".", 1)[-1]), methods=["GET", "HEAD"]
        )
    return routes


def _serve_part(content: bytes, suffix: str) -> Callable[[], Awaitable[Response]]:
    async def serve() -> Response:
        return Response(content, media_type=TYPES[suffix], headers=HEADERS)

    return serve

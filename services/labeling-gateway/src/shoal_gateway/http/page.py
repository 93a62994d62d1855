"""The annotator's page: static files of this package under a strict content security policy."""

from collections.abc import Awaitable, Callable, Mapping
from importlib import resources
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.responses import Response

HEADERS = {
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


def make_policy(media_url: str) -> str:
    """Return the page's content security policy: images come from the page and `media_url`'s origin only."""
    parts = urlsplit(media_url)
    origin = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self'{origin}",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


def page_routes(media_url: str = "") -> APIRouter:
    """Return the routes of the page at / and its files under /page/, which are read once.

    media_url: address at which browsers reach the service that serves images.
    """
    headers = {**HEADERS, "content-security-policy": make_policy(media_url)}
    folder = resources.files("shoal_gateway") / "page"
    parts = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/", _serve_part(parts["index.html"], "html", headers), methods=["GET", "HEAD"])
    for name, content in parts.items():
        routes.add_api_route(
            f"/page/{name}", _serve_part(content, name.rsplit(".", 1)[-1], headers), methods=["GET", "HEAD"]
        )
    return routes


def _serve_part(content: bytes, suffix: str, headers: Mapping[str, str]) -> Callable[[], Awaitable[Response]]:
    async def serve() -> Response:
        return Response(content, media_type=TYPES[suffix], headers=headers)

    return serve

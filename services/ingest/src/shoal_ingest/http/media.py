"""Routes of images: stored for a project, and shown under signed addresses."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from shoal.http.guard import reads_body
from shoal.http.openapi import Responses, problem_responses
from shoal.http.problems import Problem
from shoal.http.projects import ProducerProject
from shoal.http.reading import ENCODING, read_body
from shoal.media.addresses import BadAddress, ExpiredAddress
from shoal.pictures.decoding import BadPicture
from shoal_ingest.http.media_schemas import MediaAnswer, NewMediaAnswer
from shoal_ingest.http.parts import Wired
from shoal_ingest.usecases.media.show import NoPicture

CREATED, OK = 201, 200
Sha256 = Annotated[
    str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the image as it was sent, in hexadecimal.")
]
Token = Annotated[str, Path(min_length=1, max_length=600, description="A signed address's last part.")]
Size = Annotated[
    int,
    Query(
        ge=0, le=10_000, description="Most pixels of the longer side; 0 for as many as the address allows."
    ),
]
_BODY = {
    "required": True,
    "description": "The image's bytes: PNG, JPEG, WebP, GIF (first frame), BMP, TIFF or AVIF. The bytes decide, "
    "whatever the Content-Type.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
_PICTURE: Responses = {
    OK: {
        "description": "The picture, re-encoded by Shoal and without metadata.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("image/jpeg", "image/png")
        },
    }
}
HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "cross-origin",
    "referrer-policy": "no-referrer",
}

routes = APIRouter(tags=["media"])


@routes.post(
    "/v1/projects/{project}/media",
    status_code=CREATED,
    summary="Store an image",
    responses={
        OK: {"model": NewMediaAnswer, "description": "The project has the image already."},
        **problem_responses(400, 404, 408, 413, 415, 422),
    },
    openapi_extra={"requestBody": _BODY, "parameters": [ENCODING]},
)
@reads_body
async def store_media(
    request: Request, project: ProducerProject, parts: Wired, response: Response
) -> NewMediaAnswer:
    """Store an image for inferences that name it; one that no inference names within 24 hours is removed.

    Sending the same bytes again changes nothing. Other projects cannot read the image.
    """
    body = await read_body(request, parts.max_media_bytes)
    try:
        media = await parts.keep_media(project, body)
    except BadPicture as error:
        raise Problem(
            422,
            "Not an image",
            f"the image is not accepted: {error}",
            field="body",
            fix="Send the bytes of one image; docs/media.md has formats and limits",
        ) from error
    response.status_code = CREATED
    return NewMediaAnswer.of(media.sha256, media.facts, new=media.new)


@routes.get(
    "/v1/projects/{project}/media/{sha256}", summary="Read about an image", responses=problem_responses(404)
)
async def read_media(project: ProducerProject, sha256: Sha256, parts: Wired) -> MediaAnswer:
    """Return what an image of the project is, and addresses at which a browser shows it."""
    facts = await parts.find_media(project, sha256)
    if facts is None:
        raise _unknown_media()
    return MediaAnswer.of(sha256, facts, parts.sign_links(project, sha256))


@routes.get(
    "/v1/media/{token}",
    summary="Show an image",
    response_class=Response,
    responses={**_PICTURE, **problem_responses(403, 404)},
)
async def show_media(token: Token, parts: Wired, size: Size = 0) -> Response:
    """Return the picture of a signed address, which needs no key and expires after 15 minutes at most."""
    try:
        picture = await parts.show_media(token, size)
    except ExpiredAddress:
        raise Problem(
            403, "Expired", "the address of the image has expired", field="token", fix="Load the page again"
        ) from None
    except (BadAddress, NoPicture):
        raise _unknown_media() from None
    cached = {"cache-control": f"private, max-age={picture.seconds}, immutable"}
    return Response(picture.data, media_type=picture.media_type, headers={**HEADERS, **cached})


def _unknown_media() -> Problem:
    return Problem(
        404,
        "Unknown image",
        "there is no such image: it was never stored, or it was erased",
        field="media",
        fix="Store it with POST /v1/projects/{project}/media, or load the page again",
    )

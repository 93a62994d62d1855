"""Answers about images."""

from pydantic import Field

from shoal.http.schemas import Answer
from shoal.inputs import with_examples
from shoal.media.store import media_uri
from shoal_ingest.usecases.media.ports import MediaFacts
from shoal_ingest.usecases.media.show import Links

_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_EXAMPLE = {
    "media": _SHA256,
    "uri": f"media:{_SHA256}",
    "media_type": "image/png",
    "width": 640,
    "height": 480,
    "bytes": 12345,
}


class MediaFactsAnswer(Answer):
    """A stored image."""

    media: str = Field(description="SHA-256 of the bytes that were sent, in hexadecimal.")
    uri: str = Field(description="Address of the image in inferences.")
    media_type: str = Field(description="Media type that the bytes have, whatever was said of them.")
    width: int = Field(ge=1, description="Width in pixels as people see the image: EXIF turned.")
    height: int = Field(ge=1, description="Height in pixels.")
    bytes: int = Field(ge=1, description="Size of what was sent.")


class NewMediaAnswer(MediaFactsAnswer):
    """An image that is stored now."""

    model_config = with_examples({**_EXAMPLE, "new": True})

    new: bool = Field(description="False if the project had the image before.")

    @classmethod
    def of(cls, sha256: str, facts: MediaFacts, *, new: bool) -> "NewMediaAnswer":
        """Return the answer about an image."""
        return cls(**_fact_fields(sha256, facts), new=new)


class MediaAnswer(MediaFactsAnswer):
    """A stored image, and addresses at which a browser shows it without a key."""

    model_config = with_examples(
        {
            **_EXAMPLE,
            "url": "https://shoal.example.com/v1/media/bmV3c2...",
            "thumbnail": "https://shoal.example.com/v1/media/c21hbGw...",
        }
    )

    url: str | None = Field(
        description="Address of the picture in its own size, for 10 to 15 minutes; null without SHOAL_MEDIA_KEY."
    )
    thumbnail: str | None = Field(description="Address of a picture of at most 320 pixels.")

    @classmethod
    def of(cls, sha256: str, facts: MediaFacts, links: Links | None) -> "MediaAnswer":
        """Return the answer about an image."""
        return cls(
            **_fact_fields(sha256, facts),
            url=links.url if links else None,
            thumbnail=links.thumbnail if links else None,
        )


def _fact_fields(sha256: str, facts: MediaFacts) -> dict[str, object]:
    return {
        "media": sha256,
        "uri": media_uri(sha256),
        "media_type": facts.media_type,
        "width": facts.width,
        "height": facts.height,
        "bytes": facts.bytes,
    }

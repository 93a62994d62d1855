"""The encoders that the embedder has, by the kinds of content that they read.

Ingest needs their names to refuse samples that nothing can encode; the embedder has the encoders themselves.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from shoal.contracts.samples import Content, ContentKind

EncodedItem = Literal["texts", "images"]
ENCODERS: dict[str, EncodedItem] = {"all-minilm-l6-v2": "texts", "efficientnet-lite0": "images"}
"""What each encoder reads, by its name; the first one of texts and of images is the default."""
CONTENT_KINDS: tuple[ContentKind, ...] = get_args(ContentKind)


def item_of(kind: ContentKind) -> EncodedItem:
    """Return what a kind of content is encoded as: conversations and candidates are texts."""
    return "images" if kind == "image" else "texts"


def content_text(content: Content) -> str:
    """Return what an encoder of texts reads of a text, a conversation, or a prompt with candidates.

    The turns follow each other in order, each after its role, then the prompt, then the candidates' texts in
    order. An encoder reads a text's beginning only, so that for candidates the prompt counts most.
    """
    parts = [f"{turn.role}: {turn.text}" for turn in content.turns or ()]
    parts += [content.prompt or "", content.text or ""]
    parts += [candidate.text for candidate in content.candidates or ()]
    return "\n".join(part for part in parts if part)


def names_of(item: EncodedItem) -> list[str]:
    """Return the names of the encoders of texts or of images, the default first."""
    return [name for name, encodes in ENCODERS.items() if encodes == item]


def text_encoders() -> list[str]:
    """Return the names of the encoders of texts."""
    return names_of("texts")


def image_encoders() -> list[str]:
    """Return the names of the encoders of images."""
    return names_of("images")


def encoder_name(
    kind: ContentKind, encoders: Mapping[ContentKind, str | None], default_text: str | None = None
) -> str | None:
    """Return the encoder of a kind of content in a project; None if the project wants none.

    encoders: the project's own choice. A conversation, or a prompt with candidates, has the encoder of the
    project's texts unless it has its own.
    """
    if kind in encoders:
        return encoders[kind]
    if item_of(kind) == "images":
        return image_encoders()[0]
    return encoders.get("text", default_text or text_encoders()[0])

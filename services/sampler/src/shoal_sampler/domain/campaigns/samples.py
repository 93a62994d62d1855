"""A sample as selection uses it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from shoal_sampler.domain.vectors.rows import Vectors, no_vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One embedded sample. `vector` is a (d,) unit vector of `generation`; `scores` are the model's own.

    is_readable: False if the encoder could not read the text, so that its vector is also that of other texts.
    parent_id: of a crop, the sample with the whole image. crop_vectors: (c, d) unit vectors of the crops of
    an image that is labelled as a whole, of the generation crop_generation: examples are compared with them
    too.
    """

    sample_id: str
    generation: str
    vector: Vectors
    content_hash: bytes
    is_readable: bool = True
    scores: Mapping[str, float] = field(default_factory=dict)
    predicted_label: str | None = None
    model: str | None = None
    model_version: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    parent_id: str | None = None
    crop_generation: str | None = None
    crop_vectors: Vectors = field(default_factory=lambda: no_vectors(0))

    def has_vector_of(self, generation: str) -> bool:
        """Return whether the sample or one of its crops has a vector of a generation."""
        return generation in (self.generation, self.crop_generation)


def crop_hash(image: bytes, corners: tuple[float, float, float, float]) -> bytes:
    """Return 32 bytes that are equal for the same part of equal images. image: the image's content hash."""
    return sha256(
        image + b"crop:" + repr(tuple(round(1000 * corner) for corner in corners)).encode()
    ).digest()


def content_hash(text: str | None, uri: str | None, sha256_hex: str | None) -> bytes:
    """Return 32 bytes that are equal for equal content.

    Text is compared without case and white space: a re-sent article with another line break is the same
    question to an annotator. Content at a URI is identified by its SHA-256 or, without one, by the URI.
    """
    if text is not None:
        return sha256(b"text:" + " ".join(text.split()).casefold().encode("utf-8", "surrogatepass")).digest()
    if sha256_hex is not None:
        return sha256(b"sha256:" + sha256_hex.encode()).digest()
    return sha256(b"uri:" + (uri or "").encode()).digest()

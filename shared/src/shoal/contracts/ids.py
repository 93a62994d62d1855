"""Deterministic identifiers: the same input gives the same id on every replica and at every replay."""

from uuid import UUID, uuid5

NAMESPACE = UUID("8f0f6b0e-6a3f-5d0f-9c56-3a2f2b7f5c11")


def stable_id(kind: str, *parts: object) -> str:
    """Return the UUIDv5 (RFC 9562) of `kind` and `parts` as text.

    Parts are joined with their lengths, so that ("a", "bc") and ("ab", "c") differ.
    """
    texts = [str(part) for part in parts]
    return str(uuid5(NAMESPACE, kind + "".join(f"|{len(text)}:{text}" for text in texts)))


def sample_id(project: str, source: str, source_id: str) -> str:
    """Return the id of a sample; a datum that is sent twice is one sample."""
    return stable_id("sample", project, source, source_id)


def is_sample_id(text: str) -> bool:
    """Return whether a text may be a sample's id: a UUID as `sample_id` writes it."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def crop_id(sample: str, *, left: float, top: float, right: float, bottom: float) -> str:
    """Return the id of a sample's crop, from the corners of its box to a thousandth of the image's sides.

    Model, class, score, order of the boxes and encoder do not matter: a box that is predicted again is the
    same crop.
    """
    corners = (round(1000 * corner) for corner in (left, top, right, bottom))
    return stable_id("crop", sample, *corners)


def job_id(project: str, sample: str, guideline_major: int, purpose: str) -> str:
    """Return the id of a labelling job; two campaigns of a project that select the same sample share one job.

    The sample of a gold item may be any id that a user sends, so the project is part of the job's id.
    """
    return stable_id("job", project, sample, guideline_major, purpose)

"""What revisions of annotations amount to, counted plainly: the oracle for the tables of the gateway."""

from collections.abc import Iterable

from shoal_gateway.domain.annotations import Annotation


def latest_revisions(revisions: Iterable[Annotation]) -> dict[str, Annotation]:
    """Return the latest revision of each annotation id, in whatever order they arrived."""
    heads: dict[str, Annotation] = {}
    for annotation in revisions:
        head = heads.get(annotation.annotation_id)
        if head is None or annotation.revision > head.revision:
            heads[annotation.annotation_id] = annotation
    return heads


def count_answers(revisions: Iterable[Annotation]) -> int:
    """Return the number of distinct annotators whose latest revision is a vote."""
    return len({head.annotator for head in latest_revisions(revisions).values() if head.is_vote})

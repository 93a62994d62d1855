"""Short texts about answers, for people."""

from collections import Counter
from collections.abc import Iterable

from shoal.contracts.answers import (
    Answer,
    BoxesAnswer,
    ClassAnswer,
    ClassesAnswer,
    NumberAnswer,
    PairAnswer,
    PolygonsAnswer,
    RankingAnswer,
    RatingAnswer,
    Span,
    SpansAnswer,
    TextAnswer,
)
from shoal.wording import format_count

MOST = 80  # characters


def describe_answer(answer: Answer) -> str:
    """Return an answer in at most MOST characters, such as `2 boxes: 2 rockfish` or `b > a = c`."""
    text = _describe_whole(answer)
    return text if len(text) <= MOST else text[: MOST - 3] + "..."


def _describe_whole(answer: Answer) -> str:
    match answer:
        case ClassAnswer():
            return answer.label
        case ClassesAnswer():
            return ", ".join(answer.labels) or "none of the classes"
        case BoxesAnswer():
            return _describe_objects("box", "boxes", (box.label for box in answer.boxes))
        case PolygonsAnswer():
            return _describe_objects("polygon", "polygons", (shape.label for shape in answer.polygons))
        case SpansAnswer():
            return "; ".join(map(_describe_span, answer.spans)) or "no spans"
        case RankingAnswer():
            return " > ".join(" = ".join(group) for group in answer.order)
        case PairAnswer():
            return "a tie" if answer.choice is None else f"{answer.choice} is better"
        case NumberAnswer():
            return f"{answer.value:g}"
        case RatingAnswer():
            return str(answer.value)
        case TextAnswer():
            return answer.text
        case _:
            return f"skipped: {answer.reason or answer.code or 'without a reason'}"


def _describe_objects(one: str, many: str, labels: Iterable[str]) -> str:
    counts = Counter(labels)
    total = counts.total()
    if not total:
        return f"no {many}"
    parts = ", ".join(f"{count} {label}" for label, count in counts.most_common())
    return f"{format_count(total, one, many)}: {parts}"


def _describe_span(span: Span) -> str:
    """Return the class of a span and the text that it covers, or its offsets if the text is not known."""
    return f"{span.label}: {span.text or f'{span.start}-{span.end}'}"

"""A model's prediction as an answer that annotators may be shown."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from shoal.answers import marked_text
from shoal_gateway.domain.label_schema import LabelSchema
from shoal_gateway.domain.tasks import Datum, Guess, Prelabel
from shoal_gateway.usecases.label_types import answer_or_none, content_of, stored_label

Drawn = tuple[dict[str, Any] | None, Any]
"""An answer as JSON, and the scores of its parts."""


def prelabel_of(guess: Guess | None, schema: LabelSchema, datum: Datum) -> Prelabel | None:
    """Return the prediction as an answer; None if it says nothing about the schema or does not fit it."""
    if guess is None or schema.kind not in _MAKERS:
        return None
    value, scores = _MAKERS[schema.kind](guess, datum)
    answer = answer_or_none(value) if value is not None else None
    if answer is None or schema.check(*stored_label(answer), datum) is not None:
        return None
    return Prelabel(
        answer=answer.model_dump(mode="json"),
        score=guess.score,
        scores=scores,
        model=guess.model,
        version=guess.version,
    )


def _draw_class(guess: Guess, _: Datum) -> Drawn:
    scores = guess.more.get("scores") or ({} if guess.score is None else {guess.label: guess.score})
    return ({"kind": "class", "label": guess.label} if guess.label else None), scores


def _draw_classes(guess: Guess, _: Datum) -> Drawn:
    labels = guess.more.get("labels")
    return ({"kind": "classes", "labels": labels} if labels is not None else None), guess.more.get("scores")


def _drawer_of_objects(name: str) -> Callable[[Guess, Datum], Drawn]:
    def make(guess: Guess, datum: Datum) -> Drawn:
        objects = guess.more.get(name)
        if objects is None:
            return None, None
        size = {side: datum.more.get(side) for side in ("width", "height")}
        return {"kind": name, **size, name: [_without_score(item) for item in objects]}, _scores_of(objects)

    return make


def _draw_spans(guess: Guess, datum: Datum) -> Drawn:
    spans, text = guess.more.get("spans"), marked_text(content_of(datum)) or ""
    if spans is None:
        return None, None
    covered = [{"text": text[item["start"] : item["end"]], **_without_score(item)} for item in spans]
    return {"kind": "spans", "spans": covered}, _scores_of(spans)


def _draw_ranking(guess: Guess, _: Datum) -> Drawn:
    scores = guess.more.get("candidate_scores") or {}
    best_first = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    groups = groupby(best_first, key=lambda item: item[1])
    order = [[name for name, _ in group] for _, group in groups]
    return ({"kind": "ranking", "order": order} if order else None), scores


def _draw_pair(guess: Guess, datum: Datum) -> Drawn:
    ranking, scores = _draw_ranking(guess, datum)
    if ranking is None:
        return None, None
    best = ranking["order"][0]
    return {"kind": "pair", "choice": best[0] if len(best) == 1 else None}, scores


def _drawer_of_value(kind: str) -> Callable[[Guess, Datum], Drawn]:
    def make(guess: Guess, _: Datum) -> Drawn:
        number = guess.more.get("number")
        if number is None:
            return None, None
        value = round(number["value"]) if kind == "rating" else number["value"]
        bounds = {name: number[name] for name in ("low", "high") if number.get(name) is not None}
        return {"kind": kind, "value": value}, bounds or None

    return make


def _draw_text(guess: Guess, _: Datum) -> Drawn:
    text = guess.more.get("text")
    return ({"kind": "text", "text": text} if text is not None else None), None


def _without_score(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in ("score", "scores")}


def _scores_of(items: Sequence[Mapping[str, Any]]) -> list[float | None]:
    return [item.get("score") for item in items]


_MAKERS: dict[str, Callable[[Guess, Datum], Drawn]] = {
    "single_choice": _draw_class,
    "multi_choice": _draw_classes,
    "boxes": _drawer_of_objects("boxes"),
    "polygons": _drawer_of_objects("polygons"),
    "spans": _draw_spans,
    "ranking": _draw_ranking,
    "pair": _draw_pair,
    "number": _drawer_of_value("number"),
    "rating": _drawer_of_value("rating"),
    "text": _draw_text,
}

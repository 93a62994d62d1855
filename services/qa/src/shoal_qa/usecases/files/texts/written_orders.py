"""Rankings and pairs of a file as Shoal's own answers, and back."""

from collections.abc import Sequence
from json import dumps, loads
from typing import Any

from shoal.contracts.answers import PairAnswer, RankingAnswer
from shoal.contracts.label_schemas import PairSchema, RankingSchema
from shoal_qa.usecases.files.texts.written import UnreadableAnswer, Where, WrittenAnswers, shown_text

TIES = ("=", "==", "tie", "tied", "equal", "draw")
SIGNS = "<>=["
_PAIR = "write the better candidate, better > other, or = for a tie"
_ORDER = "write best > second = tied, or a JSON list"


def read_rankings(texts: Sequence[str], where: Where) -> WrittenAnswers:
    """Return orders of candidates, best first. Raises BadInput."""
    orders = [_order_of(text, where(index)) for index, text in enumerate(texts)]
    return WrittenAnswers(
        schema=RankingSchema(), answers=[RankingAnswer(order=order) for order in orders], write=_order_text
    )


def _order_of(text: str, where: str) -> tuple[tuple[str, ...], ...]:
    if _is_object(text):
        raise UnreadableAnswer(where, f"{shown_text(text)} is a JSON object, and no order", _ORDER)
    if text[:1] == "[":
        rows = _listed_groups(text, where)
        groups = [row if isinstance(row, list) else [row] for row in rows]
    else:
        groups = [group.split("=") for group in _best_first(text, where)]
    if not all(_is_name(name) for group in groups for name in group):
        raise UnreadableAnswer(where, f"{shown_text(text)} has a candidate without a name", _ORDER)
    order = tuple(tuple(sorted(str(name).strip() for name in group)) for group in groups)
    names = [name for group in order for name in group]
    if not order or not all(order) or "" in names or len(set(names)) < len(names):
        raise UnreadableAnswer(where, f"{shown_text(text)} must name every candidate once", _ORDER)
    return order


def _is_object(text: str) -> bool:
    """Return whether a text is a JSON object, such as ranks by name: ranks and scores would look the same."""
    if text[:1] != "{":
        return False
    try:
        return isinstance(loads(text), dict)
    except (RecursionError, ValueError):
        return False


def _best_first(text: str, where: str) -> list[str]:
    """Return the groups of a > b, or of b < a, in the order of a > b."""
    if "<" not in text:
        return text.split(">")
    if ">" in text:
        raise UnreadableAnswer(where, f"{shown_text(text)} has both > and <", _ORDER)
    return text.split("<")[::-1]


def _is_name(name: Any) -> bool:
    return isinstance(name, (str, int, float)) and not isinstance(name, bool)


def _listed_groups(text: str, where: str) -> list[Any]:
    try:
        content = loads(text)
    except (RecursionError, ValueError):
        content = None
    if not isinstance(content, list):
        raise UnreadableAnswer(where, f"{shown_text(text)} is no order", _ORDER)
    return content


def _order_text(answer: Any) -> str:
    """Return an order as `a > b = c`, or as a list if names hold these signs."""
    if any(sign in name for group in answer.order for name in group for sign in SIGNS):
        return dumps([group[0] if len(group) == 1 else group for group in answer.order], ensure_ascii=False)
    return " > ".join(" = ".join(group) for group in answer.order)


def candidates_in(text: str) -> frozenset[str]:
    """Return the candidates that a readable order or choice names; a tie without names has none."""
    if text.strip().lower() in TIES:
        return frozenset()
    return frozenset(name for group in _order_of(text, "") for name in group)


def read_pairs(texts: Sequence[str], where: Where) -> WrittenAnswers:
    """Return the better one of two candidates, or ties. Raises BadInput."""
    answers = [PairAnswer(choice=_choice_of(text, where(index))) for index, text in enumerate(texts)]
    ties = any(answer.choice is None for answer in answers)
    return WrittenAnswers(schema=PairSchema(ties=ties), answers=answers, write=_choice_text)


def _choice_of(text: str, where: str) -> str | None:
    """Return the better candidate; None for a tie."""
    if text.strip().lower() in TIES:
        return None
    if _is_object(text):
        raise UnreadableAnswer(where, f"{shown_text(text)} is a JSON object, and no choice", _PAIR)
    if not any(sign in text for sign in SIGNS):
        return text.strip()
    order = _order_of(text, where)
    if sum(map(len, order)) not in (1, 2):
        raise UnreadableAnswer(where, f"{shown_text(text)} is no choice of one of two", _PAIR)
    return order[0][0] if len(order[0]) == 1 else None


def _choice_text(answer: Any) -> str:
    return "=" if answer.choice is None else _order_text(RankingAnswer(order=((answer.choice,),)))

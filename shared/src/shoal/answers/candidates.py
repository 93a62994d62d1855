"""Check rankings and pairs of candidates."""

from shoal.answers.problems import Problem, list_names
from shoal.contracts.answers import PairAnswer, RankingAnswer
from shoal.contracts.label_schemas import PairSchema, RankingSchema
from shoal.contracts.samples import Content


def ranking_problem(schema: RankingSchema, answer: RankingAnswer, content: Content) -> Problem | None:
    """Return why an order does not fit; None if it names every candidate once."""
    names = [candidate.id for candidate in content.candidates or ()]
    ranked: set[str] = set()
    for row, group in enumerate(answer.order):
        if len(group) > 1 and not schema.ties:
            detail = "several candidates are tied, which the label schema does not allow"
            return Problem(field=f"answer.order[{row}]", detail=detail, fix="Give every candidate a rank")
        for column, name in enumerate(group):
            field = f"answer.order[{row}][{column}]"
            if problem := _candidate_problem(name, names, field):
                return problem
            if name in ranked:
                detail = f"candidate {name!r} appears twice"
                return Problem(field=field, detail=detail, fix="Name every candidate once")
            ranked.add(name)
    absent = [name for name in names if name not in ranked]
    if absent:
        detail = f"candidate {absent[0]!r} is missing from the order"
        return Problem(field="answer.order", detail=detail, fix=f"Add {list_names(absent)}")
    return None


def pair_problem(schema: PairSchema, answer: PairAnswer, content: Content) -> Problem | None:
    """Return why a choice between two candidates does not fit; None if it does."""
    names = [candidate.id for candidate in content.candidates or ()]
    if len(names) != 2:
        detail = f"the sample has {len(names)} candidates, not 2"
        return Problem(field="content.candidates", detail=detail, fix="Send samples with 2 candidates")
    if answer.choice is not None:
        return _candidate_problem(answer.choice, names, "answer.choice")
    if schema.ties:
        return None
    detail = "a tie, which the label schema does not allow"
    return Problem(field="answer.choice", detail=detail, fix=f"Choose one of {list_names(names)}")


def _candidate_problem(name: str, names: list[str], field: str) -> Problem | None:
    if name in names:
        return None
    fix = f"Use one of {list_names(names)}" if names else "Send samples with candidates to this project"
    return Problem(field=field, detail=f"the sample has no candidate {name!r}", fix=fix)

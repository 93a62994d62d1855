"""The annotator's page has its own sentence for the problems that annotators meet."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from shoal.http.problems import Problem
from shoal.http.projects import check_key, unknown_project
from shoal.security import Principal
from shoal_gateway.domain.leases import Refusal
from shoal_gateway.domain.tasks import Lane
from shoal_gateway.http.access import check_lane, own_name
from shoal_gateway.usecases.errors import title_of

ROOT = Path(__file__).parents[3]
ANNOTATOR = Principal(project="news", roles=frozenset({"annotator"}))


def titles_in(table: str) -> set[str]:
    """Return the problem titles that a table of the page's messages has a sentence for."""
    text = (ROOT / "services/labeling-gateway/page/src/lib/messages.ts").read_text(encoding="utf-8")
    match = re.search(rf"const {table}: Record<string, \w+> = {{\n(.*?)\n}};", text, re.DOTALL)
    assert match is not None
    return set(re.findall(r'^  "([^"]+)":', match[1], re.MULTILINE))


def test_every_refusal_of_an_answer_has_a_sentence() -> None:
    assert titles_in("CONFLICTS") == {title_of(reason) for reason in (*Refusal, "sample_erased")}


def test_a_key_that_does_not_fit_has_a_sentence() -> None:
    titles = set()
    with pytest.raises(Problem) as another:
        check_key(ANNOTATOR, "sport")
    titles.add(another.value.title)
    with pytest.raises(Problem) as reviewers:
        check_lane(ANNOTATOR, Lane.REVIEW)
    titles.add(reviewers.value.title)
    with pytest.raises(Problem) as person:
        own_name(replace(ANNOTATOR, annotator="ann"), "bob")
    titles.add(person.value.title)
    assert titles_in("ACCESS") == titles


def test_an_unknown_project_has_a_sentence() -> None:
    assert unknown_project("sport").title in titles_in("FAILURES")

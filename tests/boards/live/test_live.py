"""Every panel, variable, event, recorded series and alert has data while Shoal is at work."""

from collections.abc import Iterator
from typing import Any

import promql_parser as promql
import pytest

from boards.boardkit import read_boards
from boards.live.answers import Answers
from boards.live.running import answers_under_load
from boards.seriesnames import name_of_selector, recorded_series, selectors_in
from deploy.promkit import foreign_prefixes, load_rules, required_tool

pytestmark = [pytest.mark.boards, pytest.mark.timeout(600)]
WORK_S = 75.0


@pytest.fixture(scope="module")
def answers() -> Iterator[Answers]:
    required_tool("prometheus", "prometheus")
    with answers_under_load(WORK_S) as running:
        yield running


@pytest.mark.parametrize("name", list(read_boards()))
def test_every_panel_variable_and_event_has_data(answers: Answers, name: str) -> None:
    assert list(answers.gaps_of(read_boards()[name])) == []


def test_every_rule_can_be_evaluated(answers: Answers) -> None:
    assert answers.prometheus.rule_errors() == []


def test_every_recorded_series_has_data(answers: Answers) -> None:
    gaps = [gap for name in recorded_series() for gap in answers.gaps_of_expression(name, instant=False)]
    assert gaps == []


def test_every_series_of_an_alert_exists(answers: Answers) -> None:
    alerts = [rule for rule in load_rules() if "alert" in rule]
    assert [gap for rule in alerts for gap in alert_gaps(answers, rule["alert"], rule["expr"])] == []


def alert_gaps(answers: Answers, alert: str, expr: str) -> Iterator[str]:
    """Yield a line for every series of an alert that is absent; those of other programs may be."""
    for selector in selectors_in(promql.parse(expr)):
        name = name_of_selector(selector)
        if not name.startswith(foreign_prefixes()):
            gaps = answers.gaps_of_expression(_without_statuses(selector), instant=False)
            yield from (f"{alert}: {gap}" for gap in gaps)


def _without_statuses(selector: Any) -> str:
    """Return a selector without its HTTP status: answers that never failed have no series of failures."""
    matchers = [str(matcher) for matcher in selector.matchers.matchers if matcher.name != "status"]
    return f"{selector.name or ''}{{{', '.join(matchers)}}}"

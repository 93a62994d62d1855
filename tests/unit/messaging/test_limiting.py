"""A project's flood of rejected records costs it its own letters, and nobody else theirs."""

from dataclasses import replace

from shoal.messaging.dead_letters import limiting
from shoal.messaging.dead_letters.limiting import LetterLimit, LetterPolicy
from shoal.messaging.records.decoding import RejectedRecord
from unit.messaging.messagingkit import raw


def rejected(project: str, count: int) -> list[RejectedRecord]:
    headers = (("ce_project", project.encode()),)
    return [RejectedRecord(replace(raw(n), headers=headers), "odd", "why") for n in range(count)]


def test_letters_beyond_the_burst_are_summarised_by_project_and_come_back_with_time() -> None:
    limit = LetterLimit(LetterPolicy(burst=5, per_s=2))
    single, summarised = limit.divide([*rejected("news", 8), *rejected("vision", 2)], 0.0)
    assert len(single) == 7
    assert {project: len(records) for project, records in summarised.items()} == {"news": 3}
    assert [record.record.offset for record in summarised["news"]] == [5, 6, 7]
    single, summarised = limit.divide(rejected("news", 8), 2.0)
    assert (len(single), len(summarised["news"])) == (4, 4)
    single, _ = limit.divide(rejected("news", 8), 1000.0)
    assert len(single) == 5


def test_the_limit_forgets_projects_that_sent_nothing_for_long() -> None:
    limit = LetterLimit(LetterPolicy(burst=1, per_s=0))
    names = [f"project-{n}" for n in range(limiting._MOST_PROJECTS + 1)]
    for name in names:
        limit.divide(rejected(name, 1), 0.0)
    assert len(limit._buckets) == limiting._MOST_PROJECTS
    assert limit.divide(rejected(names[-1], 1), 0.0)[0] == []

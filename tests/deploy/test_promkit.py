"""The check of PromQL finds what selects nothing."""

import pytest

from deploy.promkit import exported_series, expression_faults, selectors_of

PAUSED = "shoal_messaging_paused"
STAGE = "shoal_sample_stage_seconds"


@pytest.mark.parametrize(
    ("expression", "faults"),
    [
        (f"max by (namespace, topic) ({PAUSED}) == 1", []),
        (f'sum(rate({STAGE}_bucket{{stage="job", le="60.0"}}[5m]))', []),
        (f'sum by (kind) (label_replace({PAUSED}, "kind", "$1", "topic", "(.+)"))', []),
        ('up{job="ingest"} == 0', []),
        ("shoal_no_such_metric > 0", ["shoal_no_such_metric is not exported"]),
        (f"{STAGE} > 0", [f"{STAGE} is not exported"]),
        (f'{PAUSED}{{color="red"}}', [f"{PAUSED} has no label color"]),
        (f'rate({STAGE}_count{{stage="found"}}[5m])', [f"{STAGE}_count: stage='found' selects nothing"]),
        (f'{STAGE}_bucket{{le="61.0"}}', [f"{STAGE}_bucket: le='61.0' selects nothing"]),
        (f"sum by (color) ({PAUSED})", [f"{PAUSED} has no label color to group by"]),
        (
            f"1 - (sum by (color) (rate({STAGE}_sum[1h])) > 0)",
            [f"{STAGE}_sum has no label color to group by"],
        ),
    ],
)
def test_selectors_are_checked_against_what_services_export(expression: str, faults: list[str]) -> None:
    assert expression_faults(expression, exported_series()) == faults


def test_metrics_of_other_programs_are_not_checked() -> None:
    assert expression_faults("kafka_topic_partitions > 0", exported_series(), ("kafka_",)) == []


def test_selectors_are_read_with_their_matchers() -> None:
    first, second = selectors_of(f'rate({PAUSED}{{topic=~"a|b", group!="c"}}[5m]) / on (topic) up')
    assert first.metric == PAUSED
    assert first.matchers == (("topic", "=~", "a|b"), ("group", "!=", "c"))
    assert (second.metric, second.matchers) == ("up", ())

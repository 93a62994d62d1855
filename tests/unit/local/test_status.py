"""What a campaign waits for is said in words, and what does not answer is a row."""

import json
import os
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from shoal.command_line.running_stack import ADDRESSES
from shoal_local.exports import VARIABLES
from shoal_local.status.command import print_status
from shoal_local.status.projects import what_it_waits_for

app = Typer()
app.command()(print_status)


def campaign(**changes: Any) -> dict[str, Any]:
    counts = {"seen": 100, "eligible": 60, "taken": 20, "labels_accepted": 5} | changes.pop("counts", {})
    fields = {
        "name": "c",
        "state": "active",
        "waits_for": "more_samples",
        "until": None,
        "votes_reserved": 60,
    }
    return {**fields, "budget": {"votes": 300}, "counts": counts, **changes}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "more samples: 240 votes of its budget are left; 5 of 20 samples have a label"),
        ({"waits_for": "matching_samples"}, "samples that match its filter: none of 100 does"),
        ({"waits_for": "samples"}, "samples: none came since it was created"),
        ({"waits_for": "paused", "state": "paused"}, "you: it is paused (shoal sampler resume news c)"),
        ({"waits_for": "draft", "state": "draft"}, "you: it is a draft (shoal sampler resume news c)"),
        ({"waits_for": "budget_spent"}, "labels: its budget is reserved; 5 of 20 samples have a label"),
        ({"waits_for": "budget"}, "a budget: it has too few votes for one job"),
        ({"waits_for": "guideline"}, "a guideline (shoal qa publish news FILE)"),
        ({"waits_for": "day_cap_reached"}, "tomorrow (UTC): its samples of today are taken"),
        ({"waits_for": "past_until", "until": "2026-01-01"}, "nothing: it ended at 2026-01-01"),
        ({"waits_for": "done", "state": "done"}, "nothing: it is finished; 5 of 20 samples have a label"),
        ({"waits_for": "a_reason_of_a_later_version"}, "a_reason_of_a_later_version"),
    ],
)
def test_what_a_campaign_waits_for(changes: dict[str, Any], words: str) -> None:
    assert what_it_waits_for("news", campaign(**changes)).startswith(words)


def test_without_any_service_every_row_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*ADDRESSES, *(f"{variable}_ADMIN_URL" for variable in VARIABLES.values())):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHOAL_QA_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("SHOAL_INGEST_URL", "no address at all")
    monkeypatch.setenv("SHOAL_KAFKA_BOOTSTRAP", "127.0.0.1:9")
    result = CliRunner().invoke(app, ["--format", "json"], env=dict(os.environ))
    assert result.exit_code == 0, result.output
    status = json.loads(result.stdout)
    states = {row["service"]: row["state"] for row in status["services"]}
    assert states == {
        "ingest": "no answer",
        "embedder": "no address",
        "sampler": "no address",
        "labeling-gateway": "no address",
        "qa": "no answer",
        "Kafka": "no answer",
    }
    details = {row["service"]: row["detail"] for row in status["services"]}
    assert details["sampler"].startswith("set SHOAL_SAMPLER_URL")
    assert status["projects"] is None

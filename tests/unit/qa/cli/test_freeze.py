"""`shoal qa freeze` says what a version leaves out."""

from typing import Any

import pytest
from typer.testing import CliRunner

from shoal_qa.cli import service

MANIFEST = {
    "dataset": "topics",
    "rows": 49,
    "left_out": [
        {"major": 1, "reason": "asked_again", "label": "misc", "labels": 12},
        {"major": 1, "reason": "something_new", "label": None, "labels": 1},
    ],
}


def test_labels_that_are_left_out_are_counted_on_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies: list[Any] = []
    monkeypatch.setattr(service, "ask_patiently", lambda *_, json: bodies.append(json) or MANIFEST)
    command = ["freeze", "news", "topics", "--major", "1", "--major", "2"]
    result = CliRunner().invoke(service.app, command)
    assert result.exit_code == 0, result.output
    assert bodies == [{"dataset": "topics", "seed": 0, "majors": [1, 2]}]
    assert "left out: 12 labels 'misc' of major 1: a later guideline asks them again" in result.stderr
    assert "left out: 1 label of major 1: something_new" in result.stderr
    assert '"rows": 49' in result.stdout

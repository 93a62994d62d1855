"""`shoal qa metrics` shows what is certified and who is warned about."""

from typing import Any

import pytest
from typer.testing import CliRunner

from shoal_qa.cli import service

MEASURED = {
    "votes": 812,
    "labels_accepted": 270,
    "agreement": 0.71,
    "certificate": {"target": 0.97, "threshold": 0.93, "bound": 0.972, "more_gold": 0},
    "annotators": [
        {
            "provider": "acme",
            "annotator": "ann",
            "state": "probation",
            "votes": 60,
            "skill": 0.41,
            "skill_low": 0.3,
            "skill_high": 0.55,
            "gold_right": 3,
            "gold_answered": 6,
            "warnings": ["straight-lining"],
        }
    ],
}


def shown(
    monkeypatch: pytest.MonkeyPatch,
    measured: dict[str, Any] | None,
    production: list[dict[str, Any]] | None = None,
) -> str:
    """Return what the command prints."""
    found = {"measured": measured, "jobs": {"accepted": 270}, "production": production or []}
    monkeypatch.setattr(service, "ask", lambda *_, **__: found)
    result = CliRunner().invoke(service.app, ["metrics", "newsdesk"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


def test_the_certificate_and_warnings_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [" ".join(line.split()) for line in shown(monkeypatch, MEASURED).splitlines()]
    assert any("certificate threshold" in line and "0.93" in line for line in lines)
    assert any("acme/ann" in line and "3 of 6" in line and "straight-" in line for line in lines)


def test_a_project_without_them_is_shown_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = {**MEASURED, "certificate": None, "annotators": []}
    assert "certificate" not in shown(monkeypatch, plain)
    assert "jobs accepted" in shown(monkeypatch, None)
    assert "if pending are" not in shown(monkeypatch, None)


def test_the_accuracy_of_the_production_model_is_shown_by_version(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds = {"low": 0.8612, "high": 0.9423, "lowest": 0.8, "highest": 0.95}
    newest = {"model": "topics", "version": "7", "accuracy": 0.9071, "labelled": 214, "pending": 11, **bounds}
    first = {**newest, "version": "8", "accuracy": None, "labelled": 0}
    lines = [" ".join(line.split()) for line in shown(monkeypatch, None, [newest, first]).splitlines()]
    assert any("topics │ 7 │ 0.907 │ 0.861 to 0.942 │ wrong 0.800, right 0.950" in line for line in lines)
    assert any("topics │ 8 │ │" in line for line in lines)


def test_what_is_not_measured_is_said_in_words_and_numbers_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = {**MEASURED, "agreement": None, "cost_per_accepted_label": 0.132271386, "annotators": []}
    lines = [" ".join(line.split()) for line in shown(monkeypatch, measured).splitlines()]
    assert "│ agreement │ not measured │" in lines
    assert "│ cost per accepted label │ 0.1323 │" in lines
    assert "None" not in "".join(lines)
    assert not [line for line in lines if "annotator" in line]  # no empty table

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


def shown(monkeypatch: pytest.MonkeyPatch, measured: dict[str, Any] | None) -> str:
    """Return what the command prints."""
    found = {"measured": measured, "jobs": {"accepted": 270}}
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

"""`shoal qa find-errors` shows the parts of labels that are probably wrong."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from shoal.command_line.main import command_line
from shoal_qa.cli import find_errors

BOX = {"label": "cod", "left": 0.1, "top": 0.1, "right": 0.3, "bottom": 0.3, "attributes": []}
FOUND = {
    "judged": 96,
    "checked": 150,
    "unseen": 3.2,
    "errors": [
        {"job_id": "j-1", "error": "class", "object": 0, "wrong": 0.62, "label": BOX,
         "suggestion": {**BOX, "label": "tuna"}},
        {"job_id": "j-2", "error": "missing", "object": None, "wrong": 0.4, "label": None, "suggestion": "eel"},
        {"job_id": "j-3", "error": "answer", "object": None, "wrong": 0.3,
         "label": {"kind": "number", "value": 4.0}, "suggestion": None},
    ],
}  # fmt: skip


def shown(
    monkeypatch: pytest.MonkeyPatch, *options: str, found: dict[str, Any] = FOUND
) -> tuple[str, dict[str, Any]]:
    """Return what the command prints, and the parameters of its request."""
    asked: dict[str, Any] = {}

    def answer(*_: Any, **sent: Any) -> Any:
        asked.update(sent["params"])
        return found

    monkeypatch.setattr(find_errors, "ask_patiently", answer)
    command = ["qa", "find-errors", "newsdesk", *options]
    result = CliRunner().invoke(command_line(command), command, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.stdout if "json" in options else result.output, asked


def test_objects_classes_and_answers_are_described_in_few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    text, asked = shown(monkeypatch, "--most", "3")
    assert asked == {"limit": 3}
    lines = [" ".join(line.replace("│", " ").split()) for line in text.splitlines()]
    assert "j-1 class 0 cod tuna 0.620" in lines
    assert "j-2 missing eel 0.400" in lines
    assert "j-3 answer 4 0.300" in lines


def test_json_is_what_the_service_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    text, _ = shown(monkeypatch, "--format", "json")
    assert json.loads(text) == FOUND


def test_it_says_what_the_probabilities_rest_on(monkeypatch: pytest.MonkeyPatch) -> None:
    text, _ = shown(monkeypatch)
    assert "calibrated on 150 gold answers; labels lack about 3 parts more than the list has" in text
    text, _ = shown(monkeypatch, found={**FOUND, "checked": 0, "unseen": 0.0})
    assert "the number of errors is rough" in text

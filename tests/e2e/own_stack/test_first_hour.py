"""The README's section "Use it", line by line, with 2,000 inferences: it ends with a dataset version."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from e2e.readme import first_hour
from shoal.cache import cache_folder

pytestmark = [pytest.mark.servers, pytest.mark.timeout(1800)]
SHOAL = Path(sys.executable).with_name("shoal")
INFERENCES = 2000
WORDS = {
    "grain": ("Wheat", "Maize", "Barley", "Rice"),
    "trade": ("Tariffs", "Exports", "Quotas", "Imports"),
}
ADDRESS = re.compile(r"^export (SHOAL_\w+)=(\S+)$", re.MULTILINE)


def write_inferences(file: Path, like: str) -> None:
    """Write 2,000 inferences with the fields of the README's example; one in ten is predicted wrongly."""
    example = json.loads(like)
    with gzip.open(file, "wt") as lines:
        for number in range(INFERENCES):
            truth, other = ("grain", "trade") if number % 2 else ("trade", "grain")
            label = other if number % 10 == 0 else truth
            subject = f"{WORDS[truth][number % 4]} {number * 37 % 997} {number % 31}"
            text = f"{subject} at the {truth} talks in port {number % 67}."
            scores = {label: 0.5 + number % 50 / 100, other if label == truth else truth: 0.1}
            prediction = {**example["prediction"], "label": label, "scores": scores}
            fields = {"source_id": str(8000 + number), "text": text, "prediction": prediction}
            lines.write(json.dumps({**example, **fields}) + "\n")


def own_cache(folder: Path) -> Path:
    """Return a cache with the shared models and no other stacks: commands find the newest one in it."""
    cache, models = folder / "cache", cache_folder() / "models"
    cache.mkdir()
    models.mkdir(parents=True, exist_ok=True)
    (cache / "models").symlink_to(models)
    return cache


@contextmanager
def stack_up(command: str, folder: Path) -> Iterator[dict[str, str]]:
    """Run `shoal up` as the README does; yield the variables that it prints."""
    log = folder / "up.log"
    arguments = [str(SHOAL), *command.split()[1:]]
    with log.open("w") as output:
        process = subprocess.Popen(
            arguments,
            cwd=folder,
            stdout=output,
            stderr=output,
            env={**os.environ, "SHOAL_CACHE": str(own_cache(folder))},
        )
    try:
        wait_until(lambda: "Ctrl-C stops everything" in log.read_text() or process.poll() is not None, 600)
        assert process.poll() is None, log.read_text()
        yield dict(ADDRESS.findall(log.read_text()))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(300)
    assert process.returncode == 0, log.read_text()


def wait_until(holds: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.3)


class Terminal:
    """A user's second terminal."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self.folder = folder
        self.environment = {**os.environ, **variables, "COLUMNS": "200"}
        self.environment["PATH"] = f"{SHOAL.parent}:{os.environ['PATH']}"

    def run(self, command: str) -> str:
        """Run a command that must succeed; return what it prints."""
        run = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert run.returncode == 0, f"{command}\n{run.stdout}{run.stderr}"
        return run.stdout

    def label(self, annotator: str, least: int) -> None:
        """Answer tasks as the annotator's page does, until none is left."""
        answered = 0
        with httpx.Client(base_url=self.environment["SHOAL_GATEWAY_URL"], timeout=30) as http:

            def take() -> httpx.Response:
                path = "/v1/projects/newsdesk/queue/next"
                return http.get(path, params={"annotator": annotator}).raise_for_status()

            wait_until(lambda: take().status_code == 200, 300)
            while answered < least or take().status_code == 200:
                wait_until(lambda: take().status_code == 200, 300)
                task = take().json()
                label = "grain" if "grain" in task["content"]["text"] else "trade"
                body = {"annotator": annotator, "answer": {"label": label}, "duration_s": 2.0}
                http.post(f"/v1/tasks/{task['task_id']}/annotations", json=body).raise_for_status()
                answered += 1


def test_the_readme_line_by_line(tmp_path: Path) -> None:
    steps = first_hour()
    assert steps[0].command == "make setup && source .venv/bin/activate"
    assert steps[1].command.startswith("shoal up")
    with stack_up(steps[1].command, tmp_path) as variables:
        terminal = Terminal(tmp_path, variables)
        for step in steps[2:]:
            if step.file == "inferences.ndjson":
                write_inferences(tmp_path / "inferences.ndjson.gz", step.text)
            elif step.file:
                (tmp_path / step.file).write_text(step.text)
            elif step.command == "shoal qa metrics newsdesk":
                terminal.label("ann", least=60)
                wait_until(lambda: jobs_accepted(terminal) >= 60, 300)
                terminal.run(step.command)
            else:
                terminal.run(step.command)
        manifests = list((tmp_path / "shoal-datasets").rglob("manifest.json"))
        assert [json.loads(file.read_text())["rows"] >= 60 for file in manifests] == [True]
        status_names_everything(terminal)
        who_sends_first_has_a_campaign_over_those_samples(terminal)
        dead_letters_are_shown_without_any_setting(terminal)


def jobs_accepted(terminal: Terminal) -> int:
    answer = json.loads(terminal.run("shoal qa metrics newsdesk --format json"))
    return int(answer["jobs"].get("accepted", 0))


def status_names_everything(terminal: Terminal) -> None:
    status = json.loads(terminal.run("shoal status --format json"))
    assert {row["state"] for row in status["services"]} == {"ready"}
    (project,) = status["projects"]
    assert project["samples_decided"] == INFERENCES
    waits = {row["campaign"]: row["waits_for"] for row in project["campaigns"]}
    assert re.fullmatch(r"labels: its budget is reserved; 6\d of 6\d samples have a label", waits["first"])
    assert waits["similar"].startswith("samples: none came since it was created")
    behind = {(row["topic"], row["group"]): row["behind"] for row in status["backlog"]}
    assert behind[("samples.ingested", "embedder")] == 0
    assert status["dead_letters"] == []
    assert "similar" in terminal.run("shoal status")


def who_sends_first_has_a_campaign_over_those_samples(terminal: Terminal) -> None:
    terminal.run("shoal ingest project late")
    terminal.run("zcat inferences.ndjson.gz | head -200 | sed s/newsdesk/late/ | shoal ingest send -")
    terminal.run("shoal qa publish late guideline.json")

    def project() -> dict[str, Any]:
        answer = json.loads(terminal.run("shoal status --project late --format json"))
        return dict(answer["projects"][0])

    wait_until(lambda: project()["samples_waiting"] == 200, 300)
    terminal.run("shoal sampler create late campaign.json")
    wait_until(lambda: project()["campaigns"][0]["samples_taken"] > 0, 300)
    assert project()["samples_decided"] == 200


def dead_letters_are_shown_without_any_setting(terminal: Terminal) -> None:
    """A record that no consumer can read; the addresses come from the stack's own file."""
    script = (
        "import asyncio, os\nfrom aiokafka import AIOKafkaProducer\n"
        "async def main():\n"
        "    async with AIOKafkaProducer(bootstrap_servers=os.environ['SHOAL_KAFKA_BOOTSTRAP'],"
        " enable_idempotence=False) as producer:\n"
        "        await producer.send_and_wait('samples.ingested', b'junk', key=b'sample-7')\n"
        "asyncio.run(main())\n"
    )
    subprocess.run([sys.executable, "-c", script], env=terminal.environment, check=True)
    for name in list(terminal.environment):
        if name.startswith("SHOAL_") and name != "SHOAL_CACHE":
            del terminal.environment[name]

    def letters() -> list[dict[str, str]]:
        answer = terminal.run("shoal dlq show samples.ingested --group embedder --format json")
        return list(json.loads(answer))

    wait_until(letters, 300)
    (letter,) = letters()
    assert (letter["key"], letter["reason"]) == ("sample-7", "envelope_invalid")
    (pile,) = json.loads(terminal.run("shoal status --format json"))["dead_letters"]
    assert pile == {
        "topic": "samples.ingested",
        "group": "embedder",
        "reason": "envelope_invalid",
        "pending": 1,
    }

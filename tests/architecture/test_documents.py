"""What the documents name exists: commands, options, environment variables, metrics and topics."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from architecture.reachability import ROOT
from architecture.words import tracked
from shoal.catalog.documents import METRICS, load_registered
from shoal.command_line.main import command_line
from shoal.contracts.topics import TOPICS, group_service
from shoal.observability.declaring import declared_metrics

DOCUMENTS = tracked("*.md")
COMMAND = re.compile(r"(?:^|[\s(])shoal ([a-z][^\n#]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
VARIABLE = re.compile(r"\bSHOAL_[A-Z0-9_]*[A-Z0-9]\b")
METRIC = re.compile(r"\bshoal_[a-z]+_[a-z_]+\b")
TOPIC = re.compile(r"`([a-z]+\.[a-z]+)`")


@cache
def commands() -> Any:
    """Return the command line with every command of every package."""
    return typer.main.get_command(command_line([]))


def snippets(document: Path) -> Iterator[str]:
    """Yield code of a document: what stands in backticks, and the lines of its blocks."""
    text = document.read_text(encoding="utf-8").replace("\\\n", " ")
    for block in re.findall(r"```[a-z]*\n(.*?)```", text, re.DOTALL):
        yield from block.splitlines()
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def command_of(words: list[str]) -> tuple[Any, list[str], Any]:
    """Return the command that words name, the words after it, and the commands of its group."""
    command, group = commands(), {}
    while words and words[0] in getattr(command, "commands", ()):
        group = command.commands
        command = group[words.pop(0)]
    return command, words, group


def wrong_commands(snippet: str) -> Iterator[str]:
    """Yield what a snippet says of `shoal` that is not so."""
    for match in COMMAND.finditer(snippet):
        for line in alternatives(match[1]):
            command, rest, group = command_of(line.split())
            if hasattr(command, "commands") and not rest:
                continue  # a group of commands
            if hasattr(command, "commands"):
                yield f"shoal {line}: no such command"
                continue
            if rest and rest[0] in group:
                yield f"shoal {line}: {rest[0]} is a command beside that one"
            options = {
                name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)
            }
            for option in OPTION.findall(" ".join(rest).partition(" | ")[0]):
                if option not in options | {"--help"}:
                    yield f"shoal {line}: no option {option}"


def alternatives(line: str) -> list[str]:
    """Return the commands of a line: `sampler select|simulate` is two."""
    words = line.split()
    for index, word in enumerate(words[:2]):
        if "|" in word.strip("|"):
            return [" ".join([*words[:index], one, *words[index + 1 :]]) for one in word.split("|")]
    return [line]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_and_options_exist(document: Path) -> None:
    assert [fault for snippet in snippets(document) for fault in wrong_commands(snippet)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_environment_variables_are_read(document: Path) -> None:
    sources = [*tracked("*/src/**/*.py"), ROOT / "Makefile"]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources if path.is_file())
    fields = {name.upper() for name in re.findall(r"^    ([a-z_]+): ", code, re.MULTILINE)}
    read = {f"SHOAL_{prefix}{name}" for name in fields for prefix in ("", "KAFKA_")}
    variables = set(VARIABLE.findall(document.read_text(encoding="utf-8")))
    assert sorted(name for name in variables if name not in code and name not in read) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_metrics_and_topics_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    metrics = [item for module in load_registered(METRICS).values() for item in declared_metrics(module)]
    histograms = [item.name for item in metrics if item.kind == "histogram"]
    names = {item.name for item in metrics}
    names |= {f"{name}_{part}" for name in histograms for part in ("bucket", "count", "sum")}
    assert sorted(set(METRIC.findall(text)) - names) == []
    families = {name.partition(".")[0] for name in TOPICS}
    topics = {name for name in TOPIC.findall(text) if name.partition(".")[0] in families}
    assert sorted(topics - set(TOPICS)) == []


@pytest.mark.parametrize("service", ["ingest", "embedder", "sampler", "labeling-gateway", "qa"])
def test_a_service_s_readme_lists_the_topics_it_consumes_and_produces(service: str) -> None:
    text = (ROOT / "services" / service / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (consumes|produces) \| (.*) \|$", text, re.MULTILINE))
    named = {direction: set(TOPIC.findall(row)) for direction, row in rows.items()}
    topics = TOPICS.values()
    assert named["produces"] == {topic.name for topic in topics if service in topic.producers}
    groups = {topic.name for topic in topics for group in topic.groups if group_service(group) == service}
    assert named["consumes"] == groups | {topic.name for topic in topics if service in topic.readers}

"""Rules and alerts: valid, about metrics that exist, and each with a runbook and a board."""

import json
import re
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.prometheusrules import render_objects, written_objects
from deploy.promkit import (
    PROMETHEUS,
    ROOT,
    Rule,
    exported_series,
    expression_faults,
    foreign_prefixes,
    load_groups,
    load_rules,
    recorded_series,
    required_tool,
    rule_files,
)

ALERTS = [rule for rule in load_rules() if "alert" in rule]
RECORDS = [rule for rule in load_rules() if "record" in rule]
ALERTMANAGER = PROMETHEUS / "alertmanager.yml"
UNIT_TESTS = sorted((Path(__file__).parent / "rules").glob("*.yaml"))
SEVERITIES = {"page", "ticket", "warning"}
AUDIENCES = {"platform", "labelling"}
BOARDS = {
    board["uid"]: {variable["name"] for variable in board["templating"]["list"]}
    for board in (
        json.loads(path.read_text("utf-8")) for path in (ROOT / "deploy" / "grafana").glob("*.json")
    )
}
"""The variables of each board, by its uid."""
BURNS = {"5m": "1h", "30m": "6h", "2h": "1d", "6h": "3d"}
FACTORS = {"5m": "14.4", "30m": "6", "2h": "3", "6h": "1"}


def _named(rule: Rule) -> str:
    return str(rule.get("alert") or rule.get("record"))


@cache
def _known_series() -> dict[str, Any]:
    return {**exported_series(), **recorded_series()}


def _headings(page: str) -> set[str]:
    text = (ROOT / page).read_text("utf-8")
    return {
        re.sub(r"[^a-z0-9-]", "", line.lower().replace(" ", "-"))
        for line in re.findall(r"^#+ (.+)$", text, re.M)
    }


@pytest.mark.parametrize("path", rule_files(), ids=lambda path: path.stem)
def test_promtool_accepts_the_rules(path: Path) -> None:
    command = [required_tool("promtool", "prometheus"), "check", "rules", path]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("path", UNIT_TESTS, ids=lambda path: path.stem)
def test_alerts_fire_when_they_should_and_not_before(path: Path) -> None:
    command = [required_tool("promtool", "prometheus"), "test", "rules", path]
    tested = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_is_tested_to_fire_and_to_stay_silent() -> None:
    fires: Counter[str] = Counter()
    silent: Counter[str] = Counter()
    for path in UNIT_TESTS:
        for test in yaml.safe_load(path.read_text("utf-8"))["tests"]:
            for case in test.get("alert_rule_test", ()):
                (fires if case.get("exp_alerts") else silent)[case["alertname"]] += 1
    names = {_named(alert) for alert in ALERTS}
    assert sorted(names - set(fires)) == []
    assert sorted(names - set(silent)) == []
    assert sorted((set(fires) | set(silent)) - names) == []


@pytest.mark.parametrize("rule", [*ALERTS, *RECORDS], ids=_named)
def test_rules_select_series_that_exist(rule: Rule) -> None:
    assert expression_faults(rule["expr"], _known_series(), foreign_prefixes()) == []


@pytest.mark.parametrize("alert", ALERTS, ids=_named)
def test_alerts_say_how_bad_it_is_for_whom_and_what_to_do(alert: Rule) -> None:
    assert alert["labels"]["severity"] in SEVERITIES
    assert alert["labels"]["audience"] in AUDIENCES
    notes = alert["annotations"]
    assert set(notes) == {"summary", "description", "runbook_url", "dashboard"}
    assert len(notes["summary"]) <= 100
    assert not notes["summary"].endswith(".")
    assert notes["description"].endswith(".")
    page, _, anchor = notes["runbook_url"].partition("#")
    assert anchor == _named(alert).lower()
    assert anchor in _headings(page)
    uid, _, query = notes["dashboard"].removeprefix("/d/").partition("?")
    variables = re.findall(r"var-(\w+)=\{\{ \$labels\.(\w+) \}\}", query)
    assert {name for name, _ in variables} <= BOARDS[uid]
    assert "&".join(f"var-{name}={{{{ $labels.{label} }}}}" for name, label in variables) == query


def test_names_of_alerts_are_unique() -> None:
    assert [name for name, count in Counter(map(_named, ALERTS)).items() if count > 1] == []


def test_every_section_of_a_runbook_is_about_an_alert() -> None:
    pages = {alert["annotations"]["runbook_url"].partition("#")[0] for alert in ALERTS}
    named = {_named(alert).lower() for alert in ALERTS}
    for page in pages:
        text = (ROOT / page).read_text("utf-8")
        assert {line.lower() for line in re.findall(r"^## ([A-Z][A-Za-z]+)$", text, re.M)} - named == set()


@pytest.mark.parametrize("alert", ALERTS, ids=_named)
def test_only_alerts_about_everybody_page(alert: Rule) -> None:
    """A project alone opens tickets. A budget that was overrun is money lost by a defect, never by data."""
    if alert["labels"]["severity"] == "page" and _named(alert) != "BudgetOverrun":
        assert alert["labels"]["audience"] == "platform"
        assert "$labels.project" not in alert["annotations"]["summary"]
        assert "by (project" not in alert["expr"]


@pytest.mark.parametrize("record", RECORDS, ids=_named)
def test_recorded_series_keep_the_namespace(record: Rule) -> None:
    for labels in re.findall(r"\bby \(([^)]*)\)", record["expr"]):
        if "kafka_" not in record["expr"]:
            assert "namespace" in labels


def test_burn_rates_fit_their_windows_and_objectives() -> None:
    objectives = {
        rule["labels"]["sloth_slo"]: float(rule["expr"].removeprefix("vector(").removesuffix(")"))
        for rule in RECORDS
        if rule["record"] == "slo:objective:ratio"
    }
    ratio = re.compile(r'ratio_rate(\w+)\{sloth_slo="([a-z-]+)"\} > ([\d.]+) \* ([\d.]+)')
    burning = {_named(alert): ratio.findall(alert["expr"]) for alert in ALERTS}
    burning = {name: found for name, found in burning.items() if found}
    assert {slo for found in burning.values() for _, slo, _, _ in found} == set(objectives)
    for found in burning.values():
        for (short, slo, factor, budget), (long, other, same, equal) in zip(
            found[::2], found[1::2], strict=True
        ):
            assert (slo, factor, budget) == (other, same, equal)
            assert BURNS[short] == long
            assert FACTORS[short] == factor
            assert float(budget) == pytest.approx(1 - objectives[slo])


def test_kubernetes_gets_the_same_rules() -> None:
    assert written_objects() == render_objects()
    for path in rule_files():
        rendered = yaml.safe_load(render_objects()[path.name])
        assert rendered["kind"] == "PrometheusRule"
        assert rendered["spec"]["groups"] == load_groups(path)


def test_promtool_accepts_the_configuration() -> None:
    command = [required_tool("promtool", "prometheus"), "check", "config", PROMETHEUS / "prometheus.yml"]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_service_is_scraped_under_its_name() -> None:
    configuration = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text("utf-8"))
    jobs = {job["job_name"]: job["static_configs"] for job in configuration["scrape_configs"]}
    services = {"ingest", "embedder", "sampler", "labeling-gateway", "qa"}
    assert jobs == {name: [{"targets": [f"{name}:9090"]}] for name in services}


def test_amtool_accepts_the_routing() -> None:
    command = [required_tool("amtool", "prometheus-alertmanager"), "check-config", ALERTMANAGER]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("severity", "audience", "receiver"),
    [
        ("page", "platform", "on-call"),
        ("ticket", "platform", "platform-tickets"),
        ("ticket", "labelling", "labelling-tickets"),
        ("warning", "platform", "daily-warnings"),
        ("warning", "labelling", "daily-warnings"),
    ],
)
def test_only_pages_wake_somebody(severity: str, audience: str, receiver: str) -> None:
    command = [required_tool("amtool", "prometheus-alertmanager"), "config", "routes", "test"]
    labels = [f"severity={severity}", f"audience={audience}", "project=newsdesk"]
    routed = subprocess.run(
        [*command, f"--config.file={ALERTMANAGER}", *labels], capture_output=True, text=True, timeout=60
    )
    assert routed.stdout.split() == [receiver]


def test_inhibitions_name_alerts_that_exist() -> None:
    rules = yaml.safe_load(ALERTMANAGER.read_text("utf-8"))["inhibit_rules"]
    matchers = [text for rule in rules for side in ("source", "target") for text in rule[f"{side}_matchers"]]
    named = {name for text in matchers for name in re.findall(r"[A-Z][A-Za-z]+", text)}
    assert named - {_named(alert) for alert in ALERTS} == set()

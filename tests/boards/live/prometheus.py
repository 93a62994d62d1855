"""A Prometheus of this run's own, which scrapes the services every two seconds and evaluates the rules."""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from shoal_local.ports import HOST, free_port
from shoal_local.process import Child

NAMESPACE = "shoal"
SCRAPE_S = 2
LEAST_SCRAPED = 0.5
Series = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """A time range of a board, in seconds of the epoch."""

    start: float
    end: float
    step: float

    @property
    def seconds(self) -> int:
        """Return its length."""
        return int(self.end - self.start)


class Prometheus:
    """Queries to a running Prometheus."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=30)

    def over(self, expr: str, span: Span) -> list[Series]:
        """Return the series of a query over a time range; each has `metric` and `values`."""
        moments = {"start": span.start, "end": span.end, "step": span.step}
        return list(self._ask("query_range", query=expr, **moments)["result"])

    def at(self, expr: str, moment: float) -> list[Series]:
        """Return the series of a query at a moment; each has `metric` and `value`."""
        found = self._ask("query", query=expr, time=moment)
        if found["resultType"] == "scalar":
            return [{"metric": {}, "value": found["result"]}]
        return list(found["result"])

    def label_values(self, selector: str, label: str, span: Span) -> list[str]:
        """Return the values of a label, as Grafana's `label_values` does."""
        answer = self._ask(
            f"label/{label}/values", **{"match[]": selector, "start": span.start, "end": span.end}
        )
        return [str(value) for value in answer]

    def silent_targets(self, span: Span) -> list[str]:
        """Return the services that were not reached most of the time; a busy one may miss a scrape."""
        series = self.at(f"avg_over_time(up[{span.seconds}s]) < {LEAST_SCRAPED}", span.end)
        return [line["metric"]["job"] for line in series]

    def rule_errors(self) -> list[str]:
        """Return the errors of rules that could not be evaluated."""
        rules = [rule for group in self._ask("rules")["groups"] for rule in group["rules"]]
        return [f"{rule['name']}: {rule['lastError']}" for rule in rules if rule.get("lastError")]

    def _ask(self, path: str, **parameters: Any) -> Any:
        answer = self._http.get(f"/api/v1/{path}", params=parameters)
        assert answer.is_success, f"{parameters}: {answer.text}"
        return answer.json()["data"]


@contextmanager
def running_prometheus(
    folder: Path, services: Mapping[str, str], rules: Sequence[Path]
) -> Iterator[Prometheus]:
    """Run Prometheus on a free port. services: addresses of admin ports by name. rules: files."""
    program = shutil.which("prometheus")
    assert program, "Prometheus is not installed: apt-get install prometheus"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(_configuration(services, rules)))
    address = f"{HOST}:{free_port()}"
    child = Child(
        name="prometheus",
        command=[
            program,
            f"--config.file={file}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={address}",
            "--log.level=warn",
        ],
        stack=folder,
        log=folder / "prometheus.log",
    )
    child.start()
    try:
        url = f"http://{address}"
        child.wait_until(lambda: _is_ready(url))
        yield Prometheus(url)
    finally:
        child.stop()


def _configuration(services: Mapping[str, str], rules: Sequence[Path]) -> dict[str, Any]:
    scrapes = [
        {
            "job_name": name,
            "static_configs": [
                {"targets": [url.removeprefix("http://")], "labels": {"namespace": NAMESPACE}}
            ],
        }
        for name, url in services.items()
    ]
    return {
        "global": {
            "scrape_interval": f"{SCRAPE_S}s",
            "scrape_timeout": f"{SCRAPE_S}s",
            "evaluation_interval": "1s",
        },
        "rule_files": [str(rule) for rule in rules],
        "scrape_configs": scrapes,
    }


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready", timeout=2).is_success
    except httpx.TransportError:
        time.sleep(0.1)
        return False

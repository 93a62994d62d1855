"""The metrics of running services: what they export beside what is documented, and what labels hold."""

import re
import subprocess
from collections.abc import Iterator, Mapping

import httpx
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from shoal.catalog.documents import METRICS, load_registered
from shoal.catalog.metrics import EVERY_SERVICE
from shoal.observability.declaring import declared_metrics

WITH_OUTBOX = {"ingest", "sampler", "labeling-gateway", "qa"}
SHARED_OF = {
    "shoal_outbox_": WITH_OUTBOX,
    "shoal_postgres_": WITH_OUTBOX,
    "shoal_retention_": {"sampler", "labeling-gateway", "qa"},
    "shoal_http_": WITH_OUTBOX,
    "shoal_messaging_broadcast_": {"ingest", "embedder", "sampler", "labeling-gateway", "qa"},
    "shoal_sample_stage_": {"embedder", "sampler", "qa"},
}
"""The services that export a shared metric; all of them export the others."""
ID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # a UUID
    r"|\b[0-9a-f]{16,}\b"  # a hash, or the id of a trace
    r"|[A-Za-z0-9_+/-]{40,}"  # a key or token
)


def exported_samples(admin_url: str) -> list[Sample]:
    """Return the samples that a service exports now."""
    return [
        sample
        for family in text_string_to_metric_families(exposition(admin_url))
        for sample in family.samples
    ]


def exposition(admin_url: str) -> str:
    """Return the text of a service's /metrics."""
    response = httpx.get(f"{admin_url}/metrics", timeout=30)
    response.raise_for_status()
    return response.text


def exported_names(admin_url: str) -> set[str]:
    """Return the names of Shoal's metrics that a service exports, as they are declared."""
    names = {sample.name for sample in exported_samples(admin_url)}
    own = {name for name in names if name.startswith("shoal_")}
    return {re.sub(r"_(bucket|count|sum)$", "", name) if is_histogram(name, own) else name for name in own}


def is_histogram(name: str, names: set[str]) -> bool:
    """Return whether a sample's name is one of a histogram."""
    base = re.sub(r"_(bucket|count|sum)$", "", name)
    return base != name and f"{base}_bucket" in names


def documented_names(service: str) -> set[str]:
    """Return the names that a service should export."""
    modules = load_registered(METRICS)
    own = {item.name for item in declared_metrics(modules[service])}
    shared = {
        item.name for item in declared_metrics(modules[EVERY_SERVICE]) if is_exported(item.name, service)
    }
    return own | shared


def is_exported(name: str, service: str) -> bool:
    """Return whether a service should export a shared metric."""
    for prefix, services in SHARED_OF.items():
        if name.startswith(prefix):
            return service in services
    return True


def wrong_metrics(service: str, admin_url: str) -> list[str]:
    """Return what a service exports without a document, and what is documented and absent."""
    exported, documented = exported_names(admin_url), documented_names(service)
    absent = documented - exported
    return [f"{service}: {name} is undocumented" for name in sorted(exported - documented)] + [
        f"{service}: {name} is absent" for name in sorted(absent)
    ]


def private_labels(admin_urls: Mapping[str, str], private: set[str]) -> Iterator[str]:
    """Yield labels whose value looks like an id, or is one of `private`."""
    for service, url in admin_urls.items():
        for sample in exported_samples(url):
            for label, value in sample.labels.items():
                if ID.search(value) or value in private:
                    yield f"{service}: {sample.name} has {label}={value!r}"


def faults_of_promtool(promtool: str, text: str) -> list[str]:
    """Return what `promtool check metrics` says about Shoal's metrics."""
    ended = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    said = (ended.stdout + ended.stderr).splitlines()
    return [line for line in said if line.startswith("shoal_")] + (
        ["it failed"] if ended.returncode == 1 else []
    )

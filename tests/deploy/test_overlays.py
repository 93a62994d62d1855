"""What differs between the overlays, and production's render as a whole."""

import os
import re
from pathlib import Path

from deploy.manifestkit import K8S, Manifests, overlay, rendered_text

SNAPSHOT = Path(__file__).with_name("production.yaml")
BOARD = re.compile(r"^  [\w-]+\.json: \|-?\n(?:    .*\n|\n)+", re.MULTILINE)
"""A board in a ConfigMap, which deploy/grafana has as a file."""


def buckets(manifests: Manifests) -> set[str]:
    """Return the buckets that backups go to."""
    store = manifests.named("Cluster", "postgres")["spec"]["backup"]["barmanObjectStore"]
    (qdrant,) = [workload for workload in manifests.workloads if workload.name == "qdrant"]
    variables = manifests.variables(qdrant.container)
    return {
        store["destinationPath"].removeprefix("s3://").partition("/")[0],
        variables["QDRANT__STORAGE__SNAPSHOTS_CONFIG__S3_CONFIG__BUCKET"],
    }


def hosts(manifests: Manifests) -> set[str]:
    """Return the hosts of the HTTP APIs."""
    return {host for route in manifests.of("HTTPRoute") for host in route["spec"]["hostnames"]}


def test_staging_and_production_share_no_bucket_and_no_host() -> None:
    """A backup of one would overwrite those of the other, and expire them."""
    staging, production = overlay("staging"), overlay("production")
    assert buckets(staging).isdisjoint(buckets(production))
    assert hosts(staging).isdisjoint(hosts(production))


def test_staging_has_the_objects_of_production() -> None:
    names = [
        {
            (item["kind"], re.sub(r"-[a-z0-9]{10}$", "", item["metadata"]["name"]))
            for item in overlay(name).resources
        }
        for name in ("staging", "production")
    ]
    assert names[0] == names[1]


def test_production_renders_as_reviewed() -> None:
    """`make manifests` writes the file again after a change; boards have files of their own."""
    text = BOARD.sub("", rendered_text(K8S / "overlays" / "production"))
    if os.environ.get("SHOAL_WRITE_SNAPSHOT"):
        SNAPSHOT.write_text(text, "utf-8")
    assert SNAPSHOT.read_text("utf-8") == text

"""Checkov's rules for Kubernetes hold in every overlay, except for those that are skipped with a reason."""

import json
import os
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.manifestkit import K8S, OVERLAYS, ROOT, rendered_text

CHECKOV = ROOT / ".venv" / "manifests" / "bin" / "checkov"
EVERYWHERE = {
    "CKV_K8S_11": "A CPU limit throttles a pod while its node is idle; requests share out a busy node.",
    "CKV_K8S_35": "Services read passwords from the environment, which no other user of the node can read.",
}
BY_VERSION = {
    "CKV_K8S_15": "A version does not move; pulling it at every start adds a way to fail.",
    "CKV_K8S_43": "Production pins digests; elsewhere a version is enough.",
}
SKIPPED = {
    "dev-single": EVERYWHERE | BY_VERSION,
    "staging": EVERYWHERE | BY_VERSION,
    "production": EVERYWHERE,
}


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, set[str]]]:
    """Return the resources that break each rule, by overlay."""
    if not CHECKOV.exists():
        if os.environ.get("SHOAL_REQUIRE_TOOLS"):
            pytest.fail("checkov is not installed: make .venv/manifests/.ready")
        pytest.skip("needs checkov: make .venv/manifests/.ready")
    folder = tmp_path_factory.mktemp("rendered")
    for name in OVERLAYS:
        (folder / f"{name}.yaml").write_text(rendered_text(K8S / "overlays" / name))
    found: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in OVERLAYS}
    for overlay, rule, resource in broken_rules(folder):
        found[overlay][rule].add(resource)
    return found


def broken_rules(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the overlay, rule and resource of everything that checkov finds in a folder, without network."""
    options = ["--skip-download", "--framework", "kubernetes", "--compact", "--quiet", "--output", "json"]
    run = subprocess.run(
        [CHECKOV, *options, "--directory", folder], capture_output=True, text=True, timeout=240
    )
    assert run.returncode in (0, 1), run.stderr
    report = json.loads(run.stdout)
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["passed"] > 1000
    for check in report["results"]["failed_checks"]:
        yield Path(check["file_path"]).stem, check["check_id"], check["resource"]


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_rule_holds_that_is_not_skipped(failures: dict[str, dict[str, set[str]]], name: str) -> None:
    assert {rule: found for rule, found in failures[name].items() if rule not in SKIPPED[name]} == {}


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_skip_is_needed(failures: dict[str, dict[str, set[str]]], name: str) -> None:
    assert SKIPPED[name].keys() <= failures[name].keys()

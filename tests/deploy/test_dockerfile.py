"""The Dockerfile: its base, user, labels and locks, and a linter that finds no fault."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.dockerkit import CONTEXT, DOCKERFILE, FOLDER, lock_text, locked, read_arguments, read_stages
from deploy.manifestkit import ROOT, overlay

HADOLINT = ROOT / ".venv" / "manifests" / "bin" / "hadolint"


def test_hadolint_has_nothing_to_say() -> None:
    if not HADOLINT.exists():
        if os.environ.get("SHOAL_REQUIRE_TOOLS"):
            pytest.fail("hadolint is not installed: make .venv/manifests/.ready")
        pytest.skip("needs hadolint: make .venv/manifests/.ready")
    run = subprocess.run([HADOLINT, DOCKERFILE], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout) == (0, "")


def test_stages_start_from_one_digest() -> None:
    python = read_arguments()["PYTHON"]
    assert re.fullmatch(r"docker\.io/library/python:3\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}", python)
    assert [stage.base for stage in read_stages().values()] == ["${PYTHON}", "scratch", "${PYTHON}"]


def test_containers_run_as_the_user_of_the_pods() -> None:
    (user,) = read_stages()["shoal"].of("USER")
    for workload in overlay("production").workloads:
        if workload.service or workload.name == "shoal-migrate":
            context = workload.pod["securityContext"]
            assert user.text == f"{context['runAsUser']}:{context['runAsGroup']}", str(workload)


def test_only_what_a_build_reads_is_sent_to_it() -> None:
    lines = (FOLDER / "Dockerfile.dockerignore").read_text().splitlines()
    assert {line[1:] for line in lines if line.startswith("!")} == set(CONTEXT)
    assert "*" in lines


def test_the_image_says_what_it_is() -> None:
    labels = " ".join(instruction.text for instruction in read_stages()["shoal"].of("LABEL"))
    for key in ("title", "description", "licenses", "version", "revision"):
        assert f"org.opencontainers.image.{key}=" in labels


def test_the_runtime_lock_has_the_versions_that_the_tests_run_with() -> None:
    tested = locked("dev")
    assert {name: versions for name, versions in locked("runtime").items() if tested[name] != versions} == {}


def test_the_runtime_lock_names_no_package_index() -> None:
    assert "index-url" not in lock_text("runtime") + lock_text("image")
    assert lock_text("runtime").count("--hash=sha256:") > 100


def test_without_an_engine_the_build_says_so_in_one_line(tmp_path: Path) -> None:
    for tool in ("bash", "dirname"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or tool)
    run = subprocess.run(
        [FOLDER / "build.sh"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=30
    )
    assert run.returncode == 1
    assert run.stderr == "error: no container engine runs here: start docker, or install podman or buildah\n"

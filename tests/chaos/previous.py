"""The previous release, built from the repository's history and installed beside the present one."""

import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("ingest", "embedder", "sampler", "labeling-gateway", "qa")
PACKAGES = ("shared", *(f"services/{name}" for name in SERVICES), "deploy/local")
RELEASE = (Path(__file__).parent / "previous_release.txt").read_text().strip()
"""The commit of the release before this one; a release that changes events or tables replaces it."""


def install_previous(folder: Path) -> Path:
    """Build the wheels of the previous release in `folder`; return the Python that has them installed.

    Its other packages are those of the present environment.
    """
    source, wheels = folder / "source", folder / "wheels"
    archive = subprocess.run(
        ["git", "archive", RELEASE, *PACKAGES], cwd=ROOT, capture_output=True, timeout=60
    )
    if archive.returncode:
        pytest.skip(f"needs the history of the repository, with commit {RELEASE}")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
        tar.extractall(source, filter="data")
    for package in PACKAGES:
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", wheels]
        subprocess.run(command, cwd=source / package, check=True, capture_output=True, timeout=120)
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    for wheel in wheels.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(packages)
    # Packages that are installed for editing are not found through this line: only the wheels are.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python

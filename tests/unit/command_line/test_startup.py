"""A command over files loads what it needs and nothing of the services."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from shoal.cache import model_folder

SERVICES = {
    "aiokafka", "asyncpg", "fastapi", "faststream", "grpc", "httpx", "prometheus_client", "pydantic",
    "pydantic_settings", "qdrant_client", "starlette", "structlog", "uvicorn",
    "shoal.messaging", "shoal.persistence", "shoal.runtime", "shoal.contracts",
}  # fmt: skip
HEAVY = {"pandas"}  # which pyarrow imports where it is installed, at most of its conversions
CACHE = model_folder()
MODULES = """
import json, sys
from shoal.command_line.main import main
sys.argv = ["shoal", *json.loads(sys.argv[1])]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print(json.dumps(sorted(sys.modules)))
"""
VOTES = ("--votes", "votes.csv")
COMMANDS = [
    ("qa", "agreement", *VOTES),
    ("qa", "annotators", *VOTES),
    ("qa", "consensus", *VOTES, "--model", "majority", "--output", "o.csv"),
    ("qa", "simulate-votes", *VOTES, "--model", "majority", "--seeds", "1"),
    ("qa", "label-errors", "--labels", "labels.csv", "--embeddings", "x.npy", "--output", "o.csv"),
    ("sampler", "select", "--embeddings", "x.npy", "--n", "2", "--output", "o.csv"),
    ("sampler", "duplicates", "--embeddings", "x.npy", "--output", "o.csv"),
    ("sampler", "simulate", "--embeddings", "x.npy", "--labels", "labels.csv", "--strategies", "random",
     "--budgets", "4,8", "--seeds", "1", "--output", "curves"),
    ("embed", "texts.txt", "--output", "e.npy", "--cache", str(CACHE)),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with small files for every command."""
    rows = [f"t{task},w{who},{'ab'[(task + who // 2) % 2]}" for task in range(8) for who in range(3)]
    (tmp_path / "votes.csv").write_text("\n".join(["task,worker,label", *rows]) + "\n")
    (tmp_path / "labels.csv").write_text("label\n" + "a\nb\n" * 12)
    (tmp_path / "texts.txt").write_text("wheat prices rose\n")
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(24, 4)).astype(np.float32))
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: "-".join(command[:2]))
def test_a_command_over_files_loads_nothing_of_the_services(command: tuple[str, ...], folder: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", MODULES, json.dumps(command)], cwd=folder, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    modules = set(json.loads(run.stdout.splitlines()[-1]))
    assert "numpy" in modules
    assert not modules & (SERVICES | HEAVY)
    if command[1] == "agreement":
        assert "scipy" not in modules


def test_agreement_over_a_small_file_takes_little_processor_time(folder: Path) -> None:
    """Modules are compiled beforehand, as they are after a first run: 0.28 s where this was written."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    shoal = Path(sys.executable).with_name("shoal")
    times = []
    for _ in range(4):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [shoal, "qa", "agreement", *VOTES], cwd=folder, env=environment, check=True, capture_output=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times[1:]) < 0.6

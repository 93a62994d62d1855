"""Programs that read exports with the libraries of others, offline."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TQDM_DISABLE": "1"}


def run_program(folder: Path, code: str) -> Any:
    """Return what a program prints as JSON. It runs on its own: imports of these libraries warn."""
    program = f"import json, sys\nfolder = sys.argv[1]\n{code}\nprint(json.dumps(found, default=str))"
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
        env={**os.environ, **OFFLINE, "HF_HOME": str(folder), "XDG_CACHE_HOME": str(folder)},
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])

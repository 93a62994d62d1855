"""What suites of the qa service share."""

from pathlib import Path

import pytest

from unit.qa.crowds import Crowd, honest
from unit.qa.fileskit import CLASSES, votes_of, write


@pytest.fixture
def crowd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crowd:
    """Return a crowd; its votes are in votes.csv, its first 60 answers in gold.csv of the working folder."""
    monkeypatch.chdir(tmp_path)
    found = honest(1)
    write("votes.csv", "task,worker,label", votes_of(found))
    write("gold.csv", "task,label", [(f"t{i:03}", CLASSES[found.truth[i]]) for i in range(60)])
    return found

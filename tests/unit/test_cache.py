"""The folder of files that can be recreated."""

import pwd
import tempfile
from pathlib import Path

import pytest

from shoal.cache import cache_folder


def test_the_folder_is_the_one_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOAL_CACHE", str(tmp_path / "files"))
    assert cache_folder() == tmp_path / "files"


def test_a_user_without_a_home_has_it_among_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pods run as a user that the image may not list; `shoal migrate` looks for a running stack there."""

    def no_entry(user: int) -> None:
        raise KeyError(user)

    monkeypatch.delenv("SHOAL_CACHE", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", no_entry)
    assert cache_folder() == Path(tempfile.gettempdir()).resolve() / "shoal"

"""The folder of dataset versions of `shoal up`."""

from pathlib import Path

import pytest

from shoal_local.datasets import UnusableFolder, dataset_address


def test_a_folder_is_created_and_its_address_is_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert dataset_address("mine/datasets") == str(tmp_path / "mine" / "datasets")
    assert (tmp_path / "mine" / "datasets").is_dir()


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert dataset_address("~/datasets") == str(tmp_path / "datasets")


def test_files_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_text("{}")
    dataset_address(str(tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["data.jsonl"]


def test_an_address_of_a_store_stays_as_it_is() -> None:
    assert dataset_address("s3://bucket/datasets") == "s3://bucket/datasets"


@pytest.mark.parametrize("folder", ["", " "])
def test_a_folder_without_a_name_is_refused(folder: str) -> None:
    with pytest.raises(UnusableFolder, match="--datasets DIR"):
        dataset_address(folder)


@pytest.mark.parametrize("folder", ["file.txt", "file.txt/below"])
def test_a_file_is_refused_with_the_option_to_change(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file.txt").write_text("")
    with pytest.raises(UnusableFolder, match=r"file\.txt.* folder.*--datasets"):
        dataset_address(str(tmp_path / folder))

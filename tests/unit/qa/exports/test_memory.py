"""Memory of exports does not grow with the rows: measured in a process of their own."""

from pathlib import Path

import pytest

from bucketkit import s3_bucket
from shoal_qa.usecases.datasets.exports import FORMATS
from unit.qa.exports.largekit import KIND_OF, write_large_version
from unit.qa.exports.peakkit import measure_exports

TABLES = ("parquet", "huggingface", "croissant")  # 10,000 rows of a group are in memory
GROWTH = 14 << 20  # bytes; the rows between are 24 MB or more as dictionaries


def make_versions(folder: Path, kind: str, rows: int, words: int) -> list[Path]:
    """Return a version of so many rows, and one of four times as many."""
    sizes = (rows, 4 * rows)
    return [write_large_version(folder / str(size), kind, size, words=words) for size in sizes]


@pytest.mark.parametrize("name", list(FORMATS))
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, name: str) -> None:
    rows, words = (14_000, 40) if name in TABLES else (2_000, 400)
    kind = KIND_OF.get(name, "single_choice")
    small, large = measure_exports(name, tmp_path / "out", *make_versions(tmp_path, kind, rows, words))
    assert (small.rows, large.rows) == (rows, 4 * rows)
    assert large.peak - small.peak < GROWTH


@pytest.mark.parametrize("name", ["jsonl", "parquet"])
def test_object_storage_gets_files_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    versions = make_versions(tmp_path, "single_choice", 14_000, 300)
    with s3_bucket(monkeypatch) as bucket:
        small, large = measure_exports(name, f"{bucket}/exports", *versions)
    assert large.rows == 56_000
    assert large.peak - small.peak < 50 << 20  # the rows between are 120 MB

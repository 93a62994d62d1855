"""Columns of rows about objects and numbers: an expert's parts are certain, earlier versions have none."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.qa.qakit import NOON, Qa
from adapters.qa.test_kinds import ADAPTER, KINDS, begin, every_kind, vote
from shoal_qa.adapters.files.datasets import FsspecFiles
from shoal_qa.adapters.postgres.accepted import PostgresAccepted
from shoal_qa.adapters.postgres.datasets import PostgresRegistry
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS
from shoal_qa.usecases.datasets.drafting import DatasetRequest
from shoal_qa.usecases.datasets.files import FindVersion
from shoal_qa.usecases.datasets.freezing import FreezeDataset
from shoal_qa.usecases.datasets.rebuild import RebuildVersion
from shoal_qa.usecases.datasets.rows import CURRENT, RowForm
from shoal_qa.usecases.review import DecideReview

pytestmark = pytest.mark.servers


async def freeze(qa: Qa, folder: Path, form: RowForm = CURRENT) -> dict[str, Any]:
    """Freeze all labels; return the manifest."""
    files, registry = FsspecFiles(str(folder)), PostgresRegistry(qa.pool)
    freezing = FreezeDataset(PostgresAccepted(qa.pool), files, registry, lambda: NOON)
    return (await freezing("news", DatasetRequest(dataset="all", splits={"train": 1.0}, form=form)))[0]


def data_files(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("data.*")}


@pytest.mark.parametrize("kind", ["multi_choice", "boxes", "number"])
async def test_versions_of_earlier_releases_are_rebuilt_bit_for_bit(
    qa: Qa, kind: str, tmp_path: Path
) -> None:
    await begin(qa, kind)
    _, _, one, other, _, _ = KINDS[kind]
    await qa.annotations([vote("ann", one), vote("bob", other)])
    manifest = await freeze(qa, tmp_path, RowForm(parts=False, content=False))
    await qa.pool.execute("UPDATE datasets SET manifest = manifest - 'has_parts' - 'has_content'")
    data = data_files(tmp_path)
    assert not any(b'"objects"' in content or b'"interval"' in content for content in data.values())
    for file in data:
        file.unlink()
    find = FindVersion(PostgresRegistry(qa.pool))
    rebuild = RebuildVersion(find, PostgresAccepted(qa.pool), FsspecFiles(str(tmp_path)))
    await rebuild("news", "all", manifest["version"])
    assert data_files(tmp_path) == data


@every_kind
async def test_what_an_expert_decided_is_certain_in_every_part(qa: Qa, kind: str, tmp_path: Path) -> None:
    await begin(qa, kind)
    _, _, one, _, apart, _ = KINDS[kind]
    await qa.annotations([vote("ann", one), vote("bob", apart)])
    decide = DecideReview(qa.database, qa.evaluate, lambda: NOON)
    await decide("news", "k1", ADAPTER.validate_python(one), "eva")
    await freeze(qa, tmp_path)
    (row,) = [orjson.loads(text) for file, text in data_files(tmp_path).items() if file.suffix == ".jsonl"]
    assert (row["probability"], row.get("interval")) == (1.0, None)
    assert row["probabilities"] == dict.fromkeys(one.get("labels", ()), 1.0)
    assert row.get("objects", []) == [1.0] * (len(one[kind]) if kind in OBJECT_KINDS else 0)

"""Samples that resemble one of another split, in the manifest of a version: images by their hashes."""

from pathlib import Path
from typing import Any

import pytest

from adapters.qa.qakit import NOON, Qa, job, vote
from shoal.contracts.samples import Content
from shoal_qa.adapters.files.datasets import FsspecFiles
from shoal_qa.adapters.postgres.accepted import PostgresAccepted
from shoal_qa.adapters.postgres.datasets import PostgresRegistry
from shoal_qa.usecases.datasets.drafting import DatasetRequest
from shoal_qa.usecases.datasets.freezing import FreezeDataset

pytestmark = pytest.mark.servers
REQUEST = DatasetRequest(dataset="photos", splits={"train": 0.5, "test": 0.5})


def image(number: int, look: int | None, **more: Any) -> Content:
    sha256 = f"{number:064x}"
    value = None if look is None else f"{look:032x}"
    facts = {"media_type": "image/png", "perceptual_hash": value, **more}
    return Content.model_validate({"uri": f"media:{sha256}", "sha256": sha256, **facts})


async def duplicates_of(qa: Qa, folder: Path, contents: list[Content]) -> dict[str, Any]:
    """Label a sample of each content; return the near-duplicates of a version."""
    jobs = [job(n).model_copy(update={"content": content}) for n, content in enumerate(contents)]
    await qa.jobs(jobs)
    await qa.annotations([vote(n, who, "x") for n in range(len(contents)) for who in ("ann", "bob")])
    registry = PostgresRegistry(qa.pool)
    freeze = FreezeDataset(PostgresAccepted(qa.pool), FsspecFiles(str(folder)), registry, lambda: NOON)
    return dict((await freeze("news", REQUEST))[0]["near_duplicates"])


async def test_images_that_look_alike_are_named(qa: Qa, tmp_path: Path) -> None:
    alike = [image(n, (1 << 100) + (1 << n)) for n in range(10)]  # each has a bit of its own
    found = await duplicates_of(qa, tmp_path, alike)
    assert found["samples"] == 10
    for pair in found["examples"]:
        assert set(pair["splits"]) == {"train", "test"}
        assert pair["similarity"] == 0.98  # 126 of 128 bits


async def test_other_images_and_crops_are_no_duplicates(qa: Qa, tmp_path: Path) -> None:
    crop = {"left": 0.0, "top": 0.0, "right": 0.5, "bottom": 0.5}
    crops = [image(n, 7, crop=crop) for n in range(10)]
    others = [image(n, int.from_bytes(bytes([n * 16 + 1]) * 16, "big")) for n in range(10, 16)]
    plain = [image(n, None) for n in range(20, 26)]
    found = await duplicates_of(qa, tmp_path, [*crops, *others, *plain])
    assert found == {"samples": 0, "examples": []}

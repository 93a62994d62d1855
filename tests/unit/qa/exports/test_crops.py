"""Labels of crops in datasets: each names its part of the image, and exports hold that part."""

import hashlib
import io
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from shoal.contracts.label_schemas import LabelClass, SingleChoiceSchema
from shoal_qa.usecases.datasets.rows import Row, RowForm, dataset_row, row_text
from unit.qa.exports.exportkit import export, write_version

SCHEMA = SingleChoiceSchema(classes=(LabelClass(name="fish"), LabelClass(name="crab")))
CROP = {"left": 0.0, "top": 0.0, "right": 0.2, "bottom": 0.4}
STORED: dict[str, Any] = {
    **dict.fromkeys(("source", "source_id", "occurred_at", "campaign", "campaign_id", "group_key")),
    **dict.fromkeys(("answer", "inclusion", "predicted", "model")),
    "tags": {},
    "label": "fish",
    "probability": 0.9,
    "job_id": "j",
    "revision": 1,
    "purpose": "label",
    "major": 1,
    "minor": 0,
    "accepted_at": datetime(2026, 11, 24, tzinfo=UTC),
    "evidence": {"votes": 2, "agreement": 1.0, "method": "auto"},
}


def store_photo(media: Path) -> str:
    """Store a blue JPEG with a red corner; return its SHA-256."""
    image, file = Image.new("RGB", (100, 50), "blue"), io.BytesIO()
    image.paste("red", (0, 0, 30, 30))
    image.save(file, "JPEG", quality=95)
    sha256 = hashlib.sha256(file.getvalue()).hexdigest()
    folder = media / "news" / sha256[:2] / sha256
    folder.mkdir(parents=True)
    (folder / "original").write_bytes(file.getvalue())
    return sha256


def row_of(sample_id: str, sha256: str, crop: dict[str, float] | None = None) -> Row:
    content = {"uri": f"media:{sha256}", "sha256": sha256, "media_type": "image/jpeg"}
    if crop is not None:
        content["crop"] = crop  # type: ignore[assignment]
    return {
        **dataset_row({**STORED, "sample_id": sample_id, "content": content}, RowForm()),
        "split": "train",
    }


def test_crops_of_an_image_are_rows_of_their_own_and_no_duplicates() -> None:
    rows = [row_of("s0", "ab"), row_of("s1", "ab", CROP), row_of("s2", "ab", {**CROP, "right": 0.3})]
    assert [row["uri"] for row in rows] == [
        "media:ab",
        "media:ab#xywh=percent:0,0,20,40",
        "media:ab#xywh=percent:0,0,30,40",
    ]
    assert len({row_text(row) for row in rows}) == 3
    assert {tuple(row) for row in rows} == {tuple(rows[0])}  # the same columns always


def test_the_image_of_a_crop_is_the_part_that_was_labelled(tmp_path: Path) -> None:
    sha256 = store_photo(tmp_path / "media")
    version = write_version(tmp_path / "v", SCHEMA, [row_of("s0", sha256), row_of("s1", sha256, CROP)])
    export(version, "webdataset", tmp_path / "out", media=tmp_path / "media")
    with tarfile.open(tmp_path / "out/train-000000.tar") as shard:
        images = [name for name in shard.getnames() if not name.endswith((".json", ".cls"))]
        assert images == ["s0.jpg", "s1.png"]
        member = shard.extractfile("s1.png")
        assert member is not None
        part = Image.open(io.BytesIO(member.read())).convert("RGB")
    assert part.size == (20, 20)
    red, _, blue = part.getpixel((10, 10))  # type: ignore[misc]
    assert red > 200 > 50 > blue

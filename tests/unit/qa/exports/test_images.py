"""Images of exports: where they lie, and those that are missing."""

import hashlib
import io
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from PIL import Image

from shoal.contracts.label_schemas import BoxesSchema
from shoal.contracts.samples import Content
from shoal_qa.usecases.datasets.exports import FORMATS
from unit.qa.exports.exportkit import export, make_row, write_version
from unit.qa.exports.versionkit import BOXES, CLASSES, PNG, boxes_version, store_image, text_version


@pytest.fixture
def media(tmp_path: Path) -> Path:
    return store_image(tmp_path)


@pytest.mark.parametrize("name", ["coco", "yolo"])
def test_images_lie_where_trainers_look(tmp_path: Path, media: Path, name: str) -> None:
    report = export(boxes_version(tmp_path / "v"), name, tmp_path / "out", media=media)
    images = sorted(path.relative_to(tmp_path / "out").as_posix() for path in tmp_path.glob("out/images/*/*"))
    expected = ["images/train/s0.png", "images/train/s2.png", "images/validation/s1.png"]
    assert images == [*expected, "images/validation/s3.png"]
    assert (tmp_path / "out" / images[0]).read_bytes() == PNG
    assert {"path": "images/train/", "files": 2, "bytes": 2 * len(PNG)} in report["files"]


def test_texts_have_no_column_of_images(tmp_path: Path, media: Path) -> None:
    export(text_version(tmp_path / "v"), "huggingface", tmp_path / "out", media=media)
    (file,) = tmp_path.glob("out/data/*.parquet")
    assert "image" not in pq.read_schema(file).names
    export(boxes_version(tmp_path / "w"), "huggingface", tmp_path / "images", media=media)
    assert all("image" in pq.read_schema(path).names for path in tmp_path.glob("images/data/*.parquet"))


def test_shards_of_images(tmp_path: Path, media: Path) -> None:
    report = export(boxes_version(tmp_path / "v"), "webdataset", tmp_path / "out", media=media)
    assert (report["rows"], report["left_out"]) == (4, [])
    with tarfile.open(tmp_path / "out/train-000000.tar") as shard:
        assert shard.getnames() == ["s0.json", "s0.png", "s2.json", "s2.png"]


def test_images_that_the_store_lacks_or_has_damaged_are_counted(tmp_path: Path, media: Path) -> None:
    original = next(media.rglob("original"))
    original.write_bytes(b"other bytes")
    report = export(boxes_version(tmp_path / "v"), "coco", tmp_path / "out", media=media)
    assert (report["rows"], report["images"]) == (4, {"copied": 0, "missing": 4})


def test_single_images_that_are_missing_or_damaged_leave_the_others_whole(tmp_path: Path) -> None:
    images = [f"image {number}".encode() for number in range(40)]
    store, contents = tmp_path / "media", []
    for image in images:
        sha256 = hashlib.sha256(image).hexdigest()
        contents.append(Content(uri=f"media:{sha256}", sha256=sha256, media_type="image/png"))
        file = store / "news" / sha256[:2] / sha256 / "original"
        file.parent.mkdir(parents=True)
        file.write_bytes(image if image != images[7] else b"other bytes")
    shutil.rmtree(store / "news" / str(contents[21].sha256)[:2] / str(contents[21].sha256))
    contents[22] = Content(uri="https://example.org/elsewhere.png", media_type="image/png")
    rows = [make_row(number, BOXES, content) for number, content in enumerate(contents)]
    source = write_version(tmp_path / "v", BoxesSchema(classes=CLASSES), rows)
    report = export(source, "yolo", tmp_path / "out", media=store)
    assert (report["rows"], report["images"]) == (40, {"copied": 37, "missing": 3})
    copied = {path.name: path.read_bytes() for path in tmp_path.glob("out/images/train/*")}
    assert copied == {f"s{n}.png": image for n, image in enumerate(images) if n not in (7, 21, 22)}


def test_equal_versions_give_equal_bytes(tmp_path: Path, media: Path) -> None:
    for name, kinds in FORMATS.items():
        if "boxes" not in kinds:
            continue
        reports = [
            export(boxes_version(tmp_path / f"{name}{n}"), name, tmp_path / f"out-{name}-{n}", media=media)
            for n in range(2)
        ]
        assert reports[0] == reports[1]


def stored_picture(store: Path, name: str, form: str, **options: Any) -> tuple[Content, bytes]:
    """Store a picture, 40 pixels wide and 20 high, as it lies in its file; return the content and bytes."""
    file = io.BytesIO()
    Image.new("RGB", (40, 20), "#308050").save(file, form, **options)
    sha256 = hashlib.sha256(file.getvalue()).hexdigest()
    place = store / "news" / sha256[:2] / sha256
    place.mkdir(parents=True)
    (place / "original").write_bytes(file.getvalue())
    return Content(uri=f"media:{sha256}", sha256=sha256, media_type=f"image/{name}"), file.getvalue()


@pytest.mark.parametrize(("name", "form"), [("jpeg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
def test_images_are_exported_as_people_saw_them(tmp_path: Path, name: str, form: str) -> None:
    camera, turned = Image.Exif(), Image.Exif()
    camera[271], turned[274] = "camera", 6  # maker; the viewer turns the image by a quarter
    plain, data = stored_picture(tmp_path / "media", name, form, exif=camera)
    quarter, _ = stored_picture(tmp_path / "media", name, form, exif=turned)
    rows = [make_row(number, BOXES, content) for number, content in enumerate((plain, quarter))]
    source = write_version(tmp_path / "v", BoxesSchema(classes=CLASSES), rows)
    export(source, "coco", tmp_path / "out", media=tmp_path / "media")
    same, upright = sorted(tmp_path.glob("out/images/train/*"))
    assert same.read_bytes() == data
    with Image.open(upright) as image:
        assert (image.format, image.size, 274 in image.getexif()) == (form, (20, 40), False)


def test_yolo_gets_no_image_that_its_trainers_leave_out(tmp_path: Path) -> None:
    content, _ = stored_picture(tmp_path / "media", "gif", "GIF")
    source = write_version(tmp_path / "v", BoxesSchema(classes=CLASSES), [make_row(0, BOXES, content)])
    export(source, "yolo", tmp_path / "out", media=tmp_path / "media")
    (image,) = tmp_path.glob("out/images/train/*")
    assert (image.name, image.read_bytes()[:4]) == ("s0.png", b"\x89PNG")

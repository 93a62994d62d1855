"""Export a dataset version: its folder, a format and a target folder in, files and export.json out."""

from collections.abc import Callable
from typing import Any

from shoal.runtime.refusal import Refused
from shoal_qa.adapters.exports.coco import CocoWriter
from shoal_qa.adapters.exports.croissant import CroissantWriter
from shoal_qa.adapters.exports.huggingface import HuggingFaceWriter
from shoal_qa.adapters.exports.images import ReadImage, open_images
from shoal_qa.adapters.exports.label_studio import LabelStudioWriter
from shoal_qa.adapters.exports.lines import LineWriter, PreferenceLines, conll_block, json_line, spacy_line
from shoal_qa.adapters.exports.sources import VersionSource
from shoal_qa.adapters.exports.tables import CsvWriter, ParquetWriter
from shoal_qa.adapters.exports.targets import Target
from shoal_qa.adapters.exports.webdataset import WebDatasetWriter
from shoal_qa.adapters.exports.yolo import YoloWriter
from shoal_qa.usecases.datasets.exports import ExportWriter, Progress, Version, check_format, write_rows

Report = Callable[[int, int], None]


def export_version(
    source: str, name: str, target: Target, *, media: str | None, report: Report
) -> dict[str, Any]:
    """Write a version in a format, a row or a group of rows in memory at a time; return export.json.

    source: address of the version's folder. media: address of the media store; None: images are left out.
    report: called with (rows so far, all rows). Raises Refused for a format that cannot hold the answers or
    the names, and BadInput for a folder that is no version.
    """
    version, rows = VersionSource(source).open_version()
    check_format(name, version.schema["kind"])
    progress = Progress(version.rows, report)
    head = {
        "format": name,
        **{key: version.manifest[key] for key in ("project", "dataset", "version")},
    }
    with open_images(media, version.manifest["project"]) as images, target.abandoned_on_errors():
        writer = open_writer(name, target, version, read_image=images.read, with_images=media is not None)
        counted = progress.count(images.read_ahead(rows))
        return write_rows(counted, writer, target, head=head, tail=images.counts)


def open_writer(
    name: str, target: Target, version: Version, *, read_image: ReadImage, with_images: bool
) -> ExportWriter:
    """Return the writer of a format. Raises Refused if a class or a split has no name in it."""
    kind = version.schema["kind"]
    match name:
        case "jsonl":
            return LineWriter(target, "jsonl", json_line)
        case "spacy":
            return LineWriter(target, "jsonl", spacy_line)
        case "preferences":
            return LineWriter(target, "jsonl", PreferenceLines())
        case "conll":
            return _conll_writer(target, version)
        case "parquet":
            return ParquetWriter(target, kind)
        case "csv":
            return CsvWriter(target)
        case "huggingface":
            return HuggingFaceWriter(target, version, read_image, with_images=with_images)
        case "croissant":
            return CroissantWriter(target, version)
        case "coco":
            return CocoWriter(target, version, read_image)
        case "yolo":
            return _yolo_writer(target, version, read_image)
        case "label-studio":
            return _studio_writer(target, version)
        case _:
            return WebDatasetWriter(target, version, read_image)


def _conll_writer(target: Target, version: Version) -> LineWriter:
    try:
        return LineWriter(target, "conll", conll_block(version.classes))
    except ValueError as error:
        raise _name_refusal(error, "Export as spacy, or rename one of the classes") from None


def _yolo_writer(target: Target, version: Version, read_image: ReadImage) -> YoloWriter:
    try:
        return YoloWriter(target, version, read_image)
    except ValueError as error:
        raise _name_refusal(error, "Freeze a version with another name of the split") from None


def _studio_writer(target: Target, version: Version) -> LabelStudioWriter:
    try:
        return LabelStudioWriter(target, version)
    except ValueError as error:
        raise _name_refusal(error, "Rename the class") from None


def _name_refusal(error: ValueError, fix: str) -> Refused:
    """Return the refusal of a format in which a class or a split has no name."""
    return Refused("invalid", f"format: {error}", field="format", fix=fix)

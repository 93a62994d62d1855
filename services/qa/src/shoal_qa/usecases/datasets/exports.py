"""Exports of dataset versions: the formats, the label types that each one holds, and the writing of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from shoal.contracts.label_schemas import SCHEMA_KINDS
from shoal.runtime.refusal import Refused
from shoal_qa.domain.exports.losses import Unexportable

Row = dict[str, Any]
_SHAPES = ("boxes", "polygons")
FORMATS: dict[str, tuple[str, ...]] = {
    "jsonl": SCHEMA_KINDS,
    "parquet": SCHEMA_KINDS,
    "csv": SCHEMA_KINDS,
    "huggingface": SCHEMA_KINDS,
    "croissant": SCHEMA_KINDS,
    "webdataset": SCHEMA_KINDS,
    "label-studio": SCHEMA_KINDS,
    "coco": _SHAPES,
    "yolo": _SHAPES,
    "conll": ("spans",),
    "spacy": ("spans",),
    "preferences": ("pair", "ranking"),
}
"""Format -> the kinds of label schemas whose answers it holds."""

_KIND_OF_ANSWER = {"class": "single_choice", "classes": "multi_choice"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A dataset version to export. schema: kind, limits and names of classes. rows: their number."""

    manifest: Mapping[str, Any]
    schema: Mapping[str, Any]
    rows: int

    @property
    def classes(self) -> list[str]:
        """Return the names of classes in the order of the guideline, then those that only rows have."""
        names = [*(self.schema.get("classes") or ()), *self.manifest["classes"]]
        return list(dict.fromkeys(names))


class ExportWriter(Protocol):
    """Writes rows in one format."""

    def add(self, row: Row) -> None:
        """Write a row. Raises Unexportable if the format cannot hold it."""

    def close(self) -> None:
        """Complete the files."""


class ExportTarget(Protocol):
    """The folder of an export."""

    def facts(self) -> list[dict[str, Any]]:
        """Return path, sha256 and bytes of each file; number and bytes where each row has one."""

    def finish(self, report: Mapping[str, Any]) -> None:
        """Write export.json, last: a folder without it is no complete export."""


@dataclass(slots=True)
class Progress:
    """Reports rows. report: called with (rows so far, all rows)."""

    total: int
    report: Callable[[int, int], None]
    every: int = 1000
    rows: int = field(default=0, init=False)

    def count(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows and report them."""
        for row in rows:
            yield row
            self.rows += 1
            if self.rows % self.every == 0 or self.rows == self.total:
                self.report(self.rows, self.total)


def find_schema(manifest: Mapping[str, Any], first: Row | None) -> dict[str, Any]:
    """Return the label schema of a version. first: its first row, for versions of earlier releases."""
    if schema := manifest.get("label_schema"):
        return dict(schema)
    answer = (first or {}).get("answer")
    kind = "single_choice" if answer is None else _KIND_OF_ANSWER.get(answer["kind"], answer["kind"])
    return {"kind": kind, "classes": list(manifest["classes"])}


def check_format(name: str, kind: str) -> None:
    """Raise Refused for an unknown format, and for one that cannot hold the answers."""
    if name not in FORMATS:
        fix = f"Use one of {', '.join(FORMATS)}"
        raise Refused("invalid", f"format: there is no format {name!r}", field="format", fix=fix)
    if kind not in FORMATS[name]:
        able = [other for other, kinds in FORMATS.items() if kind in kinds]
        detail = f"format: {name} holds {_list_kinds(FORMATS[name])}, and the version has {kind}"
        raise Refused("invalid", detail, field="format", fix=f"Use one of {', '.join(able)}")


def write_rows(
    rows: Iterable[Row],
    writer: ExportWriter,
    target: ExportTarget,
    *,
    head: Mapping[str, Any],
    tail: Callable[[], Mapping[str, Any]],
) -> dict[str, Any]:
    """Write a version and its export.json; return that report.

    head: the format and the version. tail: returns further counts when the rows are written.
    """
    lost: Counter[str] = Counter()
    count = 0
    for row in rows:
        try:
            writer.add(row)
            count += 1
        except Unexportable as loss:
            lost[loss.reason] += 1
    writer.close()
    left_out = [{"reason": reason, "rows": number} for reason, number in sorted(lost.items())]
    report = {**head, "rows": count, "left_out": left_out, **tail(), "files": target.facts()}
    target.finish(report)
    return report


def _list_kinds(kinds: Sequence[str]) -> str:
    return " and ".join(kinds)

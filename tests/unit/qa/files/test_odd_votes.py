"""The commands on one annotator's odd file: they end with labels, or with one line of what is wrong."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unit.files.exports.exportskit import ANN, BOB, annotation, task
from unit.files.exports.test_answer_exports import RESULTS, coco
from unit.files.exports.test_odd_exports import coco_files, cvat_files, label_studio_exports
from unit.qa.fileskit import run


def run_quietly(source: Path, shape: str) -> None:
    for command in (("consensus", "--output", str(source.parent / "labels.csv")), ("agreement",)):
        code, _, told = run(*command, "--votes", str(source), "--shape", shape)
        assert code in (0, 2), told
        assert code == 0 or source.name in told or "task" in told


@settings(max_examples=15, deadline=None)
@given(label_studio_exports())
def test_odd_exports_of_label_studio(export: tuple[str, Any]) -> None:
    shape, content = export
    good = next(result for kind, result, _ in RESULTS if kind == shape)
    more = [task(number, annotation(ANN, good), annotation(BOB, good)) for number in (11, 12)]
    with TemporaryDirectory() as folder:
        file = Path(folder) / "votes.json"
        file.write_text(json.dumps([*content, *more] if isinstance(content, list) else content))
        run_quietly(file, shape)


@settings(max_examples=15, deadline=None)
@given(coco_files(), cvat_files(), st.sampled_from(["boxes", "polygons"]))
def test_odd_files_of_one_annotator_among_others(content: Any, xml: str, shape: str) -> None:
    with TemporaryDirectory() as name:
        for kind in ("coco", "cvat"):
            folder = Path(name) / kind
            folder.mkdir()
            for person in ("ann", "bob", "eve"):
                if kind == "coco":
                    document = content if person == "eve" else coco()
                    (folder / f"{person}.json").write_text(json.dumps(document))
                else:
                    (folder / f"{person}.xml").write_text(xml)
            run_quietly(folder, shape)


@pytest.mark.parametrize("shape", ["multi", "number", "rating", "text", "pair", "ranking", "spans", "boxes"])
@settings(max_examples=8, deadline=None)
@given(
    cells=st.lists(st.text("[]{}<>=|,;\"' 0123456789.eE-ab", min_size=1, max_size=30), min_size=2, max_size=4)
)
def test_odd_cells_of_tables(shape: str, cells: list[str]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "votes.jsonl"
        rows = [{"task": f"t{n // 2}", "worker": f"w{n % 2}", "label": cell} for n, cell in enumerate(cells)]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        run_quietly(file, shape)

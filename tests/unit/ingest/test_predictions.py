"""The predictions of images, from tables of several forms."""

import json
from pathlib import Path

import pytest

from shoal.files.errors import BadInput
from shoal_ingest.adapters.predictions import read_predictions

BOX = {"label": "crab", "left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.5, "score": 0.8}


def write(folder: Path, text: str, name: str = "predictions.csv") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_a_csv_file_has_labels_scores_and_groups(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "file,label,score,group,note\n./a/1.png,crab,0.8,dive-1,blurred\n2.png,kelp,,,\n3.png,,,dive-2,\n",
    )
    fields, ignored = read_predictions(file, "reef-7")
    assert fields == {
        "a/1.png": {
            "prediction": {"label": "crab", "scores": {"crab": 0.8}, "model": "reef-7"},
            "group": "dive-1",
        },
        "2.png": {"prediction": {"label": "kelp", "model": "reef-7"}},
        "3.png": {"group": "dive-2"},
    }
    assert ignored == ["note"]


def test_json_lines_have_boxes_and_whole_predictions(tmp_path: Path) -> None:
    rows = [
        {"file": "1.png", "model": "m", "version": "2", "boxes": [BOX], "tags": {"site": "north"}},
        {"file": "2.png", "prediction": {"model": "n", "label": "crab", "scores": {"crab": 0.4}}},
    ]
    file = write(tmp_path, "\n".join(map(json.dumps, rows)), "predictions.jsonl")
    fields, ignored = read_predictions(file, "")
    assert fields["1.png"] == {
        "prediction": {"model": "m", "version": "2", "boxes": [BOX]},
        "tags": {"site": "north"},
    }
    assert fields["2.png"] == {"prediction": rows[1]["prediction"]}
    assert ignored == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("image,label\n1.png,crab\n", "no column file"),
        ("file,label,model\n1.png,crab,m\n1.png,kelp,m\n", "line 3: 1.png has a row above"),
        ("file,label,model\n,crab,m\n", "file is empty"),
        ("file,label\n1.png,crab\n", "fill model, or give --model"),
        ("file,model,score\n1.png,m,0.5\n", "score has no label"),
        ("file,label,model,score\n1.png,crab,m,high\n", "score 'high' is not a number"),
        ('file,model,boxes\n1.png,m,"[{"\n', "boxes is not JSON"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_predictions(write(tmp_path, text), "")

"""Opening of votes: the options of the reader hold for exports too."""

import json
from pathlib import Path

import pytest

from shoal.files.errors import BadInput
from shoal.files.exports import VoteFields, open_votes
from shoal.files.options import ReadOptions

VOTE = {"task": "t1", "worker": "ann", "label": "Käse"}


def labels_of(file: Path, options: ReadOptions) -> list[str]:
    source = open_votes(file, "votes", VoteFields(), options)
    return source.file.read([source.label]).texts(source.label)


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".jsonl", json.dumps(VOTE, ensure_ascii=False)),
        (".json", json.dumps([VOTE], ensure_ascii=False)),
        (".json", json.dumps({"rows": [VOTE]}, ensure_ascii=False)),
    ],
)
def test_json_in_latin_1_is_read_with_its_encoding(tmp_path: Path, suffix: str, text: str) -> None:
    file = tmp_path / f"votes{suffix}"
    file.write_text(text, encoding="latin-1")
    assert labels_of(file, ReadOptions(encoding="latin-1")) == ["Käse"]
    with pytest.raises(BadInput, match="give --encoding latin-1"):
        labels_of(file, ReadOptions())

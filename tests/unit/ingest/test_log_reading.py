"""Inference logs are read for what they say, and named when they are something else."""

import gzip
import json
from pathlib import Path

import pytest

from shoal.files.errors import BadInput
from shoal_ingest.adapters.logs.opening import check_file, check_packing
from shoal_ingest.adapters.logs.reading import CutOff, read_log

RECORDS = [{"project": "news", "source_id": str(number), "text": f"text {number}"} for number in range(1, 6)]
LINES = [json.dumps(record) for record in RECORDS]


def written(folder: Path, content: bytes | str, name: str = "log.jsonl") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(LINES),
        "\n".join(LINES) + "\n",
        "\r\n".join(LINES) + "\r\n",
        "\r".join(LINES),
        "\ufeff" + "\n".join(LINES),
        "\ufeff" + "\n".join(LINES[:2]) + "\n\ufeff" + "\n".join(LINES[2:]),
        "".join(LINES),
        ",\n".join(LINES),
        "\n".join(json.dumps(record, indent=2) for record in RECORDS),
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=2),
        "\n".join(f"[{line}]" for line in LINES),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_every_form_of_a_log_holds_the_same_inferences(tmp_path: Path, content: str, packed: bool) -> None:
    data = gzip.compress(content.encode()) if packed else content.encode()
    entries = list(read_log(written(tmp_path, data)))
    assert [json.loads(entry.text) for entry in entries] == RECORDS
    assert all(b"\n" not in entry.text for entry in entries)


def test_a_nul_byte_in_a_line_does_not_make_the_file_binary(tmp_path: Path) -> None:
    file = written(tmp_path, LINES[0] + '\n{"text": "a\x00b"}\n' + LINES[1])
    assert [entry.number for entry in read_log(file)] == [1, 2, 3]


def test_blank_lines_are_skipped_and_counted(tmp_path: Path) -> None:
    file = written(tmp_path, f"\n\n{LINES[0]}\n  \n{LINES[1]}\n")
    assert [entry.number for entry in read_log(file)] == [3, 5]


def test_objects_over_several_lines_are_named_by_their_first_line(tmp_path: Path) -> None:
    file = written(tmp_path, "\n\n".join(json.dumps(record, indent=2) for record in RECORDS[:3]))
    assert [(entry.unit, entry.number) for entry in read_log(file)] == [
        ("line", 1),
        ("line", 7),
        ("line", 13),
    ]


def test_items_of_an_array_are_counted_from_one(tmp_path: Path) -> None:
    entries = list(read_log(written(tmp_path, json.dumps(RECORDS[:2]))))
    assert [entry.position for entry in entries] == [
        f"{tmp_path}/log.jsonl item 1",
        f"{tmp_path}/log.jsonl item 2",
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("\n".join(LINES).encode("utf-16"), "UTF-16: save it as UTF-8"),
        ("\n".join(LINES).encode("utf-16-le"), "UTF-16: save it as UTF-8"),
        ("\n".join(LINES).encode("utf-32"), "UTF-32"),
        (b"PK\x03\x04 and more", "a zip archive"),
        (b"PAR1 and more", "a Parquet file"),
        (b"\x28\xb5\x2f\xfd and more", "zstd"),
        (bytes(range(256)) * 20, "not text"),
        (b"id,text\n1,hello\n", "begins with 'id,text'"),
        (json.dumps(RECORDS)[:-30].encode(), "cut off: the JSON array that begins in line 1"),
        (b'[{"a": 1},\n{"a": 2}\n{"a": 3}]', "line 3: not JSON"),
        (b'[{"text": "M\xfcller"}]', "byte 13 of the file is not UTF-8"),
    ],
)
def test_a_file_of_another_form_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=r"log\.jsonl") as error:
        list(read_log(written(tmp_path, content)))
    assert words in str(error.value)


def test_a_cut_off_gzip_file_yields_the_lines_before_the_cut(tmp_path: Path) -> None:
    lines = [json.dumps({**RECORDS[0], "source_id": f"{number * 7919:x}"}) for number in range(20_000)]
    packed = gzip.compress("\n".join(lines).encode())
    file = written(tmp_path, packed[: len(packed) // 2])
    entries: list[str] = []
    with pytest.raises(CutOff) as error:
        entries.extend(entry.text.decode() for entry in read_log(file))
    assert 0 < len(entries) < len(lines)
    assert entries == lines[: len(entries)]
    assert f"after line {len(entries):,}: the compressed file is cut off" in str(error.value)


def test_a_gzip_file_cut_off_in_its_header_is_named(tmp_path: Path) -> None:
    with pytest.raises(CutOff, match="at its start: the compressed file is cut off"):
        list(read_log(written(tmp_path, gzip.compress(b"{}")[:8])))


def test_a_damaged_gzip_file_is_refused_before_any_of_its_lines(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress("\n".join(LINES * 500).encode()))
    packed[-6] ^= 0xFF
    with pytest.raises(BadInput, match="damaged gzip file"):
        check_packing(written(tmp_path, bytes(packed)))


def test_missing_files_and_directories_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file or directory"):
        check_file(tmp_path / "missing.jsonl")
    with pytest.raises(BadInput, match="is a directory: name its files"):
        check_file(tmp_path)


def test_an_empty_file_has_no_entries(tmp_path: Path) -> None:
    assert list(read_log(written(tmp_path, ""))) == []
    assert list(read_log(written(tmp_path, "\n \n"))) == []

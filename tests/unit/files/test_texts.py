"""Text files of any encoding, plain or compressed."""

import gzip
from pathlib import Path

import pytest

from shoal.files.encodings import checked_codec, encoding_fix
from shoal.files.errors import BadContent, BadInput
from shoal.files.options import ReadOptions
from shoal.files.texts import Content, first_bytes, open_text, read_content

TEXT = "task\nGrüße ß\n"


def written(folder: Path, data: bytes) -> Path:
    file = folder / "t.txt"
    file.write_bytes(data)
    return file


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_text_without_a_mark_is_refused_with_its_encoding(tmp_path: Path, codec: str) -> None:
    file = written(tmp_path, TEXT.encode(codec))
    with pytest.raises(BadContent, match=f"give --encoding {codec}$"):
        read_content(file)
    content = read_content(file, ReadOptions(encoding=codec))
    assert content.text() == TEXT
    assert content.notes == [f"encoding {codec.upper()}"]


def test_a_mark_and_utf8_beyond_ascii_overrule_the_option(tmp_path: Path) -> None:
    for data, notes in (
        (TEXT.encode("utf-16"), ["encoding UTF-16-LE"]),
        (TEXT.encode("utf-8-sig"), []),
        (TEXT.encode(), ["encoding UTF-8, not latin-1"]),
    ):
        content = read_content(written(tmp_path, data), ReadOptions(encoding="latin-1"))
        assert (content.text(), content.notes) == (TEXT, notes)


@pytest.mark.parametrize("text", ["ß\u00a0", "Spaß…", "Ä°"])
def test_two_letters_that_happen_to_be_utf8_do_not_overrule_the_option(tmp_path: Path, text: str) -> None:
    content = read_content(written(tmp_path, text.encode("cp1252")), ReadOptions(encoding="cp1252"))
    assert content.text() == text


def test_bytes_that_are_no_text_stay_until_they_are_needed(tmp_path: Path) -> None:
    file = written(tmp_path, b"task\n\ncaf\xe9\n")
    assert read_content(file).text().encode("utf-8", "surrogateescape") == file.read_bytes()
    with pytest.raises(BadContent, match=r"^, line 3: byte 0xE9 is not UTF-8: give --encoding latin-1"):
        open_text(file)


@pytest.mark.parametrize(
    ("data", "fix"),
    [
        (b"caf\xe9", "give --encoding latin-1, which reads 'café'"),
        (b"Stra\xdfe \x96", "give --encoding windows-1252, which reads 'Straße \u2013'"),
        ("привет".encode("cp1251"), "give --encoding windows-1251, which reads 'привет'"),
        ("привет, всем".encode("cp1251"), "give --encoding windows-1251, which reads 'привет, всем'"),
        ("日本語テキスト".encode("shift_jis"), "shift_jis ('日本語テキスト')"),
        ("한국어입니다".encode("euc_kr"), "euc_kr ('한국어입니다')"),
    ],
)
def test_likely_encodings_are_named_with_what_they_read(data: bytes, fix: str) -> None:
    assert fix in encoding_fix([data.decode("utf-8", "surrogateescape")])


def test_a_few_zero_bytes_are_no_encoding(tmp_path: Path) -> None:
    for data in (b"task\n" + b"1,a\n" * 9 + b"\0\0\0", b"task\n" + b"1,a\n" * 9 + b"\0a\0"):
        assert read_content(written(tmp_path, data)).text().encode() == data


def test_an_encoding_that_does_not_exist_names_the_option() -> None:
    for name in ("utf-99", "utf 8 bom", "base64", "rot13", ""):
        with pytest.raises(BadInput, match="is no encoding that Python knows") as error:
            checked_codec(name)
        assert error.value.field == "encoding"


def test_the_head_ends_with_a_whole_line() -> None:
    content = Content(memoryview(b"one\r\ntwo\nthree"))
    assert [content.head(size) for size in (2, 7, 10, 99)] == [
        "on",
        "one\r\n",
        "one\r\ntwo\n",
        "one\r\ntwo\nthree",
    ]
    assert [Content(memoryview(data)).count_lines() for data in (b"a\r\nb\n", b"a\rb\r", b"a")] == [2, 2, 0]


def test_a_file_that_is_compressed_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadContent, match="compressed by gzip twice"):
        read_content(written(tmp_path, gzip.compress(gzip.compress(b"a"))))


def test_the_first_bytes_of_a_compressed_file_are_those_of_its_content(tmp_path: Path) -> None:
    assert first_bytes(written(tmp_path, gzip.compress(b"PAR1 and more")), 4) == b"PAR1"
    assert first_bytes(written(tmp_path, b"PAR1"), 16) == b"PAR1"

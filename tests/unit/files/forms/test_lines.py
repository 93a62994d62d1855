"""A file with one text per line."""

import pytest

from shoal.files.errors import BadContent
from shoal.files.forms.lines import LinesOfText
from shoal.files.texts import Content


def lines_of(text: str) -> LinesOfText:
    return LinesOfText(Content(memoryview(text.encode())))


def test_only_lf_and_cr_lf_end_a_line() -> None:
    lines = lines_of("one\u2028two\x0bthree\x85four\r\n\n five,\t\rsix\n\n\n")
    column = lines.read(["text"])["text"]
    assert column.cells() == ["one\u2028two\x0bthree\x85four", "", " five,\t\rsix"]
    assert lines.where(2) == "line 3"


def test_lines_that_end_with_cr_alone_are_refused() -> None:
    with pytest.raises(BadContent, match="line ends of CR alone"):
        lines_of("one\rtwo\r")
    assert lines_of("one\r").read(["text"])["text"].cells() == ["one"]

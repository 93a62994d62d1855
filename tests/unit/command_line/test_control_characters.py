"""Names of files and services may hold control characters, which a terminal would obey."""

import pytest
from rich.table import Table

from shoal.command_line.console import one_line, out, visible_text
from shoal.command_line.offline import print_summary, print_warning

ODD = "\x1b[31mred\x9b0m\u202efed\u2028\ud800\r\x00"


def test_control_characters_are_printed_as_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(ODD, title=ODD)
    table.add_row(ODD)
    out.print(table)
    out.print(ODD, markup=False)
    print_warning(ODD)
    printed = "".join(capsys.readouterr())
    assert not set(ODD) & set(printed) & {sign for sign in ODD if not sign.isprintable()}
    assert r"\x1b[31mred\x9b0m\u202efed\u2028\ud800\r\x00" in printed


def test_a_name_cannot_start_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    print_warning("cat\nwarning: another")
    print_summary("votes v.csv", ["2 classes: cat, dog\nvotes w.csv: 1 row"])
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        r"warning: cat\nwarning: another",
        r"votes v.csv: 2 classes: cat, dog\nvotes w.csv: 1 row",
    ]


def test_plain_texts_stay_as_they_are() -> None:
    plain = "Käse\t👩\u200d👧 עברית e\u0301"
    assert visible_text(plain + "\n") == plain + "\n"
    assert one_line("a\r\nb") == r"a\r\nb"

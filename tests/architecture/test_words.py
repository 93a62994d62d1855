"""The check of words reports what it is for, and nothing else."""

from pathlib import Path

import pytest
from tests.architecture.words import faults_of_code, faults_of_prose

CODE, PAGE = Path("module.py"), Path("page.md")


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("def read_votes(known: int) -> None: ...", "'known' says nothing"),
        ("def read_votes() -> None:\n    found = 1", "'found' says nothing"),
        ("class Vote:\n    taken: int", "'taken' says nothing"),
        ("total = [each for each in ()]", "'each' says nothing"),
        ("def _row() -> None: ...", "function '_row' has one word"),
        ("def read() -> None: ...\ndef write() -> None: ...", "function 'read' has one word"),
        ("option = Option(help='of a vote')", "help does not stand alone"),
        ("option = Option(help='With which it is promised.')", "help does not stand alone"),
    ],
)
def test_a_fault_of_code_is_reported(code: str, fault: str) -> None:
    assert any(fault in text for _, text in faults_of_code(CODE, code))


@pytest.mark.parametrize(
    "code",
    [
        "def consensus() -> None: ...",  # the module's only public function
        "def consensus() -> None: ...\ndef _class_shares() -> None: ...",
        "def main() -> None: ...\ndef read_votes() -> None: ...",
        "class Vote:\n    def read(self) -> None: ...",
        "option = Option(help='Price of a vote.')",
    ],
)
def test_names_and_helps_that_say_what_they_mean_pass(code: str) -> None:
    assert list(faults_of_code(CODE, code)) == []


def test_prose_wraps_at_110_columns_except_tables_and_code() -> None:
    long = "word " * 30
    assert [
        line for line, _ in faults_of_prose(PAGE, f"a\n{long}\n| {long} |\n```\n{long}\n```\n{long}")
    ] == [2, 7]
    assert list(faults_of_prose(CODE, long)) == []


@pytest.mark.parametrize("phrase", ["as far as", "By what", "tell whether", "where there is none", "liker"])
def test_phrases_that_readers_stumble_over_are_reported(phrase: str) -> None:
    assert len(list(faults_of_prose(CODE, f"# x\n# {phrase} it goes"))) == 1

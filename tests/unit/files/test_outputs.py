"""Outputs are checked before the work, and are written whole or not at all."""

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.files.errors import BadInput
from shoal.files.outputs import OutputCheck, replace_file
from shoal.files.tables import read_table
from shoal.files.writing import write_table

ROWS = {"task": ["1", "2"], "label": ["a", "b"]}


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("task\n1\n")
    Path("folder.csv").mkdir()


def refusal(check: Callable[[OutputCheck], None]) -> str:
    with pytest.raises(BadInput) as caught:
        check(OutputCheck([Path("in.csv"), None], pytest.fail))
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("folder.csv", "folder.csv is a folder: give a file in it"),
        ("in.csv/deep/o.csv", "in.csv is a file, not a folder"),
        ("in.csv", "in.csv is also an input: give another file"),
        ("./folder.csv/../in.csv", "is also an input"),
        ("o.xlsx", "o.xlsx: give a name that ends in .csv, .tsv, .csv.gz, .tsv.gz or .parquet"),
        ("o.jsonl.gz", "o.jsonl.gz: give a name that ends in"),
        ("o.npy", "o.npy: give a name that ends in"),
        ("/proc/nowhere/o.csv", "/proc/nowhere/o.csv cannot be written: "),
        ("x" * 300 + ".csv", "cannot be written: File name too long"),
        ("", ". is a folder"),
    ],
)
def test_a_table_that_cannot_be_written_is_refused(name: str, message: str) -> None:
    assert message in refusal(lambda check: check.check_table("output", Path(name)))


def test_links_to_inputs_and_broken_folders_are_refused() -> None:
    Path("link.csv").symlink_to("in.csv")
    Path("hard.csv").hardlink_to("in.csv")
    Path("lost").symlink_to("nowhere/deep")
    assert "link.csv is also an input" in refusal(lambda check: check.check_table("output", Path("link.csv")))
    assert "hard.csv is also an input" in refusal(lambda check: check.check_table("output", Path("hard.csv")))
    assert refusal(lambda check: check.check_folder("output", Path("in.csv"), [])) == (
        "in.csv is a file: give a folder"
    )
    assert "in.csv is also an input" in refusal(
        lambda check: check.check_folder("output", Path(), ["in.csv"])
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_protected_files_and_folders_are_refused() -> None:
    Path("folder.csv").chmod(0o500)
    Path("old.csv").touch(0o400)
    assert "Permission denied" in refusal(lambda check: check.check_table("output", Path("folder.csv/o.csv")))
    assert "write-protected" in refusal(lambda check: check.check_table("output", Path("old.csv")))


def test_two_outputs_are_two_files() -> None:
    check = OutputCheck([], pytest.fail)
    check.check_table("output", Path("o.csv"))
    with pytest.raises(BadInput, match=r"o\.csv is given for two outputs") as caught:
        check.check_page("report", Path("./o.csv"))
    assert caught.value.field == "report"


def test_a_check_leaves_no_trace_and_special_files_are_no_conflict() -> None:
    before = sorted(Path().rglob("*"))
    check = OutputCheck([Path("in.csv")], pytest.fail)
    check.check_table("output", Path("new/deep/o.csv"))
    check.check_table("annotators", Path("/dev/null"))
    check.check_page("report", Path("/dev/null"))
    check.check_folder("output", Path("new"), ["curves.csv"])
    check.check_file("output", Path("o.npy"), ".npy")
    assert sorted(Path().rglob("*")) == before


def test_a_name_without_a_known_suffix_is_a_warning() -> None:
    warnings: list[str] = []
    check = OutputCheck([], warnings.append)
    check.check_table("output", Path("labels"))
    check.check_table("output", Path("labels.txt"))
    check.check_page("report", Path("report.csv"))
    assert [warning.partition(":")[0] for warning in warnings] == [
        "labels is written as CSV",
        "labels.txt is written as CSV",
        "report.csv is written as HTML",
    ]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, ValueError])
def test_an_interrupted_file_leaves_the_old_one(error: type[BaseException]) -> None:
    Path("o.csv").write_text("old")
    with pytest.raises(error), replace_file(Path("o.csv")) as partial:
        partial.write_text("half")
        raise error
    assert Path("o.csv").read_text() == "old"
    assert sorted(path.name for path in Path().iterdir()) == ["folder.csv", "in.csv", "o.csv"]


def test_a_link_is_followed_and_rights_stay() -> None:
    Path("real.csv").touch(0o640)
    Path("real.csv").chmod(0o640)
    Path("link.csv").symlink_to("real.csv")
    write_table(Path("link.csv"), ROWS)
    assert Path("link.csv").is_symlink()
    assert Path("real.csv").stat().st_mode & 0o777 == 0o640
    assert read_table(Path("real.csv"), "rows", ["task"]).rows == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux only")
def test_a_full_device_is_one_line() -> None:
    with pytest.raises(BadInput, match="/dev/full cannot be written: No space left on device"):
        write_table(Path("/dev/full"), {"n": list(range(100_000))})


def test_names_with_gz_are_compressed() -> None:
    write_table(Path("o.tsv.gz"), ROWS)
    assert gzip.decompress(Path("o.tsv.gz").read_bytes()).startswith(b'"task"\t"label"\n')
    assert read_table(Path("o.tsv.gz"), "rows", ["label"]).texts("label") == ["a", "b"]


def test_a_command_refuses_its_output_before_it_reads_its_input() -> None:
    for arguments in (
        ["qa", "consensus", "--votes", "lost.csv", "--output", "folder.csv"],
        ["qa", "consensus", "--votes", "in.csv", "--output", "o.csv", "--report", "in.csv"],
        ["qa", "annotators", "--votes", "in.csv", "--output", "in.csv"],
        ["qa", "label-errors", "--labels", "in.csv", "--output", "in.csv"],
        ["qa", "simulate-votes", "--votes", "lost.csv", "--output", "in.csv"],
        ["sampler", "duplicates", "--embeddings", "lost.npy", "--output", "o.json"],
        ["sampler", "select", "--embeddings", "in.csv", "--n", "1", "--output", "in.csv"],
        ["sampler", "simulate", "--embeddings", "in.csv", "--labels", "in.csv", "--output", "in.csv"],
    ):
        shoal = Path(sys.executable).parent / "shoal"
        result = subprocess.run([shoal, *arguments], capture_output=True, text=True, check=False)
        assert (result.returncode, result.stdout) == (2, ""), result.stderr
        assert result.stderr.startswith(("--output: ", "--report: in.csv is also an input")), result.stderr
        assert len(result.stderr.splitlines()) == 1

"""`shoal embed` names everything that it cannot read, and one bad item does not take the rest."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer import Typer
from typer.testing import CliRunner

from shoal.pictures import decoding
from shoal_embedder.cli.embed import embed as embed_command

CACHE = Path(os.environ.get("SHOAL_CACHE", ".cache")).resolve()
app = Typer()
app.command()(embed_command)
SHOAL = Path(sys.executable).parent / "shoal"


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def embed(*arguments: str) -> tuple[int, str, list[str]]:
    """Run the command; return its exit code, stdout, and the lines of stderr."""
    result = CliRunner().invoke(app, [*arguments, "--cache", str(CACHE / "models")])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr.splitlines()


def test_the_installed_command_refuses_in_one_line() -> None:
    Path("bad.png").touch()
    result = subprocess.run(
        [SHOAL, "embed", "bad.png", "--output", "x.npy"], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "1 of 1 images cannot be read: bad.png (an empty file); "
        "mend or remove them, or leave them out with --skip-bad\n"
    )


def rows(file: str) -> list[dict[str, str]]:
    with Path(file).open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def make_bad_folder() -> dict[str, str]:
    """Make a folder with two good images and many bad ones; return the bad names and words of the reasons."""
    folder = Path("p")
    (folder / "x.jpg").mkdir(parents=True)
    Image.new("RGB", (40, 30), "red").save(folder / "x.jpg" / "good.png")
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
    for name in ("good.jpg", "cut.jpg", "cut.png", "cut.webp", "cut.tif", "cut.gif", "cut.bmp"):
        Image.fromarray(noise).save(folder / name)
        if name.startswith("cut"):
            content = (folder / name).read_bytes()
            (folder / name).write_bytes(content[: len(content) // 2])
    (folder / "empty.png").touch()
    (folder / "page.jpg").write_text("<!DOCTYPE html><html>404</html>")
    (folder / "lfs.png").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\n")
    (folder / "lost.jpg").symlink_to("nowhere.jpg")
    (folder / "drawing.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (folder / "photo.NEF").write_bytes((folder / "cut.tif").read_bytes())
    (folder / "noise.heic").write_bytes(b"not heic")
    (folder / "text.png").write_text("hello")
    os.mkfifo(folder / "pipe.jpg")
    reasons = {f"cut.{suffix}": "damaged" for suffix in ("jpg", "png", "webp", "tif", "gif", "bmp")}
    return reasons | {
        "empty.png": "an empty file",
        "page.jpg": "a web page",
        "lfs.png": "a Git LFS pointer: run git lfs pull",
        "lost.jpg": "a link that leads nowhere",
        "drawing.svg": "an SVG drawing",
        "photo.NEF": "a camera's raw file",
        "noise.heic": "damaged",
        "text.png": "damaged, or not an image",
        "pipe.jpg": "a pipe or device",
    }


def test_all_bad_images_are_named_at_once_and_left_out_on_request() -> None:
    bad = make_bad_folder()
    (Path("p") / "notes.txt").touch()
    (Path("p") / ".DS_Store").touch()
    (Path("p") / "clip.mov").write_bytes(b"\0\0\0\x14ftypqt  ")
    code, out, errors = embed("p", "--output", "x.npy")
    assert (code, out, len(errors)) == (2, "", 1), errors
    assert errors[0].startswith(f"{len(bad)} of {len(bad) + 2} images cannot be read: p/cut.bmp (damaged")
    for name, reason in bad.items():
        assert f"p/{name} ({reason}" in errors[0], errors
    assert not list(Path().glob("x.*"))

    code, out, errors = embed("p", "--output", "x.npy", "--skip-bad")
    assert (code, len(errors)) == (0, 1), errors
    assert json.loads(out) == {"rows": 2, "dimension": 1280, "output": "x.npy", "left_out": len(bad)}
    assert errors[0].startswith("images p: 2 images; encoder efficientnet-lite0; ")
    assert "not images: p/clip.mov; hidden files and files of text or data: 2" in errors[0]
    assert rows("x.rows.csv") == [
        {"row": "0", "file": "p/good.jpg"},
        {"row": "1", "file": "p/x.jpg/good.png"},
    ]
    assert {
        row["file"]: row["problem"].startswith(bad[row["file"][2:]]) for row in rows("x.left-out.csv")
    } == {f"p/{name}": True for name in bad}
    alone = embed("p/good.jpg", "p/x.jpg/good.png", "--output", "y.npy")
    assert alone[0] == 0, alone
    assert np.load("x.npy") == pytest.approx(np.load("y.npy"), abs=1e-5)
    assert not Path("y.left-out.csv").exists()


def test_a_later_run_removes_the_list_of_an_earlier_one() -> None:
    Path("bad.png").touch()
    Image.new("RGB", (9, 9)).save("good.png")
    assert embed("bad.png", "good.png", "--output", "x.npy", "--skip-bad")[0] == 0
    assert Path("x.left-out.csv").exists()
    assert embed("good.png", "--output", "x.npy")[0] == 0
    assert not Path("x.left-out.csv").exists()


def test_nothing_left_is_refused() -> None:
    Path("bad.png").touch()
    Path("blank.txt").write_text(" \n\n")
    for file, kind in (("bad.png", "bad.png (an empty file)"), ("blank.txt", "blank.txt, line 1 (empty)")):
        code, _, errors = embed(file, "--output", "x.npy", "--skip-bad")
        assert (code, len(errors)) == (2, 1)
        assert errors[0].startswith(f"there is nothing to embed: {kind}")
        assert not Path("x.npy").exists()


def test_many_bad_images_are_counted() -> None:
    for number in range(60):
        Path(f"{number:02}.png").touch()
    code, _, errors = embed(*(f"{number:02}.png" for number in range(60)), "--output", "x.npy")
    assert (code, len(errors)) == (2, 1)
    assert "60 of 60 images cannot be read" in errors[0]
    assert "49.png (an empty file) and 10 more; mend" in errors[0]


def test_files_without_a_suffix_or_with_another_are_read_by_their_content() -> None:
    Path("p").mkdir()
    for name in ("a", "b.dat", "c.JPG", "d.jpe", "e.photo"):
        Image.new("RGB", (9, 9)).save(Path("p") / name, "PNG")
    code, _, errors = embed("p", "--output", "x.npy")
    assert code == 0, errors
    assert [row["file"] for row in rows("x.rows.csv")] == [
        "p/a",
        "p/b.dat",
        "p/c.JPG",
        "p/d.jpe",
        "p/e.photo",
    ]
    assert embed("p/a", "p/e.photo", "--output", "y.npy")[0] == 0


def test_linked_folders_are_followed_once_and_copies_of_systems_are_not() -> None:
    for folder in ("real", "p/__MACOSX", "p/.thumbnails"):
        Path(folder).mkdir(parents=True)
        Image.new("RGB", (9, 9)).save(Path(folder) / "a.png")
    Path("p/linked").symlink_to("../real")
    Path("real/loop").symlink_to("../p")
    code, _, errors = embed("p", "--output", "x.npy")
    assert code == 0, errors
    assert [row["file"] for row in rows("x.rows.csv")] == ["p/linked/a.png"]
    assert "hidden files and files of text or data: 2" in errors[0]


def test_a_bomb_is_refused_without_decoding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(decoding, "MOST_PIXELS", 999)
    Image.new("1", (100, 10)).save(tmp_path / "bomb.png")
    with (
        pytest.raises(decoding.BadPicture, match="100 x 10 pixels, more than 999 in all: make it smaller"),
        decoding.open_picture(tmp_path / "bomb.png"),
    ):
        pass


def test_texts_without_content_are_named_with_their_lines_and_left_out_on_request() -> None:
    Path("a.csv").write_text("id,text\n1,wheat\n2,\n3,   \n4,corn\n")
    Path("b.jsonl").write_text('{"text": "rice"}\n{"text": null}\n{"text": " "}\n')
    code, out, errors = embed("a.csv", "b.jsonl", "--output", "x.npy")
    assert (code, out, len(errors)) == (2, "", 1), errors
    assert errors[0] == (
        "4 of 7 texts cannot be read: a.csv, line 3 (empty), a.csv, line 4 (empty), b.jsonl, line 2 (empty), "
        "b.jsonl, line 3 (empty); mend or remove them, or leave them out with --skip-bad"
    )
    code, out, errors = embed("a.csv", "b.jsonl", "--output", "x.npy", "--skip-bad")
    assert (code, json.loads(out)["left_out"]) == (0, 4), errors
    assert rows("x.rows.csv") == [
        {"row": "0", "file": "a.csv", "file_row": "0"},
        {"row": "1", "file": "a.csv", "file_row": "3"},
        {"row": "2", "file": "b.jsonl", "file_row": "0"},
    ]
    assert [row["place"] for row in rows("x.left-out.csv")] == ["line 3", "line 4", "line 2", "line 3"]


def test_texts_that_are_cut_are_counted_before_encoding() -> None:
    Path("t.txt").write_text("short\n" + "wheat " * 300 + "\n")
    code, _, errors = embed("t.txt", "--output", "x.npy", "--max-tokens", "16")
    assert code == 0
    assert errors == [
        "texts t.txt: 2 rows; column text; encoder all-minilm-l6-v2; "
        "1 of 2 texts cut at 16 tokens (--max-tokens)"
    ]


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("x.csv", "--output: x.csv is written as .npy: give a name that ends so"),
        ("t.txt/x.npy", "--output: t.txt/x.npy: "),
        ("folder.npy", "--output: folder.npy is a folder: give a file in it"),
    ],
)
def test_outputs_are_checked_before_the_work(output: str, message: str) -> None:
    Path("t.txt").write_text("wheat\n")
    Path("folder.npy").mkdir()
    code, _, errors = embed("t.txt", "nowhere.txt", "--output", output)
    assert (code, len(errors)) == (2, 1)
    assert errors[0].startswith(message), errors


def test_the_table_of_rows_never_replaces_an_input() -> None:
    Path("x.rows.csv").write_text("text\nwheat\n")
    code, _, errors = embed("x.rows.csv", "--output", "x.npy")
    assert (code, errors) == (2, ["--output: x.rows.csv is also an input: give another file"])


def test_an_interrupted_run_leaves_nothing() -> None:
    Path("t.txt").write_text("".join(f"text number {number}\n" for number in range(50_000)))
    process = subprocess.Popen(
        [SHOAL, "embed", "t.txt", "--output", "x.npy"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SHOAL_CACHE": str(CACHE)},
    )
    assert process.stderr is not None
    process.stderr.readline()  # the summary: encoding starts
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    assert process.wait(120) != 0
    assert "Traceback" not in rest
    assert [path.name for path in Path().iterdir()] == ["t.txt"]

"""`shoal embed` over files, and the image encoder."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from typer import Typer
from typer.testing import CliRunner

from shoal.cache import model_folder
from shoal.vectors import Vectors
from shoal_embedder.adapters.encoders import ENCODERS
from shoal_embedder.adapters.encoders.lite0 import EfficientNetLite0
from shoal_embedder.adapters.encoders.named import NamedEncoder
from shoal_embedder.adapters.encoders.torch_file import read_weights
from shoal_embedder.cli.embed import embed
from shoal_embedder.settings import EmbedderSettings

CACHE = model_folder()
app = Typer()
app.command()(embed)


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*arguments, "--cache", str(CACHE)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, " ".join(result.stderr.split())


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    global CACHE
    CACHE = CACHE.resolve()
    monkeypatch.chdir(tmp_path)


def test_texts_of_every_kind_of_file_give_the_same_rows() -> None:
    Path("t.csv").write_text('id,text\n1,wheat prices rose\n2,"bank, merger"\n')
    Path("t.txt").write_text("wheat prices rose\nbank, merger\n")
    Path("t.jsonl").write_text('{"text": "wheat prices rose"}\n{"text": "bank, merger"}\n')
    results = []
    for file in ("t.csv", "t.txt", "t.jsonl"):
        code, out, error = run(file, "--output", "x.npy")
        assert code == 0, error
        assert json.loads(out) == {"rows": 2, "dimension": 384, "output": "x.npy"}
        results.append(np.load("x.npy"))
    assert (results[0] == results[1]).all()
    assert (results[0] == results[2]).all()
    assert np.linalg.norm(results[0], axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_images_of_a_folder_come_in_order_of_their_names() -> None:
    Path("pictures/deep").mkdir(parents=True)
    for name, colour in (("b.png", "red"), ("a.jpg", "blue"), ("deep/c.png", "green")):
        Image.new("RGB", (40, 30), colour).save(Path("pictures") / name)
    code, _, error = run("pictures", "--output", "x.npy")
    assert code == 0, error
    assert Path("x.rows.csv").read_text().splitlines() == [
        '"row","file"',
        '0,"pictures/a.jpg"',
        '1,"pictures/b.png"',
        '2,"pictures/deep/c.png"',
    ]
    assert np.load("x.npy").shape == (3, 1280)


def test_bad_files_are_one_line_and_exit_code_2() -> None:
    Path("t.csv").write_text("id,body\n1,x\n")
    Path("gap.txt").write_text("one\n\nthree\n")
    Path("junk.png").write_bytes(b"junk")
    Path("empty").mkdir()
    for arguments, message in (
        (("t.csv",), "--column: texts t.csv has no column text; it has id, body"),
        (("gap.txt",), "1 of 3 texts cannot be read: gap.txt, line 2 (empty); mend or remove"),
        (("junk.png",), "1 of 1 images cannot be read: junk.png (damaged, or not an image; if"),
        (("empty",), "has no images"),
        (("nowhere",), "does not exist"),
        (("t.csv", "junk.png"), "use one command for each"),
    ):
        code, _, error = run(*arguments, "--output", "x.npy")
        assert (code, message in error) == (2, True), error


def test_features_of_digits_are_worth_more_than_their_pixels_by_themselves_say() -> None:
    """300 images, 10 classes: a linear model on the features; 10 % is chance."""
    pixels, labels = load_digits(return_X_y=True)
    images = [
        Image.fromarray((row.reshape(8, 8) * 15.9).astype(np.uint8)).resize((64, 64)) for row in pixels[:400]
    ]
    vectors = EfficientNetLite0(CACHE).encode(images)
    model = LogisticRegression(C=100, max_iter=1000).fit(vectors[:300], labels[:300])
    assert model.score(vectors[300:], labels[300:400]) > 0.8


def test_a_batch_is_its_images_one_by_one() -> None:
    rng = np.random.default_rng(0)
    images = [Image.fromarray(rng.integers(0, 255, (50, 70, 3), np.uint8)) for _ in range(3)]
    encoder = EfficientNetLite0(CACHE)
    alone = np.concatenate([encoder.encode([image]) for image in images])
    assert encoder.encode(images) == pytest.approx(alone, abs=1e-5)


def test_a_file_of_weights_cannot_run_code(tmp_path: Path) -> None:
    file = tmp_path / "bad.pth"
    with file.open("wb") as raw:
        for part in (1, 2, 3):
            pickle.dump(part, raw)
        pickle.dump(os.system, raw)
    with pytest.raises(pickle.UnpicklingError, match="not part of a file of weights"):
        read_weights(file)


class Lengths:
    """Encodes a text as its length."""

    name, version, dimension, threads = "lengths", "1", 1, 1

    def encode(self, items: Sequence[str]) -> Vectors:
        return np.array([[len(text)] for text in items], np.float32)

    def are_readable(self, items: Sequence[str], /) -> list[bool]:
        return [True] * len(items)

    def count_cut(self, _items: Sequence[str], /) -> int:
        return 0


def test_an_entry_of_the_registry_is_an_encoder_of_the_command_and_the_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("t.txt").write_text("a\nabc\n")
    code, _, error = run("t.txt", "--output", "x.npy", "--encoder", "lengths")
    assert code == 2
    assert "--encoder: 'lengths' is not an encoder of texts: use one of all-minilm-l6-v2" in error
    entry = NamedEncoder(
        name="lengths", encodes="texts", load=lambda _: Lengths(), write_file=lambda cache: cache
    )
    monkeypatch.setitem(ENCODERS, "lengths", entry)
    code, _, error = run("t.txt", "--output", "x.npy", "--encoder", "lengths")
    assert code == 0, error
    assert np.load("x.npy").tolist() == [[1], [3]]
    dsn = {"kafka_servers": "k:9092"}
    assert EmbedderSettings(encoder="lengths", **dsn).encoder == "lengths"  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="'efficientnet-lite0' is not an encoder of texts"):
        EmbedderSettings(encoder="efficientnet-lite0", **dsn)  # type: ignore[arg-type]


def test_the_help_and_the_settings_load_no_model() -> None:
    code = (
        "import sys, shoal_embedder.cli.embed, shoal_embedder.settings; print('onnxruntime' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"

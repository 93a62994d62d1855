"""Read weights from a .pth file of PyTorch's legacy format, without PyTorch or running the file's code.

The file holds a magic number, a protocol, system information, the pickled object, the keys of its storages,
and then for every storage its length and its values. Source: torch/serialization.py, `_legacy_load`.
"""

import pickle
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

_TYPES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "LongStorage": "<i8"}


@dataclass(frozen=True, slots=True)
class _View:
    """A tensor: its part of a storage; strides count values."""

    storage: str
    offset: int
    size: tuple[int, ...]
    strides: tuple[int, ...]


def read_weights(file: Path) -> dict[str, Any]:
    """Return the arrays of a state dict by name. Raises pickle.UnpicklingError for any other content."""
    with file.open("rb") as raw:
        for _ in ("magic number", "protocol", "system"):
            _Plain(raw).load()
        loader = _Plain(raw)
        views: dict[str, _View] = loader.load()
        storages = {key: _read_storage(raw, loader.kinds[key]) for key in _Plain(raw).load()}
    return {name: _view_array(view, storages[view.storage]) for name, view in views.items()}


class _Plain(pickle.Unpickler):  # noqa: S301 - find_class refuses everything that can run
    """Unpickles only dictionaries of tensors."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.kinds: dict[str, str] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, size, strides, *_: _View(storage, offset, size, strides)
        if module == "torch" and name in _TYPES:
            return name
        raise pickle.UnpicklingError(f"{module}.{name} is not part of a file of weights")

    def persistent_load(self, pid: Any) -> str:
        _, kind, key, *_ = pid
        self.kinds[key] = kind
        return str(key)


def _read_storage(raw: BinaryIO, kind: str) -> Any:
    count = int.from_bytes(raw.read(8), "little")
    return np.frombuffer(raw.read(count * np.dtype(_TYPES[kind]).itemsize), _TYPES[kind])


def _view_array(view: _View, storage: Any) -> Any:
    """Return the values in C order, as some weights are not contiguous."""
    strides = [step * storage.itemsize for step in view.strides]
    return np.lib.stride_tricks.as_strided(storage[view.offset :], view.size, strides).copy()

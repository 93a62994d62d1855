"""Tensors of the Open Inference Protocol (V2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from shoal_ingest.domain.kserve.binary import DTYPES
from shoal_ingest.domain.kserve.values import BadPayload

MOST_DEPTH = 8
DATATYPES = frozenset(("BYTES", "BF16", *DTYPES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """A tensor with its values in one list. shape: () if it is missing."""

    name: str
    where: str
    datatype: str
    shape: tuple[int, ...]
    values: list[Any]
    parameters: Mapping[str, Any]

    @property
    def is_text(self) -> bool:
        """Return whether the values are texts."""
        return self.datatype == "BYTES"

    @property
    def is_float(self) -> bool:
        """Return whether the values are floating-point numbers."""
        return self.datatype.startswith(("FP", "BF"))

    @property
    def content_type(self) -> str:
        """Return MLServer's name of the values' encoding, such as hg_jsonlist."""
        return str(self.parameters.get("content_type") or "")

    def rows(self) -> list[list[Any]]:
        """Return the values of every instance. Raises BadPayload if they do not fill the shape."""
        count = len(self.values)
        if "hg_json" in self.content_type or not self.shape:
            return [
                [value] for value in self.values
            ]  # MLServer: the first size of hg_json is a text's length
        if prod(self.shape) != count:
            raise BadPayload(f"{self.where} has {count} values for shape {list(self.shape)}: answer as many")
        if len([size for size in self.shape[1:] if size != 1]) > 1:
            raise BadPayload(f"{self.where} has shape {list(self.shape)}: answer one row for each instance")
        width = prod(self.shape[1:])
        return [self.values[start : start + width] for start in range(0, count, width or 1)]


def read_tensors(entries: list[Any], field: str) -> list[Tensor]:
    """Return the tensors of a payload. Raises BadPayload."""
    return [_read_tensor(entry, f"{field}[{index}]") for index, entry in enumerate(entries)]


def _read_tensor(entry: Any, where: str) -> Tensor:
    if not isinstance(entry, Mapping):
        raise BadPayload(f"{where} is not a tensor: send name, shape, datatype and data")
    parameters = entry.get("parameters")
    parameters = parameters if isinstance(parameters, Mapping) else {}
    if "data" not in entry:
        raise BadPayload(f"{where} has no data: send its values, not a reference to shared memory")
    data, datatype = entry["data"], entry.get("datatype")
    if not isinstance(datatype, str) or datatype.upper() not in DATATYPES:
        raise BadPayload(f"{where}.datatype is none of V2: send one of {', '.join(sorted(DATATYPES))}")
    # TorchServe answers a single value without a list.
    values = _flat_values(data, f"{where}.data") if isinstance(data, list) else [data]
    return Tensor(
        name=str(entry.get("name") or ""),
        where=where,
        datatype=datatype.upper(),
        shape=_read_shape(entry.get("shape"), len(values), where),
        values=values,
        parameters=parameters,
    )


def _read_shape(shape: Any, count: int, where: str) -> tuple[int, ...]:
    """Return the sizes; one that is left open (-1) follows from the number of values."""
    if shape is None:
        return ()
    sizes = shape if isinstance(shape, list) else [shape]
    if not all(isinstance(size, int) and not isinstance(size, bool) and abs(size) < 2**31 for size in sizes):
        raise BadPayload(f"{where}.shape is not a list of sizes")
    fixed = prod(size for size in sizes if size >= 0)
    return tuple(size if size >= 0 else count // max(fixed, 1) for size in sizes)


def _flat_values(data: list[Any], where: str, depth: int = 1) -> list[Any]:
    if depth > MOST_DEPTH:
        raise BadPayload(f"{where} is nested more than {MOST_DEPTH} times: send a flat list")
    flat: list[Any] = []
    for value in data:
        if isinstance(value, list):
            flat += _flat_values(value, where, depth + 1)
        else:
            flat.append(value)
    return flat

"""Binary tensors, from Triton's docs/protocol/extension_binary_data.md."""

import struct
from typing import Any

import numpy as np

from shoal_ingest.domain.kserve.values import BadPayload

DTYPES = {
    "BOOL": "?",
    "UINT8": "u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "INT8": "i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "FP16": "<f2",
    "FP32": "<f4",
    "FP64": "<f8",
}


def tensor_values(data: bytes, datatype: Any, where: str) -> list[Any]:
    """Return a tensor's values: numbers are little-endian, texts follow their length. Raises BadPayload."""
    if datatype == "BYTES":
        return [_decode_elements(element, where) for element in _elements_of(data, where)]
    if datatype == "BF16":  # the upper half of a float32
        data, datatype = _widen_bfloat(data, where), "FP32"
    dtype = DTYPES.get(datatype) if isinstance(datatype, str) else None
    if dtype is None:
        raise BadPayload(f"{where}.datatype is unknown: send one of BYTES, BF16, {', '.join(DTYPES)}")
    if len(data) % np.dtype(dtype).itemsize:
        raise BadPayload(f"{where} has {len(data)} bytes, no whole number of {datatype}")
    values: list[Any] = np.frombuffer(data, dtype).tolist()
    return values


def _elements_of(data: bytes, where: str) -> list[bytes]:
    elements, start = [], 0
    while start < len(data):
        if start + 4 > len(data):
            raise BadPayload(f"{where}: a text's length is cut off")
        (size,) = struct.unpack_from("<I", data, start)
        end = start + 4 + size
        if end > len(data):
            raise BadPayload(f"{where}: a text has {size} bytes, but {len(data) - start - 4} follow")
        elements.append(data[start + 4 : end])
        start = end
    return elements


def _decode_elements(element: bytes, where: str) -> str:
    try:
        return element.decode()
    except UnicodeDecodeError as error:
        raise BadPayload(f"{where} holds bytes that are not UTF-8: send text") from error


def _widen_bfloat(data: bytes, where: str) -> bytes:
    if len(data) % 2:
        raise BadPayload(f"{where} has {len(data)} bytes, no whole number of BF16")
    return (np.frombuffer(data, "<u2").astype("<u4") << 16).tobytes()

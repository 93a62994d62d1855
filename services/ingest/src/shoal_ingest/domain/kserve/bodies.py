"""From bytes to a JSON value: gzip without its header, binary tensors behind the JSON, a byte order mark."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from shoal_ingest.domain.kserve.binary import tensor_values
from shoal_ingest.domain.kserve.values import BadPayload

GZIP = b"\x1f\x8b"
MOST_BYTES = 8 * 2**20
"""Of a payload that is gzip, uncompressed."""
BOM = b"\xef\xbb\xbf"


def parse_body(payload: bytes, half: str) -> Any:
    """Return the JSON value of a payload; data of binary tensors is filled in. Raises BadPayload.

    KServe's logger passes a body on as it is, without the headers that describe it, so its form is read from
    its bytes: gzip by its first two, binary tensors because they follow a complete JSON object.
    """
    body = (_unpack_gzip(payload, half) if payload.startswith(GZIP) else payload).removeprefix(BOM).lstrip()
    try:
        return json.loads(
            body
        )  # with NaN and halves of surrogate pairs, so that a refusal can name their field
    except RecursionError:
        raise BadPayload(f"the {half} is nested too deeply: send a flat list of instances") from None
    except ValueError as error:
        if b'"binary_data_size"' in body:
            return _with_binary_data(body, half)
        raise BadPayload(f"the {half} is not JSON: {error}; send V1 or V2 as JSON") from error


def _unpack_gzip(payload: bytes, half: str) -> bytes:
    unpacker = zlib.decompressobj(31)
    try:
        body = unpacker.decompress(payload, MOST_BYTES + 1)
    except zlib.error as error:
        raise BadPayload(f"the {half} starts like gzip but is not: {error}; send JSON") from error
    if len(body) > MOST_BYTES:
        raise BadPayload(f"the {half} has more than {MOST_BYTES} bytes uncompressed: send fewer instances")
    if not unpacker.eof:
        raise BadPayload(f"the {half} is gzip that ends too early: send it whole")
    return body


def _with_binary_data(body: bytes, half: str) -> Any:
    """Parse the JSON at the start of a body, then give its tensors the bytes that follow."""
    text = body.decode("utf-8", "surrogateescape")
    try:
        payload, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise BadPayload(f"the {half} does not start with JSON: {error}; send V2 as JSON") from error
    rest = body[len(text[:end].encode("utf-8", "surrogateescape")) :]
    field = "inputs" if half == "request" else "outputs"
    tensors = payload.get(field) if isinstance(payload, Mapping) else None
    if not isinstance(tensors, list):
        raise BadPayload(f"the {half} has binary data and no list {field}: send V2")
    for index, tensor in enumerate(tensors):
        size = _binary_size(tensor)
        if size is None:
            continue
        where = f"{field}[{index}]"
        if not 0 <= size <= len(rest):
            raise BadPayload(f"{where}.parameters.binary_data_size is {size}, but {len(rest)} bytes follow")
        tensor["data"], rest = tensor_values(rest[:size], tensor.get("datatype"), where), rest[size:]
    if rest:
        raise BadPayload(f"{len(rest)} bytes follow the {half} that no binary_data_size names")
    return payload


def _binary_size(tensor: Any) -> int | None:
    parameters = tensor.get("parameters") if isinstance(tensor, Mapping) else None
    size = parameters.get("binary_data_size") if isinstance(parameters, Mapping) else None
    return size if isinstance(size, int) and not isinstance(size, bool) else None

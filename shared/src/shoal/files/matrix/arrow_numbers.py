"""Numbers of pyarrow columns, without pyarrow's conversions: they import pandas if that is installed."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def is_list(kind: Any) -> bool:
    """Return whether a pyarrow type is a list, or a tensor of fixed shape."""
    kind = storage_type(kind)
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def storage_type(kind: Any) -> Any:
    """Return the type that an extension type is stored as."""
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def plain_numbers(column: Any) -> NDArray[Any]:
    """Return the numbers of a column, (n,); NaN where it is empty."""
    if pa.types.is_decimal(column.type) or (column.null_count and not pa.types.is_floating(column.type)):
        column = pc.cast(column, pa.float64())
    if column.null_count:
        column = pc.fill_null(column, pa.scalar(float("nan"), column.type))
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    parts = [np.from_dlpack(chunk) for chunk in chunks if len(chunk)]
    if not parts:
        return np.empty(0, np.float32)
    return parts[0] if len(parts) == 1 else np.concatenate(parts)

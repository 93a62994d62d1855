"""Columns of a Parquet file as Hugging Face's datasets names their types, in the file's own metadata."""

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa


def with_features(schema: pa.Schema, classes: Sequence[str]) -> pa.Schema:
    """Return a schema with the metadata that `datasets` reads. classes: of the column `label`, if it has any.

    The column `image` is an image; a `label` of whole numbers is a class by its number.
    """
    features = {field.name: _column_feature(field.type) for field in schema}
    if classes and pa.types.is_integer(schema.field("label").type):
        features["label"] = {"names": list(classes), "_type": "ClassLabel"}
    if "image" in features:
        features["image"] = {"_type": "Image"}
    return schema.with_metadata({"huggingface": json.dumps({"info": {"features": features}})})


def _column_feature(kind: pa.DataType) -> Any:
    if pa.types.is_struct(kind):
        return {field.name: _column_feature(field.type) for field in kind}
    if pa.types.is_list(kind):
        return {"feature": _column_feature(kind.value_type), "_type": "List"}
    names = {"double": "float64"}
    return {"dtype": names.get(str(kind), str(kind)), "_type": "Value"}

"""Croissant 1.0 (Akhtar et al., 2024): `data.parquet`, and `croissant.json`, which describes its columns."""

from typing import Any

import orjson
import pyarrow as pa

from shoal_qa.adapters.exports.tables import TableFile
from shoal_qa.adapters.exports.targets import Target
from shoal_qa.usecases.datasets.exports import Version

Row = dict[str, Any]
_DATA = "data.parquet"
_REALS = ("probability", "agreement", "inclusion_probability")
_WHOLES = ("votes", "revision")
_TYPES = {"string": "sc:Text", "double": "sc:Float", "int64": "sc:Integer"}
_PLAIN = (
    "citeAs", "column", "examples", "extract", "field", "fileProperty", "fileObject", "fileSet", "format",
    "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references",
    "regex", "repeated", "replace", "separator", "source", "subField", "transform",
)  # fmt: skip
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{name: f"cr:{name}" for name in _PLAIN},
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "sc": "https://schema.org/",
}


class CroissantWriter:
    """Writes one flat table of all splits; lists and maps are JSON."""

    def __init__(self, target: Target, version: Version) -> None:
        self._target = target
        self._version = version
        self._table: TableFile | None = None
        self._schema: pa.Schema | None = None

    def add(self, row: Row) -> None:
        """Write a row."""
        if self._table is None or self._schema is None:
            self._schema = pa.schema([(name, _column_type(name)) for name in row])
            self._table = TableFile(self._target.open(_DATA), self._schema)
        self._table.add({name: _flat_cell(value) for name, value in row.items()})

    def close(self) -> None:
        """Complete the table and write its description."""
        if self._table is None or self._schema is None:
            return
        self._table.close()
        document = _describe_table(self._version, self._schema, self._table.file.facts())
        with self._target.open("croissant.json") as file:
            file.write(orjson.dumps(document, option=orjson.OPT_INDENT_2))


def _column_type(name: str) -> pa.DataType:
    if name in _REALS:
        return pa.float64()
    return pa.int64() if name in _WHOLES else pa.string()


def _flat_cell(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


def _describe_table(version: Version, schema: pa.Schema, facts: dict[str, Any]) -> dict[str, Any]:
    manifest = version.manifest
    file = {
        "@type": "cr:FileObject",
        "@id": _DATA,
        "name": _DATA,
        "contentUrl": _DATA,
        "contentSize": f"{facts['bytes']} B",
        "encodingFormat": "application/x-parquet",
        "sha256": facts["sha256"],
    }
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"rows/{field.name}",
            "name": field.name,
            "dataType": _TYPES[str(field.type)],
            "source": {"fileObject": {"@id": _DATA}, "extract": {"column": field.name}},
        }
        for field in schema
    ]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"{manifest['project']}-{manifest['dataset']}",
        "description": f"{version.rows} accepted labels of kind {version.schema['kind']}, version "
        f"{manifest['version']} of dataset {manifest['dataset']}.",
        "version": f"{manifest['number']}.0.0",
        "datePublished": manifest["published_at"],
        "distribution": [file],
        "recordSet": [{"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": fields}],
    }

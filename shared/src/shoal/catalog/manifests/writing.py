"""Write manifests as YAML files below deploy/k8s/components."""

from pathlib import Path
from typing import Any

import yaml

from shoal.catalog.manifests.scaling import scaled_objects
from shoal.catalog.manifests.topics import kafka_topics
from shoal.catalog.manifests.users import kafka_users

NOTE = "# Written by `make manifests` from the registry of topics (shoal.contracts.topics).\n"


class _Dumper(yaml.SafeDumper):
    """Indents lists below their key, and writes lists of words on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:  # noqa: ARG002
        return super().represent_sequence(tag, sequence, all(isinstance(item, str) for item in sequence))


def render_manifests() -> dict[str, str]:
    """Return the text of every file by its path below the folder of components."""
    return {
        "strimzi/topics.yaml": _render_objects(kafka_topics()),
        "strimzi/users.yaml": _render_objects(kafka_users()),
        "keda/scaledobjects.yaml": _render_objects(scaled_objects()),
    }


def write_files(folder: Path) -> list[Path]:
    """Write the files that differ; return them."""
    changed = []
    for name, text in render_manifests().items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            changed.append(path)
    return changed


def _render_objects(objects: list[dict[str, Any]]) -> str:
    return NOTE + yaml.dump_all(objects, Dumper=_Dumper, sort_keys=False, width=110)

"""The card of a dataset on the Hugging Face Hub: YAML that its tools read, and a page for people."""

import html
from collections.abc import Sequence
from typing import Any

import yaml

from shoal.wording import format_count
from shoal_qa.usecases.datasets.exports import Version
from shoal_qa.usecases.datasets.losses import describe_loss

_TASKS = {
    "single_choice": ("text-classification", "image-classification"),
    "multi_choice": ("text-classification", "image-classification"),
    "boxes": ("object-detection", "object-detection"),
    "polygons": ("image-segmentation", "image-segmentation"),
    "spans": ("token-classification", "token-classification"),
    "ranking": ("reinforcement-learning", "reinforcement-learning"),
    "pair": ("reinforcement-learning", "reinforcement-learning"),
    "number": ("text-classification", "image-classification"),
    "rating": ("text-classification", "image-classification"),
    "text": ("text-generation", "image-to-text"),
}
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def dataset_card(version: Version, splits: Sequence[str], *, images: bool, content: str) -> str:
    """Return README.md. splits: in order. images: whether samples are images. content: hash of the shards.

    `datasets` loads from its cache what it loaded before under a folder of this name and an equal head, also
    if the shards are others by now; so the head names their content.
    """
    manifest = version.manifest
    files = [{"split": split, "path": f"data/{split}-*.parquet"} for split in splits]
    head: dict[str, Any] = {
        "pretty_name": f"{manifest['dataset']} {manifest['version']}",
        "task_categories": [_TASKS[version.schema["kind"]][images]],
        "size_categories": [next((name for most, name in _SIZES if version.rows < most), "n>1M")],
        "tags": ["shoal"],
        "configs": [{"config_name": "default", "description": f"SHA-256 {content}", "data_files": files}],
    }
    front = yaml.safe_dump(head, sort_keys=False, allow_unicode=True)
    return f"---\n{front}---\n\n{_card_page(version)}"


def _card_page(version: Version) -> str:
    manifest = version.manifest
    guideline = manifest["guideline"]
    lines = [
        f"# {manifest['dataset']}",
        "",
        f"Version `{manifest['version']}` of project `{manifest['project']}`, frozen at "
        f"{manifest['published_at']}: {format_count(version.rows, 'accepted label')} of kind "
        f"`{version.schema['kind']}` under guideline {guideline['major']}.{guideline['minor']}.",
        "",
        *_count_table("split", "rows", manifest["splits"]),
    ]
    if manifest["classes"]:
        lines += _count_table("class", "labels", manifest["classes"])
    if left_out := manifest.get("left_out"):
        lines += ["Not in this version:", "", *(f"* {describe_loss(loss)}" for loss in left_out), ""]
    return "\n".join(lines)


def _count_table(name: str, count: str, counts: dict[str, int]) -> list[str]:
    rows = [f"| {_cell_text(key)} | {number} |" for key, number in counts.items()]
    return [f"| {name} | {count} |", "|---|---|", *rows, ""]


def _cell_text(name: str) -> str:
    """Return a name as a cell of a table in Markdown, in one line and without HTML."""
    plain = html.escape(" ".join(name.split()), quote=False)
    return plain.replace("\\", "\\\\").replace("|", "\\|")

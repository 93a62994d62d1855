"""Pages of documentation generated from code: inputs, settings, metrics, and the rule for outages.

Packages register models with the entry-point groups `shoal.inputs` and `shoal.settings`, and modules of
metrics with `shoal.metrics`.
"""

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from shoal.catalog.metrics import render_metrics
from shoal.catalog.outages import render_outages
from shoal.catalog.retention import render_retention
from shoal.contracts.base import NO_NUL

INPUTS, SETTINGS, METRICS = "shoal.inputs", "shoal.settings", "shoal.metrics"
RETENTION, ANNOUNCED, RECOVERED = "shoal.retention", "shoal.announced", "shoal.recovered"
_LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {:,} characters",
    "minimum": "at least {:,g}",
    "maximum": "at most {:,}",
    "exclusiveMinimum": "above {:g}",
    "exclusiveMaximum": "below {:g}",
    "maxProperties": "at most {} entries",
    "maxItems": "at most {:,} entries",
    "pattern": "pattern `{}`",
}
_COMMANDS = (
    ("SHOAL_INGEST_URL", "Address of the ingest service; `shoal up` prints this and the next addresses."),
    ("SHOAL_SAMPLER_URL", "Address of the sampler."),
    ("SHOAL_GATEWAY_URL", "Address of the labeling gateway, which serves the annotator's page."),
    ("SHOAL_QA_URL", "Address of qa."),
    (
        "SHOAL_INGEST_ADMIN_URL",
        "Address of ingest's admin port, for `shoal status`; likewise SHOAL_EMBEDDER_, SHOAL_SAMPLER_, "
        "SHOAL_GATEWAY_ and SHOAL_QA_ADMIN_URL.",
    ),
    ("SHOAL_API_KEY", "Key that commands send; needed where services have SHOAL_ADMIN_KEY."),
    (
        "SHOAL_KAFKA_BOOTSTRAP",
        "Kafka's brokers, for `shoal dlq` and `shoal status`; all settings of Kafka apply.",
    ),
    (
        "SHOAL_CACHE",
        "Folder of files that can be recreated: encoders, demo data, Kafka's jars, running stacks. Default: "
        "`~/.cache/shoal`; `make` sets `.cache` in the repository.",
    ),
)
_NOTE = "<!-- Written by `make docs`; the text comes from {}. -->\n"


def load_registered(group: str) -> dict[str, Any]:
    """Return the objects that packages register in an entry-point group, by name."""
    return {point.name: point.load() for point in sorted(entry_points(group=group), key=lambda it: it.name)}


def render_pages() -> dict[str, str]:
    """Return every page by its name under docs/."""
    inputs = {f"{name}.md": render_input(model) for name, model in load_registered(INPUTS).items()}
    settings = render_settings(load_registered(SETTINGS))
    metrics = render_metrics(load_registered(METRICS))
    retention = render_retention(load_registered(RETENTION))
    return {
        **inputs,
        "settings.md": settings,
        "metrics.md": metrics,
        "outages.md": render_outages(),
        "retention.md": retention,
    }


def render_input(model: type[BaseModel]) -> str:
    """Return the page of an input model: a table per part, and an example of every optional field."""
    schema = model.model_json_schema()
    parts = [(model.__name__, schema), *schema.get("$defs", {}).items()]
    lines = [_NOTE.format(model.__module__), f"# {model.__name__}", ""]
    for name, part in parts:
        if name != model.__name__:
            lines += [f"## {name}", ""]
        lines += [part["description"], "", "| field | type | required | meaning |", "|---|---|---|---|"]
        lines += [
            _field_row(field, value, part.get("required", [])) for field, value in part["properties"].items()
        ]
        lines += ["", *_field_examples(part)]
    return "\n".join(lines).rstrip() + "\n"


def _field_row(name: str, value: Mapping[str, Any], required: list[str]) -> str:
    limits = "; ".join(_limit_texts(value))
    meaning = value.get("description", "") + (f" ({limits})" if limits else "")
    default = value.get("default")
    need = "yes" if name in required else "no" if default in (None, "") else f"no: `{json.dumps(default)}`"
    return f"| `{name}` | {_type_name(value)} | {need} | {_cell_text(meaning)} |"


def _field_examples(part: Mapping[str, Any]) -> Iterator[str]:
    required = part.get("required", [])
    examples = {
        name: value["examples"][0]
        for name, value in part["properties"].items()
        if name not in required and value.get("examples")
    }
    whole = part.get("examples")
    if whole:
        yield from ("An example:", "```json", json.dumps(whole[0], indent=2), "```", "")
    if examples:
        yield from ("Optional fields by example:", "```json", json.dumps(examples, indent=2), "```", "")


def render_settings(classes: Mapping[str, type[BaseSettings]]) -> str:
    """Return the page of all settings: those of every service, Kafka's, then those of single services."""
    lines = [_NOTE.format("the settings classes"), "# Settings", ""]
    lines += ["Processes read their settings from the environment once, when they start.", ""]
    shared = set.intersection(*(set(kind.model_fields) for name, kind in classes.items() if name != "kafka"))
    services = {name: kind for name, kind in classes.items() if name != "kafka"}
    first = next(iter(services.values()))
    lines += [
        "## Every service",
        "",
        *_settings_table(first, sorted(shared, key=list(first.model_fields).index)),
    ]
    lines += [
        "## Kafka, in every service",
        "",
        *_settings_table(classes["kafka"], list(classes["kafka"].model_fields)),
    ]
    for name, kind in services.items():
        fields = [field for field in kind.model_fields if field not in shared]
        lines += [f"## {name}", "", *_settings_table(kind, fields)]
    lines += ["## Commands", "", *_commands_table()]
    return "\n".join(lines).rstrip() + "\n"


def _commands_table() -> Iterator[str]:
    yield "Without any address in the environment, commands use the stack that `shoal up` runs on this machine."
    yield from ("", "| variable | meaning |", "|---|---|")
    yield from (f"| `{name}` | {meaning} |" for name, meaning in _COMMANDS)


def _settings_table(kind: type[BaseSettings], names: list[str]) -> Iterator[str]:
    prefix, properties = kind.model_config["env_prefix"], kind.model_json_schema()["properties"]
    yield from ("| variable | type | default | meaning |", "|---|---|---|---|")
    for name in names:
        value, field = properties[name], kind.model_fields[name]
        limits = "; ".join(_limit_texts(value))
        meaning = (field.description or "") + (f" ({limits})" if limits else "")
        yield f"| `{prefix}{name.upper()}` | {_type_name(value)} | {_default_cell(field)} | {_cell_text(meaning)} |"
    yield ""


def _default_cell(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        return "a value for development"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "none" if value in (None, "") else f"`{value}`"


def _type_variants(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    variants = value.get("anyOf") or value.get("oneOf") or [value]
    return [variant for variant in variants if variant.get("type") != "null"]


def _type_name(value: Mapping[str, Any]) -> str:
    return " or ".join(dict.fromkeys(_plain_type(variant) for variant in _type_variants(value)))


def _plain_type(value: Mapping[str, Any]) -> str:
    if "$ref" in value:
        name = value["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "enum" in value:
        return "one of " + ", ".join(f"`{item}`" for item in value["enum"])
    if value.get("contentEncoding"):
        return "base64"
    if value.get("format") in ("date-time", "password", "path"):
        return {"date-time": "time (RFC 3339)", "password": "secret", "path": "path"}[value["format"]]
    return {
        "string": "text",
        "integer": "integer",
        "number": "number",
        "boolean": "boolean",
        "array": "list of numbers" if value.get("items", {}).get("type") == "number" else "list",
        "object": "object",
    }[value["type"]]


def _limit_texts(value: Mapping[str, Any]) -> Iterator[str]:
    for variant in (value, *(one for one in _type_variants(value) if one is not value)):
        for name, form in _LIMITS.items():
            limit = variant.get(name)
            if limit is not None and limit != NO_NUL and (name, limit) != ("minLength", 1):
                yield form.format(limit)


def _cell_text(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

"""The AsyncAPI 3 document of every topic, event and service, derived from the registry."""

import json
from typing import Any

from shoal.catalog.schemas import current_schema, example_paths
from shoal.contracts.base import Event
from shoal.contracts.topics import DEAD_LETTER_RETENTION_HOURS, TOPICS, Topic

DESCRIPTION = "Every topic between Shoal's services. Events are CloudEvents 1.0 in Kafka's binary mode."
HOUR_MS = 3_600_000
CONTENT_TYPES = {"json": "application/json", "msgpack": "application/msgpack"}


def asyncapi_document(version: str) -> dict[str, Any]:
    """Return the AsyncAPI document. Source: https://www.asyncapi.com/docs/reference/specification/v3.0.0"""
    topics = list(TOPICS.values())
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Shoal",
            "version": version,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _topic_channel(topic) for topic in topics} | _dead_letter_channels(topics),
        "operations": _service_operations(topics),
        "components": {
            "messages": {
                event.TYPE: _event_message(event, topic) for topic in topics for event in topic.events
            },
            "messageTraits": {"cloudEvent": {"headers": _header_schema()}},
        },
    }


def _topic_channel(topic: Topic) -> dict[str, Any]:
    configuration = {
        "cleanup.policy": ["compact"] if topic.compacted else ["delete"],
        "retention.ms": topic.retention_hours * HOUR_MS,
    }
    return {
        "address": topic.name,
        "description": f"{topic.summary} Key: {topic.key}.",
        "messages": _message_references(topic),
        "bindings": {"kafka": {"partitions": topic.partitions, "topicConfiguration": configuration}},
    }


def _message_references(topic: Topic) -> dict[str, Any]:
    return {event.TYPE: {"$ref": f"#/components/messages/{event.TYPE}"} for event in topic.events}


def _dead_letter_channels(topics: list[Topic]) -> dict[str, Any]:
    configuration = {"retention.ms": DEAD_LETTER_RETENTION_HOURS * HOUR_MS}
    return {
        name: {
            "address": name,
            "description": f"Records of {topic.name} that a consumer group could not process, unchanged.",
            "messages": _message_references(topic),
            "bindings": {"kafka": {"partitions": 1, "topicConfiguration": configuration}},
        }
        for topic in topics
        for name in topic.dead_letters
    }


def _service_operations(topics: list[Topic]) -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for topic in topics:
        channel = {"$ref": f"#/channels/{topic.name}"}
        for service in topic.producers:
            operations[f"{service}.sends.{topic.name}"] = {"action": "send", "channel": channel}
        for group in topic.groups:
            operations[f"{group}.receives.{topic.name}"] = {
                "action": "receive",
                "channel": channel,
                "bindings": {"kafka": {"groupId": {"type": "string", "enum": [group]}}},
            }
        for service in topic.readers:
            operations[f"{service}.reads.{topic.name}"] = {"action": "receive", "channel": channel}
    return operations


def _event_message(event: type[Event], topic: Topic) -> dict[str, Any]:
    examples = [json.loads(path.read_text("utf-8")) for path in example_paths(event)]
    return {
        "name": event.TYPE,
        "summary": (event.__doc__ or "").split("\n")[0],
        "contentType": CONTENT_TYPES[topic.encoding],
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": _embedded_schema(current_schema(event)),
        "examples": [{"payload": example} for example in examples],
    }


def _embedded_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema to embed in the document: references are replaced by their definitions."""
    plain = {key: value for key, value in schema.items() if key not in ("$id", "$defs")}
    inlined: dict[str, Any] = _inline_references(plain, schema.get("$defs", {}))
    return inlined


def _inline_references(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inline_references(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inline_references(definitions[node["$ref"].removeprefix("#/$defs/")], definitions)
    plain = {key: value for key, value in node.items() if key != "discriminator"}
    return {key: _inline_references(value, definitions) for key, value in plain.items()}


def _header_schema() -> dict[str, Any]:
    names = ("ce_id", "ce_source", "ce_type", "ce_specversion", "ce_time", "ce_subject", "ce_project")
    return {
        "type": "object",
        "required": [*names, "content-type"],
        "properties": {name: {"type": "string"} for name in (*names, "content-type", "ce_traceparent")},
    }

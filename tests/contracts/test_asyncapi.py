"""The AsyncAPI document is one that other tools can read."""

from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema

from shoal import __version__
from shoal.catalog import asyncapi
from shoal.contracts.topics import TOPICS


def test_the_document_follows_asyncapi_3() -> None:
    ApplicationSchema.model_validate(asyncapi.asyncapi_document(__version__))


def test_every_reference_leads_somewhere() -> None:
    document = asyncapi.asyncapi_document(__version__)
    for pointer in _references(document):
        node = document
        for part in pointer.removeprefix("#/").split("/"):
            assert part in node, pointer
            node = node[part]


def test_every_topic_and_dead_letter_topic_is_a_channel() -> None:
    channels = asyncapi.asyncapi_document(__version__)["channels"]
    expected = {name for topic in TOPICS.values() for name in (topic.name, *topic.dead_letters)}
    assert set(channels) == expected


def _references(node: object) -> list[str]:
    if isinstance(node, list):
        return [reference for item in node for reference in _references(item)]
    if not isinstance(node, dict):
        return []
    own = [str(node["$ref"])] if "$ref" in node else []
    return own + [reference for value in node.values() for reference in _references(value)]

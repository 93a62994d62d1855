"""Vectors of samples that are already embedded, from Qdrant."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from qdrant_client import AsyncQdrantClient, models

from shoal.contracts.samples import alias_name, collection_prefix
from shoal.messaging.errors import outages_of
from shoal.outages import error_text
from shoal_sampler.usecases.ports import StoredVector
from shoal_sampler.usecases.ports.stream import Attribute, Condition, Matches

_PROBED = 256  # samples whose values are named in warnings


class QdrantLookup:
    """Reads from the project's collections, that of its newest generation first."""

    def __init__(self, client: AsyncQdrantClient) -> None:
        self._client = client

    async def find(self, project: str, sample_ids: Sequence[str]) -> dict[str, StoredVector]:
        """Return the stored vectors, of the newest generation that has the sample. Raises Transient.

        A project of texts and images has a generation of each. Ids that are not UUIDs, and projects without
        vectors, have none.
        """
        missing = [sample_id for sample_id in sample_ids if _is_uuid(sample_id)]
        vectors: dict[str, StoredVector] = {}
        for generation in await self._generations(project) if missing else ():
            vectors |= await self._vectors_in(project, generation, missing)
            missing = [sample_id for sample_id in missing if sample_id not in vectors]
            if not missing:
                break
        return vectors

    async def fault(self) -> str:
        """Return why Qdrant is unavailable at present, or an empty text."""
        try:
            async with asyncio.timeout(2):
                await self._client.collection_exists("any")  # the cheapest question that needs the key
        except Exception as error:
            return f"Qdrant does not answer: {error_text(error)}"[:200]
        return ""

    async def matches(self, project: str, conditions: Sequence[Condition], *, with_crops: bool) -> Matches:
        """Return how many samples of the newest generation meet each condition. Raises Transient.

        with_crops: count crops too, beside the images that they are part of.
        """
        generation = await self._generation(project) if conditions else None
        if generation is None:
            return Matches(0, [0] * len(conditions), 0, {})
        name = collection_prefix(project) + generation
        wholes = (
            [] if with_crops else [models.IsEmptyCondition(is_empty=models.PayloadField(key="parent_id"))]
        )
        parts = [[], conditions, *([condition] for condition in conditions)]
        filters = [_joint_filter(part, wholes) for part in parts]
        with outages_of("Qdrant"):
            counts = await asyncio.gather(
                *(self._client.count(name, count_filter=one_filter) for one_filter in filters)
            )
            records, _ = await self._client.scroll(
                name, limit=_PROBED, with_payload=True, scroll_filter=filters[0]
            )
        samples, together, *numbers = [count.count for count in counts]
        values = _frequent_values([record.payload or {} for record in records])
        return Matches(samples, numbers, together, values)

    async def _vectors_in(self, project: str, generation: str, ids: Sequence[str]) -> dict[str, StoredVector]:
        with outages_of("Qdrant"):
            records = await self._client.retrieve(
                collection_prefix(project) + generation, ids=list(ids), with_vectors=True, with_payload=False
            )
        return {
            str(record.id): StoredVector(generation, np.asarray(record.vector, np.float32))
            for record in records
        }

    async def _generations(self, project: str) -> list[str]:
        """Return the slugs of the project's generations, the one that its alias names first."""
        newest, prefix = await self._generation(project), collection_prefix(project)
        if newest is None:
            return []
        with outages_of("Qdrant"):
            names = [entry.name for entry in (await self._client.get_collections()).collections]
        others = sorted(name.removeprefix(prefix) for name in names if name.startswith(prefix))
        return [newest, *(name for name in others if name != newest)]

    async def _generation(self, project: str) -> str | None:
        """Return the generation's slug from the project's alias."""
        with outages_of("Qdrant"):
            aliases = (await self._client.get_aliases()).aliases
        alias = alias_name(project)
        names = [entry.collection_name for entry in aliases if entry.alias_name == alias]
        return names[0].removeprefix(collection_prefix(project)) if names else None


def _joint_filter(
    conditions: Sequence[Condition], wholes: Sequence[models.IsEmptyCondition]
) -> models.Filter | None:
    """Return the filter of a campaign: every tag, and one of the values of each other attribute.

    wholes: what samples must be beside that. None without any condition.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for condition in conditions:
        tag = condition.value if condition.attribute == "tags" else ""
        groups.setdefault((condition.attribute, tag), []).append(condition.value)
    fields = [
        models.FieldCondition(key=attribute, match=models.MatchAny(any=values))
        for (attribute, _), values in groups.items()
    ]
    must = [*fields, *wholes]
    return models.Filter(must=must) if must else None


def _frequent_values(payloads: Sequence[Mapping[str, Any]]) -> dict[Attribute, list[str]]:
    """Return the values of every attribute, the most frequent ones first."""
    attributes: tuple[Attribute, ...] = ("predicted_label", "model", "model_version", "tags")
    frequent: dict[Attribute, list[str]] = {}
    for attribute in attributes:
        values = [payload.get(attribute) for payload in payloads]
        texts = [
            text for value in values if value for text in (value if isinstance(value, list) else [value])
        ]
        frequent[attribute] = [text for text, _ in Counter(texts).most_common()]
    return frequent


def _is_uuid(text: str) -> bool:
    """Return whether a text is an id of a sample, in the only form that Qdrant takes."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False

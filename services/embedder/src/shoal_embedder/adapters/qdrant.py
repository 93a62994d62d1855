"""Store vectors in Qdrant over gRPC as raw bytes, without converting numbers in Python."""

import asyncio
import re
from collections.abc import Mapping, Sequence

import grpc as transport
import structlog
from qdrant_client import AsyncQdrantClient, grpc, models

from shoal.contracts.ids import is_sample_id
from shoal.contracts.samples import Generation, alias_name, collection_name, collection_prefix
from shoal.messaging.errors import outages_of
from shoal.outages import error_text
from shoal_embedder import metrics
from shoal_embedder.adapters.qdrant_points import PARENT, divide_points, point_struct
from shoal_embedder.usecases.ports import Gone, OtherDimension, Point

REQUESTS_AT_ONCE = 3
_OURS = re.compile(r"([^~]+)~[a-z0-9._-]+-\d+$")
_log = structlog.get_logger("shoal.embedder")


class QdrantStore:
    """One collection per project and generation; a project's alias names its newest collection.

    What is missing in Qdrant, because it was dropped or restored or because a process ended between the
    creation of a collection and of its alias, is made anew; `mend` returns the collections to fill again.
    """

    def __init__(self, client: AsyncQdrantClient, *, timeout_s: float = 30.0) -> None:
        self._client = client
        self._timeout_s = timeout_s
        self._ready: dict[str, Gone] = {}  # collections that were there, the latest use last
        self._emptied: list[Gone] = []

    async def prepare(self, project: str, generation: Generation) -> None:
        """Create the collection and the alias if they are missing; several replicas may try at once."""
        name = collection_name(project, generation)
        if name in self._ready:
            return
        with outages_of("Qdrant"):
            existing = await self._existing()
            _check_dimension(existing, project, generation)
            is_new = name not in existing and await self._create(name, generation.dimension)
            await self._client.create_payload_index(name, PARENT, models.PayloadSchemaType.KEYWORD)
            await self._point_alias(alias_name(project), name, existing, is_new=is_new)
        self._ready[name] = Gone(project, generation)

    async def upsert(self, project: str, generation: Generation, points: Sequence[Point]) -> None:
        """Store points; return when Qdrant has them in its log. A collection that is gone is made anew."""
        name = collection_name(project, generation)
        gate = asyncio.Semaphore(REQUESTS_AT_ONCE)

        async def send(part: Sequence[Point]) -> None:
            structs = [point_struct(point) for point in part]
            async with gate:
                await self._client.grpc_points.Upsert(
                    grpc.UpsertPoints(collection_name=name, wait=True, points=structs),
                    timeout=self._timeout_s,
                )

        async def send_all() -> None:
            await asyncio.gather(*(send(part) for part in divide_points(points)))

        with outages_of("Qdrant"), metrics.STORE_SECONDS.time():
            try:
                await send_all()
            except transport.aio.AioRpcError as error:
                if error.code() is not transport.StatusCode.NOT_FOUND:
                    raise
                await self._remake()
                await send_all()

    async def delete(self, project: str, samples: Sequence[str]) -> None:
        """Delete points from all collections of the project."""
        with outages_of("Qdrant"):
            for name in await self._existing():
                if name.startswith(collection_prefix(project)):
                    await self._delete_from(name, samples)

    async def fault(self) -> str:
        """Return why the store is unavailable at present, or an empty text."""
        try:
            async with asyncio.timeout(2):
                await self._client.collection_exists("any")  # the cheapest question that needs the key
        except Exception as error:
            return f"Qdrant does not answer: {error_text(error)}"[:200]
        return ""

    async def mend(self) -> list[Gone]:
        """Make missing collections and aliases anew; return the collections that are empty since.

        A collection is returned once, by the replica that made it.
        """
        with outages_of("Qdrant"):
            await self._remake()
        emptied, self._emptied = self._emptied, []
        return emptied

    async def _remake(self) -> None:
        existing = await self._existing()
        for name, gone in list(self._ready.items()):
            if name not in existing and await self._create(name, gone.generation.dimension):
                await self._client.create_payload_index(name, PARENT, models.PayloadSchemaType.KEYWORD)
                metrics.COLLECTIONS_REMADE.inc()
                _log.error("collection_made_anew", collection=name)
                self._emptied.append(gone)
        await self._mend_aliases([*existing, *(name for name in self._ready if name not in existing)])

    async def _mend_aliases(self, names: Sequence[str]) -> None:
        """Give every project with collections an alias that names one of them."""
        aliases = await self._aliases()
        projects: dict[str, list[str]] = {}
        for name in names:
            if match := _OURS.match(name):
                projects.setdefault(match[1], []).append(name)
        for project, collections in projects.items():
            alias = alias_name(project)
            if aliases.get(alias) not in collections:
                await self._set_alias(alias, await self._newest(collections))
                _log.error("alias_made_anew", alias=alias)

    async def _newest(self, collections: Sequence[str]) -> str:
        """Return the collection that this process began to use last, or else the largest one."""
        if used := [name for name in self._ready if name in collections]:
            return used[-1]
        sizes = [(await self._client.count(name)).count for name in collections]
        return collections[sizes.index(max(sizes))]

    async def _point_alias(self, alias: str, name: str, existing: Sequence[str], *, is_new: bool) -> None:
        """Let the alias name a new collection; an old one only if the alias is missing or names nothing.

        A process that ended before it set the alias has left a collection that is empty.
        """
        target = (await self._aliases()).get(alias)
        if target == name:
            return
        if is_new or target not in existing or not (await self._client.count(name)).count:
            await self._set_alias(alias, name)

    async def _existing(self) -> list[str]:
        return [collection.name for collection in (await self._client.get_collections()).collections]

    async def _aliases(self) -> Mapping[str, str]:
        return {
            entry.alias_name: entry.collection_name for entry in (await self._client.get_aliases()).aliases
        }

    async def _create(self, name: str, dimension: int) -> bool:
        """Create a collection; return False if another replica was faster."""
        vectors = models.VectorParams(size=dimension, distance=models.Distance.COSINE)
        try:
            await self._client.create_collection(name, vectors_config=vectors)
        except transport.aio.AioRpcError:
            if not await self._client.collection_exists(name):
                raise
            return False
        return True

    async def _set_alias(self, alias: str, name: str) -> None:
        created = models.CreateAlias(collection_name=name, alias_name=alias)
        await self._client.update_collection_aliases([models.CreateAliasOperation(create_alias=created)])

    async def _delete_from(self, name: str, samples: Sequence[str]) -> None:
        """Delete points and their crops; ids that Qdrant does not take name none."""
        try:
            crops = models.FieldCondition(key=PARENT, match=models.MatchAny(any=list(samples)))
            await self._client.delete(name, points_selector=models.Filter(must=[crops]), wait=True)
            if ids := [sample for sample in samples if is_sample_id(sample)]:
                await self._client.delete(name, points_selector=[*ids], wait=True)
        except transport.aio.AioRpcError as error:
            if error.code() is not transport.StatusCode.NOT_FOUND:  # dropped since it was listed
                raise


def _check_dimension(existing: Sequence[str], project: str, generation: Generation) -> None:
    same_encoder = collection_name(project, generation).removesuffix(str(generation.dimension))
    for name in existing:
        rest = name.removeprefix(same_encoder)
        if rest != name and rest.isdigit() and int(rest) != generation.dimension:
            raise OtherDimension(int(rest))

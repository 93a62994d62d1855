"""Qdrant's service of collections."""

from typing import Any

from qdrant_client import grpc
from qdrant_client.grpc.collections_service_pb2_grpc import CollectionsServicer

from shoal_local.servers.qdrant.engine import Engine
from shoal_local.servers.qdrant.errors import answered
from shoal_local.servers.qdrant.values import Unsupported

Context = Any  # grpc has no types


class Collections(CollectionsServicer):
    """Create, delete, list, describe, alias."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @answered
    def Create(self, request: Any, _: Context) -> Any:  # noqa: N802
        config = request.vectors_config
        if config.WhichOneof("config") != "params":
            raise Unsupported("collections with named vectors, or with none")
        distance = grpc.Distance.Name(config.params.distance)
        self._engine.create(request.collection_name, config.params.size, distance)
        return grpc.CollectionOperationResponse(result=True)

    @answered
    def Delete(self, request: Any, _: Context) -> Any:  # noqa: N802
        return grpc.CollectionOperationResponse(result=self._engine.delete(request.collection_name))

    @answered
    def List(self, _request: Any, _: Context) -> Any:  # noqa: N802
        names = sorted(self._engine.collections)
        return grpc.ListCollectionsResponse(
            collections=[grpc.CollectionDescription(name=name) for name in names]
        )

    @answered
    def CollectionExists(self, request: Any, _: Context) -> Any:  # noqa: N802
        known = {*self._engine.collections, *self._engine.aliases}
        return grpc.CollectionExistsResponse(
            result=grpc.CollectionExists(exists=request.collection_name in known)
        )

    @answered
    def Get(self, request: Any, _: Context) -> Any:  # noqa: N802
        found = self._engine.get(request.collection_name)
        info = found.shard.info()
        distance = grpc.Distance.Value(found.distance)
        vectors = grpc.VectorsConfig(params=grpc.VectorParams(size=found.dimension, distance=distance))
        return grpc.GetCollectionInfoResponse(
            result=grpc.CollectionInfo(
                status=grpc.CollectionStatus.Green,
                optimizer_status=grpc.OptimizerStatus(ok=True),
                segments_count=info.segments_count,
                points_count=info.points_count,
                indexed_vectors_count=info.indexed_vectors_count,
                config=grpc.CollectionConfig(params=grpc.CollectionParams(vectors_config=vectors)),
            )
        )

    @answered
    def UpdateAliases(self, request: Any, _: Context) -> Any:  # noqa: N802
        for action in request.actions:
            kind = action.WhichOneof("action")
            if kind == "create_alias":
                self._engine.alias(action.create_alias.alias_name, action.create_alias.collection_name)
            elif kind == "delete_alias":
                self._engine.unalias(action.delete_alias.alias_name)
            else:
                raise Unsupported("renaming an alias")
        return grpc.CollectionOperationResponse(result=True)

    @answered
    def ListAliases(self, _request: Any, _: Context) -> Any:  # noqa: N802
        return _aliases(self._engine.aliases)

    @answered
    def ListCollectionAliases(self, request: Any, _: Context) -> Any:  # noqa: N802
        wanted = request.collection_name
        return _aliases({alias: name for alias, name in self._engine.aliases.items() if name == wanted})


def _aliases(found: dict[str, str]) -> Any:
    described = [
        grpc.AliasDescription(alias_name=alias, collection_name=name) for alias, name in sorted(found.items())
    ]
    return grpc.ListAliasesResponse(aliases=described)

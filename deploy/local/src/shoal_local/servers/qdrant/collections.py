"""Qdrant's gRPC service Collections."""

from typing import Any

from qdrant_client import grpc
from qdrant_client.grpc.collections_service_pb2_grpc import CollectionsServicer

from shoal_local.servers.qdrant.engine import Engine
from shoal_local.servers.qdrant.errors import with_status
from shoal_local.servers.qdrant.values import Unsupported

Context = Any  # grpc has no types


class Collections(CollectionsServicer):
    """Create, delete, list, describe, alias."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @with_status
    def Create(self, request: Any, _: Context) -> Any:  # noqa: N802
        config = request.vectors_config
        if config.WhichOneof("config") != "params":
            raise Unsupported("collections with named vectors, or with none")
        distance = grpc.Distance.Name(config.params.distance)
        self._engine.create(request.collection_name, config.params.size, distance)
        return grpc.CollectionOperationResponse(result=True)

    @with_status
    def Delete(self, request: Any, _: Context) -> Any:  # noqa: N802
        return grpc.CollectionOperationResponse(result=self._engine.delete(request.collection_name))

    @with_status
    def List(self, _request: Any, _: Context) -> Any:  # noqa: N802
        names = sorted(self._engine.collections)
        return grpc.ListCollectionsResponse(
            collections=[grpc.CollectionDescription(name=name) for name in names]
        )

    @with_status
    def CollectionExists(self, request: Any, _: Context) -> Any:  # noqa: N802
        names = {*self._engine.collections, *self._engine.aliases}
        return grpc.CollectionExistsResponse(
            result=grpc.CollectionExists(exists=request.collection_name in names)
        )

    @with_status
    def Get(self, request: Any, _: Context) -> Any:  # noqa: N802
        collection = self._engine.get(request.collection_name)
        info = collection.shard.info()
        distance = grpc.Distance.Value(collection.distance)
        vectors = grpc.VectorsConfig(params=grpc.VectorParams(size=collection.dimension, distance=distance))
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

    @with_status
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

    @with_status
    def ListAliases(self, _request: Any, _: Context) -> Any:  # noqa: N802
        return _alias_descriptions(self._engine.aliases)

    @with_status
    def ListCollectionAliases(self, request: Any, _: Context) -> Any:  # noqa: N802
        collection = request.collection_name
        aliases = self._engine.aliases.items()
        return _alias_descriptions({alias: name for alias, name in aliases if name == collection})


def _alias_descriptions(aliases: dict[str, str]) -> Any:
    described = [
        grpc.AliasDescription(alias_name=alias, collection_name=name)
        for alias, name in sorted(aliases.items())
    ]
    return grpc.ListAliasesResponse(aliases=described)

"""Qdrant's gRPC service Points."""

import threading
from typing import Any

import qdrant_edge as edge
from qdrant_client import grpc
from qdrant_client.grpc.points_service_pb2_grpc import PointsServicer

from shoal_local.servers.qdrant.engine import Collection, Engine
from shoal_local.servers.qdrant.errors import with_status
from shoal_local.servers.qdrant.values import (
    Unsupported,
    dense_vector,
    filter_in,
    id_in,
    id_out,
    payload_in,
    payload_out,
    payload_selection,
    vector_in,
    vector_selection,
    vectors_out,
)

Context = Any  # grpc has no types
LIMIT = 10  # Qdrant's default


class Points(PointsServicer):
    """Upsert, delete, get, query, scroll, count, and indexes of keywords."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._numbering = threading.Lock()
        self._operations = 0

    @with_status
    def Upsert(self, request: Any, _: Context) -> Any:  # noqa: N802
        collection = self._engine.get(request.collection_name)
        points = [
            edge.Point(id_in(point.id), collection.check(vector_in(point.vectors)), payload_in(point.payload))
            for point in request.points
        ]
        if points:
            collection.update(edge.UpdateOperation.upsert_points(points))
        return self._completed()

    @with_status
    def Delete(self, request: Any, _: Context) -> Any:  # noqa: N802
        collection = self._engine.get(request.collection_name)
        if request.points.WhichOneof("points_selector_one_of") == "points":
            ids = [id_in(point_id) for point_id in request.points.points.ids]
            collection.update(edge.UpdateOperation.delete_points(ids))
        elif condition := filter_in(request.points.filter):
            collection.update(edge.UpdateOperation.delete_points_by_filter(condition))
        else:
            raise Unsupported("deleting by an empty filter")
        return self._completed()

    @with_status
    def Get(self, request: Any, _: Context) -> Any:  # noqa: N802
        collection = self._engine.get(request.collection_name)
        records = collection.shard.retrieve(
            [id_in(item) for item in request.ids],
            payload_selection(request.with_payload, default=True),
            vector_selection(request.with_vectors),
        )
        return grpc.GetResponse(result=[_retrieved_point(item) for item in records])

    @with_status
    def Query(self, request: Any, _: Context) -> Any:  # noqa: N802
        collection = self._engine.get(request.collection_name)
        if request.prefetch:
            raise Unsupported("prefetch")
        return grpc.QueryResponse(
            result=[_scored_point(point) for point in _ranked_points(collection, request)]
        )

    @with_status
    def Scroll(self, request: Any, _: Context) -> Any:  # noqa: N802
        collection = self._engine.get(request.collection_name)
        limit = request.limit or LIMIT
        records, after = collection.shard.scroll(
            edge.ScrollRequest(
                offset=id_in(request.offset) if request.HasField("offset") else None,
                limit=limit,
                filter=filter_in(request.filter),
                with_payload=payload_selection(request.with_payload, default=True),
                with_vector=vector_selection(request.with_vectors),
            )
        )
        return grpc.ScrollResponse(
            result=[_retrieved_point(record) for record in records],
            next_page_offset=None if after is None else id_out(after),
        )

    @with_status
    def Count(self, request: Any, _: Context) -> Any:  # noqa: N802
        collection = self._engine.get(request.collection_name)
        exact = not request.HasField("exact") or request.exact
        count = collection.shard.count(edge.CountRequest(filter=filter_in(request.filter), exact=exact))
        return grpc.CountResponse(result=grpc.CountResult(count=count))

    @with_status
    def CreateFieldIndex(self, request: Any, _: Context) -> Any:  # noqa: N802
        collection = self._engine.get(request.collection_name)
        if request.field_type != grpc.FieldType.FieldTypeKeyword:
            raise Unsupported("indexes of fields that are not keywords")
        schema = edge.PayloadSchemaType.Keyword
        collection.update(edge.UpdateOperation.create_field_index(request.field_name, schema))
        return self._completed()

    def _completed(self) -> Any:
        with self._numbering:
            self._operations += 1
            number = self._operations
        return grpc.PointsOperationResponse(
            result=grpc.UpdateResult(operation_id=number, status=grpc.UpdateStatus.Completed)
        )


def _ranked_points(collection: Collection, request: Any) -> Any:
    kind = request.query.WhichOneof("variant")
    if kind != "nearest":
        raise Unsupported(f"queries of kind {kind}")
    params = request.params
    return collection.shard.query(
        edge.QueryRequest(
            limit=request.limit or LIMIT,
            offset=request.offset or None,
            query=edge.Query.Nearest(_query_vector(collection, request.query.nearest)),
            filter=filter_in(request.filter),
            score_threshold=request.score_threshold if request.HasField("score_threshold") else None,
            params=edge.SearchParams(exact=params.exact, hnsw_ef=params.hnsw_ef or None),
            with_payload=payload_selection(request.with_payload, default=False),
            with_vector=vector_selection(request.with_vectors),
        )
    )


def _query_vector(collection: Collection, vector_input: Any) -> list[float]:
    kind = vector_input.WhichOneof("variant")
    if kind == "dense":
        return collection.check(list(vector_input.dense.data))
    if kind == "id":
        records = collection.shard.retrieve([id_in(vector_input.id)], False, True)
        if records:
            return list(dense_vector(vectors_out(records[0].vector).vector))
        raise Unsupported("querying by the id of a point that does not exist")
    raise Unsupported(f"query vectors of kind {kind}")


def _retrieved_point(record: Any) -> Any:
    return grpc.RetrievedPoint(
        id=id_out(record.id), payload=payload_out(record.payload), vectors=vectors_out(record.vector)
    )


def _scored_point(point: Any) -> Any:
    return grpc.ScoredPoint(
        id=id_out(point.id),
        payload=payload_out(point.payload),
        score=point.score,
        version=point.version,
        vectors=vectors_out(point.vector),
    )

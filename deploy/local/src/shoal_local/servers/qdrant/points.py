"""Qdrant's service of points."""

import threading
from typing import Any

import qdrant_edge as edge
from qdrant_client import grpc
from qdrant_client.grpc.points_service_pb2_grpc import PointsServicer

from shoal_local.servers.qdrant.engine import Collection, Engine
from shoal_local.servers.qdrant.errors import answered
from shoal_local.servers.qdrant.values import (
    Unsupported,
    dense,
    filter_in,
    id_in,
    id_out,
    payload_in,
    payload_out,
    vector_in,
    vectors_out,
    wanted_payload,
    wanted_vector,
)

Context = Any  # grpc has no types
LIMIT = 10  # Qdrant's default


class Points(PointsServicer):
    """Upsert, delete, get, query, scroll, count."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._numbering = threading.Lock()
        self._operations = 0

    @answered
    def Upsert(self, request: Any, _: Context) -> Any:  # noqa: N802
        found = self._engine.get(request.collection_name)
        points = [
            edge.Point(id_in(each.id), found.check(vector_in(each.vectors)), payload_in(each.payload))
            for each in request.points
        ]
        if points:
            found.update(edge.UpdateOperation.upsert_points(points))
        return self._done()

    @answered
    def Delete(self, request: Any, _: Context) -> Any:  # noqa: N802
        found = self._engine.get(request.collection_name)
        if request.points.WhichOneof("points_selector_one_of") == "points":
            ids = [id_in(each) for each in request.points.points.ids]
            found.update(edge.UpdateOperation.delete_points(ids))
        elif wanted := filter_in(request.points.filter):
            found.update(edge.UpdateOperation.delete_points_by_filter(wanted))
        else:
            raise Unsupported("deleting by an empty filter")
        return self._done()

    @answered
    def Get(self, request: Any, _: Context) -> Any:  # noqa: N802
        found = self._engine.get(request.collection_name)
        records = found.shard.retrieve(
            [id_in(each) for each in request.ids],
            wanted_payload(request.with_payload, default=True),
            wanted_vector(request.with_vectors),
        )
        return grpc.GetResponse(result=[_retrieved(each) for each in records])

    @answered
    def Query(self, request: Any, _: Context) -> Any:  # noqa: N802
        found = self._engine.get(request.collection_name)
        if request.prefetch:
            raise Unsupported("prefetch")
        return grpc.QueryResponse(result=[_scored(each) for each in _ranked(found, request)])

    @answered
    def Scroll(self, request: Any, _: Context) -> Any:  # noqa: N802
        found = self._engine.get(request.collection_name)
        limit = request.limit or LIMIT
        records, after = found.shard.scroll(
            edge.ScrollRequest(
                offset=id_in(request.offset) if request.HasField("offset") else None,
                limit=limit,
                filter=filter_in(request.filter),
                with_payload=wanted_payload(request.with_payload, default=True),
                with_vector=wanted_vector(request.with_vectors),
            )
        )
        return grpc.ScrollResponse(
            result=[_retrieved(each) for each in records],
            next_page_offset=None if after is None else id_out(after),
        )

    @answered
    def Count(self, request: Any, _: Context) -> Any:  # noqa: N802
        found = self._engine.get(request.collection_name)
        exact = not request.HasField("exact") or request.exact
        count = found.shard.count(edge.CountRequest(filter=filter_in(request.filter), exact=exact))
        return grpc.CountResponse(result=grpc.CountResult(count=count))

    def _done(self) -> Any:
        with self._numbering:
            self._operations += 1
            number = self._operations
        return grpc.PointsOperationResponse(
            result=grpc.UpdateResult(operation_id=number, status=grpc.UpdateStatus.Completed)
        )


def _ranked(found: Collection, request: Any) -> Any:
    kind = request.query.WhichOneof("variant")
    if kind != "nearest":
        raise Unsupported(f"queries of kind {kind}")
    params = request.params
    return found.shard.query(
        edge.QueryRequest(
            limit=request.limit or LIMIT,
            offset=request.offset or None,
            query=edge.Query.Nearest(_target(found, request.query.nearest)),
            filter=filter_in(request.filter),
            score_threshold=request.score_threshold if request.HasField("score_threshold") else None,
            params=edge.SearchParams(exact=params.exact, hnsw_ef=params.hnsw_ef or None),
            with_payload=wanted_payload(request.with_payload, default=False),
            with_vector=wanted_vector(request.with_vectors),
        )
    )


def _target(found: Collection, given: Any) -> list[float]:
    kind = given.WhichOneof("variant")
    if kind == "dense":
        return found.check(list(given.dense.data))
    if kind == "id":
        records = found.shard.retrieve([id_in(given.id)], False, True)
        if records:
            return list(dense(vectors_out(records[0].vector).vector))
        raise Unsupported("querying by the id of a point that is not there")
    raise Unsupported(f"query vectors of kind {kind}")


def _retrieved(record: Any) -> Any:
    return grpc.RetrievedPoint(
        id=id_out(record.id), payload=payload_out(record.payload), vectors=vectors_out(record.vector)
    )


def _scored(point: Any) -> Any:
    return grpc.ScoredPoint(
        id=id_out(point.id),
        payload=payload_out(point.payload),
        score=point.score,
        version=point.version,
        vectors=vectors_out(point.vector),
    )

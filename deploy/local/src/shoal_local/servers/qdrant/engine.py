"""Collections on disk: one engine shard per collection, and a catalogue of dimensions and aliases."""

import json
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import qdrant_edge as edge


class UnknownCollection(KeyError):
    """No collection and no alias has this name."""


class CollectionExists(ValueError):
    """A collection of this name exists already."""


class WrongVector(ValueError):
    """A vector that does not fit its collection."""


@dataclass(kw_only=True)
class Collection:
    """One shard; updates are applied one at a time."""

    dimension: int
    distance: str
    folder: str
    shard: Any
    lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, vector: list[float]) -> list[float]:
        """Return `vector` if its length fits. Raises WrongVector with Qdrant's message."""
        if len(vector) != self.dimension:
            raise WrongVector(
                f"Wrong input: Vector dimension error: expected dim: {self.dimension}, got {len(vector)}"
            )
        return vector

    def update(self, operation: Any) -> None:
        """Apply an operation; on return it is in the shard's write-ahead log."""
        with self.lock:
            self.shard.update(operation)


class Engine:
    """All collections under `root`; survives kill -9 by the shards' write-ahead logs."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._catalogue = root / "catalogue.json"
        self._lock = threading.RLock()
        self.collections: dict[str, Collection] = {}
        self.aliases: dict[str, str] = {}
        root.mkdir(parents=True, exist_ok=True)
        if self._catalogue.exists():
            self._load()

    def get(self, name: str) -> Collection:
        """Return a collection by its name or an alias. Raises UnknownCollection."""
        collection = self.collections.get(self.aliases.get(name, name))
        if collection is None:
            raise UnknownCollection(f"Not found: Collection `{name}` doesn't exist!")
        return collection

    def create(self, name: str, dimension: int, distance: str) -> None:
        """Create a collection; `distance` is Cosine, Dot, Euclid or Manhattan. Raises CollectionExists."""
        with self._lock:
            if name in self.collections or name in self.aliases:
                raise CollectionExists(f"Wrong input: Collection `{name}` already exists!")
            folder = uuid4().hex  # a collection's name may not be valid for a folder
            shard = edge.EdgeShard.create(str(self._root / folder), _collection_config(dimension, distance))
            self.collections[name] = Collection(
                dimension=dimension, distance=distance, folder=folder, shard=shard
            )
            self._save()

    def delete(self, name: str) -> bool:
        """Delete a collection and its aliases; return whether it existed."""
        with self._lock:
            collection = self.collections.pop(name, None)
            if collection is None:
                return False
            self.aliases = {alias: target for alias, target in self.aliases.items() if target != name}
            self._save()
            collection.shard.close()
            shutil.rmtree(self._root / collection.folder, ignore_errors=True)
            return True

    def alias(self, name: str, target: str) -> None:
        """Let `name` refer to the collection `target`."""
        with self._lock:
            self.get(target)
            self.aliases[name] = target
            self._save()

    def unalias(self, name: str) -> None:
        """Remove an alias."""
        with self._lock:
            self.aliases.pop(name, None)
            self._save()

    def close(self) -> None:
        """Flush and close every shard."""
        for collection in self.collections.values():
            collection.shard.close()

    def _save(self) -> None:
        described = {
            name: {
                "dimension": collection.dimension,
                "distance": collection.distance,
                "folder": collection.folder,
            }
            for name, collection in self.collections.items()
        }
        partial = self._catalogue.with_suffix(".partial")
        partial.write_text(json.dumps({"collections": described, "aliases": self.aliases}, indent=1))
        partial.replace(self._catalogue)

    def _load(self) -> None:
        catalogue = json.loads(self._catalogue.read_text())
        self.aliases = catalogue["aliases"]
        for name, facts in catalogue["collections"].items():
            shard = edge.EdgeShard.load(str(self._root / facts["folder"]))
            self.collections[name] = Collection(
                dimension=facts["dimension"], distance=facts["distance"], folder=facts["folder"], shard=shard
            )


def _collection_config(dimension: int, distance: str) -> Any:
    params = edge.EdgeVectorParams(size=dimension, distance=getattr(edge.Distance, distance))
    return edge.EdgeConfig(vectors=params)

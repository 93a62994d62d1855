"""Samples on their way to the vector store, and the vectors that producers supply."""

from collections.abc import Sequence
from dataclasses import dataclass

from shoal.contracts.samples import Generation, SampleIngested
from shoal.messaging import RejectedItem
from shoal.vectors import BadVector, read_vector


@dataclass(frozen=True, slots=True)
class Arrival:
    """One sample and the id of its event."""

    event: SampleIngested
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A sample with its vector. index: its position in the batch."""

    index: int
    arrival: Arrival
    generation: Generation
    vector: bytes
    is_readable: bool = True


def needs_image(event: SampleIngested) -> bool:
    """Return whether the sample's image must be read, because it has no vector."""
    return event.embedding is None and event.content.kind == "image"


def read_supplied(samples: Sequence[tuple[int, Arrival]]) -> tuple[list[Embedded], list[RejectedItem]]:
    """Return the samples that bring a vector, and rejections of those whose vector cannot be compared."""
    good: list[Embedded] = []
    bad: list[RejectedItem] = []
    for index, arrival in samples:
        embedding = arrival.event.embedding
        if embedding is None:
            continue
        generation = embedding.generation
        try:
            read_vector(embedding.vector, generation.dimension)
        except BadVector as error:
            fix = f"send {generation.dimension} finite float32 numbers, little-endian"
            bad.append(RejectedItem(index, "bad_vector", f"embedding.vector: {error}; {fix}"))
        else:
            good.append(
                Embedded(index=index, arrival=arrival, generation=generation, vector=embedding.vector)
            )
    return good, bad

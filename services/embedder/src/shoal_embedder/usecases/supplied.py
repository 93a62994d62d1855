"""Samples on their way to the vector store, and the vectors that producers supply."""

from collections.abc import Sequence
from dataclasses import dataclass

from shoal.contracts.samples import Crop, Generation, SampleIngested
from shoal.messaging import RejectedItem
from shoal.vectors import BadVector, read_vector


@dataclass(frozen=True, slots=True)
class Arrival:
    """One sample and the id of its event."""

    event: SampleIngested
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A sample with its vector, and with those of its crops. index: its position in the batch."""

    index: int
    arrival: Arrival
    generation: Generation
    vector: bytes
    is_readable: bool = True
    crops: tuple[Crop, ...] = ()

    @property
    def generations(self) -> set[Generation]:
        """Return the generations of its vectors: crops of an image with its own vector have another one."""
        return {self.generation, *(crop.embedding.generation for crop in self.crops)}


def needs_image(event: SampleIngested) -> bool:
    """Return whether the sample's image must be read, because it or its crops have no vector."""
    return event.content.kind == "image" and (event.embedding is None or event.cropping is not None)


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

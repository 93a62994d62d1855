"""Vectors of every project in a replica's memory, so that a window does not read all of them again."""

from collections.abc import Sequence

import numpy as np

from shoal.vectors import unit_vector
from shoal_sampler.domain.campaigns.keyed import keyed_draws
from shoal_sampler.domain.campaigns.reservoir import Reservoir
from shoal_sampler.domain.campaigns.samples import Sample
from shoal_sampler.domain.campaigns.window import Memory
from shoal_sampler.domain.vectors.rows import Vectors
from shoal_sampler.usecases.ports import Project

MOST_CHOSEN = 8192  # latest chosen samples that herding and near duplicates use: 12 MB at 384 dimensions
POPULATION = 2048  # size of the uniform sample of the stream that herding covers


class _GenerationVectors:
    """One project's vectors of one embedding generation."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.seq = 0
        self.ids: list[str] = []
        self.chosen_vectors: Vectors = np.empty((0, dimension), np.float32)
        self.population = Reservoir(POPULATION, dimension)

    def extend(self, seq: int, rows: Sequence[tuple[str, bytes]]) -> None:
        self.seq = seq
        new = [unit_vector(data, self.dimension) for _, data in rows]
        if new:
            self.ids = [*self.ids, *(sample_id for sample_id, _ in rows)][-MOST_CHOSEN:]
            self.chosen_vectors = np.concatenate([self.chosen_vectors, np.stack(new)])[-MOST_CHOSEN:]

    def forget(self, sample_ids: set[str]) -> None:
        keep = [index for index, sample_id in enumerate(self.ids) if sample_id not in sample_ids]
        self.ids = [self.ids[index] for index in keep]
        self.chosen_vectors = self.chosen_vectors[keep]
        for sample_id in sample_ids:
            self.population.discard(sample_id)


class Memories:
    """The vectors of all projects; use them under the project's lock."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._generations: dict[tuple[str, str], _GenerationVectors] = {}

    async def of(self, name: str, project: Project, samples: Sequence[Sample]) -> Memory:
        """Return the chosen vectors and a sample of the stream for `samples`, then add the samples.

        samples: all of one embedding generation.
        """
        generation = self._generation(name, samples[0])
        seq, rows = await project.chosen_samples.since(samples[0].generation, generation.seq, MOST_CHOSEN)
        generation.extend(seq, rows)
        hashes = await project.chosen_samples.hashes({sample.content_hash for sample in samples})
        memory = Memory(generation.chosen_vectors, generation.population.vectors, hashes)
        ids = [sample.sample_id for sample in samples]
        chances = keyed_draws(self._salt, f"population:{name}", ids)
        generation.population.add(ids, chances, np.stack([sample.vector for sample in samples]))
        return memory

    def forget(self, name: str, sample_ids: set[str]) -> None:
        """Forget samples that were erased."""
        for (project, _), generation in self._generations.items():
            if project == name:
                generation.forget(sample_ids)

    def _generation(self, name: str, sample: Sample) -> _GenerationVectors:
        return self._generations.setdefault((name, sample.generation), _GenerationVectors(len(sample.vector)))

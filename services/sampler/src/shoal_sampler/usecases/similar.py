"""Find the stored samples and crops that are most similar to one of them."""

from shoal.samples import SampleFields
from shoal_sampler.usecases.campaigns.definition import ExampleBox
from shoal_sampler.usecases.campaigns.examples import example_sample, unknown_example
from shoal_sampler.usecases.ports import ImageParts, Neighbour, Neighbours, VectorLookup


class FindSimilar:
    """Searches what is embedded so far, whatever campaigns decided on it."""

    def __init__(self, vectors: VectorLookup, neighbours: Neighbours) -> None:
        self._vectors = vectors
        self._neighbours = neighbours

    async def __call__(
        self, project: str, fields: SampleFields, box: ExampleBox | None, *, parts: ImageParts, limit: int
    ) -> tuple[str, list[Neighbour]]:
        """Return the generation of the vectors, and the most similar samples first, without the example.

        Raises Refused for a sample that is not stored, and Transient.
        """
        sample = example_sample(project, fields, box, "")
        stored = (await self._vectors.find(project, [sample])).get(sample) if sample else None
        if stored is None:
            raise unknown_example(fields, box, "")
        nearest = await self._neighbours.nearest(project, stored, parts=parts, limit=limit + 1)
        return stored.generation, [item for item in nearest if item.sample_id != sample][:limit]

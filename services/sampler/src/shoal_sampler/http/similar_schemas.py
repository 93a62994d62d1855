"""Bodies and answers about similar samples."""

from collections.abc import Sequence

from pydantic import Field, model_validator

from shoal.http.schemas import Answer
from shoal.inputs import with_examples
from shoal.samples import SampleFields
from shoal_sampler.usecases.campaigns.definition import ExampleBox
from shoal_sampler.usecases.ports import ImageParts, Neighbour

MOST = 1000
_BOX = {"left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.5}


class SimilarIn(SampleFields):
    """A sample, by its id or its source and source id, or with `box` its crop."""

    model_config = with_examples({"source": "camera", "source_id": "8841", "box": _BOX, "parts": "crops"})

    box: ExampleBox | None = Field(
        default=None, description="A box of the sample's prediction, whose crop is the example."
    )
    parts: ImageParts = Field(
        default="all", description="Find everything, crops only, or only samples that are no crop (wholes)."
    )
    limit: int = Field(default=20, ge=1, le=MOST, description="Most samples.")

    @model_validator(mode="after")
    def _names_a_sample(self) -> "SimilarIn":
        if not self.names_sample:
            raise ValueError("give sample_id, or source and source_id")
        return self


class CornersAnswer(Answer):
    """A part of an image, in shares of its sides."""

    left: float
    top: float
    right: float
    bottom: float


class SimilarSample(Answer):
    """A similar sample."""

    sample_id: str
    similarity: float = Field(description="Cosine with the example's vector.")
    source: str
    source_id: str
    predicted_label: str | None = Field(
        description="The label that the model predicted; of a crop, its box's."
    )
    parent_id: str | None = Field(description="Of a crop, the sample with the whole image.")
    crop: CornersAnswer | None = Field(description="Of a crop, the part of the image that it shows.")

    @classmethod
    def of(cls, neighbour: Neighbour) -> "SimilarSample":
        """Return the answer about a sample."""
        names = ("left", "top", "right", "bottom")
        crop = neighbour.crop
        return cls(
            sample_id=neighbour.sample_id,
            similarity=neighbour.similarity,
            source=neighbour.source,
            source_id=neighbour.source_id,
            predicted_label=neighbour.predicted_label,
            parent_id=neighbour.parent_id,
            crop=None if crop is None else CornersAnswer(**dict(zip(names, crop, strict=True))),
        )


class SimilarAnswer(Answer):
    """Similar samples, the most similar first, and the embedding generation of the vectors."""

    model_config = with_examples(
        {
            "generation": "efficientnet-lite0-fp32-128-1280",
            "samples": [
                {
                    "sample_id": "0b1f6a5c-58d4-5a3c-8f6b-0f4f7d3f3f1e",
                    "similarity": 0.83,
                    "source": "camera",
                    "source_id": "8842",
                    "predicted_label": "rockfish",
                    "parent_id": "3c9f0d9e-2f5a-5d0e-9a4e-6a9d1f7b2c11",
                    "crop": _BOX,
                }
            ],
        }
    )

    generation: str
    samples: list[SimilarSample]

    @classmethod
    def of(cls, generation: str, neighbours: Sequence[Neighbour]) -> "SimilarAnswer":
        """Return the answer about samples."""
        return cls(generation=generation, samples=[SimilarSample.of(item) for item in neighbours])

"""Encode samples that bring no vector, with the encoder of their project for their kind of content."""

from collections import defaultdict
from collections.abc import Sequence

from shoal.contracts.samples import ContentKind
from shoal.encoders import content_text, encoder_name, item_of
from shoal.messaging import RejectedItem
from shoal_embedder import metrics
from shoal_embedder.usecases.ports import Encoders, Picture, ProjectLookup, Unreadable
from shoal_embedder.usecases.supplied import Arrival, Embedded

Numbered = tuple[int, Arrival]
"""A sample and its position in the batch."""


class EncodeSamples:
    """Encodes the samples of a batch. One that cannot be encoded is rejected and costs the others nothing."""

    def __init__(self, encoders: Encoders, projects: ProjectLookup) -> None:
        self.encoders = encoders
        self._projects = projects

    async def __call__(self, samples: Sequence[Numbered]) -> tuple[list[Embedded], list[RejectedItem]]:
        """Return the samples with their vectors, and rejections of the others. Raises Transient."""
        texts: dict[str, list[Numbered]] = defaultdict(list)
        images: dict[str, list[Numbered]] = defaultdict(list)
        rejected: list[RejectedItem] = []
        for index, arrival in samples:
            kind = arrival.event.content.kind
            name = await self._encoder_name(arrival.event.project, kind)
            if name is None:
                rejected.append(_no_encoder(index, arrival, kind))
            else:
                (images if item_of(kind) == "images" else texts)[name].append((index, arrival))
        embedded: list[Embedded] = []
        for name, part in texts.items():
            embedded += await self._encode_texts(name, part)
        for name, part in images.items():
            good, bad = await self._encode_images(name, part)
            embedded += good
            rejected += bad
        return embedded, rejected

    async def image_encoder(self, index: int, arrival: Arrival) -> str | RejectedItem:
        """Return the name of the encoder of the sample's image, or the rejection of the sample."""
        name = await self._encoder_name(arrival.event.project, "image")
        return _no_encoder(index, arrival, "image") if name is None else name

    async def _encoder_name(self, project: str, kind: ContentKind) -> str | None:
        settings = await self._projects.find(project)
        encoders = {} if settings is None else settings.encoders
        return encoder_name(kind, encoders, self.encoders.default_text)

    async def _encode_texts(self, name: str, samples: list[Numbered]) -> list[Embedded]:
        encoder = await self.encoders.of_texts(name)
        encoded = await encoder.encode([content_text(arrival.event.content) for _, arrival in samples])
        return [
            Embedded(
                index=index,
                arrival=arrival,
                generation=encoder.generation,
                vector=text.vector,
                is_readable=text.is_readable,
            )
            for (index, arrival), text in zip(samples, encoded, strict=True)
        ]

    async def _encode_images(
        self, name: str, samples: list[Numbered]
    ) -> tuple[list[Embedded], list[RejectedItem]]:
        encoder = await self.encoders.of_images(name)
        pictures = [Picture(arrival.event.project, arrival.event.content) for _, arrival in samples]
        good: list[Embedded] = []
        bad: list[RejectedItem] = []
        for (index, arrival), outcome in zip(samples, await encoder.encode(pictures), strict=True):
            if isinstance(outcome, Unreadable):
                bad.append(unreadable_image(index, arrival, outcome))
            else:
                good.append(
                    Embedded(index=index, arrival=arrival, generation=encoder.generation, vector=outcome)
                )
        return good, bad


def unreadable_image(index: int, arrival: Arrival, outcome: Unreadable) -> RejectedItem:
    """Return the rejection of a sample whose image cannot be read, and count it."""
    metrics.ENCODER_REFUSALS.labels(arrival.event.project, "image", "media_unreadable").inc()
    return RejectedItem(index, "media_unreadable", outcome.detail)


def _no_encoder(index: int, arrival: Arrival, kind: ContentKind) -> RejectedItem:
    metrics.ENCODER_REFUSALS.labels(arrival.event.project, kind, "no_encoder").inc()
    detail = f"embedding: missing, and the project has no encoder of kind {kind}"
    return RejectedItem(
        index, "no_encoder", f"{detail}; send embedding with the sample, or name one in encoders.{kind}"
    )

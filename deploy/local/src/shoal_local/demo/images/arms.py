"""One arm on images: every round streams, chooses, labels and retrains, over the services' HTTP APIs."""

import asyncio
import base64
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from sklearn.metrics import average_precision_score

from shoal_local.demo.api import Api
from shoal_local.demo.images.cells import DEFECTIVE, INTACT
from shoal_local.demo.images.plan import Choice, ImageOutcome, ImagePlan, ImageSet
from shoal_local.demo.model import TopicModel
from shoal_local.demo.waiting import ProjectWaits

INLINE = 60  # images in one request
SOURCE = "line"
CLASSES = [
    {
        "name": INTACT,
        "definition": "No crack and no dark area. Dark lines are wires; speckles are grains of silicon.",
    },
    {"name": DEFECTIVE, "definition": "A crack, a broken finger, or an area that stays dark."},
]
GUIDELINE = {
    "title": "Solar cells",
    "text": "# Is the cell defective?\n\nCells glow where they work. Look for cracks and for areas that stay dark.",
    "label_schema": {"kind": "single_choice", "classes": CLASSES},
}


class ImageArm:
    """One arm, which has its own project. `step` is called with a text at the start of each step."""

    def __init__(
        self, *, name: str, images: ImageSet, plan: ImagePlan, api: Api, step: Callable[[str], None]
    ) -> None:
        self.project = f"cells-{name}"
        self.outcome = ImageOutcome(arm=name)
        self._arm = name
        self._images = images
        self._plan = plan
        self._api = api
        self._step = step
        self._waits = ProjectWaits(api, self.project)
        self._path = f"/v1/projects/{self.project}"
        self._row_of_sample: dict[str, int] = {}
        self._labels: dict[int, str] = {}  # accepted label by row
        self._sent = 0
        self._model = self._train()

    async def prepare(self) -> None:
        """Create the project: guideline, price, rule, and the cells that are known."""
        ask = self._api.ask
        await ask("ingest", "POST", "/v1/projects", {"project": self.project})
        await ask("qa", "POST", f"{self._path}/guidelines", GUIDELINE)
        rule = {
            "exhausted": "close",
            "max_votes": self._plan.max_votes,
            "accept_probability": self._plan.accept,
        }
        await ask("qa", "PUT", f"{self._path}/rule", rule)
        price = {"kind": "inhouse", "price_per_vote": self._plan.price, "default": True}
        await ask("labeling-gateway", "PUT", f"{self._path}/providers/inhouse", price)
        await ask("sampler", "PUT", f"{self._path}/audit", {"rate": 0})
        await self._stream([*self._images.uses.first, *self._images.uses.examples])
        self._measure()

    async def run_round(self, number: int) -> None:
        """Stream one round's images with the present model's scores, and wait for its labels."""
        for campaign in self._campaigns(number):
            await self._api.ask("sampler", "POST", f"{self._path}/campaigns", campaign)
        self._step(f"{self.project}: images to vectors, and a choice")
        await self._stream(self._images.uses.rounds[number])
        self._step(f"{self.project}: people answer")
        await self._waits.until_settled()
        await self._learn()
        self._model = await asyncio.to_thread(self._train)
        self._measure()

    async def finish(self) -> None:
        """Freeze the labels into a dataset version, and read votes and cost."""
        self.outcome.dataset = await self._freeze()
        rows = await self._api.list_all("qa", f"{self._path}/annotations", "annotations")
        votes = [row for row in rows if row["label"] is not None]
        rows_in_order = dict.fromkeys(self._row_of_sample[row["sample_id"]] for row in votes)
        self.outcome.choices = [Choice(row, self._labels.get(row)) for row in rows_in_order]
        self.outcome.votes = len(votes)
        self.outcome.cost = len(votes) * self._plan.price

    async def _freeze(self) -> str:
        """Return the URI of a dataset version with the labels as they are now.

        A fit after the last vote may still change labels: then they are frozen once more.
        """
        while True:
            manifest = await self._api.ask("qa", "POST", f"{self._path}/datasets", {"dataset": "cells"})
            before = self._labels
            self._labels = await self._read_labels()
            if self._labels == before:
                return str(manifest["uri"])

    async def _stream(self, rows: Sequence[int]) -> None:
        """Send inferences, and wait until the sampler has decided on them."""
        shares = self._model.probabilities(self._images.vectors_of(rows))
        items = [self._item(row, share) for row, share in zip(rows, shares, strict=True)]
        samples = await self._api.send(items, batch=INLINE)
        self._row_of_sample |= dict(zip(samples, rows, strict=True))
        self._sent += len(items)
        await self._waits.until_decided(self._sent)

    def _item(self, row: int, share: Any) -> dict[str, Any]:
        cell = self._images.cells[row]
        scores = {
            name: round(float(score), 5) for name, score in zip(self._model.classes, share, strict=True)
        }
        best = max(scores, key=lambda name: scores[name])
        return {
            "project": self.project,
            "source": SOURCE,
            "source_id": cell.name,
            "image": {"base64": base64.b64encode(cell.picture).decode()},
            "prediction": {"model": "inspection", "label": best, "scores": scores},
        }

    def _campaigns(self, number: int) -> list[dict[str, Any]]:
        plan = self._plan
        if self._arm == "random":
            share = min(1.0, 1.3 * plan.votes_per_round / plan.max_votes / plan.stream)
            return [self._campaign_body(f"random-{number + 1}", plan.votes_per_round, "random", share=share)]
        rest = plan.votes_per_round - plan.similar_per_round
        similar = self._campaign_body(
            f"defects-{number + 1}",
            plan.similar_per_round,
            "more_like_these",
            share=self._share_of(plan.similar_per_round),
            **self._references(),
        )
        unsure = self._campaign_body(
            f"unsure-{number + 1}", rest, "uncertainty", share=self._share_of(rest), measure="margin"
        )
        return [similar, unsure]

    def _share_of(self, votes: int) -> float:
        """Return the share of a round's images for which so many votes pay."""
        return votes / self._plan.max_votes / self._plan.stream

    def _campaign_body(self, name: str, votes: int, kind: str, **strategy: Any) -> dict[str, Any]:
        window = {} if kind == "random" else {"window_samples": self._plan.stream, "window_seconds": 60}
        return {
            "name": name,
            "strategy": {"kind": kind, **strategy, **window, "duplicate_similarity": 2.0},  # cells look alike
            "budget": {"votes": votes},
            "labeling": {"votes": 2, "max_votes": self._plan.max_votes, "provider": "inhouse"},
        }

    def _references(self) -> dict[str, list[str]]:
        """Return the cells that are known: defective ones as examples, intact ones as counter-examples."""
        labels = self._known_labels()
        names = {row: f"{SOURCE}/{self._images.cells[row].name}" for row in labels}
        return {
            "examples": [names[row] for row, label in labels.items() if label == DEFECTIVE],
            "counter_examples": [names[row] for row, label in labels.items() if label == INTACT],
        }

    async def _learn(self) -> None:
        self._labels = await self._read_labels()
        campaigns = (await self._api.ask("sampler", "GET", f"{self._path}/campaigns"))["campaigns"]
        self.outcome.reserved.append(sum(campaign["votes_reserved"] for campaign in campaigns))
        truth = self._images.cells
        right = Counter(truth[row].truth for row, label in self._labels.items() if label == truth[row].truth)
        self.outcome.defects.append(right[DEFECTIVE])

    async def _read_labels(self) -> dict[int, str]:
        labels = await self._api.list_all("qa", f"{self._path}/labels", "labels")
        return {
            self._row_of_sample[row["sample_id"]]: row["label"]
            for row in labels
            if row["state"] != "withdrawn"
        }

    def _known_labels(self) -> dict[int, str]:
        """Return the labels of the first cells, and the accepted ones, by row."""
        uses = self._images.uses
        first = dict.fromkeys(uses.first, INTACT) | dict.fromkeys(uses.examples, DEFECTIVE)
        return first | self._labels

    def _train(self) -> TopicModel:
        labels = self._known_labels()
        return TopicModel(self._images.vectors_of(list(labels)), list(labels.values()))

    def _measure(self) -> None:
        """Store the model's average precision for defective cells among the held-out ones."""
        images, rows = self._images, self._images.uses.held_out
        scores = self._model.probabilities(images.vectors_of(rows))[:, self._model.classes.index(DEFECTIVE)]
        self.outcome.precision.append(float(average_precision_score(images.are_defective(rows), scores)))

"""One arm of one seed: every round streams, chooses, labels and retrains, over the services' HTTP APIs."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from shoal_local.demo.api import Api
from shoal_local.demo.model import TopicModel
from shoal_local.demo.plan import RARE_TOPIC, Material, Outcome, Plan, Seed, Votes
from shoal_local.demo.reuters.topics import TOPICS
from shoal_local.demo.waiting import ProjectWaits

SHOWN_SCORES = 12
TEXT = (
    "# What is the report about?\n\nChoose the one topic under which the desk files the report. "
    "Decide by the new facts in it, not by those it mentions in passing. Skip a report that fits no topic."
)
Step = Callable[[str], None]


class Arm:
    """One arm, which has its own project. `step` is called with a text at the start of each step."""

    def __init__(
        self,
        *,
        name: str,
        seed: Seed,
        material: Material,
        plan: Plan,
        api: Api,
        vendor: dict[str, Any],
        step: Step,
    ) -> None:
        self.project = f"{name}-{seed.number}"
        self.outcome = Outcome(arm=name, seed=seed.number)
        self._arm = name
        self._seed = seed
        self._material = material
        self._plan = plan
        self._api = api
        self._waits = ProjectWaits(api, self.project)
        self._vendor = vendor
        self._step = step
        self._labels: dict[str, str] = {}  # accepted label by text
        self._row_of_sample: dict[str, int] = {}  # article by sample id
        self._examples: list[str] = []
        self._model: TopicModel | None = None

    async def prepare(self) -> None:
        """Create the project: guideline, provider, rule and examples."""
        ask, path = self._api.ask, f"/v1/projects/{self.project}"
        await ask("ingest", "POST", "/v1/projects", {"project": self.project})
        classes = [{"name": name, "definition": TOPICS[name].definition} for name in self._material.topics]
        guideline = {"title": "Topics of newswire", "text": TEXT, "label_schema": {"classes": classes}}
        await ask("qa", "POST", f"{path}/guidelines", guideline)
        await ask("qa", "PUT", f"{path}/rule", {"exhausted": "close", "max_votes": self._plan.max_votes})
        await ask("labeling-gateway", "PUT", f"{path}/providers/simulation", self._vendor)
        await ask("sampler", "PUT", f"{path}/audit", {"rate": 0})
        self._examples = await self._api.send([self._item(i, None) for i in self._seed.examples])
        await self._waits.until_decided(len(self._examples))

    async def measure(self) -> TopicModel:
        """Train on the present labels, and store the model's predictions for the held-out articles."""
        model = await asyncio.to_thread(self._train)
        self.outcome.predictions.append(model.predict(self._material.held_out_vectors))
        return model

    async def round(self, number: int) -> None:
        """Stream one round's inferences with the present model's scores, and wait for its labels."""
        model = self._model or await self.measure()
        for campaign in self._campaigns(number):
            await self._api.ask("sampler", "POST", f"/v1/projects/{self.project}/campaigns", campaign)
        rows = self._seed.rounds[number]
        self._step(f"{self.project}: streaming")
        shares = model.probabilities(self._material.vectors[rows])
        items = [self._item(i, (model.classes, share)) for i, share in zip(rows, shares, strict=True)]
        for sample, row in zip(await self._api.send(items), rows, strict=True):
            self._row_of_sample[sample] = row
        self._step(f"{self.project}: choosing")
        expected = len(self._examples) + sum(map(len, self._seed.rounds[: number + 1]))
        await self._waits.until_decided(expected)
        self._step(f"{self.project}: labelling")
        await self._waits.until_settled()
        await self._learn()
        self._model = await self.measure()

    async def finish(self) -> None:
        """Freeze the labels into a dataset version, and compare votes and labels with the truth."""
        path, outcome = f"/v1/projects/{self.project}", self.outcome
        manifest = await self._api.ask("qa", "POST", f"{path}/datasets", {"dataset": "topics"})
        outcome.dataset = manifest["uri"]
        await self._waits.until_measured()
        measured = (await self._api.ask("qa", "GET", f"{path}/metrics"))["measured"]
        outcome.cost_per_label, outcome.alpha = measured["cost_per_accepted_label"], measured["agreement"]
        truth, rare = self._material.truth, self._material.rare
        right = {text: label == truth[text] for text, label in self._labels.items()}
        accepted = Counter(label for text, label in self._labels.items() if right[text])
        outcome.labels_by_topic = dict(accepted)
        outcome.rare_labels = sum(count for topic, count in accepted.items() if topic in rare)
        outcome.campaign_labels, outcome.topics_labelled = accepted[RARE_TOPIC], len(accepted)
        votes, votes_right = await self._raw_votes()
        outcome.votes = Votes(votes, votes_right, len(right), sum(right.values()))

    async def _raw_votes(self) -> tuple[int, int]:
        rows = await self._api.list_all("qa", f"/v1/projects/{self.project}/annotations", "annotations")
        newest = {(row["provider"], row["annotation_id"]): row for row in rows if row["purpose"] == "label"}
        votes = [
            row
            for row in newest.values()
            if row["label"] is not None and row["sample_id"] in self._row_of_sample
        ]
        articles = self._material.articles
        return len(votes), sum(
            row["label"] == articles[self._row_of_sample[row["sample_id"]]].topic for row in votes
        )

    async def _learn(self) -> None:
        rows = await self._api.list_all("qa", f"/v1/projects/{self.project}/labels", "labels")
        for row in rows:
            text = self._material.articles[self._row_of_sample[row["sample_id"]]].text
            if row["state"] == "withdrawn":
                self._labels.pop(text, None)
            else:
                self._labels[text] = row["label"]
        campaigns = await self._api.ask("sampler", "GET", f"/v1/projects/{self.project}/campaigns")
        self.outcome.votes_spent.append(
            sum(campaign["votes_reserved"] for campaign in campaigns["campaigns"])
        )

    def _train(self) -> TopicModel:
        articles = self._material.articles
        index = {article.text: row for row, article in enumerate(articles)}
        rows = self._seed.first + [index[text] for text in self._labels]
        labels = [articles[i].topic for i in self._seed.first] + list(self._labels.values())
        return TopicModel(self._material.vectors[rows], labels)

    def _campaigns(self, number: int) -> list[dict[str, Any]]:
        plan = self._plan
        labeling = {"votes": 2, "max_votes": plan.max_votes, "provider": "simulation"}
        if self._arm == "random":
            share = min(1.0, 1.3 * plan.votes_per_round / plan.max_votes / plan.stream)
            random = {"kind": "random", "share": share}
            return [_campaign_body(f"random-{number + 1}", random, plan.votes_per_round, labeling)]
        rest = plan.votes_per_round - plan.rare_votes_per_round
        share = 1.3 * rest / plan.max_votes / plan.stream
        margin = {"kind": "uncertainty", "measure": "margin", "share": share, "window_samples": 128}
        wish = {"kind": "more_like_these", "examples": self._examples, "threshold": 0.45}
        return [
            _campaign_body(f"margin-{number + 1}", margin, rest, labeling),
            _campaign_body(
                f"{RARE_TOPIC}-{number + 1}", wish, plan.rare_votes_per_round, {**labeling, "priority": 1}
            ),
        ]

    def _item(self, row: int, predicted: tuple[list[str], Any] | None) -> dict[str, Any]:
        item: dict[str, Any] = {
            "project": self.project,
            "source": "newswire",
            "source_id": str(row),
            "text": self._material.articles[row].text,
        }
        if predicted is not None:
            classes, share = predicted
            best = np.argsort(-share)[:SHOWN_SCORES]
            scores = {classes[i]: round(float(share[i]), 5) for i in best}
            item["prediction"] = {"model": "topics", "label": classes[int(best[0])], "scores": scores}
        return item


def _campaign_body(
    name: str, strategy: dict[str, Any], votes: int, labeling: dict[str, Any]
) -> dict[str, Any]:
    return {"name": name, "strategy": strategy, "budget": {"votes": votes}, "labeling": labeling}

"""The demo's experiment, fixed before anything is measured."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from shoal_local.demo.model import Vectors
from shoal_local.demo.reuters.articles import Article

ARMS = ("random", "shoal")
RARE_TOPIC = "coffee"  # the rare topic that a campaign collects by examples
RARE_BELOW = 0.015  # share of the newswire


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The sizes of the experiment; both arms have the same budget of votes."""

    seeds: int = 3
    rounds: int = 3
    stream: int = 700  # samples per round
    first: int = 80  # labelled articles of the first model
    held_out: int = 1000
    votes_per_round: int = 240
    rare_votes_per_round: int = 60  # of them, in the arm "shoal"
    max_votes: int = 3
    max_tokens: int = 64
    speedup: float = 60.0
    price: float = 0.04

    @property
    def pool(self) -> int:
        """Return how many articles one seed streams."""
        return self.stream * self.rounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Articles with their vectors, in one fixed random order."""

    articles: Sequence[Article]
    vectors: Vectors
    held_out: Sequence[Article]
    held_out_vectors: Vectors
    rare: frozenset[str]
    topics: tuple[str, ...]

    @property
    def truth(self) -> dict[str, str]:
        """Return the topic of each text."""
        return {article.text: article.topic for article in self.articles}


@dataclass(frozen=True, slots=True)
class Seed:
    """The articles of one repetition by their use, as indices into the material."""

    number: int
    first: list[int]
    examples: list[int]
    rounds: list[list[int]]


def plan_seed(material: Material, plan: Plan, number: int) -> Seed:
    """Return the articles of one repetition; every repetition streams the same articles in another order."""
    rng = np.random.default_rng([20_260, number])
    stream = rng.permutation(plan.pool)
    rest = plan.pool + rng.permutation(len(material.articles) - plan.pool)
    on_topic = [int(i) for i in rest if material.articles[i].topic == RARE_TOPIC]
    plain = [int(i) for i in rest if int(i) not in set(on_topic[:3])]
    parts: list[npt.NDArray[np.int64]] = np.array_split(stream, plan.rounds)
    return Seed(
        number,
        first=plain[: plan.first],
        examples=on_topic[:3],
        rounds=[[int(i) for i in part] for part in parts],
    )


@dataclass(frozen=True, slots=True)
class Votes:
    """Raw votes and labels of one arm, compared with the truth, which no service knows."""

    votes: int = 0
    votes_right: int = 0
    labels: int = 0
    labels_right: int = 0


@dataclass(slots=True, kw_only=True)
class Outcome:
    """The measurements of one arm of one seed; `predictions[0]` is from before any vote."""

    arm: str
    seed: int
    predictions: list[npt.NDArray[np.str_]] = field(default_factory=list)
    votes_spent: list[int] = field(default_factory=list)
    votes: Votes = Votes()
    rare_labels: int = 0
    campaign_labels: int = 0
    topics_labelled: int = 0
    cost_per_label: float | None = None
    alpha: float | None = None
    dataset: str = ""
    labels_by_topic: dict[str, int] = field(default_factory=dict)

"""Simulated annotators: their skills, and their answers to texts. Pure and repeatable.

A SIMULATION, not people. It has the properties of real crowds: unequal skill, topics that are confused with
their neighbours, hard texts that mislead several people to the same wrong answer, and some people who do not
read at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import numpy as np

Manner = Literal["careful", "hasty", "always_the_same", "anything"]

_MANNERS: tuple[tuple[Manner, int], ...] = (
    ("careful", 15),
    ("hasty", 7),
    ("always_the_same", 1),
    ("anything", 2),
)
_SKILL: dict[Manner, tuple[float, float]] = {"careful": (0.88, 0.97), "hasty": (0.70, 0.86)}
_MISLEADING = 0.06  # share of texts with a wrong answer that looks right
_TAKEN_IN = 0.55  # probability that a reader of such a text gives that answer
_NEAR = 0.8  # share of other mistakes within the family of the right topic


@dataclass(frozen=True, slots=True)
class Person:
    """One simulated annotator.

    skill: probability of the right answer to an ordinary text. pace_s: median seconds of work for one text.
    """

    name: str
    manner: Manner
    skill: float
    pace_s: float

    @property
    def spams(self) -> bool:
        """Return whether this person's answers ignore the text."""
        return self.manner in ("always_the_same", "anything")


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer: a label, or None for a skip; `changed_from` is the answer it corrects."""

    label: str | None
    duration_s: float
    changed_from: str | None = None


def make_people(seed: int) -> list[Person]:
    """Return 25 people, three of whom do not read."""
    rng = np.random.default_rng([seed, 1])
    people: list[Person] = []
    for manner, count in _MANNERS:
        for _ in range(count):
            low, high = _SKILL.get(manner, (0.0, 0.0))
            pace = rng.uniform(5, 9) if manner == "careful" else rng.uniform(2, 4)
            people.append(
                Person(f"sim-{len(people) + 1:02d}", manner, float(rng.uniform(low, high)), float(pace))
            )
    return people


class Minds:
    """Answers texts; the only class that knows the truth.

    truth: label by text_key(). families: for each label, the labels that it is confused with. A person always
    gives the same answer to the same text, in both arms.
    """

    def __init__(self, truth: Mapping[str, str], families: Mapping[str, Sequence[str]], seed: int) -> None:
        self._truth = truth
        self._families = families
        self._seed = seed

    def answer(self, person: Person, text: str, classes: Sequence[str]) -> Answer:
        """Return the answer of `person`, a choice among `classes`."""
        key = text_key(text)
        rng = np.random.default_rng(_seed_entropy(self._seed, person.name, key))
        duration = float(rng.lognormal(np.log(person.pace_s), 0.4))
        truth = self._truth.get(key)
        if person.spams or truth is None:
            return Answer(_careless_answer(person, classes, rng), duration)
        draw = rng.random()
        if draw < 0.01:
            return Answer(None, duration)
        label = self._read(person, key, truth, classes=classes, rng=rng)
        if label != truth and draw > 0.97:
            return Answer(truth, duration, changed_from=label)
        return Answer(label, duration)

    def _read(
        self, person: Person, key: str, truth: str, *, classes: Sequence[str], rng: np.random.Generator
    ) -> str:
        text_rng = np.random.default_rng(_seed_entropy(self._seed, "text", key))
        bait = self._mistake(truth, classes, text_rng)
        if text_rng.random() < _MISLEADING and rng.random() < _TAKEN_IN:
            return bait
        return truth if rng.random() < person.skill else self._mistake(truth, classes, rng)

    def _mistake(self, truth: str, classes: Sequence[str], rng: np.random.Generator) -> str:
        allowed = set(classes)
        near = [name for name in self._families.get(truth, ()) if name in allowed]
        pool = near if near and rng.random() < _NEAR else [name for name in classes if name != truth]
        return pool[int(rng.integers(len(pool)))] if pool else truth


def text_key(text: str) -> str:
    """Return the key of a text in the truth file: SHA-256 of its UTF-8 bytes, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def _careless_answer(person: Person, classes: Sequence[str], rng: np.random.Generator) -> str | None:
    """Return the answer of a person who does not read; a reader, for whom the text has no truth, skips."""
    if person.manner == "always_the_same":
        return classes[int.from_bytes(sha256(person.name.encode()).digest()[:4]) % len(classes)]
    if person.manner == "anything":
        return classes[int(rng.integers(len(classes)))]
    return None


def _seed_entropy(seed: int, *parts: str) -> list[int]:
    digest = sha256("\0".join(parts).encode()).digest()
    return [seed, *np.frombuffer(digest, dtype="<u4").tolist()]

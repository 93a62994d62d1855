"""A window of samples and its context while the project's policies decide."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from shoal_sampler.domain.campaigns.budget import Ledger
from shoal_sampler.domain.campaigns.campaign import Campaign
from shoal_sampler.domain.campaigns.decisions import Job, Record
from shoal_sampler.domain.campaigns.duplicates import Duplicates
from shoal_sampler.domain.campaigns.samples import Sample
from shoal_sampler.domain.vectors.rows import Vectors


@dataclass(slots=True, kw_only=True)
class Standing:
    """A campaign with its spending. `credit` and the counts below it are what this window changes."""

    campaign: Campaign
    ledger: Ledger
    votes_reserved: int
    credit: float = 0.0
    samples_seen: int = 0
    eligible: int = 0
    samples_taken: int = 0
    shared: int = 0
    duplicates: int = 0


@dataclass(frozen=True, slots=True)
class Memory:
    """A project's context of one embedding generation, and the content hashes of its whole history.

    chosen_vectors: (m, d). population: (r, d), a sample of the stream.
    """

    chosen_vectors: Vectors
    population: Vectors
    chosen_hashes: Collection[bytes] = ()


@dataclass(slots=True, kw_only=True)
class Window:
    """The samples, and the decisions on them so far."""

    samples: list[Sample]
    memory: Memory
    salt: bytes
    records: list[Record] = field(init=False)
    duplicates: Duplicates = field(init=False)
    vectors: Vectors = field(init=False)

    def __post_init__(self) -> None:
        self.records = [Record(sample.sample_id) for sample in self.samples]
        self.duplicates = Duplicates(self.samples, self.memory.chosen_hashes, self.memory.chosen_vectors)
        self.vectors = np.stack([sample.vector for sample in self.samples]).astype(np.float32)

    def take(self, index: int, job: Job) -> None:
        """Record that sample `index` gets `job`."""
        self.records[index].job = job
        self.duplicates.choose(index)

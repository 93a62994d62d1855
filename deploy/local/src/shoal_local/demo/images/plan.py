"""The experiment on images, fixed before anything is measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from shoal_local.demo.images.cells import DEFECTIVE, Cell
from shoal_local.demo.model import Vectors

ARMS = ("random", "shoal")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePlan:
    """The sizes of the experiment; both arms have the same stream and the same budget of votes."""

    rounds: int = 3
    stream: int = 200  # images per round
    defective: float = 0.06  # share of the stream
    first: int = 40  # labelled intact cells of the first model
    examples: int = 5  # defective cells that are known at the start
    held_out: int = 400
    votes_per_round: int = 75
    similar_per_round: int = 30  # of them, in the arm "shoal", for cells like the known defective ones
    max_votes: int = 3
    accept: float = 0.9  # least probability of a label
    people: int = 12
    price: float = 0.05

    @property
    def pool(self) -> int:
        """Return the number of images in the stream."""
        return self.stream * self.rounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """The rows of cells by their use; no row has two uses."""

    rounds: list[list[int]]
    first: list[int]
    examples: list[int]
    held_out: list[int]

    def rows(self) -> list[int]:
        """Return all rows that have a use."""
        return [*self.first, *self.examples, *self.held_out, *(row for part in self.rounds for row in part)]


def split_cells(truth: Sequence[str], plan: ImagePlan, seed: int) -> Uses:
    """Return the use of cells by chance; the stream and the held-out cells have the share `defective`."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(truth))
    rare = [int(row) for row in order if truth[row] == DEFECTIVE]
    common = [int(row) for row in order if truth[row] != DEFECTIVE]
    examples = [rare.pop() for _ in range(plan.examples)]
    first = [common.pop() for _ in range(plan.first)]
    stream = rng.permutation(np.array(_draw_mixed(rare, common, plan.pool, plan.defective)))
    return Uses(
        rounds=[[int(row) for row in part] for part in np.array_split(stream, plan.rounds)],
        first=first,
        examples=examples,
        held_out=_draw_mixed(rare, common, plan.held_out, plan.defective),
    )


def _draw_mixed(rare: list[int], common: list[int], count: int, share: float) -> list[int]:
    """Take `count` rows off both lists, the share `share` of them rare."""
    from_rare = round(count * share)
    return [rare.pop() for _ in range(from_rare)] + [common.pop() for _ in range(count - from_rare)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSet:
    """The cells and vectors of all rows that have a use, by row."""

    cells: Mapping[int, Cell]
    vectors: Mapping[int, Vectors]
    uses: Uses

    def vectors_of(self, rows: Sequence[int]) -> Vectors:
        """Return (rows, dimension) vectors."""
        return np.stack([self.vectors[row] for row in rows])

    def are_defective(self, rows: Sequence[int]) -> npt.NDArray[np.bool_]:
        """Return which of some cells are defective."""
        return np.array([self.cells[row].truth == DEFECTIVE for row in rows])

    def count_defective(self) -> int:
        """Return how many cells of the stream are defective."""
        return int(self.are_defective([row for part in self.uses.rounds for row in part]).sum())


@dataclass(frozen=True, slots=True)
class Choice:
    """An image that was chosen: its row, and its accepted label if there is one."""

    row: int
    label: str | None


@dataclass(slots=True, kw_only=True)
class ImageOutcome:
    """The measurements of one arm. Lists have one entry a round; `precision[0]` is from before any vote."""

    arm: str
    choices: list[Choice] = field(default_factory=list)
    reserved: list[int] = field(default_factory=list)
    defects: list[int] = field(default_factory=list)
    precision: list[float] = field(default_factory=list)
    votes: int = 0
    cost: float = 0.0
    dataset: str = ""

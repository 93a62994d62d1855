"""Count pending dead letters by reason: only what is new is read, and replayed letters leave the count."""

from collections import Counter
from collections.abc import Iterable, Sequence

from shoal.contracts.topics import DEAD_LETTER_REASONS, OTHER_REASON, known_reason
from shoal.messaging.dead_letters.letters import PREFIX

REASONS = (*DEAD_LETTER_REASONS, OTHER_REASON)
MOST_READ = 200_000
"""Letters whose reasons are kept, one byte each; the rest is counted without a reason."""

_NONE = len(REASONS)  # an offset without a letter
_REASON_HEADER = f"{PREFIX}reason"


class LetterCount:
    """The reasons of one dead-letter topic's pending letters, by offset."""

    def __init__(self) -> None:
        self._first = 0
        self._codes = bytearray()

    @property
    def next_offset(self) -> int:
        """Return the offset to read from."""
        return self._first + len(self._codes)

    @property
    def room(self) -> int:
        """Return how many more letters may be read."""
        return MOST_READ - len(self._codes)

    def begin_at(self, first: int) -> None:
        """Forget the letters before `first`, which were replayed or deleted; read again after a reset."""
        if self._first <= first <= self.next_offset:
            del self._codes[: first - self._first]
        else:
            self._codes.clear()
        self._first = first

    def add(self, letters: Iterable[tuple[int, str]]) -> None:
        """Add letters, as pairs of offset and reason, in the order of their offsets."""
        for offset, reason in letters:
            if offset >= self.next_offset:
                self._codes.extend([_NONE] * (offset - self.next_offset))
                self._codes.append(REASONS.index(known_reason(reason)))

    def reasons(self) -> dict[str, int]:
        """Return the number of letters by reason, without those that were not read."""
        counts = Counter(self._codes)
        return {reason: counts[code] for code, reason in enumerate(REASONS) if counts[code]}


def reason_of(headers: Sequence[tuple[str, bytes]]) -> str:
    """Return the reason in a dead letter's headers, or an empty text."""
    for name, value in headers:
        if name == _REASON_HEADER:
            return (value or b"").decode("utf-8", "replace")
    return ""

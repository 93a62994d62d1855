"""Names of one file beside those of another: gold labels and voted ones, labels and columns.

Names that are not equal may be spellings of one name. `--join-spellings` joins those whose difference cannot
mean anything between two files about the same items: case, blanks, Unicode form, quotes, the form of a number
("1", "1.0", "01", "1,000"), and true and false for 1 and 0. Others that look alike, such as "class_1" and
"1", are only mentioned.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shoal.classes.order import as_number
from shoal.files.errors import BadInput
from shoal.files.spelling import spelling_key

EXAMPLES = 3  # names in a message
MOST_ALIKE = 10_000  # names that are searched for one that looks alike: labels, but not all ids of tasks
_TRUTH = {"true": "1", "false": "0"}
_ANSWERS = {"yes": "1", "y": "1", "t": "1", "on": "1", "no": "0", "n": "0", "f": "0", "off": "0"}
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([,' _]\d{3})+(\.\d+)?", re.ASCII)
_WORD = re.compile(r"[a-z][a-z0-9_/:.-]*")
_QUOTES = "\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb\u201e"


def joining_key(name: str) -> str:
    """Return what all spellings that may be joined between two files have in common."""
    plain = spelling_key(name)
    if _WORD.fullmatch(plain):
        return _TRUTH.get(plain, plain)
    plain = spelling_key(plain.strip(_QUOTES))
    if _THOUSANDS.fullmatch(plain):
        plain = re.sub("[,' _]", "", plain)
    number = as_number(plain)
    if number is None:
        return _TRUTH.get(plain, plain)
    return f"{number.normalize():f}" if number else "0"


def likeness_key(name: str) -> str:
    """Return what names that look alike share: also without accents, punctuation, "class" before a number."""
    plain = unicodedata.normalize("NFKD", joining_key(name))
    plain = "".join(letter for letter in plain if letter.isalnum())
    numbered = re.fullmatch(r"[^\W\d]{1,12}?0*(\d+)", plain)
    return numbered.group(1) if numbered else _ANSWERS.get(plain, plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The names of one file that another file has not.

    joined: the other file's spelling of such names, if spellings are joined. missing: the names without any.
    partners: the likely spelling of missing names. joinable: those that `--join-spellings` would join.
    """

    names: Sequence[str]
    others: Sequence[str]
    joined: Mapping[str, str] = field(default_factory=dict)
    missing: Sequence[str] = ()
    partners: Mapping[str, str] = field(default_factory=dict)
    joinable: frozenset[str] = frozenset()

    def facts(self) -> list[str]:
        """Return a phrase for the summary of the file: what was joined, empty if nothing was."""
        return joined_facts(self.joined)

    def is_strange(self) -> bool:
        """Return whether the other file has none of the names."""
        return len(self.missing) == len(self.names) > 0

    def examples(self, here: str, there: str) -> str:
        """Return missing names beside their likely partners. here, there: the files in words."""
        ranked = sorted(self.missing, key=lambda name: (name not in self.partners, name))
        if not self.partners:
            return f"{_cut_list([repr(name) for name in ranked])} in {here}; {self.other_names()} in {there}"
        pairs = [
            f"{name!r} in {here}, {self.partners[name]!r} in {there}" if name in self.partners else repr(name)
            for name in ranked
        ]
        return _cut_list(pairs, "; ")

    def other_names(self) -> str:
        """Return the first of the other file's names."""
        return _cut_list([repr(name) for name in self.others])

    def way_to_mend(self, noun: str) -> str:
        """Return what to do about missing names. noun: of the names, such as "labels"."""
        if self.joinable:
            return "write them alike, or join them with --join-spellings"
        same = "task ids" if noun == "tasks" else noun
        return "write them alike" if self.partners else f"check that both files use the same {same}"


def match_names(names: Iterable[str], others: Iterable[str], *, join: bool) -> Match:
    """Return how names correspond to those of another file. join: whether to join spellings."""
    names, others = list(dict.fromkeys(names)), list(dict.fromkeys(others))
    unequal = sorted(set(names) - set(others))
    close: dict[str, str] = {}
    for key in (spelling_key, joining_key):
        close = _partners_by(key, unequal, others) | close
    loose = (_partners_by(likeness_key, unequal, others) if len(others) <= MOST_ALIKE else {}) | close
    missing = [name for name in unequal if not (join and name in close)]
    return Match(
        names=names,
        others=others,
        joined=close if join else {},
        missing=missing,
        partners={name: loose[name] for name in missing if name in loose},
        joinable=frozenset() if join else frozenset(close),
    )


def joined_facts(joined: Mapping[str, str]) -> list[str]:
    """Return a phrase about names that were joined with others, nothing if none were."""
    pairs = [f"{name!r} as {other!r}" for name, other in joined.items()]
    return [f"joined by spelling: {_cut_list(pairs)}"] if pairs else []


def refuse_strangers(match: Match, subject: object, *, here: str, there: str, noun: str) -> None:
    """Raise BadInput if the other file has none of the names.

    subject: the file in the message. here, there: the two files in words, such as "gold" and "the votes".
    noun: of the names, such as "labels".
    """
    if match.is_strange():
        raise BadInput(
            f"{subject}: none of its {noun} appears in {there} ({match.examples(here, there)}): "
            f"{match.way_to_mend(noun)}"
        )


def _partners_by(key: Callable[[str], str], names: Sequence[str], others: Sequence[str]) -> dict[str, str]:
    """Return the other file's name with the same key, for names with exactly one."""
    if not names:
        return {}
    by_key: dict[str, list[str]] = {}
    for other in others:
        by_key.setdefault(key(other), []).append(other)
    pairs = {name: by_key.get(key(name), []) for name in names}
    return {name: candidates[0] for name, candidates in pairs.items() if len(candidates) == 1}


def _cut_list(texts: Sequence[str], separator: str = ", ") -> str:
    more = f"{separator}and {len(texts) - EXAMPLES:,} more" if len(texts) > EXAMPLES else ""
    return separator.join(texts[:EXAMPLES]) + more

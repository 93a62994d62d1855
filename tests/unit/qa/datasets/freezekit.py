"""`PYTHONPATH=tests python -m unit.qa.datasets.freezekit ROWS ...`: fill versions from logs of some size.

Prints a list of [rows, seconds of processor time, most resident memory of the process so far in bytes] as
JSON. Freezing and rebuilding do the same work.
"""

import asyncio
import hashlib
import json
import random
import resource
import sys
import time
from collections.abc import AsyncGenerator
from typing import Any

from shoal_qa.adapters.files.drafts import open_draft
from shoal_qa.usecases.datasets.drafting import DatasetRequest, fill_draft, version_terms
from unit.qa.datasets.labelkit import classes, guideline, one_class, stored

GUIDELINES = [guideline(1, classes("a", "b"))]
REQUEST = DatasetRequest(dataset="topics", splits={"train": 0.8, "validation": 0.1, "test": 0.1})
PAGE = 1000
WORDS = [f"word{number}" for number in range(2000)]


class GrowingLog:
    """A log of labels that are made while it is read: one in three of an image, two of texts of 40 words."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._draw = random.Random(0)

    async def guidelines(self, project: str) -> list[Any]:
        return GUIDELINES

    async def position(self, project: str) -> int:
        return self._rows

    async def jobs(self, project: str) -> int:
        return await self.position(project)

    async def accepted(self, project: str, until: int) -> AsyncGenerator[list[dict[str, Any]]]:
        for start in range(0, self._rows, PAGE):
            yield [self._label(number) for number in range(start, min(start + PAGE, self._rows))]

    def _label(self, number: int) -> dict[str, Any]:
        content: dict[str, Any] = {"text": " ".join(self._draw.choices(WORDS, k=40))}
        if number % 3 == 0:
            look = hashlib.md5(str(number).encode()).hexdigest()
            content = {"uri": f"media:{number:064x}", "sha256": f"{number:064x}", "perceptual_hash": look}
        return dict(stored(f"{number:016x}", 1, one_class("ab"[number % 2]), content))


async def freeze_rows(rows: int) -> list[float]:
    """Fill a version; return rows, seconds and bytes."""
    begun = time.process_time()
    async with open_draft(version_terms("news", REQUEST, GUIDELINES[-1])) as draft:
        facts = await fill_draft(GrowingLog(rows), draft, REQUEST, GUIDELINES, until=rows)
        await draft.finish()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return [facts["rows"], time.process_time() - begun, peak]


if __name__ == "__main__":
    json.dump([asyncio.run(freeze_rows(int(rows))) for rows in sys.argv[1:]], sys.stdout)

"""Photos of solar cells, fetched when the demo runs and read as data; Shoal does not redistribute them.

The ELPV dataset (Buerhop-Lutz et al. 2018; Deitsch et al. 2019, 2021; CC BY-NC-SA 4.0): electroluminescence
images of 44 solar modules, cut into cells of 300 x 300 pixels. Experts said how likely each is defective.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

WHEEL = "elpv_dataset"
LOCK = "demo-images.lock"
DEFECTIVE, INTACT = "defective", "intact"
_FOLDER = "elpv_dataset/data"


@dataclass(frozen=True, slots=True)
class Cell:
    """One photo. picture: the bytes of a PNG. truth: its class, of which its experts were sure."""

    name: str
    picture: bytes
    truth: str

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the picture, by which Shoal names it."""
        return sha256(self.picture).hexdigest()


def read_cells(wheel: Path) -> list[Cell]:
    """Return the cells of which the experts were sure, in the file's order."""
    with zipfile.ZipFile(wheel) as archive:
        rows = parse_rows(archive.read(f"{_FOLDER}/labels.csv").decode())
        return [Cell(Path(path).stem, archive.read(f"{_FOLDER}/{path}"), truth) for path, truth in rows]


def parse_rows(text: str) -> Iterator[tuple[str, str]]:
    """Yield path and class of each sure row; a row has a path, the probability of a defect, and a type."""
    for line in text.splitlines():
        if line.strip():
            path, probability, *_ = line.split()
            if float(probability) in (0.0, 1.0):
                yield path, DEFECTIVE if float(probability) else INTACT

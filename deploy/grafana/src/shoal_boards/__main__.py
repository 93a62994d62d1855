"""`python -m shoal_boards`: write the JSON of every board from its source.

Sources are in deploy/grafana/boards, the JSON beside them in deploy/grafana.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from shoal_boards.boards import board_json, board_titles
from shoal_boards.sources import read_boards, read_common

FOLDER = Path(__file__).parents[2]


def render_boards(folder: Path = FOLDER) -> Iterator[tuple[Path, str]]:
    """Yield the file and the text of every board."""
    boards, common = read_boards(folder / "boards"), read_common(folder / "boards")
    titles = board_titles(list(boards.values()))
    for uid, board in boards.items():
        text = json.dumps(board_json(board, common, titles), indent=2, ensure_ascii=False)
        yield folder / f"{uid}.json", text + "\n"


def main() -> None:
    """Write every file that differs."""
    for file, text in render_boards():
        if not file.exists() or file.read_text("utf-8") != text:
            file.write_text(text, "utf-8")


if __name__ == "__main__":
    main()

"""`python -m boards FOLDER`, with tests/ on the path: draw every board after two minutes of work.

`make boards` runs it; docs/boards.md shows the pictures.
"""

import sys
from pathlib import Path

from boards.boardkit import read_boards
from boards.drawing.pictures import draw_boards
from boards.live.running import answers_under_load

WORK_S = 120.0


def main() -> None:
    """Let an operation work, and draw what the boards show of it."""
    with answers_under_load(WORK_S) as answers:
        draw_boards(read_boards(), answers, Path(sys.argv[1]))


if __name__ == "__main__":
    main()

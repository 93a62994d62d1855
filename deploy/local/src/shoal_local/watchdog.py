"""Ends a stack whose owner died: `python -m shoal_local.watchdog <stack> [<directory to remove> ...]`.

The owner holds the other end of standard input. The kernel closes it when the owner ends, even by SIGKILL.
Unlike PR_SET_PDEATHSIG, it is tied to the process, not to the thread that started the child.
"""

import shutil
import sys
from pathlib import Path

from shoal_local.leftovers import end_processes


def main() -> None:
    """Wait for the end of standard input, then end the stack and remove its directories."""
    stack, *disposable = sys.argv[1:]
    sys.stdin.buffer.read()
    end_processes(Path(stack))
    for directory in disposable:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()

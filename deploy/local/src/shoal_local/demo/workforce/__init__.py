"""A simulated workforce behind the generic vendor's interface (docs/generic-vendor.md).

It runs as a separate process, the only one that knows the truth. Use it from tests:

    workforce = Workforce(make_people(seed), Minds(truth, families, seed), Terms(speedup=100))
    async with serve_workforce(workforce, port=0) as url: ...
"""

from shoal_local.demo.workforce.app import make_app, serve_workforce
from shoal_local.demo.workforce.board import Board, Task
from shoal_local.demo.workforce.crowd import Terms, Workforce
from shoal_local.demo.workforce.people import Minds, Person, make_people, text_key

__all__ = [
    "Board",
    "Minds",
    "Person",
    "Task",
    "Terms",
    "Workforce",
    "make_app",
    "make_people",
    "serve_workforce",
    "text_key",
]

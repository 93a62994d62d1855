"""`python -m shoal_local.demo.workforce --truth FILE --port PORT ...`: the SIMULATED workforce, as a process.

Its secrets come by the environment, because command lines are readable by everybody on a machine:
WORKFORCE_API_KEY, WORKFORCE_WEBHOOK_SECRET.
"""

import argparse
import asyncio
import json
import os
import signal
from pathlib import Path

from shoal_local.demo.reuters.topics import TOPICS, family_of
from shoal_local.demo.workforce.app import serve_workforce
from shoal_local.demo.workforce.crowd import Terms, Workforce
from shoal_local.demo.workforce.people import Minds, make_people


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    arguments = _parse_arguments()
    truth = json.loads(arguments.truth.read_text())
    terms = Terms(
        speedup=arguments.speedup,
        price=arguments.price,
        api_key=os.environ.get("WORKFORCE_API_KEY"),
        webhook_secret=os.environ.get("WORKFORCE_WEBHOOK_SECRET"),
        lost_webhooks=arguments.lost_webhooks,
        seed=arguments.seed,
    )
    families = {name: family_of(name) for name in TOPICS}
    asyncio.run(
        _serve_forever(
            Workforce(make_people(arguments.seed), Minds(truth, families, arguments.seed), terms),
            arguments.port,
        )
    )


async def _serve_forever(workforce: Workforce, port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serve_workforce(workforce, port):
        await stop.wait()


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="shoal_local.demo.workforce", description=__doc__)
    parser.add_argument(
        "--truth", type=Path, required=True, help="JSON object: SHA-256 of a text -> its topic"
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seed", type=int, default=7, help="who the people are and how they err")
    parser.add_argument("--speedup", type=float, default=1.0, help="times faster than people")
    parser.add_argument("--price", type=float, default=0.04, help="of a vote")
    parser.add_argument("--lost-webhooks", type=float, default=0.1, help="share that is lost on purpose")
    return parser.parse_args()


if __name__ == "__main__":
    main()

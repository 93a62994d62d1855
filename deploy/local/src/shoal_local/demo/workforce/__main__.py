"""`python -m shoal_local.demo.workforce --truth FILE --port PORT ...`: the SIMULATED workforce, as a process.

Its secrets are in the environment variables WORKFORCE_API_KEY and WORKFORCE_WEBHOOK_SECRET, because every
account of a machine can read its command lines.
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
        "--truth",
        type=Path,
        required=True,
        help="JSON file: an object from the SHA-256 of a text to its topic.",
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seed", type=int, default=7, help="Random seed of the people and their mistakes.")
    parser.add_argument("--speedup", type=float, default=1.0, help="Speed, as a multiple of people's.")
    parser.add_argument("--price", type=float, default=0.04, help="Price of a vote.")
    parser.add_argument("--lost-webhooks", type=float, default=0.1, help="Share of webhooks to lose.")
    return parser.parse_args()


if __name__ == "__main__":
    main()

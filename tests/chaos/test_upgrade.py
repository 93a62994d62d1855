"""Two releases run beside each other, one schema apart: an upgrade, and its rollback."""

import asyncio
import subprocess

import httpx
import pytest

from chaos.books import Book
from chaos.conftest import Chaos
from chaos.previous import install_previous
from e2e.client import Client
from shoal.contracts.ids import sample_id
from shoal_local.services import LocalShoal

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1200), pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(scope="module")
def previous(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the Python with the previous release."""
    python = install_previous(tmp_path_factory.mktemp("previous"))
    command = "import shoal, shoal_qa; print(shoal.__file__, shoal_qa.__file__)"
    answer = subprocess.run([python, "-c", command], check=True, capture_output=True, text=True, timeout=60)
    assert all(str(python.parents[1]) in path for path in answer.stdout.split()), answer.stdout
    return str(python)


async def test_the_previous_release_runs_beside_this_one_and_in_its_place(
    chaos: Chaos, previous: str
) -> None:
    """The tables are this release's from the start: a release only adds to them."""
    old = LocalShoal(chaos.stack, environment=chaos.settings, python=previous)
    async with chaos.load("upgrade") as book, httpx.AsyncClient(timeout=60) as http:
        await asyncio.to_thread(old.start)
        try:
            await _send_one(Client(old, http), book, "beside")
            for name in chaos.shoal.admin_urls:  # the rollback: only the previous release is left
                assert await asyncio.to_thread(chaos.shoal.stop_service, name) == 0, chaos.shoal.tail(name)
            await _send_one(Client(old, http), book, "alone")
            await asyncio.sleep(5)
            assert old.dead() == []
            for name in chaos.shoal.admin_urls:  # and the upgrade again
                await asyncio.to_thread(chaos.shoal.restart, name)
        finally:
            await asyncio.to_thread(old.stop)


async def _send_one(client: Client, book: Book, source: str) -> None:
    """Send an inference to the previous release, and note it in the book."""
    item = {"project": book.pairs, "source": source, "source_id": "1", "text": f"A report from {source}."}
    answer = await client.send([item])
    assert answer["accepted"] == 1
    book.paired.add(sample_id(book.pairs, source, "1"))

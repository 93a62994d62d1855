"""The task that reads the cluster's metadata goes on after an error.

Every client of aiokafka has one such task. aiokafka ends it in silence at the first error that it does not
expect. From then on a consumer that has lost its coordinator waits for
new metadata for ever, and so does its commit.
"""

import asyncio

import structlog
from aiokafka.client import AIOKafkaClient

RETRY_S = 0.5
_log = structlog.get_logger("shoal.messaging")
_synchronize = AIOKafkaClient._md_synchronizer


def install_lasting_metadata() -> None:
    """Let every client of this process read metadata until it is closed."""
    AIOKafkaClient._md_synchronizer = synchronize_metadata


async def synchronize_metadata(client: AIOKafkaClient) -> None:
    """Read the metadata when it is asked for or has become old, until cancelled."""
    while True:
        try:
            await _synchronize(client)
        except Exception as error:
            _log.warning("metadata_failed", error=repr(error), exc_info=True)
            _answer_waiters(client)
            await asyncio.sleep(RETRY_S)


def _answer_waiters(client: AIOKafkaClient) -> None:
    """Tell all who wait for new metadata that there are none; they ask again if they must."""
    future, client._md_update_fut = client._md_update_fut, None
    client._md_update_waiter = asyncio.get_running_loop().create_future()
    if future is not None and not future.done():
        future.set_result(False)

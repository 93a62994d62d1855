"""A client starts when the cluster names a broker.

Kafka may answer while it names none: for seconds after its start, and after a pause in which its controller
fenced the brokers. aiokafka takes such an answer for a start, and then every request of the client fails.
"""

import asyncio

import structlog
from aiokafka.client import AIOKafkaClient, ConnectionGroup
from aiokafka.errors import KafkaConnectionError

RETRY_S = 0.5
_log = structlog.get_logger("shoal.messaging")
_bootstrap = AIOKafkaClient.bootstrap


def install_available_brokers() -> None:
    """Let every client of this process wait for a broker when it starts."""
    AIOKafkaClient.bootstrap = start_with_broker


async def start_with_broker(client: AIOKafkaClient) -> None:
    """Read the metadata until they name a broker.

    Raises KafkaConnectionError, with the client closed, if they name none within its request timeout.
    """
    await _bootstrap(client)
    if client.cluster.brokers():
        return
    _log.warning("kafka_names_no_broker", bootstrap=client._bootstrap_servers)
    try:
        async with asyncio.timeout(client._request_timeout_ms / 1000):
            while not client.cluster.brokers():
                await asyncio.sleep(RETRY_S)
                await _ask_again(client)
    except BaseException as error:
        await client.close()
        if not isinstance(error, TimeoutError):
            raise
        raise KafkaConnectionError(
            f"Kafka at {client._bootstrap_servers} answers, but names no broker"
        ) from None


async def _ask_again(client: AIOKafkaClient) -> None:
    """Read the metadata over a new connection; the one before may be lost."""
    connection = client._conns.pop(("bootstrap", ConnectionGroup.DEFAULT), None)
    if connection is not None:
        connection.close()
    await _bootstrap(client)

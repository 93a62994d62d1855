"""Whether a consumer of aiokafka still works: its tasks should run until it is closed."""

import asyncio

from aiokafka import AIOKafkaConsumer


def ended_task(client: AIOKafkaConsumer) -> str:
    """Return which task of a running client ended and why, empty if none did.

    Without one of them the client never reads or commits again, however long it is polled.
    """
    tasks: dict[str, asyncio.Task[None] | None] = {
        "metadata": client._client._sync_task,
        "coordination": getattr(client._coordinator, "_coordination_task", None),
        "fetching": getattr(client._fetcher, "_fetch_task", None),
    }
    for name, task in tasks.items():
        if task is not None and task.done():
            error = "cancelled" if task.cancelled() else repr(task.exception())
            return f"the Kafka client's {name} ended: {error}"
    return ""

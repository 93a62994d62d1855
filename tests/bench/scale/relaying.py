"""How fast one relay empties an outbox."""

import asyncio
import time

from tests.bench.scale.result import Relaying
from tests.bench.scale.stages import Bench
from tests.bench.scale.usage import own_cpu, server_cpu, service_processes

from shoal_local.services import LocalShoal

VALUE_BYTES = 500
TOPIC = "quality.metrics"  # no service reads it
_FILL = f"""INSERT INTO sampler.outbox (topic, key, value, header_names, headers)
SELECT '{TOPIC}', convert_to('bench-' || n, 'UTF8'), convert_to(repeat('x', {VALUE_BYTES}), 'UTF8'), '{{}}', '{{}}'
FROM generate_series(1, $1) n"""


async def measure_relay(bench: Bench, messages: int) -> Relaying:
    """Fill the sampler's outbox with messages while it runs, and time the relay until it is empty."""
    shoal = LocalShoal(bench.stack, ("sampler",), bench.settings)
    await asyncio.to_thread(shoal.start)
    try:
        processes = service_processes("sampler")
        await bench.conn.execute(_FILL, messages)  # the relay looks once a second
        before, postgres = own_cpu(processes), server_cpu(bench.stack)["postgres"]
        began = time.monotonic()
        async with asyncio.timeout(120):
            while await bench.conn.fetchval("SELECT EXISTS (SELECT FROM sampler.outbox)"):
                await asyncio.sleep(0.05)
        return Relaying(
            messages=messages,
            wall_s=round(time.monotonic() - began, 2),
            service_cpu_s=round(own_cpu(processes) - before, 3),
            postgres_cpu_s=round(server_cpu(bench.stack)["postgres"] - postgres, 3),
        )
    finally:
        await asyncio.to_thread(shoal.stop)

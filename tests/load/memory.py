"""How much memory and processor time a server takes, looked at again and again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import psutil

from tests.bench.measure import resident_mb

LOOK_SECONDS = 0.5


@dataclass
class Peak:
    """The most memory that was seen, in MB, of a process with its children."""

    megabytes: float = 0.0


@asynccontextmanager
async def watched(process_id: int) -> AsyncIterator[Peak]:
    """Look at a process until the end of the block."""
    peak = Peak()

    async def look() -> None:
        while True:
            with suppress(psutil.NoSuchProcess):  # One that masks texts has just ended.
                peak.megabytes = max(peak.megabytes, resident_mb(process_id))
            await asyncio.sleep(LOOK_SECONDS)

    looking = asyncio.create_task(look())
    try:
        yield peak
    finally:
        looking.cancel()


def processor_seconds(process_id: int) -> float:
    """Processor time that a process has taken so far, without its children."""
    times = psutil.Process(process_id).cpu_times()
    return float(times.user + times.system)

"""`make bench`: the benchmarks one after another, or those that are named; the figures go where figures.py says."""

from __future__ import annotations

import argparse
import asyncio
import gc
import time
from typing import TYPE_CHECKING

from benchmarks import (
    ceiling,
    cost,
    custody,
    digest,
    drivers,
    engines,
    figures,
    growth,
    itinerary,
    latency,
    machine,
    notices,
    pictures,
    register,
    reminders,
    start,
    surveys,
    turns,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

BENCHMARKS: dict[str, Callable[[], Awaitable[tuple[list[figures.Figure], str]]]] = {
    "ceiling": ceiling.run,
    "turns": turns.run,
    "latency": latency.run,
    "cost": cost.run,
    "start": start.run,
    "growth": growth.run,
    "drivers": drivers.run,
    "walk": walk.run,
    "engines": engines.run,
    "custody": custody.run,
    "pictures": pictures.run,
    "reminders": reminders.run,
    "register": register.run,
    "notices": notices.run,
    "surveys": surveys.run,
    "digest": digest.run,
    "itinerary": itinerary.run,
}


async def main() -> None:
    """Run and write down; each benchmark's figures are kept when it is done."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure, and write the figures down.")
    parser.add_argument("only", nargs="*", choices=[[], *BENCHMARKS], metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--dry", action="store_true", help="show the figures and write nothing down")
    given = parser.parse_args()
    told = machine.description()
    print(told, flush=True)
    if not given.dry and not given.only:
        figures.put(told, "machine")
    for name in given.only or BENCHMARKS:
        gc.collect()
        gc.freeze()  # Telegram and the people live in this process: what it remembers shall not make anybody wait
        began = time.monotonic()
        found, notes = await BENCHMARKS[name]()
        print(f"== {name}, {time.monotonic() - began:.0f} s", flush=True)
        figures.show(found)
        if notes:
            print(f"\n{notes}\n", flush=True)
        if not given.dry:
            figures.keep(name, found)
            figures.publish(name, found, notes)
            figures.put(figures.targets(), "targets")


if __name__ == "__main__":
    asyncio.run(main())

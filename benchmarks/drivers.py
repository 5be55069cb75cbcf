"""Which library should carry the messages? Both drivers, the same work, the same offline Telegram, in turns.

Each round refills the offline Telegram (a process of its own) with updates and lets a fresh process per driver fetch
them, read each into an event and answer it with a message with two buttons, 16 under way at a time, as delivery does.
Rounds alternate which driver goes first, so that a busy moment of the machine hits both; medians are compared. CPU
seconds are the driver's process alone and hold better than wall time, which also contains the server's work. Import
time (aiohttp, which both need, not counted) and memory are those of a process that has imported and started one driver.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from benchmarks.figures import Figure, ratios, stated
from bot.config import DRIVERS, Secret, Settings
from handlers.chat import Button, Say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.drivers.driver import Driver, Raw

TOKEN = "700000000:OfflineTelegramSandboxTokenAAAAAAAA"  # noqa: S105 - opens nothing but the offline Telegram
PEOPLE = 20
IN_FLIGHT = 16
PAIRS = (
    ("echo_updates_per_s", "updates/s", "fetch, read and answer"),
    ("echo_cpu_ms", "ms/update", "fetch, read and answer, CPU"),
    ("read_us", "µs/update", "raw JSON to event alone, CPU"),
    ("import_s", "s", "import in a fresh process"),
    ("memory_mib", "MiB", "memory (RSS) after import and start"),
)


async def run(updates: int = 1000, rounds: int = 5) -> tuple[list[Figure], str]:
    """Measure and return the figures: each driver's, and the ratio of the two."""
    found = await compare(updates, rounds)
    first, second = DRIVERS
    figures = []
    for key, unit, says in PAIRS:
        values = {name: [one[key] for one in found[name]] for name in DRIVERS}
        figures += [stated(f"drivers: {says}, {name}", values[name], unit) for name in DRIVERS]
        figures.append(stated(f"drivers: {says}, {second} ÷ {first}", ratios(values[second], values[first]), "×"))
    return figures, ""


# --- the measured process ---


def child(name: str, url: str) -> dict[str, float]:
    """Import one driver, start it, answer everything that waits; returns the figures."""
    before = time.perf_counter()
    from bot.drivers.driver import open_driver  # noqa: PLC0415 - the import is what is measured

    driver = open_driver(Settings(bot_token=Secret(TOKEN), bot_api_url=url, driver=name))
    imported = time.perf_counter() - before
    return asyncio.run(measure(driver)) | {"import_s": imported}


async def measure(driver: Driver) -> dict[str, float]:
    """Fetch, read and answer until nothing waits."""
    await driver.start()
    memory = resident_mib()
    handled: list[Raw] = []
    ways = asyncio.Semaphore(IN_FLIGHT)
    began, cpu = time.perf_counter(), time.process_time()
    offset = 0
    while updates := await driver.fetch(offset, 0):
        await asyncio.gather(*(answer(driver, raw, ways) for raw in updates))
        offset = updates[-1]["update_id"] + 1
        handled += updates
    wall, spent = time.perf_counter() - began, time.process_time() - cpu
    assert handled, "nothing waited at the offline Telegram"
    cpu = time.process_time()
    for raw in handled:
        assert driver.event(raw) is not None
    read = time.process_time() - cpu
    await driver.close()
    return {
        "updates": len(handled),
        "echo_updates_per_s": len(handled) / wall,
        "echo_cpu_ms": spent / len(handled) * 1e3,
        "read_us": read / len(handled) * 1e6,
        "memory_mib": memory,
    }


async def answer(driver: Driver, raw: Raw, ways: asyncio.Semaphore) -> None:
    """Read one update and answer it."""
    event = driver.event(raw)
    assert event is not None
    buttons = ((Button("✅ 到位", f"echo.yes:{event.chat_id}"), Button("❌ 未落实", f"echo.no:{event.chat_id}")),)
    async with ways:
        await driver.send(event.chat_id, Say(text="<b>第 8/22 项</b> ▓▓▓░░ 36%", buttons=buttons), Path)


def resident_mib() -> float:
    """Return what this process holds in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


# --- the pairing ---


async def compare(updates: int, rounds: int) -> dict[str, list[dict[str, float]]]:
    """Run both drivers in turns; returns each one's figures, a dict a round."""
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in DRIVERS}
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", "--token", TOKEN, stdout=subprocess.PIPE
    )
    try:
        url = await address(server)
        for number in range(rounds):
            for name in order(number):
                await refill(url, updates)
                figures[name].append(await run_child(name, url))
    finally:
        server.terminate()
        await server.wait()
    return figures


def order(number: int) -> Iterator[str]:
    """Let the drivers take turns in going first."""
    return iter(DRIVERS) if number % 2 == 0 else reversed(DRIVERS)


async def address(server: asyncio.subprocess.Process) -> str:
    """Read where the offline Telegram listens from the first line that says so."""
    assert server.stdout is not None
    async for line in server.stdout:
        for word in line.decode().split():
            if word.startswith("http://"):
                return word.rstrip("/.")
    raise RuntimeError("the offline Telegram did not start")


async def refill(url: str, updates: int) -> None:
    """Have people send so many messages."""
    async with aiohttp.ClientSession() as session:
        for number in range(1, PEOPLE + 1):
            async with session.post(f"{url}/phones", json={"id": number, "name": f"督导员{number}"}) as made:
                made.raise_for_status()

        async def write(number: int) -> None:
            for one in range(number, updates, PEOPLE):
                body = {"text": f"{one % 22 + 1} ✗ 记录缺失，只有签到表"}
                async with session.post(f"{url}/phones/{number + 1}/text", json=body) as sent:
                    sent.raise_for_status()

        await asyncio.gather(*(write(number) for number in range(PEOPLE)))


async def run_child(name: str, url: str) -> dict[str, float]:
    """Run one driver's part in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.drivers", name, url, stdout=subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the process of {name} ended with {process.returncode}")
    found: dict[str, float] = json.loads(out)
    return found


if __name__ == "__main__":
    print(json.dumps(child(*sys.argv[1:])))

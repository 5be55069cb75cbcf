"""What a turn costs and where that goes: CPU by package, statements and commits."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figure, short, stated
from benchmarks.stage import Wanted, served

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.stage import Stand

SHOWN = 0.01
"""Share of the CPU below which a package is counted among the rest."""
ROOMS = ("bot", "handlers", "supervision", "forms", "storage", "reports")


@dataclass(frozen=True, slots=True)
class Plan:
    """``alone``: seconds that one person walks, for the statements; ``together``: seconds that all do, for the CPU."""

    alone: float = 3.0
    together: float = 10.0
    chats: int = 64
    visits: int = 60


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures, and the table of packages."""
    plan = plan or Plan()
    with tempfile.TemporaryDirectory(prefix="xundu-bench-") as name:
        notes = Path(name) / "notes.json"
        wanted = Wanted(plan.chats, plan.visits, module="benchmarks.sampled")
        async with served("cost", Path(name) / "bot", wanted, NOTEBOOK=str(notes)) as stand:
            await stand.crowd.arrive(1)
            alone, alone_turns = await _noted(stand, notes, plan.alone)
            await stand.crowd.arrive(plan.chats)
            seen, turns = await _noted(stand, notes, plan.together)
            await stand.stored()
    figures = [
        stated(
            "cost: CPU, SQLite, ptb, while samples are taken", (seen["main"] + seen["others"]) / turns * 1e3, "ms/turn"
        ),
        stated("cost: statements, one person", alone["statements"] / alone_turns, "a turn"),
        stated("cost: commits, one person", alone["commits"] / alone_turns, "a turn"),
        stated(f"cost: statements, {plan.chats} people", seen["statements"] / turns, "a turn"),
        stated(f"cost: commits, {plan.chats} people", seen["commits"] / turns, "a turn"),
    ]
    return figures, table(seen, turns)


async def _noted(stand: Stand, notes: Path, seconds: float) -> tuple[dict[str, Any], int]:
    """Let everybody walk; returns what was noted and the turns it was noted of."""
    before = stand.crowd.answers
    os.kill(stand.bot.pid, signal.SIGUSR1)
    await stand.crowd.rush(seconds, 0.0, stand.cpu)
    os.kill(stand.bot.pid, signal.SIGUSR2)
    async with asyncio.timeout(10):
        while not (told := _taken(notes)):  # noqa: ASYNC110 - it waits for another process
            await asyncio.sleep(0.01)
    return told, stand.crowd.answers - before


def _taken(notes: Path) -> dict[str, Any]:
    """Take the notes away; {} while there are none."""
    if not notes.exists():
        return {}
    told: dict[str, Any] = json.loads(notes.read_text("utf-8"))
    notes.unlink()
    return told


def table(seen: Mapping[str, Any], turns: int) -> str:
    """Return where the CPU went as Markdown: a package's own, and what a room of ours caused by what it called."""
    total = seen["main"] + seen["others"]
    sampled = sum(seen["own"].values()) or 1.0
    scale = seen["main"] / sampled  # the last moment before the notebook was closed has no sample
    own = {name: spent * scale for name, spent in seen["own"].items()}
    caused = {name: spent * scale for name, spent in seen["rooms"].items()}
    lines = ["| package | CPU of its own, ms/turn | share | with what it calls |", "|---|---:|---:|---:|"]

    def line(name: str, spent: float, more: str = "") -> None:
        lines.append(f"| {name} | {short(spent / turns * 1e3)} | {spent / total:.0%} | {more} |")

    for name in sorted(own, key=own.__getitem__, reverse=True):
        if own[name] >= SHOWN * total or name in ROOMS:
            line(name, own[name], f"{caused.get(name, 0.0) / total:.0%}" if name in ROOMS else "")
    line("the rest", sum(spent for name, spent in own.items() if spent < SHOWN * total and name not in ROOMS))
    line("threads of the SQLite driver", seen["others"])
    nobody = caused.get("nobody's", 0.0) / total
    lines.append("")
    lines.append(f"Packages counted for none of our rooms (the event loop, tasks of a library): {nobody:.0%}.")
    return "\n".join(lines)

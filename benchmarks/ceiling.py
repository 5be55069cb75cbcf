"""What the offline Telegram itself can do, with no bot behind it but a program that says the next card unthinkingly.

Everything else here stays far below it, so it is the bots that are measured and not the Telegram they talk to.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.figures import Figure, ratios, stated
from benchmarks.stage import echo
from benchmarks.turns import Contender, Plan, in_turns

NAME = "no bot, bare HTTP"
CALLS = 2
"""Calls of a turn: the toast and the card; those for updates bring many at once."""


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures."""
    plan = plan or Plan()
    with tempfile.TemporaryDirectory(prefix="xundu-bench-") as folder:
        async with echo(NAME, Path(folder) / "echo", plan.chats) as stand:
            one = Contender(stand)
            await in_turns([one], plan)
    return [
        stated("ceiling: turns", one.rate, "turns/s"),
        stated("ceiling: calls", [CALLS * rate for rate in one.rate], "calls/s"),
        stated("ceiling: Telegram and people busy meanwhile", one.telegram, "of a core"),
        stated("ceiling: turns with a core of its own, reckoned", ratios(one.rate, one.telegram), "turns/s"),
    ], ""

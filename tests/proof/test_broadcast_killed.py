"""A notice on its way while the bot is killed: it reaches everybody it can, and nobody twice whose answer was heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.proof.broadcast import Plan, broadcast
from benchmarks.proof.scene import stage
from storage.voices.deliveries import State as Fate

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.proof.hatchery import Hatchery

pytestmark = pytest.mark.timeout(400)  # it waits for real processes, however busy the machine is


async def test_a_notice_reaches_everybody_once_although_the_bot_is_killed_on_the_way(
    sqlite_url: str, tmp_path: Path, hatchery: Hatchery
):
    about = {"driver": "ptb", "door": "polling", "hatchery": hatchery, "short": True}
    async with stage(sqlite_url, tmp_path, inspectors=0, visits=0, **about) as scene:
        outcome = await broadcast(scene, 20261122, Plan(people=60, kills=2, often=2.0))
    assert outcome.faults == []
    assert outcome.bad == 0
    assert outcome.looks > 5
    assert outcome.stumbled, "there was no trouble"
    assert outcome.fates == dict.fromkeys(Fate, 0) | {Fate.sent: 53, Fate.blocked: 6, Fate.skipped: 1}

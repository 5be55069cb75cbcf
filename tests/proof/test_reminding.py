"""Two processes and one clock that is moved: everybody is told once, in one message, although one dies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.proof.reminding import BEGINS, Plan, reminding
from benchmarks.proof.scene import stage

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.proof.hatchery import Hatchery

pytestmark = pytest.mark.timeout(400)  # it waits for real processes, however busy the machine is


async def test_whatever_is_due_is_told_once_by_whichever_process(postgres_url: str, tmp_path: Path, hatchery: Hatchery):
    about = {"driver": "ptb", "door": "webhook", "hatchery": hatchery, "short": True, "now": BEGINS}
    async with stage(postgres_url, tmp_path, inspectors=2, visits=1, **about) as scene:
        outcome = await reminding(scene, 5, Plan(processes=2, kills=1, hours=8.75))
    assert outcome.faults == []
    assert outcome.expected == outcome.people * 3
    assert outcome.told >= outcome.expected
    assert outcome.messages < outcome.told, "nothing was merged"
    assert outcome.digests == 3, "of each of the two leaders, and of a group chat"

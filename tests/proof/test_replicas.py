"""Two processes behind one webhook keep each chat's order and do everything once; one of them is killed on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.proof.replicas import Plan, replicas
from benchmarks.proof.scene import stage

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.proof.hatchery import Hatchery

pytestmark = pytest.mark.timeout(400)  # it waits for real processes, however busy the machine is


async def test_two_processes_share_the_work_and_one_may_die(postgres_url: str, tmp_path: Path, hatchery: Hatchery):
    about = {"driver": "ptb", "door": "webhook", "hatchery": hatchery, "short": True}
    async with stage(postgres_url, tmp_path, inspectors=4, visits=1, **about) as scene:
        plan = Plan(processes=2, kills=1, timers=20, seconds_between=2.0, visits=1, brisk=True)
        outcome = await replicas(scene, 7, plan)
    assert outcome.verdict.faults == []
    assert outcome.verdict.confirmed > 4 * 7
    assert outcome.timers_wrong == 0
    assert all(outcome.spread)

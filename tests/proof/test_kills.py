"""Killed again and again, the bot loses nothing it confirmed and does nothing twice; `make proof` is the long run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.proof.kills import Plan, kill_test
from benchmarks.proof.scene import stage

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.proof.hatchery import Hatchery

pytestmark = pytest.mark.timeout(400)  # it waits for real processes, however busy the machine is


@pytest.mark.parametrize(
    ("base", "driver", "door"), [("sqlite_url", "ptb", "polling"), ("postgres_url", "aiogram", "webhook")]
)
async def test_a_bot_that_is_killed_again_and_again_keeps_all_it_confirmed(
    base: str, driver: str, door: str, request: pytest.FixtureRequest, tmp_path: Path, hatchery: Hatchery
):
    url = request.getfixturevalue(base)
    about = {"driver": driver, "door": door, "hatchery": hatchery, "short": True}
    async with stage(url, tmp_path, inspectors=3, visits=1, **about) as scene:
        found = await kill_test(scene, 20261122, Plan(kills=3, longest=1.0, visits=1, brisk=True))
    assert found.faults == []
    assert found.confirmed > 3 * 7

"""A database that is restarted, locked or full: people are answered late and nothing confirmed is lost."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks.proof.postgres import Postgres
from benchmarks.proof.scene import stage
from benchmarks.proof.trouble import capped, locked, restarted, under, whole

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.proof.hatchery import Hatchery
    from benchmarks.proof.trouble import Hurt

pytestmark = pytest.mark.timeout(400)  # it waits for real processes, however busy the machine is


async def _survives(url: str, folder: Path, hurt: Hurt, door: str, hatchery: Hatchery) -> None:
    about = {"driver": "ptb", "door": door, "hatchery": hatchery, "short": True}
    async with stage(url, folder, inspectors=3, visits=1, **about) as scene:
        outcome = await under(scene, 11, hurt, "serve.log", visits=1, brisk=True)
    assert outcome.verdict.faults == []
    assert outcome.verdict.confirmed > 3 * 7
    assert outcome.warned, "there was no trouble"
    assert outcome.told, "nobody was told"


async def test_postgresql_may_be_restarted_under_load(tmp_path: Path, hatchery: Hatchery):
    async with Postgres() as server:
        await _survives(await server.database(), tmp_path, restarted(server, 1, 1.0, 0.0), "webhook", hatchery)


async def test_another_process_may_lock_sqlite_for_longer_than_anybody_waits(
    sqlite_url: str, tmp_path: Path, hatchery: Hatchery
):
    await _survives(sqlite_url, tmp_path, locked(tmp_path / "xundu.db", 1, 6.0, 0.0), "polling", hatchery)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a limit be laid on a process that runs")
async def test_a_disk_without_room_for_another_byte_is_got_over(sqlite_url: str, tmp_path: Path, hatchery: Hatchery):
    await _survives(sqlite_url, tmp_path, capped(tmp_path / "xundu.db", 1, 2.0, 0.0), "webhook", hatchery)
    assert whole(tmp_path / "xundu.db")

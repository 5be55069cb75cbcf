"""A bot that starts while Telegram stumbles waits for it, instead of ending."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from benchmarks.proof.scene import stage
from benchmarks.proof.serving import free_port
from sandbox.faults import Planned

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.proof.hatchery import Hatchery

pytestmark = pytest.mark.timeout(400)  # it waits for real processes, however busy the machine is


async def test_a_bot_starts_although_telegram_stumbles(sqlite_url: str, tmp_path: Path, hatchery: Hatchery):
    about = {"driver": "ptb", "door": "webhook", "hatchery": hatchery, "short": True}
    async with stage(sqlite_url, tmp_path, inspectors=1, visits=1, **about) as scene:
        trouble = scene.telegram.trouble
        trouble.plan(Planned(fault="http_502", method="getMe"))
        trouble.plan(Planned(fault="flood", method="setWebhook"))
        serving = scene.serving("serve.log", free_port())
        try:
            await serving.start()
            await serving.ready()
            while not scene.telegram.world.profile.webhook.url:
                serving.check()
                await asyncio.sleep(0.05)
            await serving.stop()
        finally:
            await serving.end()
        assert trouble.faults.counts == {"http_502": 1, "flood": 1}

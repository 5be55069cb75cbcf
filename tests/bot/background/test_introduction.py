"""What a person reads of the bot before the first "Start"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.background.introduction import DESCRIPTION, LANGUAGES, SHORT, introduce
from bot.config import Address, Secret, Settings
from handlers.text import speech
from sandbox.errors import ApiError
from tests.bot.conftest import until

if TYPE_CHECKING:
    from pathlib import Path

    from bot.drivers.driver import Driver
    from sandbox.server import Sandbox
    from tests.bot.conftest import Faults


async def test_each_language_has_its_own_words_and_all_others_read_english(telegram: Sandbox, driver: Driver) -> None:
    await introduce(driver)
    profile = telegram.world.profile
    assert profile.text("description", "zh").startswith("巡督陪督导组走完每次督导")
    assert profile.text("short_description", "zh").startswith("现场督导助手")
    assert "By invitation only" in profile.text("description", "de")
    assert "By invitation only" in profile.text("short_description", "en")


@pytest.mark.parametrize("language", LANGUAGES.values())
def test_the_words_fit(language: str) -> None:
    said = speech(language)
    assert 0 < len(said.label(DESCRIPTION)) <= 512
    assert 0 < len(said.label(SHORT)) <= 120


async def test_a_refusal_is_no_trouble(telegram: Sandbox, driver: Driver, faults: Faults) -> None:
    faults.refuse = lambda *_: ApiError(429, "Too Many Requests: retry after 700", {"retry_after": 700})
    await introduce(driver)
    assert telegram.world.profile.text("description", "zh") == ""


async def test_a_bot_that_starts_introduces_itself(
    telegram: Sandbox, sqlite_url: str, tmp_path: Path, unused_tcp_port: int
) -> None:
    settings = Settings(
        bot_token=Secret(telegram.token),
        bot_api_url=telegram.url,
        data_dir=tmp_path,
        database_url=Secret(sqlite_url),
        listen=Address("127.0.0.1", unused_tcp_port),
    )
    async with App(settings):
        await until(lambda: telegram.world.profile.text("short_description", "") != "")

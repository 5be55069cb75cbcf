"""The bot as a whole ends cleanly, whatever goes wrong while it ends."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.config import Address, Secret, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.server import Sandbox


@pytest.fixture
def settings(telegram: Sandbox, sqlite_url: str, tmp_path: Path, unused_tcp_port: int) -> Settings:
    return Settings(
        bot_token=Secret(telegram.token),
        bot_api_url=telegram.url,
        data_dir=tmp_path,
        database_url=Secret(sqlite_url),
        listen=Address("127.0.0.1", unused_tcp_port),
    )


async def test_everything_is_closed_even_when_stopping_fails(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, closed = App(settings), []
    close = app.database.close

    async def note() -> None:
        closed.append("database")
        await close()

    def fail() -> None:
        raise OSError("a disk hiccuped")

    monkeypatch.setattr(app.database, "close", note)
    with pytest.raises(OSError, match="hiccuped"):
        async with app:
            monkeypatch.setattr(app._workers, "stop", fail)
    assert closed == ["database"]
    assert all(task.done() for task in app._tasks)


async def test_a_normal_stop_logs_no_error(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    async with App(settings):
        pass
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []

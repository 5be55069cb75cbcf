"""Nothing in the log shows a token."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

from bot import logs

if TYPE_CHECKING:
    import pytest

TOKEN = "700000000:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"


def test_a_token_in_a_message_and_in_a_traceback_is_taken_out() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Redacting())
    error = ConnectionError(f"Connection timeout to host https://api.telegram.org/bot{TOKEN}/getMe")
    what = ("a library", logging.ERROR, __file__, 1, "POST /file/bot%s/a.jpg", (TOKEN,), (type(error), error, None))
    handler.handle(logging.LogRecord(*what))
    written = stream.getvalue()
    assert "a.jpg" in written
    assert "Connection timeout" in written
    assert TOKEN not in written
    assert "AAbb" not in written


def test_an_escaped_token_is_taken_out_too() -> None:
    assert "AAbb" not in logs.redacted("/bot" + TOKEN.replace(":", "%3A") + "/getMe")


def test_libraries_are_kept_from_chatting(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    level = root.level
    try:
        logs.configure("DEBUG")
        for name in ("httpx", "telegram.Bot", "aiogram.event", "aiohttp.client", "sqlalchemy.engine"):
            assert not logging.getLogger(name).isEnabledFor(logging.INFO), name
        assert logging.getLogger("bot.deliver").isEnabledFor(logging.DEBUG)
    finally:
        root.setLevel(level)

"""The settings: every fault at once, no secret ever shown."""

from __future__ import annotations

import pickle
import traceback
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from bot import config
from bot.config import Address, ConfigError, Settings

TOKEN = "700000000:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"


def test_a_token_is_enough() -> None:
    settings = config.read({"XUNDU_BOT_TOKEN": TOKEN, "PATH": "/bin"})
    assert settings.bot_token.reveal() == TOKEN
    assert settings.database.reveal() == "sqlite+aiosqlite:///var/xundu.db"
    assert settings.driver in config.DRIVERS
    assert settings.listen == Address("127.0.0.1", 8080)


def test_every_value_is_read() -> None:
    settings = config.read(
        {
            "XUNDU_BOT_TOKEN": TOKEN,
            "XUNDU_BOT_API_URL": "http://127.0.0.1:8081/",
            "XUNDU_DRIVER": "PTB",
            "XUNDU_DATA_DIR": "/srv/xundu",
            "XUNDU_DATABASE_URL": "postgresql://u:secret@db/xundu",
            "XUNDU_WEBHOOK_URL": "https://bot.example.org/hook",
            "XUNDU_WEBHOOK_SECRET": "a_long_enough_secret",
            "XUNDU_LISTEN": "[::1]:8443",
            "XUNDU_RATE_OVERALL": "25.5",
            "XUNDU_LOG_LEVEL": "debug",
        }
    )
    assert settings.bot_api_url == "http://127.0.0.1:8081"
    assert settings.driver == "ptb"
    assert settings.evidence_dir == Path("/srv/xundu/evidence")
    assert settings.database.reveal() == "postgresql://u:secret@db/xundu"
    assert settings.listen == Address("::1", 8443)
    assert str(settings.listen) == "[::1]:8443"
    assert settings.rate_overall == 25.5
    assert settings.log_level == "DEBUG"


def test_every_fault_is_named_at_once_and_no_secret_is_repeated() -> None:
    with pytest.raises(ConfigError) as caught:
        config.read(
            {
                "XUNDU_BOT_TOKEN": "my-secret-token",
                "XUNDU_DRIVER": "telethon",
                "XUNDU_DATABASE_URL": "mysql://root:hunter2@db/x",
                "XUNDU_WEBHOOK_URL": "http://bot.example.org/hook",
                "XUNDU_LISTEN": "8080",
                "XUNDU_RATE_CHAT": "fast",
                "XUNDU_POLL_WAIT": "51",
                "XUNDU_DRVER": "ptb",
            }
        )
    problems = caught.value.problems
    named = [one.split()[0] for one in problems]
    assert sorted(named) == sorted(
        [f"XUNDU_{name}" for name in ("BOT_TOKEN", "DRIVER", "DATABASE_URL", "WEBHOOK_URL", "LISTEN", "RATE_CHAT")]
        + ["XUNDU_POLL_WAIT", "XUNDU_DRVER", "XUNDU_WEBHOOK_SECRET"]
    )
    assert "did you mean XUNDU_DRIVER?" in str(caught.value)
    assert "my-secret-token" not in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql://[u", "postgresql://u:geheim@h:port/x", "sqlite:///", "geheim"])
def test_addresses_that_are_none_are_named_together_with_every_other_fault(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.read(
            {
                "XUNDU_BOT_TOKEN": TOKEN,
                "XUNDU_BOT_API_URL": "http://[bad",
                "XUNDU_WEBHOOK_URL": "https://u:geheim@[x",
                "XUNDU_WEBHOOK_SECRET": "a_long_enough_secret",
                "XUNDU_DATABASE_URL": url,
            }
        )
    named = [one.split()[0] for one in caught.value.problems]
    assert sorted(named) == ["XUNDU_BOT_API_URL", "XUNDU_DATABASE_URL", "XUNDU_WEBHOOK_URL"]
    assert "geheim" not in str(caught.value)


def test_a_missing_token_is_said_with_what_to_do_unless_none_is_needed() -> None:
    with pytest.raises(ConfigError, match="BotFather"):
        config.read({"XUNDU_BOT_TOKEN": " "})
    assert not config.read({}, need_token=False).bot_token


def test_no_secret_shows_in_any_print() -> None:
    settings = config.read({"XUNDU_BOT_TOKEN": TOKEN, "XUNDU_DATABASE_URL": "postgresql://u:hunter2@db/x"})
    shown = [repr(settings), str(settings), f"{settings.bot_token}", f"{settings.bot_token!r}", repr([settings])]
    shown.extend(traceback.format_exception(ValueError(settings)))
    for one in shown:
        assert TOKEN not in one
        assert "hunter2" not in one


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().driver = "ptb"  # type: ignore[misc]


def test_settings_survive_being_handed_to_another_process() -> None:
    settings = config.read({"XUNDU_BOT_TOKEN": TOKEN})
    assert pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301 - our own bytes


def test_every_variable_is_described() -> None:
    listed = config.variables()
    assert ("XUNDU_LISTEN", "127.0.0.1:8080", "where the webhook listens") in listed
    assert all(says for _, _, says in listed)

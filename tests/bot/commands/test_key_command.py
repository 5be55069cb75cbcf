"""``xundu key``: made where nobody else reads it, listed by name, changed while everything goes on."""

from __future__ import annotations

import asyncio
import stat
from datetime import UTC, datetime
from fnmatch import fnmatch
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import main
from bot.commands.key import key_of
from bot.config import ConfigError, Settings, read
from bot.offline.demo import KEPT
from storage.chat import inbox
from storage.database import Database
from storage.vault.sealing import Keyring, new_key

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 10, 21, 1, tzinfo=UTC)


def store(url: str, key: str, number: int) -> None:
    """Let an update be stored under a key."""

    async def work() -> None:
        database = Database(url, keyring=Keyring.parse(key) if key else None)
        async with database.begin() as db:
            await inbox.store(db, [(number, number, {"message": {"text": "words"}})], NOW)
        await database.close()

    asyncio.run(work())


@pytest.fixture
def at(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XUNDU_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("XUNDU_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("XUNDU_KEY_FILE", str(tmp_path / "keys"))
    return sqlite_url


def test_a_key_is_printed_or_put_first_into_a_file_that_only_its_owner_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["key", "new"]) == 0
    assert Keyring.parse(capsys.readouterr().out).ids
    file = tmp_path / "keys"
    assert main(["key", "new", str(file)]) == 0
    (first,) = Keyring.parse(file.read_text()).ids
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert main(["key", "new", str(file)]) == 0
    said = capsys.readouterr().out
    newer, older = Keyring.parse(file.read_text()).ids
    assert older == first
    assert newer in said
    assert file.read_text().split()[0] not in said, "a key is not shown on the way"


def test_a_file_of_something_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "notes"
    file.write_text("hunter2")
    assert main(["key", "new", str(file)]) == 1
    assert file.read_text() == "hunter2"
    assert "hunter2" not in capsys.readouterr().err


def test_keys_are_changed_while_values_lie_under_the_old_one(
    at: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = new_key()
    (tmp_path / "keys").write_text(old)
    store(at, "", 1)
    store(at, old, 2)
    assert main(["key", "new", str(tmp_path / "keys")]) == 0
    newer, older = Keyring.parse((tmp_path / "keys").read_text()).ids
    capsys.readouterr()
    assert main(["key", "list"]) == 0
    said = capsys.readouterr().out
    assert f"{newer}  seals 0 values and all that is new" in said
    assert f"{older}  seals 1 values" in said
    assert "1 values are not sealed" in said
    assert main(["key", "rotate"]) == 0
    assert f"2 values sealed anew with the key {newer}" in capsys.readouterr().out
    assert main(["key", "list"]) == 0
    assert f"{older}  seals 0 values" in capsys.readouterr().out


def test_a_lost_key_is_named_with_how_much_it_closes(
    at: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost, held = new_key(), new_key()
    store(at, lost, 1)
    (tmp_path / "keys").write_text(held)
    assert main(["key", "list"]) == 0
    name = Keyring.parse(lost).ids[0]
    assert f"{name}  is not here: 1 values cannot be read without it" in capsys.readouterr().out
    assert main(["key", "rotate"]) == 0
    assert "1 values open with none of the keys" in capsys.readouterr().err


def test_without_a_key_the_commands_say_how_to_get_one(
    at: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("XUNDU_KEY_FILE")
    assert main(["key", "list"]) == 0
    assert "xundu key new" in capsys.readouterr().out
    assert main(["key", "rotate"]) == 1
    assert "xundu key new" in capsys.readouterr().err


def test_wrong_settings_are_named_and_no_key_is_ever_repeated(tmp_path: Path) -> None:
    key = new_key()
    with pytest.raises(ConfigError, match="XUNDU_KEY cannot be used") as error:
        read({"XUNDU_KEY": key[:-2]}, need_token=False)
    assert key[:-2] not in str(error.value)
    with pytest.raises(ConfigError, match="both set"):
        read({"XUNDU_KEY": key, "XUNDU_KEY_FILE": "keys"}, need_token=False)
    settings = read({"XUNDU_KEY": f"{new_key()},{key}"}, need_token=False)
    assert key not in repr(settings)
    assert Keyring.parse(key).ids[0] == settings.keyring().ids[1]
    for content in (None, "", "hunter2"):
        file = tmp_path / "keys"
        if content is not None:
            file.write_text(content)
        with pytest.raises(ConfigError, match="XUNDU_KEY_FILE") as error:
            Settings(key_file=file).keyring()
        assert "hunter2" not in str(error.value)


def test_a_folder_to_try_things_out_has_a_key_of_its_own_and_loses_it_on_reset(tmp_path: Path) -> None:
    made = key_of(tmp_path)
    assert key_of(tmp_path).read_text() == made.read_text()
    assert any(fnmatch(made.name, pattern) for pattern in KEPT)

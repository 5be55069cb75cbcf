"""What `xundu verify` and `xundu sign` say of a real visit, and the head that each day gives out of the house."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.__main__ import main
from bot.background.custodian import Custodian
from bot.commands import sign as sign_command
from bot.commands import signing
from bot.commands import verify as verify_command
from bot.config import Secret, Settings
from bot.hold import CommandError
from handlers.text import speech
from storage.chat import outbox
from storage.people import Role
from storage.visit.visits import Answer
from tests.handlers.site import Site, site

if TYPE_CHECKING:
    from pathlib import Path

    from tests.handlers.phone import Bench

SECRET = "Zephyrine"
DAY = date(2026, 10, 21)


@pytest.fixture
async def here(bench: Bench) -> Site:
    made = await site(bench)
    await made.enter()
    await made.at(5)
    await made.one.tap("❌")
    await made.one.text(f"5 ❌ {SECRET}")
    return made


def settings(bench: Bench, tmp_path: Path, key: Path | None = None) -> Settings:
    url = bench.database.url.render_as_string(hide_password=False)
    return Settings(data_dir=tmp_path, database_url=Secret(url), signing_key=key)


async def closed(bench: Bench, **more: object) -> str | None:
    bench.now += timedelta(days=1)
    return await Custodian(bench.database, lambda: bench.now, **more).close_day()  # type: ignore[arg-type]


async def test_all_being_well_is_said_in_one_line_with_how_much_was_checked(here: Site, tmp_path: Path):
    said, sound = await verify_command.verified(settings(here.bench, tmp_path), [], files=True)
    assert sound
    assert "All is as it was recorded." in said
    assert "links in" in said
    assert SECRET not in said


async def test_the_first_break_is_named_by_visit_item_time_and_kind(here: Site, tmp_path: Path):
    async with here.bench.database.begin() as db:
        await db.execute(sa.update(Answer).where(Answer.path.like("%i05")).values(value="met"))
    said, sound = await verify_command.verified(settings(here.bench, tmp_path), [])
    assert not sound
    (first,) = [line for line in said.splitlines() if line.startswith("FIRST BREAK")]
    assert first.startswith(
        "FIRST BREAK  visit 1 (浙江省区域管理公司党委), item 5, answer 1, 2026-10-21 09:00, by person 1"
    )
    assert first.endswith("the answer is not what was recorded.")
    told = json.loads((await verify_command.verified(settings(here.bench, tmp_path), [], as_json=True))[0])
    assert (told["sound"], told["breaks"][0]["fault"], told["breaks"][0]["subject"]) == (
        False,
        "content changed",
        "answer:1",
    )
    assert SECRET not in said + json.dumps(told)


async def test_the_command_ends_as_what_it_found(
    here: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    chosen = settings(here.bench, tmp_path)
    monkeypatch.setenv("XUNDU_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("XUNDU_DATABASE_URL", chosen.database_url.reveal())
    assert await asyncio.to_thread(main, ["verify"]) == 0
    assert await asyncio.to_thread(main, ["verify", "--head", "2026-10-20=0123456789abcdef"]) == 1
    assert "the register has no head of 2026-10-20" in capsys.readouterr().out
    assert await asyncio.to_thread(main, ["verify", "--head", "yesterday"]) == 1
    assert "A head is DATE=HASH" in capsys.readouterr().err


async def test_a_days_head_goes_quietly_to_the_office_once_and_can_be_checked(here: Site, tmp_path: Path):
    bench = here.bench
    office = await bench.let_in("办公室", Role.office)
    head = await closed(bench)
    assert head is not None
    assert await Custodian(bench.database, lambda: bench.now).close_day() is None
    await bench.deliver()
    assert office.last.text == f"截至10月21日 周三全部记录的校验码：2026-10-21 {head}"
    assert office.last.silent
    assert len(office.bot_said) == 1
    given = verify_command.given_out([f"2026-10-21={head}"], None, None)
    assert (await verify_command.verified(settings(bench, tmp_path), given))[1]
    wrong = verify_command.given_out([f"2026-10-21={head[:-1]}{'0' if head[-1] != '0' else '1'}"], None, None)
    said, sound = await verify_command.verified(settings(bench, tmp_path), wrong)
    assert not sound
    assert "the head of 2026-10-21 is not the one that was given out" in said


async def test_a_day_on_which_nothing_was_done_has_no_head(here: Site):
    assert await closed(here.bench)
    here.bench.now += timedelta(days=3)
    assert await closed(here.bench) is None


async def test_the_head_goes_to_the_offices_chat_where_there_is_one(here: Site):
    await here.bench.let_in("办公室", Role.office)
    head = await closed(here.bench, office=-100200)
    async with here.bench.database.read() as db:
        (waits,) = await outbox.pending(db, here.bench.now)
        assert waits.chat_id == -100200
        assert str(head) in str(waits.reply)


async def test_heads_are_signed_and_a_forged_one_is_refused(here: Site, tmp_path: Path):
    key = tmp_path / "key"
    sign_command.new_key(key)
    assert key.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="cannot be made"):
        sign_command.new_key(key)
    office = await here.bench.let_in("办公室", Role.office)
    await closed(here.bench, key=signing.private_key(key))
    chosen = settings(here.bench, tmp_path, key)
    line = await sign_command.signed(chosen)
    await here.bench.deliver()
    assert line in office.last.text
    heads = tmp_path / "heads"
    heads.write_text(f"# 校验码\n{line}\n", encoding="utf-8")
    public = tmp_path / "key.pub"
    given = verify_command.given_out([], heads, public)
    assert (await verify_command.verified(chosen, given))[1]
    day, _head, signature = line.split()
    heads.write_text(f"{day} {'0' * 64} {signature}", encoding="utf-8")
    with pytest.raises(CommandError, match="was not signed with the key"):
        verify_command.given_out([], heads, public)
    assert await sign_command.signed(chosen, day) == line
    with pytest.raises(CommandError, match="no head of that day"):
        await sign_command.signed(chosen, "2026-01-01")


def test_every_fault_has_its_sentence():
    assert set(verify_command.SAYS) == set(verify_command.Fault)
    for says in verify_command.SAYS.values():
        assert says.format(seq=1, kind="answer", day="2026-10-21")
    assert speech("zh_CN").label("Take it back") != "Take it back"

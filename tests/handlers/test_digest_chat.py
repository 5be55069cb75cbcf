"""The digest in a group chat: bound by whoever leads, in its own language and colours, and nobody else is heard."""

from __future__ import annotations

from datetime import date

import pytest

from handlers import chat
from handlers.chat import Membership, Sender, Text
from storage.campaign import digest_plans
from storage.people import Role
from tests.handlers.digest_field import digest_field, digests_of, hours, visit_at
from tests.handlers.phone import BOT, Bench, Phone

CHAT = -4_000_000_123


@pytest.fixture
async def field(sqlite_template, tmp_path):
    async with digest_field(sqlite_template, tmp_path) as bench:
        yield bench


def there(bench: Bench, phone: Phone, **more: object) -> dict[str, object]:
    sender = Sender(phone.id, phone.name, "zh-hans")
    return {"chat_id": CHAT, "at": bench.now, "sender": sender, "private": False} | more


async def in_group(bench: Bench, phone: Phone, words: str) -> Phone:
    """Write in a group chat; returns what is to be seen there."""
    room = bench.phones.setdefault(CHAT, Phone(bench, CHAT, "工作群"))
    await bench.happen(Text(**there(bench, phone), message_id=next(bench.numbers), text=words))
    return room


async def test_a_leader_binds_a_group_chat_and_the_digest_comes_there_with_links_into_the_private_chat(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    await visit_at(field, "A", date(2026, 10, 20))
    room = await in_group(field, leader, f"/digest@{BOT}")
    assert [one.text for one in room.bot_said] == ["二组日报今后每个工作日 17:30 发到本群。"]
    await hours(field, 9)
    assert digests_of(room) == digests_of(leader)
    urls = [button.url for row in room.last.buttons for button in row]
    assert f"https://t.me/{BOT}?start=digest-late-2" in urls
    await leader.start("digest-late-2")
    assert leader.last.text.startswith("逾期未交 · 1")
    for phone, refusal in (
        (await field.let_in("督导员01", Role.inspector, group="二组"), "您这里没有"),
        (field.stranger(), "仅限受邀使用"),
        (await field.let_in("一组组长", Role.leader, group="一组"), "已过期"),
    ):
        await phone.start("digest-late-2")
        assert refusal in phone.last.text
    await leader.text("/digest")
    await leader.tap("⚙ 推送设置")
    await leader.tap("不再发到群")
    room.clear()
    await hours(field, 24)
    assert room.bot_said == []


async def test_a_group_chat_has_its_own_language_and_colours_which_whoever_leads_chooses(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    await visit_at(field, "A", date(2026, 10, 20))
    await leader.text("/digest")
    await leader.tap("⚙ 推送设置")
    assert not [one for row in leader.last.buttons for one in row if "群内" in one.label]
    await leader.tap("深色图")
    room = await in_group(field, leader, f"/digest@{BOT}")
    await leader.text("/digest")
    await leader.tap("⚙ 推送设置")
    labels = [one.label for row in leader.last.buttons for one in row]
    assert "● 群内深色图" in labels  # as whoever bound it has them
    assert "● 简体中文" in labels
    await leader.tap("群内浅色图")
    await leader.tap("English")
    room.clear()
    await hours(field, 9)
    (told,) = room.bot_said
    assert told.text.startswith("二组 · Wed 21 Oct")
    assert told.drawing["theme"] == "light"
    assert digests_of(leader)[-1].startswith("二组 · 10月21日 周三")
    await in_group(field, leader, f"/digest@{BOT}")
    async with field.database.read() as db:
        (kept,) = await digest_plans.in_chat(db, CHAT)
    assert (kept.language, kept.theme) == ("en", "light")


async def test_nobody_else_binds_a_group_chat_and_nothing_is_said_to_them(field):
    inspector = await field.let_in("督导员01", Role.inspector, group="二组")
    stranger = field.stranger()
    for phone in (inspector, stranger):
        for words in ("/digest", "/start digest", "日报", "大家好"):
            room = await in_group(field, phone, words)
            assert room.bot_said == []
    async with field.database.read() as db:
        assert await digest_plans.in_chat(db, CHAT) == []


async def test_a_group_chat_that_shows_the_bot_out_gets_no_digest_and_one_that_moves_keeps_it(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    await in_group(field, leader, "/start digest")
    await field.store(chat.Moved(chat_id=CHAT, at=field.now, private=False, to_chat_id=CHAT - 1))
    await field.run(CHAT)
    async with field.database.read() as db:
        (sent,) = await digest_plans.in_chat(db, CHAT - 1)
        assert sent.group_id == 2
    await field.store(Membership(**there(field, leader) | {"chat_id": CHAT - 1}, blocked=True))
    await field.run(CHAT - 1)
    async with field.database.read() as db:
        assert await digest_plans.in_chat(db, CHAT - 1) == []

"""Finding words in the policy library: long ones by the index of trigrams, short ones too, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage.people import Person
from storage.voices import library
from storage.voices.library import LibraryItem, State

if TYPE_CHECKING:
    from storage.database import Database, Session

NOW = datetime(2026, 10, 21, 1, 0, tzinfo=UTC)


async def put(db: Session, title: str, plain: str, topic: str = "学习", **more: bool) -> int:
    author = await db.scalar(sa.select(Person).limit(1))
    if author is None:
        author = Person(telegram_id=None, name="王主任", created_at=NOW)
        db.add(author)
        await db.flush()
    item = LibraryItem(author_id=author.id, created_at=NOW, title=title, topic=topic, **more)
    item.write({"parts": [{"message": 1, "html": plain}]}, plain)
    item.publish(NOW)
    return (await library.add(db, item)).id


async def filled(database: Database) -> None:
    async with database.begin() as db:
        await put(db, "会议记录怎么写", "支部党员大会的会议记录要写明时间、地点、到会人数，结论 100% 照实写。")
        await put(db, "工作餐标准", "督导期间按标准用餐，规定交费；餐费当日结清，a_b 除外。", topic="纪律")
        item = await library.get(db, await put(db, "车辆管理", "见附件。", topic="纪律"))
        assert item is not None
        item.add_file("用车.docx", "公务用车不得私用，GPS 记录每月公示。")
        item.add_file("租车.pdf", "租车须经审批。")
        await put(db, "Safety notice", "Machine guards stay ON while the line runs.", topic="安全", internal=False)


async def found(database: Database, phrase: str, *, internal: bool = True) -> list[str]:
    async with database.read() as db:
        return [one.title for one in await library.search(db, phrase, internal=internal, limit=9)]


WANTED = (
    ("会议记录", ["会议记录怎么写"]),
    ("到会人数", ["会议记录怎么写"]),
    ("餐", ["工作餐标准"]),
    ("交费", ["工作餐标准"]),
    ("标准 用餐，当日结清", ["工作餐标准"]),
    ("标准 会议记录", []),
    ("GUARDS stay on", ["Safety notice"]),
    ("100%", ["会议记录怎么写"]),
    ("%", ["会议记录怎么写"]),
    ("a_b", ["工作餐标准"]),
    ("axb", []),
    ("不得私用", ["车辆管理"]),
    ("租车", ["车辆管理"]),
    ("gps 审批 附件", ["车辆管理"]),
    ("用车.docx", ["车辆管理"]),
    ("私用 会议记录", []),
    ('"', []),
    ("没有的词", []),
)


async def test_words_are_found_whole_short_and_with_signs(database: Database):
    await filled(database)
    assert [(phrase, await found(database, phrase)) for phrase, _ in WANTED] == list(WANTED)


async def test_what_has_it_in_the_title_comes_first_and_then_the_latest(sqlite_database: Database):
    async with sqlite_database.begin() as db:
        await put(db, "甲", "整改清单要有时限")
        await put(db, "整改清单", "样表")
        await put(db, "乙", "整改清单要有责任人")
    assert await found(sqlite_database, "整改清单") == ["整改清单", "乙", "甲"]


async def test_what_is_internal_withdrawn_or_a_draft_is_not_found(database: Database):
    await filled(database)
    assert await found(database, "用餐", internal=False) == []
    assert await found(database, "guards", internal=False) == ["Safety notice"]
    async with database.begin() as db:
        item = await db.scalar(sa.select(LibraryItem).where(LibraryItem.title == "工作餐标准"))
        assert item is not None
        item.withdraw(NOW)
        draft = LibraryItem(author_id=item.author_id, created_at=NOW, title="用餐草稿")
        draft.write({"parts": []}, "用餐")
        await library.add(db, draft)
    assert await found(database, "用餐") == []
    async with database.read() as db:
        assert await library.topics(db, internal=True) == [("学习", 1), ("安全", 1), ("纪律", 1)]


async def test_the_index_follows_what_is_changed_and_thrown_away(sqlite_database: Database):
    async with sqlite_database.begin() as db:
        number = await put(db, "旧题目", "旧的内容在这里")
    async with sqlite_database.begin() as db:
        item = await library.get(db, number)
        assert item is not None
        item.write(item.body, "换成新的说法")
    assert await found(sqlite_database, "旧的内容") == []
    assert await found(sqlite_database, "新的说法") == ["旧题目"]
    async with sqlite_database.begin() as db:
        await db.execute(sa.delete(LibraryItem))
        await db.execute(sa.text("INSERT INTO library_index (library_index) VALUES ('integrity-check')"))
    assert await found(sqlite_database, "新的说法") == []


async def test_long_words_are_looked_up_in_the_index_and_not_read_through(sqlite_database: Database):
    await filled(sqlite_database)
    async with sqlite_database.begin() as db:  # whoever reads through would still find it
        await db.execute(sa.text("INSERT INTO library_index (library_index) VALUES ('delete-all')"))
    assert await found(sqlite_database, "会议记录") == []
    assert await found(sqlite_database, "会议") == ["会议记录怎么写"]


async def test_what_is_like_a_question_is_offered_though_no_word_is_the_same(database: Database):
    await filled(database)
    async with database.read() as db:
        like = await library.similar(db, "党员大会的记录要不要写到会的人数", internal=True, limit=3)
        assert [one.title for one in like] == ["会议记录怎么写"]
        assert await library.similar(db, "车辆怎么安排", internal=True, limit=3) == []


def test_an_item_is_published_once_and_not_without_a_title():
    item = LibraryItem(author_id=1, created_at=NOW)
    with pytest.raises(ValueError, match="cannot be published"):
        item.publish(NOW)
    item.title = "有题目"
    item.publish(NOW)
    assert item.state is State.published
    with pytest.raises(ValueError, match="cannot be published"):
        item.publish(NOW)

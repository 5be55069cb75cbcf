"""The random draw in the chat: the hash first, the seed afterwards, every draw kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.background import apart
from bot.background.fetching import Fetcher
from bot.background.lists import pairs_of
from handlers.draw.card import NUMBERS
from storage.people import Role
from storage.visit import draws
from supervision.draw import Entry, listed
from supervision.draw_record import Record
from tests.handlers.desk import Files
from tests.handlers.site import plan

if TYPE_CHECKING:
    from pathlib import Path

    from storage.visit.draws import Draw
    from tests.handlers.phone import Bench, Phone

HASH = re.compile(r"[0-9a-f]{64}")
NAMES = "张三,一车间\n李四,二车间\n王五,一车间\n赵六,二车间"


@pytest.fixture
async def phone(bench: Bench) -> Phone:
    return await bench.let_in("督导员01", Role.inspector, group="二组")


async def draw(phone: Phone, number: int = 1) -> Draw:
    async with phone.bench.database.read() as db:
        found = await draws.get(db, number)
    assert found is not None
    return found


async def test_the_hash_is_shown_before_the_list_and_the_seed_after_the_draw(phone: Phone) -> None:
    await phone.text("/draw")
    promised = HASH.search(phone.last.text)[0]
    before = await draw(phone)
    assert (before.commitment, before.listed, before.drawn_at) == (promised, None, None)
    await phone.text(NAMES)
    assert HASH.search(phone.last.text) is None
    await phone.tap("2")
    shown = HASH.findall(phone.last.text)
    assert shown[0] == promised
    made = await draw(phone)
    assert made.record().faults() == []
    assert shown[1] == made.record().seed
    assert all(f"{at}. {name}" in phone.last.text for at, name in enumerate(made.record().drawn, 1))


async def test_the_record_can_be_checked_by_anybody(phone: Phone) -> None:
    await phone.text("/draw")
    await phone.text(NAMES)
    await phone.tap("按类分配")
    await phone.text("2")
    await phone.tap("记录文件")
    assert phone.last.filename == "draw-1.json"
    record = Record.read(phone.bench.blobs.find(phone.last.document).read_bytes())
    assert record.faults() == []
    assert record.method == "stratified"
    assert {entry.stratum for entry in record.population if entry.name in record.drawn} == {"一车间", "二车间"}


async def test_the_units_of_the_group_are_a_list(phone: Phone) -> None:
    await phone.text("/draw")
    await phone.tap("本组单位（2）")
    assert "名单共2个" in phone.last.text
    await phone.tap("1")
    assert {one.name for one in (await draw(phone)).population} == {"浙江省区域管理公司党委", "萧山项目党支部"}


async def test_the_units_whose_visits_are_planned_are_a_list(phone: Phone) -> None:
    await plan(phone.bench, unit="ZJ01")
    await phone.text("/draw")
    await phone.tap("已排督导的单位（1）")
    assert "萧山项目党支部" in phone.last.text


async def test_names_that_stand_twice_are_said_and_count_once(phone: Phone) -> None:
    await phone.text("/draw")
    await phone.text("1. 张三\n2. 李四\n3. 张三\n李四\n王五")
    assert "名单共3个" in phone.last.text
    assert "有2个重复，只算一次：张三、李四" in phone.last.text
    assert [one.name for one in (await draw(phone)).population] == ["张三", "李四", "王五"]


@pytest.mark.parametrize("words", ["5", "0", "99999999999"])
async def test_more_than_there_are_is_refused_with_what_to_do(phone: Phone, words: str) -> None:
    await phone.text("/draw")
    await phone.text(NAMES)
    await phone.text(words)
    assert "请发1到4之间的数字" in phone.last.text
    assert (await draw(phone)).drawn_at is None


async def test_other_bad_input_says_what_to_do(phone: Phone) -> None:
    await phone.text("/draw")
    await phone.text("，，")
    assert "没有名字" in phone.last.text
    await phone.photo()
    assert "名单请发" in phone.last.text
    await phone.file(name="名单.pdf")
    assert "名单请发" in phone.last.text
    await phone.text(NAMES)
    await phone.text("若干")
    assert "请用整数" in phone.last.text


async def test_opening_it_again_is_no_way_to_another_seed(phone: Phone) -> None:
    await phone.text("/draw")
    first = HASH.search(phone.last.text)[0]
    await phone.text(NAMES)
    await phone.text("/draw")
    assert HASH.search(phone.last.text)[0] == first


async def test_a_draw_that_was_made_stays_and_the_next_has_the_next_number(phone: Phone) -> None:
    await phone.text("/draw")
    await phone.text(NAMES)
    await phone.tap("1")
    drawn = (await draw(phone)).record()
    for data in ("make:1:3:uniform", "units:1", "list:1", "method:1:stratified"):
        await phone.press(f"draw.{data}", 1)
    assert (await draw(phone)).record() == drawn
    await phone.text("/draw")
    await phone.text(NAMES)
    await phone.tap("1")
    await phone.press("draw.earlier", 1)
    assert "2号" in phone.last.text
    assert "1号" in phone.last.text
    await phone.tap("1")
    assert drawn.seed in phone.last.text


async def test_the_group_sees_a_draw_and_nobody_else(phone: Phone) -> None:
    bench = phone.bench
    mate = await bench.let_in("督导员04", Role.inspector, group="二组")
    outsider = await bench.let_in("督导员09", Role.inspector, group="一组")
    contact = await bench.let_in("联系人", Role.contact, unit="ZJ01")
    await phone.text("/draw")
    await phone.tap("本组单位（2）")
    await mate.press("draw.make:1:1:uniform", 1)
    assert "已过期" in mate.toast
    await phone.tap("2")
    await mate.press("draw.look:1", 1)
    assert "校验值" in mate.last.text
    for other in (outsider, contact):
        for data in ("look:1", "record:1", "make:1:1:uniform"):
            await other.press(f"draw.{data}", 1)
            assert other.toast
        assert all("校验值" not in one.text for one in other.bot_said)
    await contact.text("/draw")
    assert all("随机抽取" not in one.text for one in contact.bot_said), "the unit is not told"


def test_the_numbers_offered_rise() -> None:
    assert list(NUMBERS) == sorted(NUMBERS)


async def test_a_draw_and_the_tally_are_the_same_on_both_databases(both_benches: Bench) -> None:
    phone = await both_benches.let_in("督导员01", Role.inspector, group="二组")
    visit = await plan(both_benches, unit="ZJ01")
    await phone.text("/draw")
    await phone.text(NAMES)
    await phone.tap("按类分配")
    await phone.tap("2")
    assert (await draw(phone)).record().faults() == []
    for kind, count in (("symposium", "12"), ("symposium", "8"), ("documents", "30")):
        await phone.press(f"activity.add:{visit}:{kind}", 1)
        await phone.text(count)
    await phone.text("/tally")
    assert "👥 座谈会 2（20人）  📂 调阅资料 1（30份）" in phone.last.text


# --- lists as files ---


@pytest.mark.parametrize(("words", "size"), [("3 个", 3), ("抽2人", 2), ("２", 2)])
async def test_a_number_is_a_number_however_it_is_written(phone: Phone, words: str, size: int) -> None:
    await phone.text("/draw")
    await phone.text(NAMES)
    await phone.text(words)
    made = await draw(phone)
    assert (made.size, len(made.population)) == (size, 4)


async def test_what_is_neither_a_number_nor_a_list_leaves_the_list_as_it_is(phone: Phone) -> None:
    await phone.text("/draw")
    await phone.text(NAMES)
    await phone.text("请抽三个 谢谢")
    assert "请用整数" in phone.last.text
    assert len((await draw(phone)).population) == 4


async def sent(phone: Phone, name: str, content: bytes) -> None:
    files = Files({"the-list": content})
    await phone.file(name=name, file_id="the-list", size=len(content))
    bench = phone.bench
    fetcher = Fetcher(bench.database, files, bench.blobs, lambda: bench.now)
    assert await fetcher.run_due() == 1
    await bench.wait(seconds=1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("名单.txt", "张三\n李四\n王五".encode("gb18030")),
        ("名单.txt", "\ufeff张三\n李四\n王五\n".encode("utf-16")),
        ("名单.csv", "序号,姓名,部门\n1,张三,一车间\n2,李四,二车间\n3,王五,一车间\n".encode("utf-8-sig")),
        ("名单.csv", "张三\n李四\n王五\n".encode("gb18030")),
        ("名单.txt", "姓名，部门\n张三，一车间\n\n李四，二车间\n王五，\n".encode()),
        ("名单.txt", "1\t张三\t一车间\r\n2\t李四\t二车间\r\n3\t王五\t一车间".encode()),
        ("名单.txt", "序号\t名字\n1\t张三\n2\t李四\n3\t王五".encode("utf-16-le")),
    ],
)
def test_a_list_is_read_whatever_wrote_it(name: str, content: bytes) -> None:
    assert [one.name for one in listed(pairs_of(content, name)).entries] == ["张三", "李四", "王五"]


def test_a_workbook_is_read_by_its_headings(tmp_path: Path) -> None:
    import openpyxl  # noqa: PLC0415 - for this alone

    book = openpyxl.Workbook()
    for row in (["督导对象名单"], ["序号", "单位名称", "层级"], [1, "甲支部", "三级"], [2, "乙支部", "四级"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    found = listed(pairs_of((tmp_path / "a.xlsx").read_bytes(), "a.xlsx"))
    assert found.entries == (Entry("甲支部", "三级"), Entry("乙支部", "四级"))
    assert pairs_of(b"PK\x03\x04 broken", "b.xlsx") is None


async def test_a_list_can_be_a_file_and_one_that_cannot_be_read_says_what_to_do(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    await phone.text("/draw")
    await sent(phone, "名单.txt", NAMES.encode())
    assert "名单共4个：张三、李四、王五、赵六" in phone.last.text

    async def overrun(*_: object) -> None:
        raise apart.Overrun

    monkeypatch.setattr(apart, "run", overrun)
    await phone.tap("◀ 换名单")
    await sent(phone, "b.xlsx", b"PK")
    assert "读不出名单" in phone.last.text
    assert HASH.search(phone.last.text)  # the first card again, with every way to another list
    await phone.tap("本组单位（2）")
    assert "名单共2个" in phone.last.text


async def test_while_a_file_is_read_there_is_nothing_to_draw_from(phone: Phone) -> None:
    await phone.text("/draw")
    await phone.text(NAMES)
    old = phone.last
    await phone.file(name="名单.txt", file_id="the-list", size=9)
    assert (await draw(phone)).population == ()
    await phone.tap("2", on=old)
    assert (await draw(phone)).drawn_at is None


async def test_a_file_with_more_names_than_are_taken_is_refused_whole(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.background.fetching.MOST", 3)
    await phone.text("/draw")
    await sent(phone, "名单.txt", NAMES.encode())
    assert "超过" in phone.last.text
    assert (await draw(phone)).population == ()

"""Activities: recorded with one tap, completed by whatever is sent, counted by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage import people
from storage.files import evidence
from storage.people import Role
from storage.visit import activities
from storage.visit.activities import Kind
from tests.handlers.site import Site, plan, site

if TYPE_CHECKING:
    from storage.visit.activities import Activity
    from tests.handlers.phone import Bench


@pytest.fixture
async def here(bench: Bench) -> Site:
    return await site(bench)


async def recorded(here: Site) -> list[Activity]:
    async with here.bench.database.read() as db:
        return list(await activities.of_visit(db, here.visit_id))


async def begin(here: Site, kind: str) -> None:
    await here.enter()
    await here.one.tap("☰")
    await here.one.tap("👥 活动")
    await here.one.tap(kind)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("座谈会", Kind.symposium),
        ("列席会议", Kind.sit_in),
        ("调阅资料", Kind.documents),
        ("查看现场", Kind.site),
        ("讲课", Kind.lecture),
    ],
)
async def test_one_tap_records_it(here: Site, label: str, kind: Kind) -> None:
    await begin(here, label)
    (one,) = await recorded(here)
    assert (one.kind, one.count, one.points) == (kind, None, "")
    assert one.place == "浙江省区域管理公司党委"
    assert "✓ 已记" in here.one.last.text


async def test_a_number_words_a_place_and_photos_complete_it(here: Site) -> None:
    await begin(here, "座谈会")
    phone = here.one
    await phone.text("12人")
    await phone.text("三位职工反映食堂")
    await phone.text("两位谈到宿舍")
    await phone.photo("合影")
    await phone.voice()
    await phone.place()
    await phone.tap("📍 地点")
    await phone.text("三楼 会议室")
    (one,) = await recorded(here)
    assert (one.count, one.place) == (12, "三楼 会议室")
    assert one.points == "三位职工反映食堂\n两位谈到宿舍\n合影"
    async with here.bench.database.read() as db:
        pieces = [piece for piece in await evidence.of_visit(db, here.visit_id) if piece.path == f"activity:{one.id}"]
    assert [piece.kind for piece in pieces] == ["photo", "voice", "place"]
    assert "佐证3件" in phone.last.text
    await phone.tap("◀ 活动")
    assert "👥 座谈会 · 12人 · 三楼 会议室" in phone.last.text


@pytest.mark.parametrize(("words", "count"), [("12", 12), (" 12 人", 12), ("0", 0), ("20份", 20), ("8 people", 8)])
async def test_a_number_alone_is_how_many(here: Site, words: str, count: int) -> None:
    await begin(here, "调阅资料")
    await here.one.text(words)
    (one,) = await recorded(here)
    assert (one.count, one.points) == (count, "")


@pytest.mark.parametrize("words", ["12个问题", "3月12日开会", "第5", "a12", "1.5"])
async def test_what_only_begins_with_a_number_is_a_point(here: Site, words: str) -> None:
    await begin(here, "座谈会")
    await here.one.text(words)
    (one,) = await recorded(here)
    assert (one.count, one.points) == (None, words)


async def test_a_quick_number_is_a_tap_and_the_same_tap_takes_it_away(here: Site) -> None:
    await begin(here, "座谈会")
    await here.one.tap("15")
    assert (await recorded(here))[0].count == 15
    await here.one.tap("● 15")
    assert (await recorded(here))[0].count is None


async def test_bad_input_says_what_to_do_and_changes_nothing(here: Site) -> None:
    await begin(here, "座谈会")
    phone = here.one
    await phone.text("100001")
    assert "请发0到100000之间的数字" in phone.last.text
    await phone.text("长" * 4001)
    assert "请精简" in phone.last.text
    await phone.sticker()
    assert "⚠" in phone.last.text
    await phone.tap("📍 地点")
    await phone.text("长" * 61)
    assert "地点最多60个字" in phone.last.text
    await phone.text("/cancel")
    (one,) = await recorded(here)
    assert (one.count, one.points, one.place) == (None, "", "浙江省区域管理公司党委")


async def test_one_that_was_removed_is_not_counted_and_can_be_put_back(here: Site) -> None:
    await begin(here, "座谈会")
    await here.one.tap("🗑 删除")
    assert await recorded(here) == []
    await here.one.tap("恢复")
    assert len(await recorded(here)) == 1


async def test_the_tally_counts_itself_by_group_and_leaves_others_out(here: Site) -> None:
    for _ in range(2):
        await begin(here, "座谈会")
        await here.one.tap("10")
    await begin(here, "调阅资料")
    await here.one.text("7份")
    await begin(here, "查看现场")
    elsewhere = await here.bench.let_in("督导员09", Role.inspector, group="一组")
    other = await plan(here.bench, unit="JS", group="一组")
    await elsewhere.press(f"activity.add:{other}:lecture", 1)
    await elsewhere.text("80")
    await here.one.text("/tally")
    said = here.one.last.text
    assert "👥 座谈会 2（20人）  📂 调阅资料 1（7份）  🔍 查看现场 1" in said
    assert "讲课" not in said
    office = await here.bench.let_in("办公室", Role.office)
    await office.text("/tally")
    assert "🎓 讲课 1（80人）" in office.last.text
    assert "座谈会 2" in office.last.text


async def test_an_activity_of_another_group_does_not_open(here: Site) -> None:
    await begin(here, "座谈会")
    outsider = await here.bench.let_in("督导员09", Role.inspector, group="一组")
    for data in ("open:1", "count:1:5", "place:1", "remove:1", "clear:1", "restore:1", f"add:{here.visit_id}:site"):
        await outsider.press(f"activity.{data}", 1)
        assert "已过期" in outsider.toast, data
    assert len(await recorded(here)) == 1


@pytest.mark.parametrize("role", [Role.member, Role.contact])
async def test_those_who_are_visited_have_no_activities(here: Site, role: Role) -> None:
    someone = await here.bench.let_in("某人", role, group="二组")
    await someone.text("/activity")
    await someone.text("/tally")
    await someone.press(f"activity.add:{here.visit_id}:site", 1)
    assert await recorded(here) == []
    assert all("活动" not in one.text for one in someone.bot_said)


async def test_whoever_loses_the_role_in_the_middle_adds_nothing_more(here: Site) -> None:
    await begin(here, "座谈会")
    async with here.bench.database.begin() as db:
        person = await people.by_telegram(db, here.one.id)
        person.dismiss(Role.inspector, here.bench.now)
    await here.one.text("12人")
    assert (await recorded(here))[0].count is None

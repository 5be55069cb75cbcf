"""A form with repeats on a visit: rooms are added, listed, taken away and brought back, and nobody's answer moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.visit import visits
from tests.handlers.rooms import ROOMS
from tests.handlers.site import Site, button, card, complaint, site, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone


async def dormitory(bench: Bench) -> Site:
    return await site(bench, ROOMS)


async def stored(here: Site) -> dict[str, str]:
    async with here.bench.database.read() as db:
        return {one.path: one.value for one in await visits.standing(db, here.visit_id)}


def labels(phone: Phone) -> list[str]:
    return [one.label for row in card(phone).buttons for one in row]


async def two_rooms(bench: Bench) -> tuple[Site, Phone]:
    """A dormitory with two rooms: the first in order, its bed is Wang's; on screen is the second."""
    here = await dormitory(bench)
    phone = await here.enter()
    await phone.tap("✅")
    await phone.tap("✅")
    await phone.text("小王")
    await phone.tap("没有了")
    await phone.tap("再加一个")
    return here, phone


async def test_the_walk_comes_to_every_instance_and_asks_for_another(bench: Bench):
    here = await dormitory(bench)
    phone = await here.enter()
    await phone.tap("✅")
    assert "房间 1" in card(phone).text
    assert title(phone) == "2.1. 干净吗"
    await phone.tap("✅")
    assert title(phone) == "3.1.1. 谁的床"
    await phone.text("小王")
    assert "床位\n1. 小王" in card(phone).text
    assert {"+ 再加一个", "没有了"} <= set(labels(phone))
    await phone.tap("没有了")
    assert "房间\n1. ✅ 是 · 小王" in card(phone).text, "after the beds of a room one is asked for another room"
    await phone.tap("再加一个")
    assert title(phone) == "2.2. 干净吗"
    await phone.tap("☰ 总览")
    assert "房间 1  2.1✅\n床位 1.1  3.1.1✓\n房间 2  2.2·" in card(phone).text
    assert "☰ 房间（2）" in labels(phone)


async def test_no_more_is_remembered_until_another_is_added(bench: Bench):
    here, phone = await two_rooms(bench)
    await phone.tap("✅")
    await phone.tap("没有了")
    await phone.tap("没有了")
    assert title(phone) == "4. 灭火器几个"
    await phone.tap("☰ 总览")
    await phone.tap("☰ 房间")
    await phone.tap("再加一个")
    assert title(phone) == "2.3. 干净吗"
    await phone.tap("✅")
    await phone.tap("没有了")
    assert "+ 再加一个" in labels(phone), "whoever adds one is asked again"
    assert (await stored(here))["/data/room"] == ""


async def test_what_is_taken_away_moves_nobodys_answer_and_stays_in_the_history(bench: Bench):
    here, phone = await two_rooms(bench)
    await phone.text("2.2 ✗ 有垃圾")
    await phone.tap("☰ 总览")
    await phone.tap("☰ 房间")
    await phone.tap("删去 1")
    assert "✓ 已删去 1" in card(phone).text
    assert "2. ❌ 否 · 有垃圾" in card(phone).text
    assert "1. " not in card(phone).text.replace("2. ", "")
    values = await stored(here)
    assert values["/data/room[1]"] == ""
    assert (values["/data/room[1]/look/clean"], values["/data/room[2]/look/clean"]) == ("yes", "no")
    await phone.tap("修改 2")
    assert title(phone) == "2.2. 干净吗", "the second room is the second for good"
    await phone.tap("☰ 总览")
    await phone.tap("☰ 房间")
    await phone.tap("再加一个")
    assert title(phone) == "2.3. 干净吗", "a number is never given twice"


async def test_what_was_taken_away_by_mistake_comes_back_whole(bench: Bench):
    here, phone = await two_rooms(bench)
    await phone.photo()
    await phone.tap("☰ 总览")
    await phone.tap("☰ 房间")
    await phone.tap("删去 2")
    assert "2. " not in card(phone).text
    await phone.tap("撤销")
    await phone.tap("修改 2")
    assert "📎 1" in labels(phone)
    await phone.tap("☰ 总览")
    await phone.tap("☰ 房间")
    await phone.tap("删去 1")
    await phone.tap("撤销")
    assert "1. ✅ 是 · 小王" in card(phone).text
    assert (await stored(here))["/data/room[1]/bed[1]/who"] == "小王"


async def test_lines_name_an_item_and_its_instance(bench: Bench):
    here, phone = await two_rooms(bench)
    await phone.text("2.1 ✗ 乱\n2.2 ✅ 2.2 ✗ 有烟头")
    values = await stored(here)
    assert (values["/data/room[1]/look/clean"], values["/data/room[1]/look/said"]) == ("no", "乱")
    assert (values["/data/room[2]/look/clean"], values["/data/room[2]/look/said"]) == ("no", "有烟头")
    assert "2.1❌（原✅）「乱」  2.2❌" in card(phone).text


async def test_a_bare_number_means_where_one_stands_and_else_is_asked_about(bench: Bench):
    here, phone = await two_rooms(bench)
    await phone.text("2 ✗")
    assert (await stored(here))["/data/room[2]/look/clean"] == "no"
    await phone.tap("☰ 总览")
    await phone.text("2 ✅")
    assert "第2题这里有好几份：2.1、2.2。请写明是哪一份，如「2.1 ✗」。" in card(phone).text
    await phone.text("2.7 ✗")
    assert "没有第2.7题" in card(phone).text
    values = await stored(here)
    assert (values["/data/room[1]/look/clean"], values["/data/room[2]/look/clean"]) == ("yes", "no")


async def test_a_number_with_a_point_is_a_note_where_it_answers_nothing(bench: Bench):
    here, phone = await two_rooms(bench)
    await phone.text("2.5 米宽")
    assert (await stored(here))["/data/room[2]/look/said"] == "2.5 米宽"
    await phone.text("第2.1题")
    assert title(phone) == "2.1. 干净吗"


async def test_photos_lie_with_the_instance_on_screen_or_the_one_that_is_named(bench: Bench):
    here, phone = await two_rooms(bench)
    await phone.tap("❌")
    assert "请拍下来" in card(phone).text
    await phone.photo()
    await phone.photo(caption="2.1 墙角")
    lying = {piece.path for piece in await here.pieces()}
    assert lying == {"/data/room[2]/look/shot", "/data/room[1]/look/clean"}
    assert (await stored(here))["/data/room[1]/look/said"] == "墙角"
    await phone.tap("↶ 撤销")
    assert (await stored(here))["/data/room[1]/look/said"] == ""


async def test_two_who_add_at_once_get_an_instance_each_and_a_second_tap_adds_none(bench: Bench):
    here, one = await two_rooms(bench)
    await one.tap("☰ 总览")
    await one.tap("☰ 房间")
    shown = card(one)
    add = button(shown, "再加一个")
    two = await here.enter(here.two)
    await two.press(f"checklist.more:{here.visit_id}:+2", 1)
    await one.press(add, shown.id)
    await one.press(add, shown.id)
    assert one.toast == "内容后来改过，请再看一眼。"
    assert set(await stored(here)) & {"/data/room[3]", "/data/room[4]"} == {"/data/room[3]"}
    await two.tap("+ Add another")
    assert two.toast == "This has changed since; please look again."
    await two.tap("+ Add another")
    assert title(two) == "2.4. 干净吗"


async def test_who_stands_in_an_instance_that_another_takes_away_writes_nowhere_else(bench: Bench):
    here, one = await two_rooms(bench)
    old = card(one)
    two = await here.enter(here.two)
    await two.press(f"checklist.more:{here.visit_id}:+2", 1)
    await two.tap("✕ Remove 2")
    before = await stored(here)
    await one.press(button(old, "❌"), old.id)
    assert one.toast == "第2.2题已被删去，填过的都留在历史里。☰ 总览里是现有的题。"
    await one.photo()
    assert "照片1张还没有归题" in card(one).text
    await one.text("墙上有水")
    assert await stored(here) == before
    assert await here.pieces() == []
    await one.tap("2.1✅")
    assert [piece.path for piece in await here.pieces()] == ["/data/room[1]/look/clean"]
    assert (await stored(here))["/data/room[1]/look/said"] == "墙上有水"


async def test_nothing_is_taken_away_that_has_been_answered_since_it_was_listed(bench: Bench):
    here, one = await two_rooms(bench)
    await one.tap("☰ 总览")
    await one.tap("☰ 房间")
    two = await here.enter(here.two)
    await two.text("2.2 ✗ wet")
    await one.tap("删去 2")
    assert one.toast == "内容后来改过，请再看一眼。"
    assert "2. ❌ 否 · wet" in card(one).text
    await one.tap("删去 2")
    assert (await stored(here))["/data/room[2]"] == ""


async def test_a_repeat_that_is_counted_has_as_many_items_as_the_answer_says(bench: Bench):
    here = await dormitory(bench)
    await here.at(4)
    await here.one.text("2")
    phone = here.one
    assert title(phone) == "5.1. 压力正常"
    await phone.tap("✅")
    await phone.tap("❌")
    assert "5.1✅  " in card(phone).text or title(phone) == "1. 大门"
    await here.at(4)
    await phone.text("1")
    await phone.tap("☰ 总览")
    assert "5.2" not in card(phone).text
    await here.at(4)
    await phone.text("2")
    await phone.tap("☰ 总览")
    assert "5.2❌" in card(phone).text, "what was answered is there again"


async def test_a_visit_with_repeats_is_handed_in_and_summed_up(bench: Bench):
    here, phone = await two_rooms(bench)
    await phone.text("2.2 ✗ 有垃圾")
    await phone.press(f"visit.submit:{here.visit_id}", 1)
    assert "第2.2题" in card(phone).text
    await phone.tap("第2.2题")
    await phone.photo()
    await phone.press(f"visit.submit:{here.visit_id}", 1)
    assert "❌ 2.2. 看一看; 有垃圾; 📎1" in card(phone).text.replace("；", "; ")
    assert (await here.visit()).state == "submitted"
    await phone.tap("☰ 总览")
    await phone.tap("☰ 房间")
    assert not {"+ 再加一个", "✕ 删去 1"} & set(labels(phone))
    await phone.tap("修改 1")
    assert title(phone) == "2.1. 干净吗"


async def test_an_old_or_forged_button_of_a_repeat_changes_nothing(bench: Bench):
    here, phone = await two_rooms(bench)
    before = await stored(here)
    forged = "add:{}:+9:1 add:{}:room:1 take:{}:+2:9:0 bring:{}:+2:9 into:{}:+2:7 go:{}:2.9 go:{}:+2 more:{}"
    for data in f"{forged} enough:{{}}:+3.9 answer:{{}}:2.x:0:0:0".split():
        await phone.press("checklist." + data.format(here.visit_id), 1)
    assert await stored(here) == before


async def test_a_message_that_is_edited_changes_the_instance_it_was_for(bench: Bench):
    here, phone = await two_rooms(bench)
    sent = await phone.text("2.1 ✗ 乱")
    await phone.tap("☰ 总览")
    await phone.edit(sent, "2.1 ✗ 很乱")
    assert (await stored(here))["/data/room[1]/look/said"] == "很乱"


async def test_a_complaint_in_a_repeat_stays_on_its_card(bench: Bench):
    here, phone = await two_rooms(bench)
    await here.at(4)
    await phone.text("很多")
    assert complaint(phone).startswith("这里要填数字")


async def test_one_may_also_write_whether_there_is_another(bench: Bench):
    here, phone = await two_rooms(bench)
    await phone.tap("✅")
    await phone.text("没有了。")
    assert "房间\n1. " in card(phone).text
    await phone.text("还有")
    assert title(phone) == "2.3. 干净吗"
    assert (await stored(here))["/data/room[2]/bed"] == "enough"


async def test_a_photo_for_a_number_that_several_instances_have_waits_and_asks_which(bench: Bench):
    here, phone = await two_rooms(bench)
    await phone.tap("☰ 总览")
    await phone.photo(caption="2")
    assert complaint(phone).startswith("第2题这里有好几份：2.1、2.2。")
    await phone.photo(caption="2.9")
    assert complaint(phone) == "没有第2.9题。"
    assert await here.pieces() == []
    await phone.tap("2.2·")
    assert {piece.path for piece in await here.pieces()} == {"/data/room[2]/look/clean"}

"""Messages edited afterwards: they revise what they gave, with history, and nothing that has changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import chat
from storage.people import Role
from tests.handlers.site import SMALL, Site, card, complaint, plan, site, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone


@pytest.fixture
async def small(bench: Bench) -> Site:
    here = await site(bench, SMALL)
    await here.enter()
    return here


async def recaption(phone: Phone, message_id: int, caption: str, **more: object) -> None:
    """Change the caption of a photo sent earlier (or, with a ``unique_id``, the photo itself)."""
    fields = {"file_id": f"file-{message_id}", "unique_id": f"unique-{message_id}", "caption": caption} | more
    await phone.happen(chat.Photo(**phone.about(), message_id=message_id, edited=True, **fields))


async def sent(phone: Phone, caption: str = "", **more: object) -> int:
    """Send a photo whose marks can be told from its number; returns its message."""
    number = next(phone.bench.numbers)
    fields = {"file_id": f"file-{number}", "unique_id": f"unique-{number}", "caption": caption} | more
    await phone.happen(chat.Photo(**phone.about(), message_id=number, **fields))
    return number


@pytest.mark.parametrize(
    ("item", "first", "then", "answers"),
    [
        (8, "一句话", "改过的话", {"fire_note": "改过的话"}),
        (3, "12", "13", {"people": "13"}),
        (4, "昨天", "前天", {"day": "2026-10-19"}),
        (5, "都好", "都不好", {"said": "都不好"}),
        (9, "是", "否", {"bare": "no"}),
        (1, "9 ✅", "9 ❌", {"bare": "no"}),
        (1, "9 ✅", "8 ✅", {"bare": "", "fire_ok": "yes"}),
        (1, "8 ✅ 一句话\n9 ✅", "8 ❌ 两句话", {"fire_ok": "no", "fire_note": "两句话", "bare": ""}),
        (1, "9 ✅", "9 ✅\n8 ❌ 还有一句", {"bare": "yes", "fire_ok": "no", "fire_note": "还有一句"}),
        (8, "✅ 一句话", "❌ 两句话", {"fire_ok": "no", "fire_note": "两句话"}),
    ],
)
async def test_an_edit_revises_what_the_message_gave_with_history(
    small: Site, item: int, first: str, then: str, answers: dict[str, str]
):
    await small.at(item)
    message = await small.one.text(first)
    before = await small.answers()
    await small.one.edit(message, then)
    assert await small.answers() == {name: value for name, value in answers.items() if value}
    assert "✓ 已更正：第" in card(small.one).text
    for name, value in before.items():
        assert (await small.history(name))[0] == value
    await small.one.tap("撤销")
    assert await small.answers() == before, "undoing an edit gives back what the message said before it"


async def test_an_edit_keeps_what_others_wrote_around_it(bench: Bench):
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    await first.text("上面的话")
    message = await second.text("mine")
    await second.edit(message, "mine, better")
    await second.edit(message, "mine, best")
    assert await here.answers() == {"i01_note": "上面的话\nmine, best"}
    await second.edit(message, "mine")
    assert await here.answers() == {"i01_note": "上面的话\nmine"}


async def test_an_edit_to_what_somebody_has_added_to_since_is_refused_with_a_sentence(bench: Bench):
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    message = await first.text("一")
    await second.text("two")
    await first.edit(message, "三")
    assert complaint(first) == "这条消息记下的内容已撤销或后来改过，这次没有改动。要记录，请重新发一条。"
    assert await here.answers() == {"i01_note": "一\ntwo"}


async def test_an_edited_burst_leaves_alone_the_line_that_somebody_has_changed_since(bench: Bench):
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    message = await first.text("9 ✅\n11 ✅")
    await second.text("9 ❌")
    await second.tap("Mine")
    await first.edit(message, "9 ✅\n11 ◐")
    assert await here.answers() == {"i09": "missing", "i11": "partial"}
    assert "✓ 已更正：第11题。\n第9题后来改过，没有动。" in card(first).text


async def test_an_edit_of_what_was_undone_changes_nothing_and_says_so(small: Site):
    message = await small.one.text("9 ✅")
    await small.one.tap("撤销")
    await small.one.edit(message, "9 ❌")
    assert complaint(small.one).startswith("这条消息记下的内容已撤销")
    assert await small.answers() == {}


async def test_an_edit_that_changes_nothing_says_nothing(small: Site):
    """Telegram reports an edit when it has found the picture for a link."""
    await small.at(8)
    message = await small.one.text("见 example.org")
    before, shown = len(small.one.screen), card(small.one).text
    await small.one.edit(message, "见 example.org")
    assert (len(small.one.screen), card(small.one).text) == (before, shown)
    assert await small.history("fire_note") == ["见 example.org"]


@pytest.mark.parametrize(
    ("item", "first", "then", "said"),
    [
        (3, "12", "120", "请填0至60之间的整数。"),
        (3, "12", "很多", "这里要填数字，如 12。什么都没有改动。"),
        (4, "昨天", "明天", "日期不能晚于今天。"),
        (9, "是", "也许", "「也许」不在可选的答案里，什么都没有改动。"),
        (1, "9 ✅", "99 ✅", None),
        (7, "短", "长" * 31, "备注不能超过30个字。"),
    ],
)
async def test_an_edit_that_does_not_fit_changes_nothing(
    small: Site, item: int, first: str, then: str, said: str | None
):
    await small.at(item)
    message = await small.one.text(first)
    before = await small.answers()
    await small.one.edit(message, then)
    assert complaint(small.one) == (said or "没有第99题，没有记下。")
    assert await small.answers() == before


async def test_a_message_that_was_refused_is_taken_when_it_is_mended(small: Site):
    await small.at(3)
    message = await small.one.text("很多")
    await small.one.edit(message, "12")
    assert await small.answers() == {"people": "12"}
    message = await small.one.text("99 ✅")
    await small.one.edit(message, "9 ✅")
    assert (await small.answers())["bare"] == "yes"


async def test_an_edit_of_what_was_refused_is_not_filed_with_another_item(small: Site):
    await small.at(3)
    message = await small.one.text("很多")
    await small.at(8)
    for words in ("12", "十二个人"):
        await small.one.edit(message, words)
        assert complaint(small.one).startswith("您修改的这条消息原来没有记下，当时那一题也已不在屏幕上。")
    assert await small.answers() == {}
    await small.at(3)
    await small.one.edit(message, "12")
    assert complaint(small.one), "it has been off the screen"
    assert await small.answers() == {}


async def test_an_edit_of_what_was_refused_is_not_filed_with_another_question_of_its_item(small: Site):
    await small.at(8)
    await small.one.text("8 ❌ 一句话")
    message = await small.one.text("很多")
    assert complaint(small.one)
    await small.one.tap("跳过")
    before = await small.answers()
    await small.one.edit(message, "很多很多")
    assert complaint(small.one)
    assert await small.answers() == before


async def test_an_edit_of_what_was_refused_in_one_visit_is_not_filed_in_another(bench: Bench):
    here = await site(bench)
    other = await plan(bench, unit="ZJ01")
    phone = await here.enter()
    message = await phone.text("99 ✅")
    await phone.press(f"visit.open:{other}", 1)
    await bench.wait(days=7)
    await phone.edit(message, "1 ✅")
    assert complaint(phone).startswith("您修改的这条消息原来没有记下")
    assert await here.answers() == {}
    assert await Site(bench, other, here.one, here.two).answers() == {}


async def test_a_name_typed_for_an_invitation_never_becomes_a_note_when_it_is_edited(bench: Bench):
    here = await site(bench)
    phone = await here.enter(await bench.let_in("二组组长", Role.leader, group="二组"))
    await phone.text("/invite")
    await phone.tap("督导组成员")
    message = await phone.text("小张")
    await here.at(1, phone)
    await phone.edit(message, "小李")
    assert await here.answers() == {}


async def test_an_edited_command_is_nobody_s_answer(small: Site):
    message = await small.one.text("/help")
    before = len(small.one.screen)
    await small.one.edit(message, "/today")
    assert (await small.answers(), len(small.one.screen)) == ({}, before)


async def test_a_mended_caption_revises_the_note_and_keeps_the_photo(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    message = await sent(phone, "分工在墙")
    await recaption(phone, message, "分工在墙上")
    assert await here.answers() == {"i01_note": "分工在墙上"}
    assert [piece.caption for piece in await here.pieces()] == ["分工在墙上"]
    assert "撤销" not in str(card(phone).labels), "the button would take the photo along"
    await recaption(phone, message, "")
    assert await here.answers() == {}
    assert await here.evidence() == {"i01_photo": 1}


async def test_a_caption_that_now_names_another_item_takes_the_whole_album_there(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    first = await sent(phone, "7 没有签到表", album_id="a")
    await sent(phone, album_id="a")
    assert await here.evidence() == {"i07_photo": 2}
    await recaption(phone, first, "6 没有签到表", album_id="a")
    assert await here.evidence() == {"i06_photo": 2}
    assert await here.answers() == {"i06_note": "没有签到表"}


async def test_another_photo_in_the_same_message_takes_the_place_of_the_first(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    message = await sent(phone)
    bench.outcomes.clear()
    await recaption(phone, message, "", unique_id="another", file_id="another")
    (piece,) = await here.pieces()
    assert (piece.unique_id, piece.path.rpartition("/")[2]) == ("another", "i01_photo")


async def test_an_edit_for_another_visit_revises_it_without_taking_anybody_there(bench: Bench):
    here = await site(bench)
    other = await plan(bench, unit="ZJ01")
    phone = await here.enter()
    message = await phone.text("分工在墙")
    await phone.press(f"visit.open:{other}", 1)
    before = card(phone).text
    await phone.edit(message, "分工在墙上")
    assert await here.answers() == {"i01_note": "分工在墙上"}
    assert phone.last.text == "浙江省区域管理公司党委\n✓ 已更正：第1题。"
    assert card(phone).text == before
    assert title(phone)


async def test_an_edit_after_handing_in_changes_nothing(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    message = await phone.text("1 ✅ 一句话")
    for item in range(2, 23):
        await phone.text(f"{item} ✅")
    await phone.press(f"visit.submit:{here.visit_id}", card(phone).id)
    before = await here.answers()
    await phone.edit(message, "1 ❌ 两句话")
    assert complaint(phone).startswith("这次督导已提交，什么都没有改动。")
    assert await here.answers() == before


async def test_a_live_location_moves_no_evidence_and_floods_nobody(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    message = await phone.place(30.0, 120.0)
    before = len(phone.screen)
    for at in range(5):
        place = chat.Place(**phone.about(), message_id=message, edited=True, latitude=31.0 + at, longitude=120.0)
        await phone.happen(place)
    (piece,) = await here.pieces()
    assert (piece.latitude, len(phone.screen)) == (30.0, before)


async def test_nobody_edits_their_way_into_somebody_else_s_chat(bench: Bench):
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    message = await first.text("1 ✅")
    await second.happen(chat.Text(**second.about(), message_id=message, text="1 ❌", edited=True))
    assert await here.history("i01") == ["done"]
    assert complaint(second)

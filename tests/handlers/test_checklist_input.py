"""What people send that does not fit: each gets a clear sentence in their language, and nothing is lost by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.handlers.site import SMALL, Site, card, complaint, site, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench

OVER = 20 * 1024 * 1024 + 1


@pytest.fixture
async def small(bench: Bench) -> Site:
    """The small form, open on the first inspector's telephone."""
    here = await site(bench, SMALL)
    await here.enter()
    return here


async def refused(here: Site, words: str, said: str) -> None:
    """Send words; they must change nothing, and the card must say this sentence and otherwise what it said before."""
    before, shown = await here.answers(), card(here.one).text.partition("\n\n✓")[0].partition("\n\n⚠")[0]
    await here.one.text(words)
    assert complaint(here.one) == said
    assert (await here.answers(), card(here.one).text) == (before, f"{shown}\n\n⚠ {said}")
    assert len(here.one.bot_said) == 1


async def test_text_where_only_a_photo_is_asked(small: Site):
    said = "这里要一张照片。请拍一张发来，或点 ▶ 继续。什么都没有改动。"
    await refused(small, "门牌是蓝色的", said)
    await small.at(2)
    await refused(small, "公示栏在大厅", said)


async def test_text_where_a_photo_is_required_beside_a_note_becomes_the_note(small: Site):
    await small.at(7)
    await small.one.tap("❌")
    assert "请拍一张出口" in card(small.one).text
    await small.one.text("门口堆了纸箱")
    assert await small.answers() == {"door": "no", "door_note": "门口堆了纸箱"}
    assert "请拍一张出口" in card(small.one).text
    assert "✎ 门口堆了纸箱\n\n✓ 第7题备注已记" in card(small.one).text


async def test_text_where_there_is_room_for_none(small: Site):
    await small.at(9)
    await refused(small, "随便说一句", "请点一个答案。这一题不能写备注，什么都没有改动。")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("六个半", "这里要填数字，如 12。什么都没有改动。"),
        ("很多", "这里要填数字，如 12。什么都没有改动。"),
        ("12.5", "这里要填整数，如 12。什么都没有改动。"),
        ("99", "请填0至60之间的整数。"),
        ("-1", "请填0至60之间的整数。"),
        ("9" * 30, "这个数字过大或过小，请核对。什么都没有改动。"),
        ("1e400", "这里要填数字，如 12。什么都没有改动。"),
        ("۱۲", "这里要填数字，如 12。什么都没有改动。"),
    ],
)
async def test_a_number_that_is_none_or_out_of_range(small: Site, words: str, said: str):
    await small.at(3)
    await refused(small, words, said)


@pytest.mark.parametrize(("words", "value"), [("12", "12"), ("１２", "12"), ("十二", "12"), ("12人", "12"), ("0", "0")])
async def test_a_number_as_people_write_it(small: Site, words: str, value: str):
    await small.at(3)
    await small.one.text(words)
    assert await small.answers() == {"people": value}
    assert title(small.one) == "4. 上次检查日期"


@pytest.mark.parametrize("words", ["昨儿", "2026-02-30", "13月1日", "31/31", "2026-10", "10/0", "99999999天前", "—"])
async def test_a_date_that_is_none(small: Site, words: str):
    await small.at(4)
    await refused(small, words, "这里要填日期，如 2026-10-16 或「昨天」。什么都没有改动。")


async def test_a_date_the_form_does_not_allow(small: Site):
    await small.at(4)
    await refused(small, "明天", "日期不能晚于今天。")
    await small.one.text("昨天")
    assert await small.answers() == {"day": "2026-10-20"}


async def test_a_date_that_can_be_read_two_ways_is_asked_about_in_english(small: Site):
    await small.at(4, small.two)
    await small.two.text("9/8")
    said = "Which of the two is the month? Please write the date like 2026-10-16. Nothing was changed."
    assert complaint(small.two) == said
    await small.at(4)
    await small.one.text("9/8")
    assert await small.answers() == {"day": "2026-09-08"}


async def test_a_five_thousand_character_answer_is_refused_whole(small: Site):
    await small.at(8)
    await refused(small, "长" * 5000, "这条有5000个字，最多4000个。请分几条发。前面发的都在。")


async def test_an_answer_the_form_finds_too_long(small: Site):
    await small.at(5)
    await refused(small, "长" * 21, "不能超过20个字。")
    await small.at(7)
    await small.one.text("短")
    await refused(small, "长" * 29, "备注不能超过30个字。")


async def test_a_sticker(small: Site):
    before = card(small.one).text
    await small.one.sticker()
    assert complaint(small.one) == "这类消息用不了。文字、照片、文件、语音、视频和位置都可以。"
    assert card(small.one).text.partition("\n\n⚠")[0] == before
    await small.two.press(f"visit.open:{small.visit_id}", 1)
    await small.two.sticker()
    assert complaint(small.two).startswith("I cannot use this kind of message.")


async def test_a_forwarded_message_is_not_the_inspector_s_own_word(small: Site):
    await small.at(8)
    before = card(small.one).text
    for words in ("听说很好", "8 ✅", "9 ❌"):
        await small.one.text(words, forwarded=True)
        assert complaint(small.one) == "转发的消息不算您本人的记录。要记到第8题，请复制文字后发送。"
    assert (await small.answers(), card(small.one).text.partition("\n\n⚠")[0]) == ({}, before)


async def test_a_forwarded_photo_is_kept_as_forwarded_and_its_caption_is_nobody_s_answer(small: Site):
    await small.at(8)
    await small.one.photo("9 ❌ 听说的", forwarded=True)
    assert await small.answers() == {}
    assert await small.evidence() == {"fire_ok": 1}
    assert "✓ 已存：第8题 照片1张、「9 ❌ 听说的」（转发）" in card(small.one).text


@pytest.mark.parametrize("kind", ["photo", "file", "video", "voice"])
async def test_a_file_too_large_is_refused_with_what_to_do(small: Site, kind: str):
    await getattr(small.one, kind)(size=OVER + 3_000_000)
    assert complaint(small.one) == "这个文件有23 MB，最多能收20 MB。请发小一些的，或拍照发来。前面的内容都在。"
    assert await small.evidence() == {}
    assert not any(outcome.attached for outcome in small.bench.outcomes)


async def test_a_file_exactly_at_the_limit_is_taken(small: Site):
    await small.one.file(size=OVER - 1)
    assert await small.evidence() == {"sign": 1}


async def test_a_question_answered_in_words_by_its_label_or_sign(small: Site):
    await small.at(9)
    await small.one.text("是")
    assert await small.answers() == {"bare": "yes"}
    await small.at(8)
    await small.one.text("❌ 瓶身生锈")
    assert await small.answers() == {"bare": "yes", "fire_ok": "no", "fire_note": "瓶身生锈"}


async def test_an_english_sentence_that_begins_like_an_answer_is_a_note(bench: Bench):
    here = await site(bench)
    phone = await here.enter(here.two)
    for words in ("Partly because the ledger is new", "missing signatures on 3 sheets", "Done by Friday, they say"):
        await phone.text(words)
    answers = await here.answers()
    assert set(answers) == {"i01_note"}
    await phone.text("Partly")
    assert (await here.answers())["i01"] == "partial"


# --- lines that name their items ---


async def test_a_burst_is_filed_in_one_receipt_and_what_cannot_be_is_named(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    before = len(phone.bot_said)
    await phone.text("9 ✅\n10 部分 台账未更新\n99 ✅\n你好\n15 ✗ 无整改时限")
    assert await here.answers() == {
        "i09": "done", "i10": "partial", "i10_note": "台账未更新", "i15": "missing", "i15_note": "无整改时限",
    }  # fmt: skip
    shown = card(phone).text
    assert "✓ 已记：9✅  10◐「台账未更新」  15❌「无整改时限」" in shown
    assert "⚠ 没有第99题，没有记下。\n⚠ 没看懂，没有记下：「你好」" in shown
    assert (len(phone.bot_said), title(phone)[:3]) == (before, "1. ")


async def test_messages_in_a_row_share_one_receipt_that_keeps_what_was_not_understood(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for words in ("17 ❌ 没上报", "99 ✅", "20 ✅", "17 ✅"):
        await phone.text(words)
    shown = card(phone).text
    assert "✓ 已记：17✅（原❌）  20✅" in shown
    assert "⚠ 没有第99题，没有记下。" in shown
    await phone.tap("撤销")
    assert not any((await here.answers()).values())
    assert "⚠" not in card(phone).text


async def test_a_burst_that_answers_the_item_on_screen_goes_on_from_it(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.text("1 ✅\n9 ✅")
    assert title(phone)[:3] == "2. "


async def test_one_bad_line_does_not_take_the_good_ones_along(small: Site):
    await small.one.text("9 ✅\n7 ✅ " + "长" * 31 + "\n8 ✅")
    assert await small.answers() == {"bare": "yes", "fire_ok": "yes"}
    assert "第7题：备注不能超过30个字。" in card(small.one).text
    assert "✓ 已记：9✅  8✅" in card(small.one).text


async def test_a_line_for_an_item_that_does_not_exist_here(bench: Bench):
    here = await site(bench, unit="ZJ01")  # a branch: items 2, 8 and 10 are not asked
    phone = await here.enter()
    await phone.text("99 ✅\n8 ✅\n好的好的\n10 ❌ 没有台账\n11 ✅")
    for said in ("第8、10题不适用于本单位", "没有第99题", "没看懂，没有记下：「好的好的」"):
        assert f"⚠ {said}" in card(phone).text
    assert await here.answers() == {"i11": "done"}
    await phone.tap("▶")
    for words in ("8", "第8题", "#8", "8.", "8、"):
        await phone.text(words)
        assert complaint(phone) == "第8题不适用于本单位，没有记下。"
    await phone.text("200")
    assert complaint(phone) == "没有第200题，没有记下。"


async def test_a_line_for_an_item_that_does_not_apply_says_so_in_english_too(bench: Bench):
    here = await site(bench, unit="ZJ01")
    phone = await here.enter(here.two)
    await phone.text("2 ✅")
    assert card(phone).text.endswith("⚠ Item 2 does not apply to this unit; nothing was recorded.")
    await phone.text("8 ✅")
    assert card(phone).text.endswith("⚠ Items 2, 8 do not apply to this unit; nothing was recorded.")


async def test_a_number_alone_goes_to_that_item(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for words in ("12", "第12题", "１２", "#12", "＃12", "12.", "12、", "第12题："):
        await here.at(1)
        await phone.text(words)
        assert title(phone).startswith("12. ")


async def test_an_ordinary_sentence_that_begins_with_a_number_is_a_note(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for words in ("3名党员谈了体会", "9 people came"):
        await phone.text(words)
    assert (await here.answers())["i01_note"] == "3名党员谈了体会\n9 people came"


async def test_a_burst_is_filed_although_a_number_is_asked_for(small: Site):
    await small.at(3)
    await small.one.text("9 ✅")
    assert await small.answers() == {"bare": "yes"}
    assert title(small.one) == "3. 在岗人数"


async def test_a_burst_is_filed_although_a_note_is_waited_for_but_a_sentence_is_the_note(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.tap("✎")
    await phone.text("9 ✅")
    assert await here.answers() == {"i09": "done"}
    await phone.tap("✎ 记一句")
    await phone.text("9 部分 台账未更新")
    assert (await here.answers())["i01_note"] == "9 部分 台账未更新"


async def test_a_line_shows_what_somebody_else_answered_before_it_changes_it(bench: Bench):
    here = await site(bench)
    await here.enter(here.two)
    await here.two.tap("In place")
    phone = await here.enter()
    await phone.text("1 ❌ 没有分工")
    assert "督导员04 于 10月21日 09:00 答了「✅ 到位」。您的「❌ 未落实」还没有记录。" in card(phone).text
    assert await here.answers() == {"i01": "done", "i01_note": "没有分工"}
    await phone.tap("撤销")
    assert await here.answers() == {"i01": "done"}


async def test_on_the_overview_words_wait_for_their_item_as_photos_do(small: Site):
    for words in ("2", "9 ✅", "8 ✅", "7 ✅"):
        await small.one.text(words)
    await small.one.photo()
    await small.one.text("3")
    await small.one.text("12")
    await small.one.text("/cancel")
    await small.bench.wait(days=1)
    for name in ("1", "4", "5", "6"):
        await small.one.press(f"checklist.go:{small.visit_id}:{name}", 1)
        await small.one.tap("▶")
    await small.one.text("/cancel")
    await small.one.press(f"checklist.overview:{small.visit_id}", 1)
    await small.one.text("大家都在")
    assert "文字1条「大家都在」还没有归题，点题号即可归入。" in card(small.one).text
    await small.one.photo("门口")
    assert "文字1条、照片1张「大家都在」还没有归题，点题号即可归入。" in card(small.one).text
    await small.one.tap("1·")
    assert (await small.evidence())["sign"] == 1
    assert "⚠ 第1题：第1题不能写备注，什么都没有改动。" in card(small.one).text
    await small.one.tap("总览")
    assert "文字1条「大家都在」还没有归题，点题号即可归入。" in card(small.one).text
    await small.at(8)
    assert (await small.answers())["fire_note"] == "大家都在"


async def test_what_the_sender_s_client_cut_in_two_is_refused_whole(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.text("长" * 4096)
    assert complaint(phone) == "这条有4096个字，最多1000个。请分几条发。前面发的都在。"
    await phone.text("长" * 300)
    assert complaint(phone) == "这条有4396个字，最多1000个。请分几条发。前面发的都在。"
    assert await here.answers() == {}
    await bench.wait(seconds=3)
    await phone.text("分工写在墙上")
    assert await here.answers() == {"i01_note": "分工写在墙上"}


async def test_a_complaint_keeps_what_is_waited_for(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.tap("✎ 记一句")
    await phone.sticker()
    assert complaint(phone).startswith("这类消息用不了")
    await phone.text("一句话")
    assert (await here.answers())["i01_note"] == "一句话"
    await phone.tap("☰")
    await phone.sticker()
    assert complaint(phone).startswith("这类消息用不了")
    assert "22·" in card(phone).labels
    await phone.tap("3·")
    await phone.tap("◐")
    await phone.tap("改选")
    await phone.sticker()
    assert "● ◐ 部分" in card(phone).labels


async def test_a_complaint_does_not_part_a_run_of_lines(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.text("17 ❌ 没上报")
    await phone.sticker()
    await phone.text("20 ✅")
    assert "✓ 已记：17❌「没上报」  20✅" in card(phone).text


async def test_a_sentence_that_may_be_an_answer_to_another_item_is_asked_about(small: Site):
    await small.at(8, small.two)
    for words in ("9 no extinguisher was there", "9 missing signatures"):
        await small.two.text(words)
    assert await small.answers() == {"fire_note": "9 no extinguisher was there\n9 missing signatures"}


async def test_an_english_line_with_a_short_answer_and_prose_is_no_answer_until_it_is_clear(bench: Bench):
    here = await site(bench)
    phone = await here.enter(here.two)
    await phone.text("3 missing signatures")
    assert await here.answers() == {"i01_note": "3 missing signatures"}
    await phone.text("10 partly ledger out of date")
    assert (await here.answers())["i10"] == "partial"


@pytest.mark.parametrize(("words", "value"), [("90%", "90"), ("９０％", "90"), ("约90 %", "90"), ("百分之九十", "90")])
async def test_per_cent_where_per_cent_is_asked_for(bench: Bench, words: str, value: str):
    here = await site(bench)
    phone = await here.at(7)
    await phone.tap("◐")
    await phone.tap("跳过")
    assert "党员参学率（%）\n请发一个数字，0至100。" in card(phone).text
    await phone.text(words)
    assert (await here.answers())["i07_share"] == f"{value}.0"
    assert card(phone).text.endswith(f"✓ 已记：党员参学率（%） {value}")

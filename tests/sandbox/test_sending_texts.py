"""Texts and keyboards sent by both libraries, and every way in which Telegram refuses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.errors import ApiError
from sandbox.markup import read_markup

if TYPE_CHECKING:
    from tests.sandbox.conftest import Hand, Library


async def test_the_bot_knows_itself(library: Library) -> None:
    me = await library.call("get_me")
    assert (me["is_bot"], me["username"], me["first_name"]) == (True, "xundu_bot", "巡督")


async def test_html_arrives_as_text_and_entities(library: Library, person: Hand) -> None:
    rows = [[("✅ 到位", "visit.pick:5:1"), ("❌ 未落实", "visit.pick:5:3")], [("◀", "visit.back")]]
    sent = await library.call(
        "send_message", chat_id=person.id, text="🏟 <b>第5题</b>", parse_mode="HTML", reply_markup=library.buttons(rows)
    )
    assert sent["text"] == "🏟 第5题"
    assert [(one["type"], one["offset"], one["length"]) for one in sent["entities"]] == [("bold", 3, 3)]
    chat = await person.chat()
    shown = chat["messages"][-1]
    assert shown["text_html"] == "🏟 <b>第5题</b>"
    assert shown["buttons"][0][1] == {"text": "❌ 未落实", "data": "visit.pick:5:3"}
    assert (shown["id"], shown["from"]) == (sent["message_id"], "bot")


async def test_a_reply_shows_what_it_answers(library: Library, person: Hand) -> None:
    asked = (await person.do("text", text="在吗"))["message_id"]
    sent = await library.call("send_message", chat_id=person.id, text="在", reply_parameters=library.reply(asked))
    assert sent["reply_to_message"]["text"] == "在吗"
    assert (await person.chat())["messages"][-1]["reply_to"] == asked


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x" * 4097, "message is too long"),
        ("🏟" * 2049, "message is too long"),
        ("   \n ", "text must be non-empty"),
        ("<b>督导", "can't parse entities"),
    ],
)
async def test_a_text_that_telegram_refuses_raises_bad_request(
    library: Library, person: Hand, text: str, reason: str
) -> None:
    with pytest.raises(library.refusals.bad_request, match=f"(?i){reason}"):
        await library.call("send_message", chat_id=person.id, text=text, parse_mode="HTML")


async def test_the_limit_counts_after_parsing(library: Library, person: Hand) -> None:
    sent = await library.call("send_message", chat_id=person.id, text=f"<b>{'督' * 4096}</b>", parse_mode="HTML")
    assert len(sent["text"]) == 4096


async def test_nobody_can_be_written_to_before_they_wrote(library: Library, stranger: Hand) -> None:
    with pytest.raises(library.refusals.bad_request, match="(?i)chat not found"):
        await library.call("send_message", chat_id=stranger.id, text="您好")
    with pytest.raises(library.refusals.bad_request, match="(?i)chat not found"):
        await library.call("send_message", chat_id=1, text="您好")


async def test_a_blocked_bot_is_forbidden_to_write(library: Library, person: Hand) -> None:
    await person.do("block")
    with pytest.raises(library.refusals.forbidden, match=r"(?i)bot was blocked by the user"):
        await library.call("send_message", chat_id=person.id, text="您好")
    with pytest.raises(library.refusals.forbidden):
        await library.call("send_chat_action", chat_id=person.id, action="typing")
    await person.do("unblock")
    await library.call("send_message", chat_id=person.id, text="您好")


async def test_a_reply_keyboard_stays_until_it_is_removed(library: Library, person: Hand) -> None:
    markup = library.keyboard([["今日督导", "我的待办"], ["更多"]])
    sent = await library.call("send_message", chat_id=person.id, text="欢迎", reply_markup=markup)
    await library.call("send_message", chat_id=person.id, text="第二条")
    keyboard = (await person.chat())["keyboard"]
    assert keyboard["rows"] == [["今日督导", "我的待办"], ["更多"]]
    assert keyboard["keyboard"][0][0]["text"] == "今日督导"
    with pytest.raises(library.refusals.bad_request, match="(?i)message can't be edited"):
        await library.call("edit_message_text", chat_id=person.id, message_id=sent["message_id"], text="新")
    await library.call("delete_message", chat_id=person.id, message_id=sent["message_id"])
    assert (await person.chat())["keyboard"] is None


async def test_a_place_is_sent_and_a_wrong_one_refused(library: Library, person: Hand) -> None:
    sent = await library.call("send_location", chat_id=person.id, latitude=30.27, longitude=120.15)
    assert sent["location"]["latitude"] == 30.27
    for latitude in (91, float("nan")):
        with pytest.raises(library.refusals.bad_request, match="(?i)wrong latitude or longitude"):
            await library.call("send_location", chat_id=person.id, latitude=latitude, longitude=0)


async def test_the_page_sees_that_the_bot_is_at_work(library: Library, person: Hand) -> None:
    assert await library.call("send_chat_action", chat_id=person.id, action="typing") is True
    assert (await person.chat())["action"] == "typing"
    with pytest.raises(library.refusals.bad_request, match="(?i)wrong parameter action"):
        await library.call("send_chat_action", chat_id=person.id, action="dancing")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([[("x", "é" * 33)]], "BUTTON_DATA_INVALID"),
        ([[("x", "1")] * 8] * 13, "reply markup is too long"),
        ([[("x", "1")] * 9], "reply markup is too long"),
        ([[(" ", "1")]], "BUTTON_TEXT_INVALID"),
    ],
)
async def test_buttons_that_telegram_refuses(
    library: Library, person: Hand, rows: list[list[tuple[str, str]]], reason: str
) -> None:
    with pytest.raises(library.refusals.bad_request, match=f"(?i){reason}"):
        await library.call("send_message", chat_id=person.id, text="x", reply_markup=library.buttons(rows))


async def test_64_bytes_and_100_buttons_are_allowed(library: Library, person: Hand) -> None:
    markup = library.buttons([[("x", "督" * 21 + "a")] * 8] * 12 + [[("y", "1")] * 4])
    await library.call("send_message", chat_id=person.id, text="x", reply_markup=markup)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("{", "can't parse reply keyboard markup JSON object"),
        ("[]", "object expected as reply markup"),
        (
            {"inline_keyboard": [{"text": "x"}]},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        ({"inline_keyboard": [["x"]]}, "can't parse inline keyboard button: InlineKeyboardButton must be an Object"),
        (
            {"inline_keyboard": [[{"text": "x"}]]},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"inline_keyboard": [[{"callback_data": "x"}]]},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            {"inline_keyboard": [[{"text": "x", "url": "no link"}]]},
            "inline keyboard button URL 'no link' is invalid: Wrong HTTP URL",
        ),
        ({"keyboard": ["x"]}, 'field "keyboard" must be an Array of Arrays'),
    ],
)
def test_a_malformed_keyboard_is_refused_in_telegrams_words(raw: object, reason: str) -> None:
    with pytest.raises(ApiError) as refused:
        read_markup(raw)
    assert refused.value.description == f"Bad Request: {reason}"


def test_an_empty_keyboard_is_none() -> None:
    assert read_markup("") is None
    assert read_markup({}) is None
    assert read_markup({"inline_keyboard": []}) is None

"""Both libraries read the same update as the same event."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.drivers.aiogram_driver import AiogramDriver
from bot.drivers.ptb_driver import PtbDriver
from handlers.chat import Event, File, Membership, Moved, Other, Photo, Place, Sender, Tap, Text, Video, Voice
from tests.bot import raw

if TYPE_CHECKING:
    from bot.drivers.driver import Driver

TOKEN = "123456:" + "A" * 35
NOW = datetime(2026, 10, 21, 14, 2, tzinfo=UTC)
AT = datetime.fromtimestamp(raw.AT, UTC)
WHO = Sender(4242, "督导员 01", "zh-hans")
ABOUT: dict[str, Any] = {"chat_id": 4242, "at": AT, "sender": WHO, "message_id": 77}


def drivers() -> tuple[Driver, Driver]:
    return (
        AiogramDriver(TOKEN, "http://127.0.0.1:9", lambda: NOW),
        PtbDriver(TOKEN, "http://127.0.0.1:9", lambda: NOW),
    )


BOTH = drivers()

CASES: dict[str, tuple[dict[str, Any], Event | None]] = {
    "text": (raw.message(text="/start i_1"), Text(**ABOUT, text="/start i_1")),
    "formatted": (
        raw.message(text="请<看>", entities=[{"type": "bold", "offset": 0, "length": 2}]),
        Text(**ABOUT, text="请<看>", html="<b>请&lt;</b>看&gt;"),
    ),
    "reply": (
        raw.message(text="7 ✗", reply_to_message={"message_id": 5, "date": raw.AT, "chat": raw.CHAT, "text": "q"}),
        Text(**ABOUT, text="7 ✗", reply_to=5),
    ),
    "reply to a message with buttons": (
        raw.message(
            text="已改",
            reply_to_message={
                "message_id": 5,
                "date": raw.AT,
                "chat": raw.CHAT,
                "text": "例会",
                "reply_markup": {
                    "inline_keyboard": [
                        [
                            {"text": "纪要和决定", "callback_data": "meeting.open:3"},
                            {"text": "网页", "url": "https://a.cn"},
                        ],
                        [{"text": "会议", "callback_data": "meeting.list"}],
                    ]
                },
            },
        ),
        Text(**ABOUT, text="已改", reply_to=5, reply_buttons="meeting.open:3\nmeeting.list"),
    ),
    "forwarded": (
        raw.message(text="news", forward_origin=raw.ORIGIN),
        Text(**ABOUT, text="news", forwarded=True),
    ),
    "edited": (
        raw.message(key="edited_message", text="better", edit_date=raw.AT + 60),
        Text(**ABOUT | {"at": datetime.fromtimestamp(raw.AT + 60, UTC)}, text="better", edited=True),
    ),
    "group": (
        raw.message(chat=raw.GROUP, text="hello"),
        Text(**ABOUT | {"chat_id": -100200}, private=False, text="hello"),
    ),
    "photo": (
        raw.message(photo=raw.PHOTO, caption="签到表", media_group_id="99"),
        Photo(
            **ABOUT, file_id="large", unique_id="l", size=200_000, mime="image/jpeg", caption="签到表", album_id="99"
        ),
    ),
    "document": (
        raw.message(document=raw.DOCUMENT),
        File(**ABOUT, file_id="d", unique_id="du", size=9, mime="application/pdf", name="台账.pdf"),
    ),
    "voice": (
        raw.message(voice=raw.VOICE),
        Voice(**ABOUT, file_id="v", unique_id="vu", size=5, mime="audio/ogg", duration=3),
    ),
    "audio": (
        raw.message(audio=raw.AUDIO),
        Voice(**ABOUT, file_id="a", unique_id="au", mime="audio/mpeg", name="song.mp3", duration=61),
    ),
    "video": (
        raw.message(video=raw.VIDEO),
        Video(**ABOUT, file_id="f", unique_id="fu", mime="video/mp4", duration=8),
    ),
    "round video": (
        raw.message(video_note=raw.NOTE),
        Video(**ABOUT, file_id="n", unique_id="nu", mime="video/mp4", duration=4),
    ),
    "place": (
        raw.message(location={"latitude": 30.25, "longitude": 120.16, "horizontal_accuracy": 12.5}),
        Place(**ABOUT, latitude=30.25, longitude=120.16, accuracy=12.5),
    ),
    "sticker": (raw.message(sticker=raw.STICKER), Other(**ABOUT, what="sticker")),
    "contact": (raw.message(contact={"phone_number": "1", "first_name": "x"}), Other(**ABOUT, what="contact")),
    "a kind newer than the library": (raw.message(hologram={"file_id": "h"}), Other(**ABOUT, what="unknown")),
    "service message": (raw.message(message_auto_delete_timer_changed={"message_auto_delete_time": 60}), None),
    "service message of a group": (raw.message(chat=raw.GROUP, new_chat_title="三组"), None),
    "moved": (
        raw.message(chat={"id": -5, "type": "group", "title": "二组"}, migrate_to_chat_id=-100300),
        Moved(chat_id=-5, at=AT, private=False, to_chat_id=-100300),
    ),
    "tap": (
        raw.tap(),
        Tap(chat_id=4242, at=NOW, sender=WHO, data="visit.answer:7:ok", message_id=70, callback_id="9001"),
    ),
    "tap on a card out of reach": (
        raw.tap(message={"message_id": 70, "date": 0, "chat": raw.CHAT}),
        Tap(chat_id=4242, at=NOW, sender=WHO, data="visit.answer:7:ok", message_id=70, callback_id="9001"),
    ),
    "tap on an inline message": (
        {"update_id": 1, "callback_query": {"id": "1", "from": raw.PERSON, "chat_instance": "1", "data": "x"}},
        None,
    ),
    "blocked": (raw.membership("kicked"), Membership(chat_id=4242, at=AT, sender=WHO, blocked=True)),
    "let in": (raw.membership("member"), Membership(chat_id=4242, at=AT, sender=WHO, blocked=False)),
    "thrown out of a group": (
        raw.membership("left", raw.GROUP),
        Membership(chat_id=-100200, at=AT, sender=WHO, private=False, blocked=True),
    ),
    "an update of another kind": (
        {"update_id": 1, "inline_query": {"id": "1", "from": raw.PERSON, "query": "", "offset": ""}},
        None,
    ),
    "an update without anything": ({"update_id": 1}, None),
}


@pytest.mark.parametrize("driver", BOTH, ids=["aiogram", "ptb"])
@pytest.mark.parametrize("case", CASES)
def test_an_update_is_read_alike_by_both_libraries(driver: Driver, case: str) -> None:
    update, event = CASES[case]
    assert driver.event(update) == event


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("driver", BOTH, ids=["aiogram", "ptb"])
@settings(deadline=None)  # other work on the machine is no failure
@given(field=st.sampled_from(["message", "callback_query", "my_chat_member", "edited_message"]), junk=JSON, part=JSON)
def test_an_odd_update_never_raises(driver: Driver, field: str, junk: Any, part: Any) -> None:
    good = raw.message(text="x")["message"]
    for odd in ({"update_id": 1, field: junk}, {"update_id": 1, field: good | {"chat": part}}, {field: part}):
        driver.event(odd)


@pytest.mark.parametrize("driver", BOTH, ids=["aiogram", "ptb"])
@pytest.mark.parametrize("name", ["date", "chat", "from", "photo", "location", "reply_to_message", "forward_origin"])
@settings(deadline=None)  # other work on the machine is no failure
@given(junk=JSON)
def test_a_message_with_one_odd_field_never_raises(driver: Driver, name: str, junk: Any) -> None:
    driver.event(raw.message(text="x") | {"message": raw.message(text="x")["message"] | {name: junk}})

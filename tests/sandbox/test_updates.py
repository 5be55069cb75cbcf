"""Updates: what a person does, how a bot fetches it, and what is confirmed by that."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.conftest import library_at, picture

if TYPE_CHECKING:
    from sandbox.server import Sandbox
    from tests.sandbox.conftest import Hand, Library


async def _waiting(library: Library) -> list[dict[str, Any]]:
    updates: list[dict[str, Any]] = await library.call("get_updates")
    return updates


async def test_an_update_comes_again_until_it_is_confirmed(library: Library, person: Hand) -> None:
    for text in ("一", "二", "三"):
        await person.do("text", text=text)
    first = await _waiting(library)
    assert [one["message"]["text"] for one in first] == ["一", "二", "三"]
    assert await _waiting(library) == first
    rest = await library.call("get_updates", offset=first[1]["update_id"])
    assert [one["message"]["text"] for one in rest] == ["二", "三"]
    assert [one["message"]["text"] for one in await _waiting(library)] == ["二", "三"]
    assert await library.call("get_updates", offset=rest[-1]["update_id"] + 1) == []


async def test_a_negative_offset_keeps_only_the_end(library: Library, person: Hand) -> None:
    for text in ("一", "二", "三"):
        await person.do("text", text=text)
    last = await library.call("get_updates", offset=-1)
    assert [one["message"]["text"] for one in last] == ["三"]
    assert await _waiting(library) == last


async def test_a_batch_has_at_most_a_hundred(library: Library, person: Hand, sandbox: Sandbox) -> None:
    for n in range(120):
        sandbox.world.updates.push(
            "message", {"message_id": n, "date": 1, "chat": {"id": 1, "type": "private"}}, person.id
        )
    assert len(await _waiting(library)) == 100
    assert len(await library.call("get_updates", limit=7)) == 7


async def test_a_long_poll_ends_as_soon_as_something_happens(library: Library, person: Hand) -> None:
    poll = asyncio.create_task(library.call("get_updates", timeout=20))
    while not poll.done():
        await person.do("text", text="在吗")
        await asyncio.sleep(0.01)
    assert (await poll)[0]["message"]["text"] == "在吗"


async def test_a_second_poller_ends_the_first_with_a_conflict(library: Library, person: Hand, sandbox: Sandbox) -> None:
    first = asyncio.create_task(library.call("get_updates", timeout=20))
    while sandbox.world.updates.idle:
        await asyncio.sleep(0.005)
    other = await library_at(library.name, sandbox)
    second = asyncio.create_task(other.call("get_updates", timeout=20))
    with pytest.raises(library.refusals.conflict, match="terminated by other getUpdates request"):
        await first
    await person.do("text", text="在吗")
    assert (await second)[0]["message"]["text"] == "在吗"
    await other.close()


async def test_updates_are_kept_for_24_hours(library: Library, person: Hand, sandbox: Sandbox) -> None:
    await person.do("text", text="旧")
    sandbox.world.clock.advance(timedelta(hours=24, seconds=2))
    await person.do("text", text="新")
    assert [one["message"]["text"] for one in await _waiting(library)] == ["新"]


async def test_a_bot_gets_only_the_kinds_it_asked_for(library: Library, person: Hand) -> None:
    await library.call("get_updates", allowed_updates=["message"])
    await person.do("block")
    await person.do("start")
    assert [set(one) for one in await _waiting(library)] == [{"update_id", "message"}]
    await library.call("get_updates", allowed_updates=[])
    await person.do("block")
    assert "my_chat_member" in (await _waiting(library))[-1]


async def test_an_album_arrives_as_separate_updates(library: Library, person: Hand) -> None:
    files = [(f"{n}.jpg", picture(300 + n), "image/jpeg") for n in range(3)]
    status, _ = await person.upload("album", files, caption="研讨记录")
    assert status == 200
    messages = [one["message"] for one in await _waiting(library)]
    assert len({one["media_group_id"] for one in messages}) == 1
    assert [one["photo"][-1]["width"] for one in messages] == [300, 301, 302]
    assert [one.get("caption") for one in messages] == ["研讨记录", None, None]


async def test_every_kind_of_message_is_understood_by_the_library(library: Library, person: Hand) -> None:
    asked = (await person.do("text", text="/start i_7Kq"))["message_id"]
    await person.do("text", text="回复", reply_to=asked)
    await person.do("text", text="转发的", forwarded=True)
    await person.do("edit", message_id=asked, text="改过")
    await person.upload("photo", [("a.jpg", picture(), "image/jpeg")], caption="图")
    await person.upload("document", [("记录.pdf", b"%PDF", "application/pdf")])
    await person.upload("voice", [("v.ogg", b"OggS", "audio/ogg")], duration="7")
    await person.upload("video", [("v.mp4", b"ftyp", "video/mp4")], duration="3", width="640", height="360")
    await person.do("location", latitude=30.25, longitude=120.5, accuracy=12)
    await person.do("sticker")
    await person.do("contact")
    start, reply, forward, edited, photo, document, voice, video, place, sticker, contact = [
        one.get("message") or one["edited_message"] for one in await _waiting(library)
    ]
    assert start["entities"][0]["type"] == "bot_command"
    assert start["from"]["language_code"] == "zh-hans"
    assert reply["reply_to_message"]["message_id"] == asked
    assert forward["forward_origin"]["type"] == "hidden_user"
    assert (edited["message_id"], edited["text"], "edit_date" in edited) == (asked, "改过", True)
    assert (photo["caption"], photo["photo"][-1]["width"]) == ("图", 1280)
    assert (document["document"]["file_name"], document["document"]["mime_type"]) == ("记录.pdf", "application/pdf")
    assert await library.download(document["document"]["file_id"]) == b"%PDF"
    assert (voice["voice"]["duration"], video["video"]["width"]) == (7, 640)
    assert place["location"]["horizontal_accuracy"] == 12
    assert sticker["sticker"]["emoji"] == "👍"
    assert contact["contact"]["user_id"] == person.id


async def test_blocking_and_coming_back_are_told(library: Library, person: Hand) -> None:
    await person.do("block")
    await person.do("start")
    blocked, back, start = await _waiting(library)
    assert blocked["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert back["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert start["message"]["text"] == "/start"

"""The phone API: what a person can and cannot do, and how the page hears of it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.client import Phone
from tests.sandbox.conftest import Hand, picture

if TYPE_CHECKING:
    import aiohttp

    from sandbox.server import Sandbox


async def test_phones_are_made_listed_and_changed(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    new = {"id": 7003, "name": "督导员01", "language_code": "zh-hans", "note": "督导员", "start": "i_7Kq"}
    async with http.post(f"{sandbox.url}/phones", json=new) as answer:
        made = await answer.json()
    assert made | {"started": False} == {
        "id": 7003, "name": "督导员01", "language": "zh-hans", "note": "督导员", "start": "i_7Kq",
        "blocked": False, "offline": False, "started": False, "deactivated": False,
    }  # fmt: skip
    async with http.post(f"{sandbox.url}/phones", json={**new, "note": "组长"}) as answer:
        assert (await answer.json())["note"] == "组长"
    async with http.post(f"{sandbox.url}/phones", json={"name": "成员"}) as answer:
        other = (await answer.json())["id"]
    async with http.get(f"{sandbox.url}/phones") as answer:
        listed = await answer.json()
    assert [one["id"] for one in listed["phones"]] == [7003, other]
    assert listed["bot"]["username"] == "xundu_bot"


@pytest.mark.parametrize(
    ("body", "word"),
    [({}, "name"), ({"name": ""}, "name"), ({"name": "x", "id": -1}, "id"), ({"name": "x", "start": "a b"}, "start"),
     ({"name": "x", "colour": "red"}, "colour")],
)  # fmt: skip
async def test_a_wrong_phone_is_refused_with_the_field(
    sandbox: Sandbox, http: aiohttp.ClientSession, body: dict[str, Any], word: str
) -> None:
    async with http.post(f"{sandbox.url}/phones", json=body) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"].startswith(word)


async def test_start_carries_the_payload_of_the_link(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    person = Hand(http, sandbox.url, await sandbox.add_phone(name="x", start="i_7Kq"))
    await person.do("start")
    await person.do("start", payload="u_9")
    assert [one["text"] for one in (await person.chat())["messages"]] == ["/start i_7Kq", "/start u_9"]


async def test_a_long_text_becomes_several_messages_as_in_the_app(person: Hand) -> None:
    sent = await person.do("text", text="督" * 5000)
    assert [len(one["text"]) for one in sent["messages"]] == [4096, 904]
    sent = await person.do("text", text="🏟" * 2049)
    assert [len(one["text"]) for one in sent["messages"]] == [2048, 1]


async def test_an_empty_text_cannot_be_sent(person: Hand) -> None:
    assert (await person.ask("text", text="  "))[0] == 400


async def test_who_blocked_the_bot_cannot_write_until_start(person: Hand) -> None:
    await person.do("block")
    assert (await person.chat())["phone"]["blocked"] is True
    assert (await person.ask("text", text="x"))[0] == 409
    await person.do("start")
    assert (await person.chat())["phone"]["blocked"] is False


async def test_only_ones_own_words_can_be_changed(person: Hand, sandbox: Sandbox) -> None:
    _, photo = await person.upload("photo", [("a.jpg", picture(), "image/jpeg")], caption="前")
    edited = await person.do("edit", message_id=photo["message_id"], text="后")
    assert (edited["messages"][0]["caption"], edited["messages"][0]["edited"]) == ("后", True)
    bots = sandbox.world.post(sandbox.world.chats[person.id], {"text": "机器人"})["message_id"]
    place = (await person.do("location", latitude=1, longitude=1))["message_id"]
    for message_id, status in ((bots, 404), (99999, 404), (place, 400)):
        assert (await person.ask("edit", message_id=message_id, text="x"))[0] == status


async def test_a_broken_picture_is_refused_as_a_photo_and_taken_as_a_file(person: Hand) -> None:
    broken = [("a.jpg", picture()[:2000], "image/jpeg")]
    status, answer = await person.upload("photo", broken)
    assert (status, "IMAGE_PROCESS_FAILED" in answer["error"]) == (400, True)
    assert (await person.upload("document", broken))[0] == 200


@pytest.mark.parametrize("count", [1, 11])
async def test_an_album_has_two_to_ten_items(person: Hand, count: int) -> None:
    files = [(f"{n}.jpg", picture(100, 100), "image/jpeg") for n in range(count)]
    assert (await person.upload("album", files))[0] == 400


async def test_an_album_of_files_keeps_them_as_they_are(person: Hand) -> None:
    files = [(f"{n}.jpg", picture(100, 100), "image/jpeg") for n in range(2)]
    _, sent = await person.upload("album", files, **{"as": "document"})
    assert [one["document"]["name"] for one in sent["messages"]] == ["0.jpg", "1.jpg"]


async def test_the_page_can_show_a_picture_but_runs_nothing(
    person: Hand, http: aiohttp.ClientSession, sandbox: Sandbox
) -> None:
    _, photo = await person.upload("photo", [("a.jpg", picture(), "image/jpeg")])
    _, page = await person.upload("document", [("x.html", b"<script>alert(1)</script>", "text/html")])
    async with http.get(f"{sandbox.url}/{photo['messages'][0]['photo']['url']}") as answer:
        assert (answer.headers["Content-Type"], answer.headers["Content-Disposition"][:6]) == ("image/jpeg", "inline")
    async with http.get(f"{sandbox.url}/{page['messages'][0]['document']['url']}") as answer:
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
    async with http.get(f"{sandbox.url}/files/nothing") as answer:
        assert answer.status == 404


async def test_an_unknown_phone_is_not_found(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    for path in ("12/chat", "x/chat", "12/events"):
        async with http.get(f"{sandbox.url}/phones/{path}") as answer:
            assert answer.status == 404


async def test_only_the_newest_messages_on_request(person: Hand, http: aiohttp.ClientSession) -> None:
    for n in range(5):
        await person.do("text", text=str(n))
    async with http.get(f"{person.base}/chat?last=2") as answer:
        assert [one["text"] for one in (await answer.json())["messages"]] == ["3", "4"]


async def _next(stream: aiohttp.StreamReader) -> dict[str, int]:
    async with asyncio.timeout(30):
        while not (line := await stream.readline()).startswith(b"data: "):
            assert line, "the stream has ended"
    found: dict[str, int] = json.loads(line[6:])
    return found


async def test_changes_are_streamed_for_one_phone_and_for_all(
    person: Hand, sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    other = await sandbox.add_phone(name="别人")
    async with http.get(f"{person.base}/events") as mine, http.get(f"{sandbox.url}/events") as everyone:
        assert mine.content_type == "text/event-stream"
        before = (await _next(mine.content))["version"]
        first = {one["phone"]: one["version"] for one in (await _next(everyone.content), await _next(everyone.content))}
        assert set(first) == {person.id, other}
        await Hand(http, sandbox.url, other).do("text", text="x")
        assert (await _next(everyone.content))["phone"] == other
        sent = await person.do("text", text="x")
        heard = await _next(mine.content)
        assert before < heard["version"] == sent["version"]
        assert await _next(everyone.content) == {"phone": person.id, "version": sent["version"]}
    async with http.head(f"{sandbox.url}/events") as answer:
        assert answer.status == 200


async def test_the_clock_can_be_moved_forward_only(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{sandbox.url}/clock") as answer:
        before = (await answer.json())["now"]
    async with http.post(f"{sandbox.url}/clock", json={"advance": 40 * 86400}) as answer:
        assert (await answer.json())["now"][:7] > before[:7]
    async with http.post(f"{sandbox.url}/clock", json={"advance": -1}) as answer:
        assert answer.status == 400


async def test_the_page_and_its_parts_are_served(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    for path, kind in (("/", "text/html"), ("/static/js/main.js", "javascript")):
        async with http.get(sandbox.url + path) as answer:
            assert (answer.status, kind in answer.content_type) == (200, True)
            assert answer.headers["Cache-Control"] == "no-cache"


async def test_a_phone_in_code_does_what_the_page_does(person: Hand, sandbox: Sandbox) -> None:
    async with Phone(sandbox.url, person.id) as phone:
        await phone.text("在吗")
        await phone.send("photo", picture(), "a.jpg", "图")
        await phone.album([("1.jpg", picture()), ("2.jpg", picture())], "册")
        await phone.location(30, 120)
        await phone.do("sticker")
    shown = (await person.chat())["messages"]
    assert [one.get("caption") for one in shown] == [None, None, "图", "册", None, None, None]

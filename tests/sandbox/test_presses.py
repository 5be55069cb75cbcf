"""Buttons pressed by people and answered by the bot."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandbox.server import Sandbox
    from tests.sandbox.conftest import Hand, Library


async def _card(library: Library, person: Hand) -> int:
    sent = await library.call(
        "send_message", chat_id=person.id, text="第1题", reply_markup=library.buttons([[("好", "a:1")]])
    )
    return int(sent["message_id"])


async def _pressed(library: Library) -> dict[str, Any]:
    updates = await library.call("get_updates", timeout=5)
    await library.call("get_updates", offset=updates[-1]["update_id"] + 1)
    query: dict[str, Any] = updates[-1]["callback_query"]
    return query


@pytest.mark.parametrize("alert", [False, True])
async def test_a_press_waits_for_its_answer(library: Library, person: Hand, *, alert: bool) -> None:
    card = await _card(library, person)
    tap = asyncio.create_task(person.do("tap", message_id=card, data="a:1"))
    query = await _pressed(library)
    assert (query["data"], query["message"]["message_id"], query["from"]["id"]) == ("a:1", card, person.id)
    await library.call("answer_callback_query", callback_query_id=query["id"], text="已存", show_alert=alert)
    answer = await tap
    assert (answer["answered"], answer["text"], answer["alert"]) == (True, "已存", alert)
    assert (await person.chat())["toasts"][-1]["text"] == "已存"


async def test_a_press_need_not_be_waited_for(library: Library, person: Hand) -> None:
    card = await _card(library, person)
    assert (await person.do("tap", message_id=card, data="a:1", wait=False))["answered"] is False
    assert (await _pressed(library))["data"] == "a:1"


async def test_a_second_answer_is_taken_but_not_shown(library: Library, person: Hand) -> None:
    card = await _card(library, person)
    await person.do("tap", message_id=card, data="a:1", wait=False)
    query = await _pressed(library)
    for text in ("一", "二"):
        assert await library.call("answer_callback_query", callback_query_id=query["id"], text=text) is True
    assert [one["text"] for one in (await person.chat())["toasts"]] == ["一"]


async def test_a_press_goes_stale_after_150_seconds(library: Library, person: Hand, sandbox: Sandbox) -> None:
    card = await _card(library, person)
    await person.do("tap", message_id=card, data="a:1", wait=False)
    query = await _pressed(library)
    sandbox.world.clock.advance(timedelta(seconds=151))
    stale = "(?i)query is too old and response timeout expired or query ID is invalid"
    for query_id in (query["id"], "12345"):
        with pytest.raises(library.refusals.bad_request, match=stale):
            await library.call("answer_callback_query", callback_query_id=query_id)


async def test_an_answer_over_200_is_refused(library: Library, person: Hand) -> None:
    card = await _card(library, person)
    await person.do("tap", message_id=card, data="a:1", wait=False)
    query = await _pressed(library)
    with pytest.raises(library.refusals.bad_request, match="(?i)message_too_long"):
        await library.call("answer_callback_query", callback_query_id=query["id"], text="督" * 201)
    assert await library.call("answer_callback_query", callback_query_id=query["id"], text="督" * 200) is True


async def test_only_a_message_of_the_bot_has_buttons(person: Hand) -> None:
    theirs = (await person.do("text", text="好"))["message_id"]
    for message_id in (theirs, theirs + 99):
        status, answer = await person.ask("tap", message_id=message_id, data="x")
        assert (status, "error" in answer) == (404, True)

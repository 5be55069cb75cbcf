"""Updates that come twice or are overtaken, and memory that is bounded."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.server import Sandbox
from tests.sandbox.conftest import Hand, library_at

if TYPE_CHECKING:
    from pathlib import Path

    import aiohttp

    from sandbox.experiment import Experiment
    from tests.sandbox.conftest import Library

Json = dict[str, Any]


async def _all(library: Library, polls: int) -> list[Json]:
    """Poll as a bot does, confirming what it got."""
    updates: list[Json] = []
    offset = 0
    for _ in range(polls):
        batch = await library.call("get_updates", offset=offset, limit=3)
        updates += batch
        if batch:
            offset = batch[-1]["update_id"] + 1
    return updates


def _kind(update: Json) -> str:
    return next(kind for kind in update if kind != "update_id")


async def test_a_confirmed_update_comes_a_second_time(library: Library, person: Hand, experiment: Experiment) -> None:
    await experiment.put_faults(seed=3, duplicate_update=0.5)
    for n in range(20):
        await person.do("text", text=str(n))
    updates = await _all(library, 20)
    times = Counter(one["update_id"] for one in updates)
    assert sorted(times) == list(range(min(times), min(times) + 20))
    assert set(times.values()) == {1, 2}
    doubled = sum(count - 1 for count in times.values())
    # The last batch has nothing after it to come back with.
    assert doubled <= (await experiment.counts())["duplicate_update"] <= doubled + 3
    assert await library.call("get_updates") == []


async def test_a_press_overtakes_a_message_but_no_message_another(
    library: Library, person: Hand, experiment: Experiment
) -> None:
    card = await library.call(
        "send_message", chat_id=person.id, text="第1题", reply_markup=library.buttons([[("好", "a")]])
    )
    await experiment.put_faults(reorder_updates=1, hold_seconds=30)
    await person.do("text", text="一")
    await person.do("text", text="二")
    assert await library.call("get_updates") == []
    await person.do("tap", message_id=card["message_id"], data="a", wait=False)
    updates = await library.call("get_updates")
    assert [_kind(one) for one in updates] == ["callback_query", "message", "message"]
    assert [one["message"]["text"] for one in updates[1:]] == ["一", "二"]
    assert [one["update_id"] for one in updates] == sorted(one["update_id"] for one in updates)
    assert await experiment.counts() == {"reorder_updates": 1}


async def test_what_is_held_back_comes_by_itself_after_a_while(
    library: Library, person: Hand, experiment: Experiment
) -> None:
    await experiment.put_faults(reorder_updates=1, hold_seconds=0.01)
    await person.do("text", text="一")
    assert [one["message"]["text"] for one in await library.call("get_updates", timeout=10)] == ["一"]


async def test_what_is_held_back_is_not_lost_when_the_sandbox_stops(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    path = tmp_path / "telegram.db"
    async with Sandbox(path=path) as sandbox:
        person = Hand(http, sandbox.url, await sandbox.add_phone(name="x"))
        async with http.put(f"{sandbox.url}/faults", json={"reorder_updates": 1, "hold_seconds": 60}) as answer:
            assert answer.status == 200
        await person.do("text", text="一")
    async with Sandbox(path=path) as sandbox:
        library = await library_at("ptb", sandbox)
        assert [one["message"]["text"] for one in await library.call("get_updates")] == ["一"]
        await library.close()


async def test_no_faults_lets_go_of_what_is_held(library: Library, person: Hand, experiment: Experiment) -> None:
    await experiment.put_faults(reorder_updates=1, hold_seconds=60)
    await person.do("text", text="一")
    await experiment.no_faults()
    assert len(await library.call("get_updates")) == 1


async def test_a_chat_remembers_only_its_newest_messages(
    library: Library, person: Hand, experiment: Experiment
) -> None:
    await library.call("send_message", chat_id=person.id, text="菜单", reply_markup=library.keyboard([["更多"]]))
    await experiment.keep(messages=5, ledger=4)
    for n in range(12):
        await library.call("send_message", chat_id=person.id, text=str(n))
    chat = await person.chat()
    assert [one["text"] for one in chat["messages"]] == ["7", "8", "9", "10", "11"]
    assert chat["keyboard"] is not None
    assert [one["text"] for one in await experiment.ledger()] == ["8", "9", "10", "11"]
    gone = chat["messages"][0]["id"] - 1
    with pytest.raises(library.refusals.bad_request, match="(?i)message to edit not found"):
        await library.call("edit_message_text", chat_id=person.id, message_id=gone, text="x")


async def test_only_the_newest_files_are_remembered_also_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "telegram.db"
    async with Sandbox(path=path, keep_files=3) as sandbox:
        files = sandbox.world.files
        stored = [files.add("document", bytes([n]) * 10, f"{n}.bin") for n in range(4)]
        await sandbox.world.journal.flush()
        stored += [files.add("document", bytes([n]) * 10, f"{n}.bin") for n in range(4, 6)]
        assert [files.get(one.id) is not None for one in stored] == [False] * 3 + [True] * 3
    async with Sandbox(path=path) as sandbox:
        files = sandbox.world.files
        assert [files.get(one.id) is not None for one in stored] == [False] * 3 + [True] * 3
        assert await files.content(stored[5]) == bytes([5]) * 10
        with pytest.raises(KeyError):
            await sandbox.world.journal.blob(stored[0].unique_id)


async def test_the_ledger_has_every_change_of_every_kind(
    library: Library, person: Hand, experiment: Experiment
) -> None:
    sent = await library.call("send_message", chat_id=person.id, text="一")
    await library.call("edit_message_text", chat_id=person.id, message_id=sent["message_id"], text="二")
    media = [library.media("document", library.file(b"x", f"{n}.txt"), f"件{n}") for n in range(2)]
    await library.call("send_media_group", chat_id=person.id, media=media)
    await library.call("delete_message", chat_id=person.id, message_id=sent["message_id"])
    with pytest.raises(library.refusals.bad_request):
        await library.call("send_message", chat_id=person.id, text="督" * 5000)
    ledger = await experiment.ledger()
    assert [(one["method"], one["text"]) for one in ledger] == [
        ("sendmessage", "一"),
        ("editmessagetext", "二"),
        ("sendmediagroup", "件0"),
        ("sendmediagroup", "件1"),
        ("deletemessage", ""),
    ]
    assert {one["chat_id"] for one in ledger} == {person.id}
    assert [one["n"] for one in ledger] == [1, 2, 3, 4, 5]
    assert all(one["at"] <= two["at"] for one, two in pairwise(ledger))


async def test_expired_updates_are_counted(
    library: Library, person: Hand, experiment: Experiment, http: aiohttp.ClientSession, sandbox: Sandbox
) -> None:
    await person.do("text", text="一")
    assert await experiment.waiting() == 1
    await experiment.advance(24 * 3600 + 2)
    assert await library.call("get_updates") == []
    async with http.get(f"{sandbox.url}/faults") as answer:
        assert (await answer.json())["updates"]["expired"] == 1


async def test_a_whole_conversation_goes_on_in_a_storm(library: Library, person: Hand, experiment: Experiment) -> None:
    """A bot that repeats what it does not know the fate of loses nothing; the ledger tells what came twice."""
    await experiment.put_faults(seed=7, lost_reply=0.15, reset=0.15, http_500=0.1, flood=0.05, retry_after=1)

    async def send(text: str) -> None:
        while True:
            try:
                await library.call("send_message", chat_id=person.id, text=text)
            except (*library.refusals.broken_off, library.refusals.flood):
                continue
            return

    for n in range(60):
        await send(str(n))
    texts = [one["text"] for one in await experiment.ledger()]
    counts = await experiment.counts()
    assert list(dict.fromkeys(texts)) == [str(n) for n in range(60)]
    assert len(texts) - 60 == counts["lost_reply"] > 0
    assert min(counts[one] for one in ("reset", "http_500", "flood")) > 0

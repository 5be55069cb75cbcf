"""Calls that go wrong on purpose: what the libraries make of it, what has happened all the same, and the dice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest
import telegram.error
from aiogram import exceptions

from sandbox.__main__ import main
from sandbox.experiment import Refused
from sandbox.faults import FAULTS, Faults, Settings
from tests.sandbox.conftest import seconds_told

if TYPE_CHECKING:
    from sandbox.experiment import Experiment
    from sandbox.server import Sandbox
    from tests.sandbox.conftest import Hand, Library


async def _texts(person: Hand) -> list[str]:
    return [one["text"] for one in (await person.chat())["messages"] if one["from"] == "bot"]


@pytest.mark.parametrize("fault", ["reset", "http_500", "http_502"])
async def test_a_call_that_never_arrived_is_not_performed(
    library: Library, person: Hand, experiment: Experiment, fault: str
) -> None:
    await experiment.plan(fault, "sendMessage")
    failures = {
        "reset": library.refusals.broken,
        "http_500": exceptions.TelegramServerError if library.name == "aiogram" else telegram.error.NetworkError,
        # What is no JSON aiogram cannot read at all.
        "http_502": exceptions.ClientDecodeError if library.name == "aiogram" else telegram.error.NetworkError,
    }
    with pytest.raises(failures[fault]):
        await library.call("send_message", chat_id=person.id, text="一")
    assert await _texts(person) == []
    await library.call("send_message", chat_id=person.id, text="二")
    assert await _texts(person) == ["二"]
    assert [one["text"] for one in await experiment.ledger()] == ["二"]
    assert await experiment.counts() == {fault: 1}


@pytest.mark.parametrize(("fault", "reply"), [("lost_reply", "lost"), ("cut_reply", "cut")])
async def test_a_send_whose_answer_is_lost_has_happened(
    library: Library, person: Hand, experiment: Experiment, fault: str, reply: str
) -> None:
    await experiment.plan(fault, "sendMessage")
    with pytest.raises(library.refusals.broken):
        await library.call("send_message", chat_id=person.id, text="一")
    assert await _texts(person) == ["一"]
    await library.call("send_message", chat_id=person.id, text="一")
    ledger = await experiment.ledger()
    assert [(one["text"], one["reply"]) for one in ledger] == [("一", reply), ("一", "answered")]
    assert [one["message_id"] for one in ledger] == [one["id"] for one in (await person.chat())["messages"][-2:]]
    assert await experiment.ledger() == []


@pytest.mark.parametrize(("fault", "happened"), [("hang", []), ("late_reply", ["一"])])
async def test_a_call_that_is_not_answered_runs_into_the_callers_time_out(
    library: Library, person: Hand, experiment: Experiment, fault: str, happened: list[str]
) -> None:
    await experiment.plan(fault, "sendMessage")
    patience = {"request_timeout": 1} if library.name == "aiogram" else {"read_timeout": 0.3}
    with pytest.raises(library.refusals.broken):
        await library.call("send_message", chat_id=person.id, text="一", **patience)
    assert await _texts(person) == happened
    assert [one["reply"] for one in await experiment.ledger()] == ["late" for _ in happened]


async def test_a_hanging_call_ends_in_a_reset(library: Library, person: Hand, experiment: Experiment) -> None:
    await experiment.put_faults(hang_seconds=0)
    await experiment.plan("hang", "sendMessage")
    with pytest.raises(library.refusals.broken):
        await library.call("send_message", chat_id=person.id, text="一")


async def test_a_slow_call_is_answered(library: Library, person: Hand, experiment: Experiment) -> None:
    await experiment.put_faults(slow=1, slow_seconds=0.01)
    await library.call("send_message", chat_id=person.id, text="一")
    assert await experiment.counts() == {"slow": 1}


async def test_a_flood_tells_how_long_to_wait(library: Library, person: Hand, experiment: Experiment) -> None:
    await experiment.put_faults(flood=1, retry_after=7, methods=["sendMessage"])
    with pytest.raises(library.refusals.flood) as caught:
        await library.call("send_message", chat_id=person.id, text="一")
    assert seconds_told(caught.value) == 7
    assert (await library.call("get_me"))["is_bot"] is True


async def test_updates_that_were_on_their_way_come_again(
    library: Library, person: Hand, experiment: Experiment
) -> None:
    await person.do("text", text="一")
    await experiment.plan("lost_reply", "getUpdates")
    with pytest.raises(library.refusals.broken):
        await library.call("get_updates")
    assert [one["message"]["text"] for one in await library.call("get_updates")] == ["一"]


async def test_a_planned_fault_waits_for_its_chat(library: Library, person: Hand, experiment: Experiment) -> None:
    await experiment.plan("http_500", chat=person.id + 1)
    await library.call("send_message", chat_id=person.id, text="一")
    assert await experiment.counts() == {}
    assert len((await experiment.put_faults())["planned"]) == 1
    assert (await experiment.no_faults())["planned"] == []


async def test_a_download_can_break_off(library: Library, person: Hand, experiment: Experiment) -> None:
    await person.upload("document", [("a.txt", b"abc", "text/plain")])
    file_id = (await library.call("get_updates"))[-1]["message"]["document"]["file_id"]
    await experiment.plan("cut_reply", "/file")
    with pytest.raises((library.refusals.broken, aiohttp.ClientPayloadError)):
        await library.download(file_id)
    assert await library.download(file_id) == b"abc"


async def test_nothing_stands_in_the_way_when_nothing_is_set(
    sandbox: Sandbox, library: Library, person: Hand, experiment: Experiment
) -> None:
    quiet = sandbox.bot_api._perform
    await experiment.put_faults(lost_reply=0.5)
    assert sandbox.bot_api._perform != quiet
    await experiment.no_faults()
    assert sandbox.bot_api._perform == quiet
    await experiment.plan("http_500", "getMe")
    with pytest.raises(Exception, match="Internal Server Error"):
        await library.call("get_me")
    assert sandbox.bot_api._perform == quiet


def _fates(seed: int, calls: list[tuple[str, int]]) -> dict[tuple[str, int], list[str | None]]:
    faults = Faults()
    faults.put(Settings(seed=seed, lost_reply=0.2, http_500=0.1))
    fates: dict[tuple[str, int], list[str | None]] = {}
    for call in calls:
        fates.setdefault(call, []).append(faults.choose(*call))
    return fates


def test_the_same_seed_gives_the_same_call_the_same_fate_in_any_order() -> None:
    calls = [("sendmessage", chat) for _ in range(40) for chat in (1, 2)] + [("editmessagetext", 1)] * 40
    assert _fates(7, calls) == _fates(7, calls[::-1])
    assert _fates(7, calls) != _fates(8, calls)
    assert _fates(7, calls)["sendmessage", 1] != _fates(7, calls)["sendmessage", 2]


def test_shares_are_kept_over_many_calls() -> None:
    fates = [one for each in _fates(1, [("sendmessage", chat) for chat in range(5000)]).values() for one in each]
    assert abs(fates.count("lost_reply") - 1000) < 120
    assert abs(fates.count("http_500") - 500) < 90
    assert set(fates) == {"lost_reply", "http_500", None}


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"lost_replies": 0.1}, "lost_replies: Extra inputs are not permitted"),
        ({"reset": 1.5}, "reset: Input should be less than or equal to 1"),
        ({"reset": 0.6, "hang": 0.6}, "add up to more than 1"),
        ({"rates": {"per_second": 0}}, "rates.per_second"),
    ],
)
async def test_settings_that_make_no_sense_are_refused(
    experiment: Experiment, settings: dict[str, object], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        await experiment.put_faults(**settings)
    with pytest.raises(Refused, match="fault"):
        await experiment.plan("earthquake")


async def test_every_fault_can_be_set_and_is_described(
    experiment: Experiment, http: aiohttp.ClientSession, sandbox: Sandbox
) -> None:
    shares = dict.fromkeys(FAULTS, 0.1)
    assert (await experiment.put_faults(**shares, seed=7))["settings"].items() >= shares.items()
    async with http.get(f"{sandbox.url}/faults") as answer:
        assert (await answer.json())["settings"]["seed"] == 7


async def test_a_deactivated_person_cannot_be_written_to_and_cannot_write(
    library: Library, person: Hand, experiment: Experiment
) -> None:
    await experiment.phone(person.id, "deactivate")
    with pytest.raises(library.refusals.forbidden, match="user is deactivated"):
        await library.call("send_message", chat_id=person.id, text="一")
    assert (await person.ask("text", text="在"))[0] == 409
    assert (await experiment.phone(person.id, "activate"))["deactivated"] is False
    await library.call("send_message", chat_id=person.id, text="二")
    assert await library.call("get_updates") == []


async def test_a_phone_without_a_signal_sends_everything_in_order_when_it_is_back(
    library: Library, person: Hand, experiment: Experiment
) -> None:
    buttons = library.buttons([[("好", "a")]])
    card = await library.call("send_message", chat_id=person.id, text="第1题", reply_markup=buttons)
    mine = (await person.do("text", text="一"))["message_id"]
    assert (await experiment.phone(person.id, "offline"))["offline"] is True
    assert (await person.do("text", text="二"))["waiting"] == 1
    assert (await person.do("tap", message_id=card["message_id"], data="a"))["waiting"] == 2
    _, photo = await person.upload("document", [("a.txt", b"x", "text/plain")])
    assert (photo["waiting"], photo["messages"]) == (3, [])
    assert (await person.do("edit", message_id=mine, text="一改"))["waiting"] == 4
    assert len(await library.call("get_updates")) == 1
    back = await experiment.phone(person.id, "online")
    assert (back["offline"], back["sent"]) == (False, 4)
    heard = [next(kind for kind in one if kind != "update_id") for one in await library.call("get_updates")]
    assert heard == ["message", "message", "callback_query", "message", "edited_message"]


async def test_what_cannot_be_done_any_more_is_left_out_of_the_burst(person: Hand, experiment: Experiment) -> None:
    await experiment.phone(person.id, "offline")
    await person.do("edit", message_id=99_999, text="没有")
    await person.do("text", text="有")
    assert (await experiment.phone(person.id, "online"))["sent"] == 1


async def test_faults_can_be_set_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        await asyncio.to_thread(main, ["--port", "0", "--faults", '{"lost": 1}'])
    assert "lost: Extra inputs are not permitted" in capsys.readouterr().err

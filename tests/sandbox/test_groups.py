"""Groups: who is in, what the bot hears, and the move to a supergroup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import telegram.error
from aiogram import exceptions

from sandbox.client import Phone
from sandbox.experiment import Experiment, Refused
from sandbox.server import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    import aiohttp

    from tests.sandbox.conftest import Hand, Library

Json = dict[str, Any]


@pytest.fixture
async def people(sandbox: Sandbox) -> list[int]:
    return [await sandbox.add_phone(name=name) for name in ("王敏", "陈立", "督导员01")]


@pytest.fixture
async def group(experiment: Experiment, people: list[int], library: Library) -> Json:
    """A group of three with the bot, which has heard so."""
    made = await experiment.create_group("第二督导组", people)
    await _heard(library)
    return made


async def _heard(library: Library) -> list[Json]:
    updates: list[Json] = await library.call("get_updates")
    if updates:
        await library.call("get_updates", offset=updates[-1]["update_id"] + 1)
    return updates


async def _write(http: aiohttp.ClientSession, sandbox: Sandbox, phone: int, group: int, text: str, **more: Any) -> Json:
    address = f"{sandbox.url}/phones/{phone}/text?chat={group}"
    async with http.post(address, json={"text": text, **more}) as answer:
        return {"status": answer.status, **await answer.json()}


async def _screen(http: aiohttp.ClientSession, sandbox: Sandbox, phone: int, group: int) -> Json:
    async with http.get(f"{sandbox.url}/phones/{phone}/chat?chat={group}") as answer:
        return dict(await answer.json())


async def test_the_bot_hears_that_it_was_added(experiment: Experiment, people: list[int], library: Library) -> None:
    made = await experiment.create_group("第二督导组", people)
    standing, message = await _heard(library)
    change = standing["my_chat_member"]
    assert (change["chat"]["id"], change["chat"]["type"], change["chat"]["title"]) == (
        made["id"],
        "group",
        "第二督导组",
    )
    assert (change["old_chat_member"]["status"], change["new_chat_member"]["status"]) == ("left", "member")
    assert change["from"]["id"] == people[0]
    assert [one["id"] for one in message["message"]["new_chat_members"]] == [change["new_chat_member"]["user"]["id"]]


async def test_the_bot_writes_to_everybody_in_the_group(
    library: Library, group: Json, people: list[int], sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    sent = await library.call("send_message", chat_id=group["id"], text="今日汇总")
    assert sent["chat"]["title"] == "第二督导组"
    for phone in people:
        screen = await _screen(http, sandbox, phone, group["id"])
        assert screen["messages"][-1]["text"] == "今日汇总"
        assert screen["group"]["phones"] == people
    # None of them has ever written to the bot, so to each alone it still cannot.
    with pytest.raises(library.refusals.bad_request, match="(?i)chat not found"):
        await library.call("send_message", chat_id=people[0], text="x")


async def test_a_member_in_privacy_mode_hears_only_what_is_meant_for_it(
    library: Library, group: Json, people: list[int], sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    async def write(text: str, **more: Any) -> None:
        assert (await _write(http, sandbox, people[1], group["id"], text, **more))["status"] == 200

    await write("大家好")
    await write("/today")
    await write("/today@other_bot")
    await write("/today@Xundu_Bot")
    await write("问一下 @xundu_bot")
    asked = await library.call("send_message", chat_id=group["id"], text="收到了吗")
    await write("/help")
    await write("/late")
    await write("收到", reply_to=asked["message_id"])
    heard = [one["message"]["text"] for one in await _heard(library)]
    assert heard == ["/today@Xundu_Bot", "问一下 @xundu_bot", "/help", "收到"]


async def test_an_administrator_hears_everything_and_of_everybody(
    library: Library,
    group: Json,
    people: list[int],
    sandbox: Sandbox,
    http: aiohttp.ClientSession,
    experiment: Experiment,
) -> None:
    await library.call("get_updates", allowed_updates=["message", "my_chat_member", "chat_member"])
    await experiment.let_bot(group["id"], "administrator")
    await _write(http, sandbox, people[1], group["id"], "大家好")
    newcomer = await sandbox.add_phone(name="新来的")
    async with http.post(f"{sandbox.url}/groups/{group['id']}/members", json={"add": [newcomer]}) as answer:
        assert (await answer.json())["phones"] == [*people, newcomer]
    async with http.post(f"{sandbox.url}/groups/{group['id']}/members", json={"remove": [newcomer]}) as answer:
        assert (await answer.json())["phones"] == people
    kinds = [next(kind for kind in one if kind != "update_id") for one in await _heard(library)]
    assert kinds == ["my_chat_member", "message", "chat_member", "message", "message", "chat_member"]
    assert await library.call("get_chat_member_count", chat_id=group["id"]) == 4
    administrators = await library.call("get_chat_administrators", chat_id=group["id"])
    assert [one["status"] for one in administrators] == ["creator", "administrator"]


async def test_a_bot_that_was_removed_is_told_and_then_refused(
    library: Library, group: Json, experiment: Experiment, person: Hand
) -> None:
    await experiment.let_bot(group["id"], "kicked")
    message, standing = await _heard(library)
    assert message["message"]["left_chat_member"]["username"] == "xundu_bot"
    assert standing["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    with pytest.raises(library.refusals.forbidden, match="bot was kicked from the group chat"):
        await library.call("send_message", chat_id=group["id"], text="x")
    await library.call("send_message", chat_id=person.id, text="x")
    await experiment.let_bot(group["id"], "member")
    assert "my_chat_member" in (await _heard(library))[0]
    await library.call("send_message", chat_id=group["id"], text="又来了")
    assert await library.call("leave_chat", chat_id=group["id"]) is True
    with pytest.raises(library.refusals.forbidden, match="bot is not a member of the group chat"):
        await library.call("send_message", chat_id=group["id"], text="x")


async def test_a_group_that_moves_sends_two_service_messages_and_then_refuses_with_the_new_id(
    library: Library,
    group: Json,
    people: list[int],
    experiment: Experiment,
    sandbox: Sandbox,
    http: aiohttp.ClientSession,
) -> None:
    new = await experiment.migrate(group["id"])
    to, come_from = [one["message"] for one in await _heard(library)]
    assert (to["chat"]["id"], to["migrate_to_chat_id"], to["chat"]["type"]) == (group["id"], new, "group")
    assert (come_from["chat"]["id"], come_from["migrate_from_chat_id"]) == (new, group["id"])
    assert (come_from["chat"]["type"], come_from["message_id"]) == ("supergroup", 1)
    moved = exceptions.TelegramMigrateToChat if library.name == "aiogram" else telegram.error.ChatMigrated
    with pytest.raises(moved) as caught:
        await library.call("send_message", chat_id=group["id"], text="x")
    told = caught.value.migrate_to_chat_id if library.name == "aiogram" else caught.value.new_chat_id
    assert told == new
    assert (await library.call("send_message", chat_id=new, text="新群"))["message_id"] == 2
    assert (await _write(http, sandbox, people[0], group["id"], "旧群"))["status"] == 409
    assert (await _screen(http, sandbox, people[2], new))["messages"][-1]["text"] == "新群"
    with pytest.raises(Refused, match=str(new)):
        await experiment.migrate(group["id"])


async def test_a_press_in_a_group_is_the_pressers_own(
    library: Library, group: Json, people: list[int], sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    buttons = library.buttons([[("知道了", "seen")]])
    card = await library.call("send_message", chat_id=group["id"], text="通知", reply_markup=buttons)
    tap = {"message_id": card["message_id"], "data": "seen", "wait": False}
    async with http.post(f"{sandbox.url}/phones/{people[2]}/tap?chat={group['id']}", json=tap) as answer:
        assert answer.status == 200
    query = (await _heard(library))[-1]["callback_query"]
    assert (query["from"]["id"], query["message"]["chat"]["id"]) == (people[2], group["id"])
    await library.call("answer_callback_query", callback_query_id=query["id"], text="已记")
    assert [one["text"] for one in (await _screen(http, sandbox, people[2], group["id"]))["toasts"]] == ["已记"]
    assert (await _screen(http, sandbox, people[0], group["id"]))["toasts"] == []


async def test_a_guest_has_no_rights_over_others(
    library: Library,
    group: Json,
    people: list[int],
    sandbox: Sandbox,
    http: aiohttp.ClientSession,
    experiment: Experiment,
) -> None:
    theirs = (await _write(http, sandbox, people[0], group["id"], "我的"))["message_id"]
    with pytest.raises(library.refusals.bad_request, match="(?i)message can't be deleted"):
        await library.call("delete_message", chat_id=group["id"], message_id=theirs)
    with pytest.raises(library.refusals.bad_request, match="(?i)not enough rights to manage pinned messages"):
        await library.call("pin_chat_message", chat_id=group["id"], message_id=theirs)
    await experiment.let_bot(group["id"], "administrator")
    assert await library.call("pin_chat_message", chat_id=group["id"], message_id=theirs) is True
    assert await library.call("delete_message", chat_id=group["id"], message_id=theirs) is True


async def test_who_is_not_in_the_group_cannot_write_there(
    group: Json, people: list[int], sandbox: Sandbox, http: aiohttp.ClientSession, stranger: Hand
) -> None:
    assert (await _write(http, sandbox, stranger.id, group["id"], "让我进"))["status"] == 409
    assert (await _write(http, sandbox, people[0], -1, "没有"))["status"] == 404


async def test_a_phone_in_code_can_have_a_group_open(
    library: Library, group: Json, people: list[int], sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    phone = Phone(sandbox.url, people[1], http, group=group["id"])
    await phone.text("/start@xundu_bot")
    await phone.send("document", b"x", "a.txt", "@xundu_bot")
    assert {one["message"]["chat"]["id"] for one in await _heard(library)} == {group["id"]}
    await library.call("send_message", chat_id=group["id"], text="到")
    assert [one["text"] for one in await phone.messages()] == ["到"]


async def test_a_group_survives_a_restart(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    path = tmp_path / "telegram.db"
    async with Sandbox(path=path) as sandbox, Experiment(sandbox.url, http) as experiment:
        made = await experiment.create_group("组", [await sandbox.add_phone(name="王敏")], bot="administrator")
        new = await experiment.migrate(made["id"])
        await sandbox.bot_api.reply("sendMessage", {"chat_id": new, "text": "一"})
    async with Sandbox(path=path) as sandbox, http.get(f"{sandbox.url}/groups") as answer:
        old, now = sorted((await answer.json())["groups"], key=lambda one: -one["id"])
        assert (old["moved_to"], now["kind"], now["bot"], now["title"]) == (new, "supergroup", "administrator", "组")
        await sandbox.bot_api.reply("sendMessage", {"chat_id": new, "text": "二"})
        assert [one.get("text") for one in sandbox.world.chats[new].messages.values()] == [None, "一", "二"]


async def test_a_group_nobody_let_the_bot_into_is_not_found(
    library: Library, people: list[int], experiment: Experiment
) -> None:
    made = await experiment.create_group("只有人", people, bot="none")
    assert await _heard(library) == []
    with pytest.raises(library.refusals.bad_request, match="(?i)chat not found"):
        await library.call("send_message", chat_id=made["id"], text="x")

"""The live card: edited in place, moved to the bottom, superseded before anybody saw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.chat import Card, Change, Commands, Say
from sandbox.errors import ApiError
from storage.chat.outbox import State
from tests.bot.conftest import Faults, until
from tests.bot.outgoing.post import ROWS, Post, at_work, said

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from sandbox.client import Phone


async def test_a_tapped_card_is_edited_in_place(make_one: Callable[..., Post], faults: Faults, phone: Phone) -> None:
    async with at_work(make_one()) as post:
        await post.put(4242, Card(text="1/22", buttons=ROWS))
        await until(post.settled)
        live = await post.card(4242)
        for number in range(2, 5):
            await post.put(4242, Card(text=f"{number}/22", buttons=ROWS, tapped=live or 0))
            await until(post.settled)
    assert said(await phone.messages()) == ["4/22"]
    assert faults.methods() == ["sendmessage", *["editmessagetext"] * 3]
    assert await post.card(4242) == live


async def test_a_quiet_card_changes_the_live_one_and_is_left_out_where_another_has_come(
    make_one: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    async with at_work(make_one()) as post:
        await post.put(4242, Card(text="1/22", buttons=ROWS))
        await until(post.settled)
        live = await post.card(4242) or 0
        await post.put(4242, Card(text="2/22", buttons=ROWS, tapped=live, quiet=True))
        await until(post.settled)
        await post.put(4242, Card(text="7/22", buttons=ROWS, tapped=live - 1, quiet=True))
        await until(post.settled)
        assert await post.card(4242) == live
    assert said(await phone.messages()) == ["2/22"]
    assert faults.methods() == ["sendmessage", "editmessagetext"]


async def test_a_card_nobody_tapped_goes_to_the_bottom_and_the_old_one_away(
    make: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    async with at_work(make()) as post:
        await post.put(4242, Card(text="1/22", buttons=ROWS), Say(text="已存"))
        await until(post.settled)
        await post.put(4242, Card(text="2/22", buttons=ROWS))
        await until(post.settled)
        await until(lambda: faults.methods()[-1] == "deletemessage")
    assert said(await phone.messages()) == ["已存", "2/22"]
    assert faults.methods() == ["sendmessage", "sendmessage", "sendmessage", "deletemessage"]


async def test_an_old_card_that_cannot_be_deleted_loses_its_buttons(
    make_one: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    faults.refuse = lambda method, _: (
        ApiError(400, "Bad Request: message can't be deleted for everyone") if method == "deletemessage" else None
    )
    async with at_work(make_one()) as post:
        await post.put(4242, Card(text="1/22", buttons=ROWS))
        await until(post.settled)
        await post.put(4242, Card(text="2/22", buttons=ROWS))
        await until(lambda: faults.methods()[-1] == "editmessagereplymarkup")
    old, new = await phone.messages()
    assert (old["text"], old["buttons"]) == ("1/22", [])
    assert new["buttons"]


async def test_a_tap_on_an_old_card_brings_the_card_to_the_bottom(
    make_one: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    async with at_work(make_one()) as post:
        await post.put(4242, Card(text="1/22", buttons=ROWS))
        await until(post.settled)
        live = await post.card(4242)
        await post.put(4242, Card(text="2/22", buttons=ROWS, tapped=(live or 0) - 1))
        await until(post.settled)
    assert said(await phone.messages()) == ["2/22"]
    assert await post.card(4242) != live


async def test_a_card_the_person_deleted_is_sent_anew(
    make_one: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    async with at_work(make_one()) as post:
        await post.put(4242, Card(text="1/22", buttons=ROWS))
        await until(post.settled)
        live = await post.card(4242) or 0
        await post.deliverer._driver.delete(4242, live)
        await post.put(4242, Card(text="2/22", buttons=ROWS, tapped=live))
        await until(post.settled)
    assert said(await phone.messages()) == ["2/22"]
    assert faults.methods() == ["sendmessage", "deletemessage", "editmessagetext", "sendmessage"]
    assert await post.card(4242) not in (None, live)


async def test_a_final_card_stays_and_the_next_is_a_new_message(
    make_one: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    async with at_work(make_one()) as post:
        await post.put(4242, Card(text="22/22", buttons=ROWS))
        await until(post.settled)
        live = await post.card(4242) or 0
        await post.put(4242, Card(text="已提交", tapped=live, final=True))
        await until(post.settled)
        assert await post.card(4242) is None
        await post.put(4242, Card(text="1/22", buttons=ROWS, tapped=live))
        await until(post.settled)
    assert said(await phone.messages()) == ["已提交", "1/22"]


async def test_a_card_nobody_has_seen_is_skipped_for_a_later_one(
    make_one: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    post = make_one()
    await post.put(4242, Card(text="1/22"), Say(text="已存"), Card(text="2/22"), Card(text="3/22"))
    async with at_work(post):
        await until(post.settled)
    assert said(await phone.messages()) == ["已存", "3/22"]
    assert await post.states() == [State.skipped, State.sent, State.skipped, State.sent]


async def test_a_final_card_is_never_skipped(make_one: Callable[..., Post], faults: Faults, phone: Phone) -> None:
    post = make_one()
    await post.put(4242, Card(text="1/22"), Card(text="已提交", final=True), Card(text="1/5"))
    async with at_work(post):
        await until(post.settled)
    assert said(await phone.messages()) == ["已提交", "1/5"]


async def test_a_card_that_comes_while_one_is_under_way_takes_the_place_of_those_between(
    make_one: Callable[..., Post], faults: Faults, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "bot.outgoing.deliver.POLL_SECONDS", 60.0
    )  # so that nothing but the end of a send brings the next
    faults.open.clear()
    async with at_work(make_one()) as post:
        await post.put(4242, Card(text="1/22"))
        await until(lambda: len(faults.calls) == 1)
        await post.put(4242, Card(text="2/22"))
        await post.put(4242, Card(text="3/22"))
        faults.open.set()
        await until(post.settled)
    assert faults.texts() == ["1/22", "3/22"]


async def test_a_change_of_a_message_that_is_gone_is_skipped_and_a_menu_is_set(
    make_one: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    async with at_work(make_one()) as post:
        await post.put(4242, Say(text="收据"))
        await until(post.settled)
        sent = (await post.fates())[1].message_id or 0
        await post.put(4242, Change(message_id=sent, text="收据，已撤销"), Change(message_id=sent + 50, text="?"))
        await post.put(4242, Commands(commands=(("help", "帮助"),)))
        await until(post.settled)
    assert await post.states() == [State.sent, State.sent, State.skipped, State.sent]
    assert said(await phone.messages()) == ["收据，已撤销"]
    assert "help" in str((await phone.chat())["commands"])

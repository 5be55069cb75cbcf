"""Strict mode: what the published limits let through, and what becomes of those who do not wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from sandbox.faults import Rates
from sandbox.limits import Limits
from tests.sandbox.conftest import seconds_told

if TYPE_CHECKING:
    from sandbox.experiment import Experiment
    from sandbox.server import Sandbox
    from tests.sandbox.conftest import Hand, Library


class Watch:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _limits(**rates: float) -> tuple[Limits, Watch]:
    watch = Watch()
    return Limits(Rates.model_validate(rates), watch), watch


def test_a_chat_takes_a_short_burst_and_then_one_a_second() -> None:
    limits, watch = _limits()
    assert [limits.take(1, 1) for _ in range(3)] == [None] * 3
    refusal = limits.take(1, 1)
    assert refusal is not None
    assert (refusal.limit, refusal.retry_after, refusal.early) == ("chat", 1, False)
    assert limits.take(2, 1) is None
    watch.now += 1
    assert limits.take(1, 1) is None
    assert limits.take(1, 1) is not None


def test_whoever_does_not_wait_is_refused_for_that() -> None:
    limits, watch = _limits()
    assert [limits.take(1, 1) for _ in range(3)] == [None] * 3
    assert limits.take(1, 1) is not None
    watch.now += 0.5
    again = limits.take(1, 1)
    assert again is not None
    assert (again.retry_after, again.early) == (1, True)
    watch.now += 0.5
    assert limits.take(1, 1) is None


def test_thirty_a_second_overall_in_any_second() -> None:
    limits, watch = _limits()
    for chat in range(1, 31):
        assert limits.take(chat, 1) is None
        watch.now += 0.02
    refusal = limits.take(99, 1)
    assert refusal is not None
    assert (refusal.limit, refusal.retry_after) == ("overall", 1)
    watch.now += 1
    assert limits.take(99, 1) is None


def test_a_group_takes_twenty_in_any_minute() -> None:
    limits, watch = _limits()
    for _ in range(20):
        assert limits.take(-5, 1) is None
        watch.now += 1
    refusal = limits.take(-5, 1)
    assert refusal is not None
    assert (refusal.limit, refusal.retry_after) == ("group", 40)
    watch.now += 40
    assert limits.take(-5, 1) is None


def test_an_album_counts_for_each_of_its_pictures_and_passes_when_all_is_quiet() -> None:
    limits, watch = _limits()
    assert limits.take(1, 10) is None
    watch.now += 7
    assert limits.take(1, 1) is not None
    watch.now += 1
    assert limits.take(1, 1) is None


async def test_the_libraries_are_told_how_long_to_wait(library: Library, person: Hand, experiment: Experiment) -> None:
    await experiment.put_faults(strict=True, rates={"chat_per_second": 0.1})
    for n in range(3):
        await library.call("send_message", chat_id=person.id, text=str(n))
    with pytest.raises(library.refusals.flood) as caught:
        await library.call("send_message", chat_id=person.id, text="4")
    assert seconds_told(caught.value) == 10
    with pytest.raises(library.refusals.flood):
        await library.call("send_message", chat_id=person.id, text="5")
    assert await experiment.counts() == {"limit_chat": 2, "retry_after_ignored": 1}
    assert len(await experiment.ledger()) == 3
    assert (await library.call("get_me"))["is_bot"] is True
    await library.call("send_chat_action", chat_id=person.id, action="typing")


async def test_an_edit_counts_as_a_message_unless_it_is_set_otherwise(
    library: Library, person: Hand, experiment: Experiment
) -> None:
    card = await library.call("send_message", chat_id=person.id, text="0")

    async def edit(text: str) -> None:
        await library.call("edit_message_text", chat_id=person.id, message_id=card["message_id"], text=text)

    await experiment.put_faults(strict=True, rates={"chat_burst": 1, "chat_per_second": 0.1})
    await edit("1")
    with pytest.raises(library.refusals.flood):
        await edit("2")
    await experiment.put_faults(strict=True, rates={"chat_burst": 1, "chat_per_second": 0.1, "edit_cost": 0})
    for text in "345":
        await edit(text)


async def test_what_comes_with_a_webhooks_answer_is_counted_too(
    sandbox: Sandbox, person: Hand, experiment: Experiment
) -> None:
    await experiment.put_faults(strict=True)
    for n in range(5):
        await sandbox.bot_api.reply("sendMessage", {"chat_id": person.id, "text": str(n)})
    assert len(await experiment.ledger()) == 3


async def test_many_at_once_are_cut_off_at_thirty(library: Library, sandbox: Sandbox, experiment: Experiment) -> None:
    ids = [await sandbox.add_phone(name=f"督导员{n}") for n in range(45)]
    for one in ids:
        sandbox.world.phones[one].started = True
    await experiment.put_faults(strict=True, rates={"per_second": 30})
    sent = await asyncio.gather(
        *(library.call("send_message", chat_id=one, text="通知") for one in ids), return_exceptions=True
    )
    refused = [one for one in sent if isinstance(one, library.refusals.flood)]
    counts = await experiment.counts()
    assert 1 <= len(refused) <= 15
    assert counts["limit_overall"] == len(refused)
    assert len(await experiment.ledger()) == 45 - len(refused)

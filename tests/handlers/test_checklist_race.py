"""Two inspectors on one visit at the very same moment, on both databases: nobody overwrites what they have not seen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from handlers import chat
from tests.handlers.phone import drain
from tests.handlers.site import button, card, site

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone


def tap(phone: Phone, label: str) -> chat.Tap:
    shown = card(phone)
    return chat.Tap(**phone.about(), data=button(shown, label), message_id=shown.id, callback_id=f"c{phone.id}")


async def together(bench: Bench, *taps: chat.Tap) -> None:
    """Store the taps, then run the turns of all chats at once."""
    for one in taps:
        bench.tapped[one.callback_id] = bench.phones[one.chat_id]
        await bench.store(one)
    await asyncio.gather(*(drain(bench.engine, one.chat_id) for one in taps))
    await bench.deliver()


async def test_of_two_who_answer_at_once_one_is_asked(both_benches: Bench):
    bench = both_benches
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    for item in range(1, 6):
        await here.at(item, first)
        await here.at(item, second)
        await together(bench, tap(first, "✅"), tap(second, "Not done" if item != 2 else "copied"))
        history = await here.history(f"i0{item}")
        assert len(history) == 1, "the second answer was written over the first unseen"
        asked = first if history == ["missing"] else second
        assert len(card(asked).labels) == 3
        await bench.deliver(first.id, second.id)


async def test_of_two_who_write_at_once_both_sentences_stand(both_benches: Bench):
    bench = both_benches
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    for at in range(5):
        for phone in (first, second):
            await bench.store(chat.Text(**phone.about(), message_id=next(bench.numbers), text=f"{phone.name} {at}"))
        await asyncio.gather(*(drain(bench.engine, phone.id) for phone in (first, second)))
        await bench.deliver()
    assert sorted((await here.answers())["i01_note"].splitlines()) == sorted(
        f"{phone.name} {at}" for phone in (first, second) for at in range(5)
    )


async def test_an_answer_that_crosses_with_handing_in_is_either_in_or_refused(both_benches: Bench):
    bench = both_benches
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    for _ in range(22):
        await first.tap("✅")
    await here.at(5, second)
    await together(bench, tap(first, "提交"), tap(second, "Not done"))
    if (await here.answers())["i05"] == "missing":
        assert (await here.visit()).state == "open", "the answer came first, and now a photo or a sentence is lacking"
        assert first.toast == "还有没做完的，这是下一题。"
    else:
        assert (await here.visit()).state == "submitted"
        assert second.toast.startswith("This visit has been submitted")

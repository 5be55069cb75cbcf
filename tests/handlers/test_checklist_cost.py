"""What a tap costs the database: held to a number, so that it is noticed when it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import chat
from tests.handlers.site import button, card, site, title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handlers.chat import Event
    from tests.handlers.phone import Bench, Phone

ANSWER = 10
"""Statements of the turn that takes the first answer to an ordinary item, on SQLite; two are the chain of custody."""

MOVE = 7
"""Statements of a turn that only shows another item."""

PHOTO = 12
"""Statements of the turn that lays the first photo of a visit with the item on screen: two are for the chain of
custody, one asks whether its sender knows what sending as a file keeps."""

FRAME = ("BEGIN", "SAVEPOINT", "RELEASE")
"""What a turn is set in, beside its statements; turns that come together share a BEGIN and a COMMIT."""


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """Every statement that any engine executes."""
    statements: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)
    yield statements
    sa.event.remove(sa.Engine, "before_cursor_execute", hear)


async def turn(bench: Bench, heard: list[str], event: Event) -> list[str]:
    """Run the one turn of an event and return its statements, without those of storing and delivering it."""
    await bench.store(event)
    heard.clear()
    assert await bench.engine.turn(event.chat_id)
    found = [statement for statement in heard if not statement.startswith(FRAME)]
    bench.outcomes.clear()
    await bench.deliver()
    return found


def tap(phone: Phone, label: str) -> chat.Tap:
    shown = card(phone)
    return chat.Tap(**phone.about(), data=button(shown, label), message_id=shown.id, callback_id="c")


async def test_an_ordinary_answer_costs_no_more_statements_than_it_did(bench: Bench, heard: list[str]):
    here = await site(bench)
    phone = await here.enter()
    await phone.tap("✅")
    found = await turn(bench, heard, tap(phone, "✅"))
    assert title(phone).startswith("3. ")
    assert len(found) == ANSWER, "\n".join(found)


async def test_going_to_another_item_costs_no_more_statements_than_it_did(bench: Bench, heard: list[str]):
    here = await site(bench)
    phone = await here.enter()
    found = await turn(bench, heard, tap(phone, "▶"))
    assert title(phone).startswith("2. ")
    assert len(found) == MOVE, "\n".join(found)


async def test_a_photo_costs_no_more_statements_than_it_did(bench: Bench, heard: list[str]):
    here = await site(bench)
    phone = await here.enter()
    photo = chat.Photo(**phone.about(), message_id=99, file_id="f", unique_id="u")
    found = await turn(bench, heard, photo)
    assert "照片1张" in card(phone).text
    assert len(found) == PHOTO, "\n".join(found)

"""The engine beside other processes: trouble of the database is not the update's fault, and no turn is done for two."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from handlers import chat
from handlers.errors import Stale
from handlers.journey import Command, Journey
from handlers.registry import Registry
from storage.chat import inbox
from storage.database import Unavailable
from storage.people import Role

if TYPE_CHECKING:
    from handlers.turn import Turn
    from tests.handlers.phone import Bench, Phone

FAILURES = 5


async def _said(bench: Bench, phone: Phone, words: str) -> None:
    await bench.store(chat.Text(**phone.about(), message_id=next(bench.numbers), text=words))


async def test_however_often_the_database_is_in_trouble_the_update_waits_and_is_not_set_aside(bench: Bench):
    tries: list[str] = []

    async def help_(turn: Turn, words: str) -> None:
        tries.append(words)
        if len(tries) <= FAILURES:
            raise Unavailable("disk full")
        turn.say("answered")

    bench.engine = replace(bench.engine, registry=Registry((Journey("trying", commands={"help": Command(help_)}),)))
    phone = await bench.let_in("督导员01", Role.inspector, group="二组")
    await _said(bench, phone, "/help")
    for _ in range(FAILURES):
        with pytest.raises(Unavailable):
            await bench.engine.turn(phone.id)
    await bench.run(phone.id)
    assert phone.last.text == "answered"
    assert len(tries) == FAILURES + 1


async def test_a_refusal_that_another_process_has_told_already_does_not_hit_the_next_update(bench: Bench):
    phone = await bench.let_in("督导员01", Role.inspector, group="二组")
    await _said(bench, phone, "/help")
    async with bench.database.read() as db:
        first = await inbox.next_for(db, phone.id, bench.now)
    assert first is not None
    await bench.run(phone.id)
    await _said(bench, phone, "/help")
    before = len(phone.bot_said)
    await bench.engine._refuse(first.id, phone.id, Stale())
    async with bench.database.read() as db:
        assert (await inbox.depth(db)).waiting == 1
    await bench.run(phone.id)
    assert len(phone.bot_said) == before + 1


async def test_every_turn_that_answers_rings_for_the_process_that_delivers(bench: Bench):
    phone = await bench.let_in("督导员01", Role.inspector, group="二组")
    with bench.database.listen("outbox") as bell:
        await phone.text("/help")
        assert await bell.wait(10)

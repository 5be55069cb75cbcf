"""Updates nobody should ever have sent, by the hundred: the bot reads them, does only what is allowed, and goes on."""

from __future__ import annotations

import os
import time
from random import Random
from typing import TYPE_CHECKING

import pytest

from storage.people import Role
from tests.hostile.arena import DOMAIN, MORNING, many, memory
from tests.hostile.updates import Forge

if TYPE_CHECKING:
    from tests.hostile.arena import Arena
    from tests.hostile.updates import Actor

BATCH = 50
SEED = int(os.environ.get("HOSTILE_SEED", "1"))

BYSTANDERS = ("answers", "evidence", "visits", "visit_members", "units", "forms")
"""What only people of the field may change."""


def harmless(arena: Arena, who: str) -> tuple[list[Actor], tuple[str, ...]]:
    """Some people who are no inspectors, and the tables that nothing they send may change."""
    if who == "stranger":
        return [actor for key, actor in arena.actors.items() if key.startswith("stranger")], DOMAIN
    quiet = [arena.actors[f"{role}-{at}"] for role in (Role.contact, Role.member) for at in (1, 2)]
    return quiet, tuple({*BYSTANDERS, "invitations", "roles"})


async def run(arena: Arena, actors: list[Actor], forge: Forge, count: int) -> None:
    for _ in range(0, count, BATCH):
        await arena.feed([forge.update(forge.rng.choice(actors)) for _ in range(BATCH)])
        arena.said.clear()
        arena.toasts.clear()


def forge(arena: Arena, seed: int) -> Forge:
    made = Forge(Random(seed), int(MORNING.timestamp()))  # noqa: S311 - to be made again, not to be secret
    made._next += seed * 10_000_000
    return made


async def test_no_update_breaks_a_turn_and_none_is_set_aside(either: Arena, unlogged: None) -> None:
    made = forge(either, SEED)
    actors, count = list(either.actors.values()), many(1200) // 2
    before, started = memory(), time.monotonic()
    marks = []
    for _ in range(6):
        await run(either, actors, made, count // 6)
        await either.mend()
        assert await either.broken() == []
        made.others = [one for actor in actors for one in actor.seen[-20:]]
        marks.append(memory())
    for _ in range(20):  # chance alone may have kept every photo out of an open visit
        if await either.count("evidence") > 0:
            break
        await run(either, actors, made, BATCH)
    spent = time.monotonic() - started
    print(  # noqa: T201 - a figure of the long run
        f"\n{count} updates, {either.turns} turns in {spent:.1f} s: {count / spent:.0f}/s;"
        f" {before:.0f} MiB before, then {' '.join(f'{one:.0f}' for one in marks)}"
    )
    assert await either.count("inbox", "state <> 'done'") == 0
    assert await either.count("answers") > 0, "nobody got as far as an answer: the test is too tame"
    assert await either.count("evidence") > 0
    assert marks[-1] - marks[0] < 64, "memory grows with what is sent"


@pytest.mark.parametrize("who", ["stranger", "quiet"])
async def test_whatever_they_send_nobody_writes_without_a_right(either: Arena, who: str) -> None:
    made = forge(either, SEED + 1)
    insiders = [actor for key, actor in either.actors.items() if key.startswith(("inspector", "leader", "admin"))]
    await run(either, insiders, made, 200)  # so that there are answers, and buttons to replay
    made.others = [one for actor in insiders for one in actor.seen]
    actors, tables = harmless(either, who)
    before = await either.rows(*tables)
    for _ in range(max(1, many(400) // 400)):
        await run(either, actors, made, 400)
    await either.mend()
    assert await either.broken() == []
    assert await either.rows(*tables) == before

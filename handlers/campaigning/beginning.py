"""Starts a campaign from a ready-made pack: which one, from which day, and its dates once more before it begins.

An administrator's business. Nothing is stored before the last tap.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import campaign as packs
from handlers.campaigning import overview
from handlers.chat import Button, Text
from handlers.errors import Stale, UserError
from handlers.journey import data
from handlers.text import mark
from storage import audit
from storage.campaign import campaigns
from supervision.pack import PackError
from supervision.register.cells import day as read_day

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn
    from supervision.pack import Pack

NO_DAY = mark("“{words}” is not a date. Write it as 2026-10-16, or tap one of the days above.")
DAY_FAR = mark("{day} is more than two years away. Please choose a nearer day.")
RUNNING = mark("A campaign from this pack is under way already. When it is over, another one can begin.")
FAR: Final = timedelta(days=731)
NEAR: Final = timedelta(days=200)


async def begin(turn: Turn, _: object) -> None:
    """Offer the packs."""
    rows = []
    for name in packs.ready():
        pack = packs.pack_of(name)
        rows.append((Button(_title(turn, pack), data("campaign", "pack", name)),))
    said = turn.t(
        "Start a campaign from which pack? It brings the phases, the work items, the rounds and the checklist."
    )
    turn.remember("campaign")
    turn.card(said, (*rows, (Button(turn.label("↩ Back"), data("campaign", "show")),)))


def _title(turn: Turn, pack: Pack) -> str:
    return str(pack.title.get(turn.speech.language) or pack.name)


def _pack(args: tuple[str, ...]) -> Pack:
    try:
        return packs.pack_of(args[0])
    except (IndexError, PackError) as error:
        raise Stale from error


async def pack(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask on which day it begins."""
    chosen = _pack(args)
    await _free(turn, chosen)
    today = turn.now.astimezone(chosen.zone).date()
    monday = today + timedelta(days=7 - today.weekday())
    offered = {today: turn.label("Today"), monday: turn.label("Next Monday")}
    if abs(chosen.first_day - today) < NEAR:
        offered[chosen.first_day] = turn.label("As the pack says")
    rows = [
        (Button(f"{words} {turn.speech.day(day)}", data("campaign", "day", chosen.name, day.isoformat())),)
        for day, words in offered.items()
    ]
    turn.remember("campaign", pack=chosen.name)
    said = turn.t(
        "<b>{title}</b>\nOn which day does it begin? Tap one, or type a date such as {example}.",
        title=_title(turn, chosen),
        example=today.isoformat(),
    )
    turn.card(said, (*rows, (Button(turn.label("↩ Back"), data("campaign", "begin")),)))


async def typed(turn: Turn, sent: Message) -> bool:
    """Take a typed day; False when none was asked for."""
    name = turn.state.get("pack")
    if not isinstance(name, str) or not isinstance(sent, Text):
        return False
    chosen = _pack((name,))
    day = read_day(sent.text.strip(), turn.now.astimezone(chosen.zone).year)
    if day is None:
        raise UserError(NO_DAY, words=sent.text[:40])
    await _show(turn, chosen, day)
    return True


async def day(turn: Turn, args: tuple[str, ...]) -> None:
    """Show what would begin on that day."""
    await _show(turn, *_read(args))


def _read(args: tuple[str, ...]) -> tuple[Pack, date]:
    try:
        return _pack(args), date.fromisoformat(args[1])
    except (IndexError, ValueError) as error:
        raise Stale from error


async def _show(turn: Turn, pack: Pack, day: date) -> None:
    if abs(day - turn.now.date()) > FAR:
        raise UserError(DAY_FAR, day=day.isoformat())
    await _free(turn, pack)
    lines = [
        turn.t("<b>{title}</b>", title=_title(turn, pack)),
        turn.t("{first} – {last}", first=_dated(day), last=_dated(pack.day(pack.length, day))),
    ]
    lines += [
        turn.t(
            "Round {number}: {first} – {last}",
            number=turn.speech.ordinal(one.number),
            first=turn.speech.day(pack.day(one.first, day)),
            last=turn.speech.day(pack.day(one.last, day)),
        )
        for one in pack.rounds
    ]
    lines.append(turn.t("\nRounds can be changed afterwards with the register. Begin?"))
    sure = Button(turn.label("Begin"), data("campaign", "start", pack.name, day.isoformat()))
    turn.remember("campaign", pack=pack.name)
    turn.card(Markup("\n").join(lines), ((sure, Button(turn.label("↩ Back"), data("campaign", "pack", pack.name))),))


def _dated(day: date) -> str:
    return day.isoformat()


async def _free(turn: Turn, pack: Pack) -> None:
    """Refuse a second campaign from a pack while the first is under way."""
    for one in await campaigns.all_campaigns(turn.db):
        if one.pack == pack.name and one.ends_on >= campaigns.day_in(one.zone, turn.now):
            raise UserError(RUNNING)


async def start(turn: Turn, args: tuple[str, ...]) -> None:
    """Begin it."""
    pack, day = _read(args)
    await _free(turn, pack)
    taken = await campaigns.campaign_named(turn.db, pack.name)
    name = f"{pack.name}-{day:%Y%m%d}" if taken else pack.name
    begun = await packs.start(turn.db, pack.name, now=turn.now, starts_on=day, name=name)
    made = begun.campaign
    details = {"pack": pack.name, "starts_on": day.isoformat()}
    audit.record(
        turn.db, "campaign.started", f"campaign:{made.id}", now=turn.now, person_id=turn.who.id, details=details
    )
    turn.toast(turn.label("Begun."))
    turn.remember("campaign")
    turn.card(*await overview.drawn(turn, made))

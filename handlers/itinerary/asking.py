"""A draft is begun: asked for with two settings that have usual answers, or taken from what stands.

The working out happens in the background (bot/background/arranging.py); nothing here waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from handlers import arranging
from handlers.chat import Button
from handlers.errors import NotAllowed, Stale, UserError
from handlers.itinerary.draft import OVER, show_draft, waiting_card
from handlers.itinerary.overview import asked, plans
from handlers.journey import data, number
from handlers.text import mark
from storage.campaign import itineraries
from storage.campaign.itineraries import Itinerary, State

if TYPE_CHECKING:
    from handlers.arranging import Ground
    from handlers.turn import Turn

TOGETHER: Final = (0, 1, 2)
MOST: Final = (2, 3, 4)

KEEP: Final = 4
"""Where a button says whether what has a day stays as it is."""

NOBODY_GOES = mark("Nobody who goes on visits has come in yet. Invite the inspectors first, under /campaign.")
NOTHING_OPEN = mark("Every unit of this round has been visited or begun. There is nothing to arrange.")


async def propose(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask how many go together and how many visits a day at most; the usual answer is chosen already."""
    one, group_id = await asked(turn, args)
    if not plans(turn, group_id):
        raise NotAllowed
    together, most = number(args, 2), number(args, 3)
    ground = await arranging.ground(turn.db, one, turn.now)
    _possible(ground, group_id)
    groups = [group_id] if group_id else list(ground.groups)
    choice = bool(ground.planned(group_id or None)) and bool(ground.lacking(group_id))
    keep = choice and args[KEEP:] != ("0",)
    open_units = ground.lacking(group_id) if keep else sum(len(ground.open_units(each)) for each in groups)
    said = [
        turn.t("<b>Propose an itinerary</b>"),
        turn.n(
            "{count} unit to visit, {days} working days left, {people} people",
            "{count} units to visit, {days} working days left, {people} people",
            open_units,
            days=len(ground.days),
            people=sum(len(ground.goers.get(each, ())) for each in groups),
        ),
        turn.t("Who goes together, and how many visits a day at most?"),
    ]
    if keep:
        said.append(turn.t("What is planned already stays as it is; nothing changes before you confirm."))
    elif ground.planned(group_id or None):
        said.append(turn.t("What is planned already is arranged anew; nothing changes before you confirm."))
    words = {0: turn.label("by size"), 1: turn.label("singly"), 2: turn.label("in pairs")}
    ways = tuple(
        Button(("● " if each == together else "") + words[each], _settings(one.id, group_id, each, most, keep))
        for each in TOGETHER
    )
    counts = tuple(
        Button(
            ("● " if each == most else "") + turn.label("{count} a day", count=each),
            _settings(one.id, group_id, together, each, keep),
        )
        for each in MOST
    )
    scopes = tuple(
        Button(("● " if each is keep else "") + words, _settings(one.id, group_id, together, most, each))
        for each, words in ((True, turn.label("only those without a day")), (False, turn.label("all anew")))
    )
    go = Button(turn.label("Work it out"), data("itinerary", "make", one.id, group_id, together, most, int(keep)))
    back = Button(turn.label("↩ Back"), data("itinerary", "show", one.id, group_id))
    turn.remember("itinerary", round=one.id, group=group_id)
    turn.card(Markup("\n").join(said), (*((scopes,) if choice else ()), ways, counts, (go, back)))


def _settings(round_id: int, group_id: int, together: int, most: int, keep: bool) -> str:  # noqa: FBT001 - as on the button
    return data("itinerary", "propose", round_id, group_id, together, most, int(keep))


def _possible(ground: Ground, group_id: int) -> None:
    groups = [group_id] if group_id else list(ground.groups)
    if ground.round.closed_at is not None or not ground.days:
        raise UserError(OVER)
    if not any(ground.open_units(each) for each in groups):
        raise UserError(NOTHING_OPEN)
    if not any(ground.goers.get(each) for each in groups):
        raise UserError(NOBODY_GOES)


async def make(turn: Turn, args: tuple[str, ...]) -> None:
    """Have a draft worked out."""
    one, group_id = await asked(turn, args)
    if not plans(turn, group_id):
        raise NotAllowed
    together, most = number(args, 2), number(args, 3)
    if together not in TOGETHER or most not in MOST:
        raise Stale
    ground = await arranging.ground(turn.db, one, turn.now)
    _possible(ground, group_id)
    draft = await _begun(turn, one.id, group_id, together=together, most=most)
    if args[KEEP:] == ("1",):
        draft.plan = {"keep": True}
        draft.keep(ground.planned(group_id or None))
    turn.attached += 1  # whoever works it out is woken
    turn.remember("itinerary", round=one.id, group=group_id, draft=draft.id)
    turn.card(*waiting_card(turn, draft))


async def _begun(turn: Turn, round_id: int, group_id: int, **more: Any) -> Itinerary:  # noqa: ANN401 - columns
    return await itineraries.add(
        turn.db,
        Itinerary(
            round_id=round_id,
            group_id=group_id or None,
            person_id=turn.who.id,
            chat_id=turn.chat_id,
            created_at=turn.now,
            **more,
        ),
    )


async def adjust(turn: Turn, args: tuple[str, ...]) -> None:
    """Begin a draft with what stands, to be changed by hand."""
    one, group_id = await asked(turn, args)
    if not plans(turn, group_id):
        raise NotAllowed
    ground = await arranging.ground(turn.db, one, turn.now)
    if one.closed_at is not None or not ground.days:
        raise UserError(OVER)
    draft = await _begun(turn, one.id, group_id, state=State.ready)
    draft.keep(ground.planned(group_id or None))
    await show_draft(turn, draft, ground)

"""Goes through a random draw: settles on a seed, takes a list, draws, and hands out the record.

Every draw is kept: whoever draws until they like what comes out is seen to by the numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.chat import Button, File, Say, Text
from handlers.draw.card import commitment_card, list_card, result_card
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.menu import way_back
from handlers.text import mark
from storage import audit
from storage.campaign import campaigns
from storage.people import FIELD
from storage.visit import agenda, draws
from supervision.draw import DrawError, Entry, listed
from supervision.draw_list import MOST, of_text
from supervision.draw_record import METHODS, STRATIFIED, UNIFORM

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from handlers.chat import Message, Timer
    from handlers.turn import Turn
    from storage.visit.draws import Draw

_COUNT: Final = re.compile(r"\s*抽?取?\s*(\d+)\s*[个名人家]?\s*")
SUFFIXES: Final = (".xlsx", ".csv", ".txt")
EMPTY = mark("There is no name in this list. Please send one name on each line.")
TOO_MANY = mark("This list has more than {most} names. Please send a shorter one.")
WHICH_FILE = mark("A list is an .xlsx, .csv or .txt file, or simply text with one name on each line.")
UNREADABLE = mark("This file cannot be read as a list. Please send it as .xlsx, .csv or .txt, or the names as text.")
_WHY: Final = {"empty": EMPTY, "many": TOO_MANY}
LARGER = mark("The list has {count}, so {size} cannot be drawn. Please take a number from 1 to {count}.")
LOST = mark(
    "This draw was sealed with a key that is not here at the moment, so it cannot be opened. Nothing of it is lost. "
    "Please tell the administrator; everything else works."
)
NOT_A_NUMBER = mark("Please send how many are to be drawn, as a whole number.")


def _group(turn: Turn) -> int | None:
    """Return the group that a person draws for, None for the office."""
    return next((one.group_id for one in turn.who.roles_now(turn.now) if one.role in FIELD and one.group_id), None)


async def _own(turn: Turn, draw_id: int, *, made: bool = False) -> Draw:
    """Return a draw of the person's own, or with ``made`` of their group; Stale otherwise."""
    found = await draws.get(turn.db, draw_id, lock=not made)
    if found is None:
        raise Stale
    ours = made and found.group_id is not None and found.group_id == _group(turn)
    if found.by_id != turn.who.id and not ours:
        raise Stale
    if not found.opens:
        raise UserError(LOST)
    return found


async def _open(turn: Turn, draw_id: int) -> Draw:
    found = await _own(turn, draw_id)
    if found.drawn_at is not None:
        raise Stale
    return found


async def begin(turn: Turn, words: str = "") -> None:
    """Settle on a seed and show its hash."""
    del words
    found = await draws.open_one(turn.db, turn.who)
    if found is None or not found.opens:
        found = await draws.commit(turn.db, turn.who, _group(turn), turn.now)
        _note_down(turn, "draw.committed", found, commitment=found.commitment)
    await _ask_list(turn, found)


async def tap_begin(turn: Turn, args: tuple[str, ...]) -> None:
    """Settle on a seed and show its hash."""
    del args
    await begin(turn)


def _note_down(turn: Turn, action: str, draw: Draw, **details: int | str) -> None:
    audit.record(turn.db, action, now=turn.now, person_id=turn.who.id, details=dict(details), of=draw)


async def _ask_list(turn: Turn, draw: Draw, note: Markup | None = None) -> None:
    units, planned = len(await _units(turn)), len(await _planned(turn))
    turn.remember("draw", draw=draw.id, doing="list")
    text, rows = commitment_card(turn, draw, units, planned)
    turn.card(Markup("\n").join([text, note]) if note else text, (*rows, way_back(turn.speech)))


async def other_list(turn: Turn, args: tuple[str, ...]) -> None:
    """Take another list."""
    await _ask_list(turn, await _open(turn, number(args, 0)))


# --- lists ---


async def _units(turn: Turn) -> list[tuple[str, str]]:
    group = _group(turn)
    found = await campaigns.units_of_group(turn.db, group) if group is not None else ()
    return _told_apart(turn, [(one.name, one.code, one.level) for one in found])


async def _planned(turn: Turn) -> list[tuple[str, str]]:
    mine = await agenda.planned_for(turn.db, turn.who, turn.now, limit=1000)
    units = {one.unit.id: one.unit for one in mine}.values()
    return _told_apart(turn, [(one.name, one.code, one.level) for one in units])


def _told_apart(turn: Turn, units: list[tuple[str, str, int]]) -> list[tuple[str, str]]:
    """Return units by name, with the code where two have the same; the level is their stratum."""
    often = Counter(name for name, _, _ in units)
    return [
        (name if often[name] == 1 else f"{name} {code}", turn.label("level {level}", level=level))
        for name, code, level in units
    ]


async def units(turn: Turn, args: tuple[str, ...]) -> None:
    """Draw from the units of the group."""
    _take(turn, await _open(turn, number(args, 0)), "units", await _units(turn))


async def planned(turn: Turn, args: tuple[str, ...]) -> None:
    """Draw from the units whose visits are planned."""
    _take(turn, await _open(turn, number(args, 0)), "planned", await _planned(turn))


def _take(turn: Turn, draw: Draw, source: str, pairs: list[tuple[str, str]]) -> None:
    found = listed(pairs)
    if not found.entries:
        raise UserError(EMPTY)
    if len(found.entries) > MOST:
        raise UserError(TOO_MANY, most=MOST)
    draw.fill(source, [Entry(one.name, one.stratum) for one in found.entries], len(found.again))
    _ask_size(turn, draw, UNIFORM, found.again)


def _ask_size(turn: Turn, draw: Draw, how: str, again: tuple[str, ...] = (), note: Markup | None = None) -> None:
    turn.remember("draw", draw=draw.id, doing="size", method=how)
    turn.card(*list_card(turn, draw, how, again, note))


async def message(turn: Turn, sent: Message) -> bool:
    """Take a list, or how many are to be drawn."""
    doing = turn.state.get("doing")
    if doing not in {"list", "size"}:
        return False
    draw = await _open(turn, int(turn.state["draw"]))
    if isinstance(sent, File):
        _file(turn, draw, sent)
    elif not isinstance(sent, Text):
        raise UserError(WHICH_FILE)
    elif doing == "size" and (counted := _COUNT.fullmatch(sent.text)) is not None:
        await _make(turn, draw, int(counted[1][:9]), str(turn.state.get("method", UNIFORM)))
    elif doing == "size" and len(of_text(sent.text)) == 1:  # no list, whatever it is
        raise UserError(NOT_A_NUMBER)
    else:
        _take(turn, draw, "text", of_text(sent.text))
    return True


def _file(turn: Turn, draw: Draw, sent: File) -> None:
    if not sent.name.lower().endswith(SUFFIXES):
        raise UserError(WHICH_FILE)
    draw.fetch({"file_id": sent.file_id, "name": sent.name, "size": sent.size}, sent.chat_id)
    turn.attached += 1
    turn.remember("draw", draw=draw.id, doing="list")
    back = Button(turn.label("◀ Another list"), data("draw", "list", draw.id))
    turn.card(turn.t("🎲 <b>Random draw {number}</b>\nReading the list …", number=draw.id), ((back,),))


async def read(turn: Turn, timer: Timer) -> None:
    """Go on once a list that was sent as a file has been read, or could not be."""
    draw = await draws.get(turn.db, int(timer.args["draw"]))
    if draw is None or turn.person is None or draw.by_id != turn.person.id or draw.drawn_at is not None:
        return
    if not draw.opens:
        return
    held = turn.conversation.journey == "draw" and turn.state.get("draw") == draw.id
    if not draw.population:
        why = turn.t(_WHY.get(str(timer.args.get("why")), UNREADABLE), most=MOST)
        if held:
            await _ask_list(turn, draw, turn.t("⚠ {problem}", problem=why))
        else:
            turn.say(why, ((Button(turn.label("◀ Another list"), data("draw", "list", draw.id)),),))
    elif held:
        _ask_size(turn, draw, UNIFORM)
    else:  # somebody is in the middle of something else
        back = Button(turn.label("Go on"), data("draw", "method", draw.id, UNIFORM))
        turn.say(turn.t("🎲 The list of random draw {number} has been read.", number=draw.id), ((back,),))


# --- drawing ---


async def method(turn: Turn, args: tuple[str, ...]) -> None:
    """Choose whether categories count."""
    draw = await _open(turn, number(args, 0))
    if len(args) < 2 or args[1] not in METHODS or not draw.population:  # noqa: PLR2004 - draw and method
        raise Stale
    _ask_size(turn, draw, args[1])


async def make(turn: Turn, args: tuple[str, ...]) -> None:
    """Draw as many as the button says."""
    draw = await _own(turn, number(args, 0))
    how = args[2] if len(args) > 2 else UNIFORM  # noqa: PLR2004 - draw, number and method
    if draw.drawn_at is not None:  # tapped twice
        await _show(turn, draw)
        return
    await _make(turn, draw, number(args, 1), how)


async def _make(turn: Turn, draw: Draw, size: int, how: str) -> None:
    count = len(draw.population)
    if how not in METHODS or not count:
        raise Stale
    if not 1 <= size <= count:
        raise UserError(LARGER, count=count, size=size)
    try:
        draw.make(how if draw.strata > 1 else UNIFORM, size, turn.now)
    except DrawError as error:
        raise Stale from error
    _note_down(turn, "draw.made", draw, size=size, of=count, method=draw.method)
    turn.leave()
    await _show(turn, draw)


async def _zone(turn: Turn, draw: Draw) -> ZoneInfo:
    campaign = await campaigns.campaign_of_group(turn.db, draw.group_id) if draw.group_id else None
    every = [campaign] if campaign else await campaigns.all_campaigns(turn.db)
    if not every:
        raise Stale
    return every[0].zone


async def _show(turn: Turn, draw: Draw) -> None:
    text, buttons = result_card(turn, draw, await _zone(turn, draw))
    turn.card(text, buttons, final=True)


async def look(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a draw that was made."""
    draw = await _own(turn, number(args, 0), made=True)
    if draw.drawn_at is None:
        raise Stale
    await _show(turn, draw)


async def record(turn: Turn, args: tuple[str, ...]) -> None:
    """Hand out the record of a draw as a file."""
    draw = await _own(turn, number(args, 0), made=True)
    if draw.drawn_at is None:
        raise Stale
    stored = await turn.kit.blobs.put_once(draw.record().written())
    text = turn.t("Random draw {number}: anybody can work it out again with “xundu draw verify”.", number=draw.id)
    turn.reply(Say(text=str(text), document=stored.sha256, filename=f"draw-{draw.id}.json"))


async def earlier(turn: Turn, args: tuple[str, ...]) -> None:
    """List the latest draws of the group."""
    del args
    every = await draws.of_group(turn.db, _group(turn), turn.who.id)
    found = [one for one in every if one.opens]
    if not found:
        text = turn.t("No draw has been made yet.")
    else:
        lines = [turn.t("🎲 <b>Earlier draws</b>")]
        for one in found:
            when = turn.speech.moment(one.drawn_at or one.committed_at, await _zone(turn, one))
            lines.append(
                turn.t(
                    "{number} · {when} · {size} of {count}",
                    number=one.id,
                    when=when,
                    size=one.size,
                    count=len(one.population),
                )
            )
        text = Markup("\n").join(lines)
    opens = [Button(str(one.id), data("draw", "look", one.id)) for one in found]
    rows = tuple(tuple(opens[at : at + 4]) for at in range(0, len(opens), 4))
    turn.card(text, (*rows, (Button(turn.label("🎲 New draw"), data("draw", "begin")), *way_back(turn.speech))))


async def complain(turn: Turn, sent: Message, said: Markup) -> bool:
    """Say on the card why a list or a number was not taken."""
    del sent
    doing = turn.state.get("doing")
    if doing not in {"list", "size"}:
        return False
    try:
        draw = await _open(turn, int(turn.state["draw"]))
    except (Stale, UserError):
        return False
    if doing == "list":
        await _ask_list(turn, draw, turn.t("⚠ {problem}", problem=said))
        return True
    how = STRATIFIED if turn.state.get("method") == STRATIFIED else UNIFORM
    _ask_size(turn, draw, how, note=turn.t("⚠ {problem}", problem=said))
    return True

"""Asks about a picture that was used before, is older than the visit, or was taken far from the unit; keeps the answer.

A signal asks a question, it never accuses: nothing is blocked, and keeping the picture takes one tap. Where and when a
picture was used is said only to those who may know that visit.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers.chat import Button, Change, Tap
from handlers.checklist.filing import screen_of
from handlers.checklist.gallery import forget
from handlers.checklist.sharing import tell
from handlers.checklist.steps import opened
from handlers.errors import Stale
from handlers.journey import data, number
from handlers.sheet import sheet_of
from storage.files import evidence as evidences
from storage.files import pictures
from storage.people import Role
from storage.visit import visits
from supervision.doubts import Why, roughly

if TYPE_CHECKING:
    from handlers.chat import Rows, Timer
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.files.evidence import Evidence
    from storage.files.pictures import Doubt

_SHOWN = 4
"""Pieces that one question names line by line."""


async def doubted(turn: Turn, timer: Timer) -> None:
    """Ask about what came together to one visit, in a message beside whatever the person is doing now."""
    open_ones = await _open(turn, [int(one) for one in timer.args.get("doubts", ())])
    if not open_ones or turn.person is None:
        return
    visit = await visits.get(turn.db, open_ones[0][0].visit_id)
    if visit is None or visit.state == "submitted" or not visit.open_to(turn.who, turn.now):
        return
    sheet = await sheet_of(turn, visit)
    text, rows = await _asked(turn, sheet, open_ones)
    turn.say(text, rows, picture=_picture(open_ones))


def _picture(asked: list[tuple[Doubt, Evidence]]) -> str:
    """Return the file that the question shows: the one photo it is about."""
    piece = asked[0][1]
    return piece.blob_sha256 or "" if len(asked) == 1 and piece.kind == "photo" and piece.is_usable else ""


async def _open(turn: Turn, numbers: list[int]) -> list[tuple[Doubt, Evidence]]:
    """Return the doubts among these that nobody has answered, with their pieces, those that are still there."""
    found = []
    for one in numbers:
        doubt = await pictures.doubt(turn.db, one)
        piece = await evidences.get(turn.db, doubt.evidence_id) if doubt is not None else None
        if doubt is not None and piece is not None and not doubt.answer and piece.removed_at is None:
            found.append((doubt, piece))
    return found


async def _asked(turn: Turn, sheet: Sheet, asked: list[tuple[Doubt, Evidence]]) -> tuple[Markup, Rows]:
    """Put the question: what was noticed of each piece, and two buttons; more when there are several pieces."""
    lines = [turn.t("<b>{unit}</b>", unit=sheet.visit.unit.name)]
    for doubt, piece in asked[:_SHOWN]:
        lines += [line for signal in doubt.why["signals"] if (line := await _line(turn, sheet, piece, signal))]
    if len(asked) > _SHOWN:
        rest = len(asked) - _SHOWN
        lines.append(turn.n("and {count} more like these", "and {count} more like these", rest))
    first, last = asked[0][0].id, asked[-1][0].id
    used = any(signal["why"] in {Why.used, Why.alike} for doubt, _ in asked for signal in doubt.why["signals"])
    if len(asked) == 1:
        lines.append(turn.t("Is that right?"))
        keep = turn.label("Same thing, keep it") if used else turn.label("That is right, keep it")
        back = turn.label("Take it back")
    else:
        lines.append(turn.t("Is that right for all of them?"))
        keep, back = turn.label("Keep all"), turn.label("Take all back")
    about = (sheet.visit.id, first, last, 1 if _picture(asked) else 0)
    rows: Rows = (
        (Button(keep, data("checklist", "confirm", *about)),),
        (Button(back, data("checklist", "retract", *about)),),
    )
    if len(asked) > 1:
        rows = (*rows, (Button(turn.label("One by one"), data("checklist", "singly", *about)),))
    return Markup("\n").join(lines), rows


async def _line(turn: Turn, sheet: Sheet, piece: Evidence, signal: dict[str, object]) -> Markup:
    """Say one thing that was noticed."""
    screen = screen_of(sheet, piece.path)
    item = turn.label("Item {number}", number=screen.key) if screen is not None else turn.label("This visit")
    match signal["why"]:
        case Why.used | Why.alike:
            return await _before(turn, sheet, item, signal)
        case Why.older:
            taken = turn.speech.day(datetime.fromisoformat(str(signal["taken"])).date())
            return turn.t("{item}: the picture was taken on {day}, before this visit began.", item=item, day=taken)
        case Why.far:
            away = f"{roughly(float(str(signal['metres']))):g}"
            return turn.t("{item}: the place is about {away} km from the unit.", item=item, away=away)
    return Markup("")


async def _before(turn: Turn, sheet: Sheet, item: str, signal: dict[str, object]) -> Markup:
    """Say that a picture was used before; where and when, if this person may know that."""
    earlier = await evidences.get(turn.db, int(str(signal["evidence"])))
    visit = await visits.get(turn.db, earlier.visit_id) if earlier is not None else None
    alike = signal["why"] == Why.alike
    knows = (
        visit is not None
        and earlier is not None
        and (
            earlier.sender_id == turn.who.id
            or visit.open_to(turn.who, turn.now)
            or turn.who.has(turn.now, Role.admin, Role.office)
        )
    )
    if earlier is None or visit is None or not knows:
        if alike:
            return turn.t("{item}: a picture like this one was used before.", item=item)
        return turn.t("{item}: this picture was used before.", item=item)
    other = sheet if visit.id == sheet.visit.id else await sheet_of(turn, visit)
    screen = screen_of(other, earlier.path)
    at = screen.key if screen is not None else "–"
    when = turn.speech.day(await turn.kit.shelf.day(turn.db, visit.unit.campaign_id, earlier.sent_at))
    if alike:
        return turn.t(
            "{item}: a picture like this one was used on {day}, {unit}, item {at}.",
            item=item, day=when, unit=visit.unit.name, at=at,
        )  # fmt: skip
    return turn.t(
        "{item}: this picture was used on {day}, {unit}, item {at}.", item=item, day=when, unit=visit.unit.name, at=at
    )


async def _meant(turn: Turn, sheet: Sheet, args: tuple[str, ...]) -> list[tuple[Doubt, Evidence]]:
    """Return what a button's question was about, as far as nobody has answered it since and it is this person's."""
    first, last = number(args, 1), number(args, 2)
    of_visit = [one.id for one in await pictures.doubts_of(turn.db, sheet.visit.id) if first <= one.id <= last]
    return [one for one in await _open(turn, of_visit) if one[1].sender_id == turn.who.id]


async def confirm(turn: Turn, args: tuple[str, ...]) -> None:
    """Keep the pictures; that it was said, by whom and when, stays with them."""
    sheet = await opened(turn, number(args, 0))
    asked = await _meant(turn, sheet, args)
    if not asked:
        raise Stale
    for doubt, _ in asked:
        doubt.answered("kept", turn.who.id, turn.now)
    _answered(turn, args, turn.n("✓ Kept, as you said.", "✓ {count} kept, as you said.", len(asked)))


async def retract(turn: Turn, args: tuple[str, ...]) -> None:
    """Take the pictures back; they stay in the history, and can be brought back with one tap."""
    sheet = await opened(turn, number(args, 0))
    asked = await _meant(turn, sheet, args)
    if not asked:
        raise Stale
    pieces = [piece for _, piece in asked]
    for doubt, piece in asked:
        doubt.answered("withdrawn", turn.who.id, turn.now)
        piece.remove(turn.who, turn.now, why="withdrawn when asked")
    forget(sheet, [piece for piece in sheet.evidence if piece.id in {one.id for one in pieces}])
    await tell(turn, sheet)
    undo = data("checklist", "restore", sheet.visit.id, pieces[0].id, 0)
    rows: Rows = ((Button(turn.label("↶ Undo"), undo),),) if len(pieces) == 1 else ()
    _answered(turn, args, turn.n("✓ Taken back.", "✓ {count} taken back.", len(asked)), rows)


async def singly(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask about each picture by itself, each in a message of its own with the picture."""
    sheet = await opened(turn, number(args, 0))
    asked = await _meant(turn, sheet, args)
    if not asked:
        raise Stale
    turn.change(turn.t("One by one:"))
    for one in asked:
        text, rows = await _asked(turn, sheet, [one])
        turn.say(text, rows, picture=_picture([one]))


def _answered(turn: Turn, args: tuple[str, ...], text: Markup, rows: Rows = ()) -> None:
    """Put the outcome in the place of the question, under its picture where it has one."""
    if isinstance(turn.event, Tap):
        turn.reply(Change(message_id=turn.event.message_id, text=str(text), buttons=rows, caption=number(args, 3) > 0))

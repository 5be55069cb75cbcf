"""An itinerary out as an Excel file, and in again: changed there, sent back, shown as a draft before anything is done.

The file is only noted down here; it is fetched and read in the background (bot/background/arranging.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers import arranging
from handlers.access import may
from handlers.chat import MAX_FILE_BYTES, Attachment, File
from handlers.errors import NotAllowed, UserError
from handlers.itinerary.draft import OVER, ground_of, mine, waiting_card
from handlers.itinerary.guiding import columns
from handlers.itinerary.overview import ALL, asked, plans
from handlers.once import put_once
from handlers.progress import listed
from handlers.text import mark
from reports.sheet import workbook
from storage.campaign import campaigns, itineraries
from storage.campaign.itineraries import Itinerary
from storage.files.filenames import harmless

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from handlers.arranging import Ground
    from handlers.chat import Message
    from handlers.turn import Turn

ENDINGS: Final = (".xlsx", ".xlsm", ".csv", ".xls")

HEADS: Final = (mark("Code"), mark("Unit"), mark("Area"), mark("Group"), mark("Day"), mark("Who goes"))
PLANS: Final = (mark("Guidance plan"), mark("Last round's guidance plan"))
"""Columns beside them: what may be changed in the file, too, and what it can be taken from."""

BESIDE: Final = (mark("Group"), mark("Who goes on visits"), mark("On leave"))

NO_SHEET = mark(
    "Please send the itinerary as an Excel file: ask for it here, change days and people in it, send it back."
)
TOO_BIG = mark("The file is larger than {most} MB, which Telegram does not hand to a bot.")


async def standing(turn: Turn, args: tuple[str, ...]) -> None:
    """Send what is planned as a file."""
    one, group_id = await asked(turn, args)
    if not plans(turn, group_id):
        raise NotAllowed
    ground = await arranging.ground(turn.db, one, turn.now)
    turn.remember("itinerary", round=one.id, group=group_id)
    await _send(turn, ground, ground.planned(group_id or None), group_id)


async def of_draft(turn: Turn, args: tuple[str, ...]) -> None:
    """Send a draft as a file."""
    draft = await mine(turn, args)
    await _send(turn, await ground_of(turn, draft), draft.stops, draft.group_id or ALL)


async def _send(turn: Turn, ground: Ground, stops: Mapping[int, tuple[date, tuple[int, ...]]], group_id: int) -> None:
    plans_now, plans_before = await columns(turn, ground.round)
    rows: list[list[str]] = [[turn.label(head) for head in (*HEADS, *PLANS)]]
    for unit in sorted(ground.units.values(), key=lambda one: (one.group_id or 0, one.code)):
        if unit.group_id is None or unit.group_id not in ground.groups or group_id not in (ALL, unit.group_id):
            continue
        on, people = stops.get(unit.id, (None, ()))
        if unit.id in ground.standing and unit.id not in stops:
            on, people = ground.standing[unit.id].day, ground.standing[unit.id].people
        names = listed(turn, [ground.names.get(person, "—") for person in people])
        group = ground.groups[unit.group_id].name
        day = on.isoformat() if on else ""
        guides = [plans_now.get(unit.id, ""), plans_before.get(unit.id, "")]
        rows.append([unit.code, unit.name, unit.area, group, day, names, *guides])
    beside: list[list[str]] = [[turn.label(head) for head in BESIDE]]
    for each, people in ground.goers.items():
        if group_id in (ALL, each):
            beside += [
                [ground.groups[each].name, ground.names[person], _leave(turn, ground, person)] for person in people
            ]
    content = workbook([(turn.label("Itinerary"), rows), (turn.label("Who goes on visits"), beside)])
    number = turn.speech.ordinal(ground.round.number)
    turn.say(
        turn.t(
            "Change days, people and guidance plans in the first sheet and send the file back here; what you leave out "
            "stays as it is. "
            "You see what would change before anything does."
        ),
        document=await put_once(turn, content),
        filename=turn.label("itinerary-round-{number}.xlsx", number=number),
    )


def _leave(turn: Turn, ground: Ground, person: int) -> str:
    return listed(turn, [day.isoformat() for day in sorted(ground.away.get(person, ()))])


# --- in again ---


async def message(turn: Turn, sent: Message) -> bool:
    """Take a file while an itinerary is open."""
    if isinstance(sent, File):
        if not may(turn.person, "itinerary.sheet", turn.now):
            raise NotAllowed
        await _receive(turn, sent)
        return True
    if isinstance(sent, Attachment):
        raise UserError(NO_SHEET)
    return False


async def _receive(turn: Turn, sent: File) -> None:
    name, group_id = harmless(sent.name), int(turn.state.get("group") or ALL)
    one = await campaigns.round_of(turn.db, int(turn.state.get("round") or 0))
    if one is None or not name.lower().endswith(ENDINGS):
        raise UserError(NO_SHEET)
    if not plans(turn, group_id):
        raise NotAllowed
    if one.closed_at is not None:
        raise UserError(OVER)
    if sent.size > MAX_FILE_BYTES:
        raise UserError(TOO_BIG, most=MAX_FILE_BYTES // 2**20)
    draft = await itineraries.add(
        turn.db,
        Itinerary(
            round_id=one.id,
            group_id=group_id or None,
            person_id=turn.who.id,
            chat_id=turn.chat_id,
            created_at=turn.now,
            file_id=sent.file_id,
            name=name[:120],
        ),
    )
    turn.attached += 1  # whoever fetches files is woken
    turn.remember("itinerary", round=one.id, group=group_id, draft=draft.id)
    turn.card(*waiting_card(turn, draft))


async def give_up(turn: Turn) -> bool:
    """Leave the itinerary; a draft stays until it is confirmed or thrown away."""
    turn.leave()
    return False

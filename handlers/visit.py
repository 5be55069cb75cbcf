"""The visits of a person: what is on today, what is still open, handing one in and taking it back.

The checklist itself is another journey; this one lists, opens, sums up and submits.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import announcing, briefing, learning
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.found import judged
from handlers.handing import may_withdraw
from handlers.journey import Journey, data, number
from handlers.menu import command
from handlers.progress import bar, called, headline, lacking, missing, unit_label
from handlers.sheet import sheet_of
from handlers.summary import summary_text
from handlers.text import mark
from handlers.ticketing import leads, line, reopened, tell_lead, way_to, who_leads
from storage import people
from storage.visit import agenda, corrections, findings, visits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from handlers.chat import Rows
    from handlers.sheet import Sheet
    from handlers.text import Speech
    from handlers.turn import Turn
    from storage.people import Person
    from storage.visit.corrections import Correction
    from storage.visit.visits import Visit

SHOWN: Final = 8
"""Visits on one card."""

LONGEST_DAY: Final = timedelta(hours=25)
"""The day on which clocks are put back."""


LEADER_SUBMITS = mark("Several work on this visit, so whoever leads the group submits it. Tap “✓ I'm done”.")


QUICKER = mark("{who} has submitted this visit already. Nothing was submitted twice.")


async def today(turn: Turn, words: str = "") -> None:
    """List what is on today and what is overdue; a single visit opens at once."""
    del words
    mine = await _mine(turn)
    due = [visit for visit in mine if _due(visit, await _day(turn, visit))]
    if len(due) == 1:
        await _open(turn, due[0])
    else:
        await _show_day(turn, mine, due)


async def _show_day(turn: Turn, mine: list[Visit], due: list[Visit]) -> None:
    """Show the visits of the day, those handed in too; when there are none, what comes next."""
    done = await agenda.handed_in(turn.db, turn.who, turn.now, turn.now - LONGEST_DAY)
    done = [visit for visit in done if await _handed_in_on(turn, visit) == await _day(turn, visit)]
    if due or done:
        title = turn.t("<b>Today</b> · {day}", day=turn.speech.day(await _day(turn, (due or done)[0])))
        await _list(turn, title, due, done)
        return
    coming = next((visit for visit in mine if visit.planned_on), None)
    if coming is None or coming.planned_on is None:
        turn.card(turn.t("No visit is planned for you now. When one is, it appears here."))
    else:
        text = turn.t(
            "Nothing is on today. Next: {unit}, {day}.", unit=coming.unit.name, day=turn.speech.day(coming.planned_on)
        )
        turn.card(text, ((Button(turn.label("Open it now"), data("visit", "open", coming.id)),),))


async def todo(turn: Turn, words: str = "") -> None:
    """List what was sent back to be mended or waits to be judged, and every visit that is not handed in."""
    del words
    mine = await _mine(turn)
    tickets = await corrections.waiting_for(turn.db, turn.who, turn.now)
    if not mine and not tickets:
        turn.card(turn.t("Nothing is waiting for you."))
        return
    title = turn.n("<b>Open visits</b> · {count}", "<b>Open visits</b> · {count}", len(mine)) if mine else Markup()
    await _list(turn, title, mine, tickets=tickets)


async def _mine(turn: Turn) -> list[Visit]:
    return await agenda.planned_for(turn.db, turn.who, turn.now)


async def _day(turn: Turn, visit: Visit) -> date:
    """Return today's date where the visit is."""
    return await turn.kit.shelf.day(turn.db, visit.unit.campaign_id, turn.now)


async def _handed_in_on(turn: Turn, visit: Visit) -> date | None:
    if visit.submitted_at is None:
        return None
    return await turn.kit.shelf.day(turn.db, visit.unit.campaign_id, visit.submitted_at)


async def _when(turn: Turn, visit: Visit) -> str:
    """Return the day a visit is planned for, unless it is today."""
    if visit.planned_on is None or visit.planned_on == await _day(turn, visit):
        return ""
    return turn.speech.day(visit.planned_on)


def _due(visit: Visit, day: date) -> bool:
    return visit.planned_on is None or visit.planned_on <= day


async def _list(
    turn: Turn,
    title: Markup,
    shown: list[Visit],
    done: Sequence[Visit] = (),
    tickets: Sequence[Correction] = (),
    verb: str = "open",
) -> None:
    lines, rows = _tickets(turn, tickets)
    lines += [title] if title else []
    for at, visit in enumerate(shown[:SHOWN], 1):
        lines += await _listed(turn, at, visit)
        rows.append((Button(f"{at}. {unit_label(visit)}", data("visit", verb, visit.id)),))
    if len(shown) > SHOWN:
        rest = len(shown) - SHOWN
        lines.append(turn.n("\nand {count} more", "\nand {count} more", rest))
    lines += [Markup()] if done else []
    for visit in done[:SHOWN]:
        zone = await turn.kit.shelf.zone(turn.db, visit.unit.campaign_id)
        when = turn.speech.clock(visit.submitted_at, zone) if visit.submitted_at else ""
        lines.append(turn.t("✓ {unit}, submitted {when}", unit=visit.unit.name, when=when))
        rows.append((Button(f"✓ {unit_label(visit)}", data("visit", "summary", visit.id)),))
    turn.card(Markup("\n").join(lines), tuple(rows))


def _tickets(turn: Turn, tickets: Sequence[Correction]) -> tuple[list[Markup], list[tuple[Button, ...]]]:
    """Return what a list says of corrections, and the ways to them."""
    if not tickets:
        return [], []
    lines = [turn.n("<b>Corrections</b> · {count}", "<b>Corrections</b> · {count}", len(tickets))]
    lines += [line(turn, one, one.visit) for one in tickets[:SHOWN]]
    if len(tickets) > SHOWN:
        rest = len(tickets) - SHOWN
        lines.append(turn.n("and {count} more", "and {count} more", rest))
    rows: list[tuple[Button, ...]] = []
    for one in tickets[:SHOWN]:
        label = turn.label("✎ Item {number}, {unit}", number=one.number, unit=unit_label(one.visit))
        rows.append((Button(label, way_to(turn, one)),))
    return [*lines, Markup()], rows


async def _listed(turn: Turn, at: int, visit: Visit) -> list[Markup]:
    """Return what a list says of one visit: the unit, how far it is, and what it lacks once it has begun."""
    sheet = await sheet_of(turn, visit)
    done, total = sheet.progress()
    line = turn.t(
        "\n{at}. {unit}\n{bar} {done}/{total}  {day}",
        at=at,
        unit=visit.unit.name,
        bar=bar(done, total),
        done=done,
        total=total,
        day=await _when(turn, visit),
    )
    return [line, lacking(turn, sheet, among_others=True)] if done else [line]


async def tap_today(turn: Turn, args: tuple[str, ...]) -> None:
    """List the visits of the day; the way back from a checklist."""
    del args
    mine = await _mine(turn)
    await _show_day(turn, mine, [visit for visit in mine if _due(visit, await _day(turn, visit))])


async def tap_todo(turn: Turn, args: tuple[str, ...]) -> None:
    """List every visit that is not handed in."""
    del args
    await todo(turn)


async def tap_open(turn: Turn, args: tuple[str, ...]) -> None:
    """Go into a visit; past its briefing first, where that says something that has not been seen."""
    await _open(turn, await _mine_by_id(turn, args))


async def _open(turn: Turn, visit: Visit) -> None:
    if not await briefing.show_unseen(turn, visit, only_if_it_matters=True):
        await _go_into(turn, visit)


async def _go_into(turn: Turn, visit: Visit) -> None:
    """Go into a visit, unless something has to be learnt before it is started."""
    if not await learning.kept_back(turn, visit):
        await turn.enter("checklist", visit=visit.id)


# --- the briefing ---


async def _mine_by_id(turn: Turn, args: tuple[str, ...]) -> Visit:
    visit = await visits.get(turn.db, number(args, 0))
    if visit is None or not visit.open_to(turn.who, turn.now):
        raise Stale
    return visit


async def prepare(turn: Turn, args: tuple[str, ...]) -> None:
    """Come to a visit from a reminder: its briefing first, its checklist where that has been seen."""
    visit = await _mine_by_id(turn, args)
    if not await briefing.show_unseen(turn, visit):
        await _go_into(turn, visit)


async def brief_again(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the briefing, seen or not."""
    await briefing.show(turn, await _mine_by_id(turn, args))


async def announced(turn: Turn, args: tuple[str, ...]) -> None:
    """Tell the unit of a visit, and show its briefing again."""
    await briefing.show(turn, await announcing.announced(turn, args))


async def begin(turn: Turn, args: tuple[str, ...]) -> None:
    """Go on from the briefing to the checklist."""
    await _go_into(turn, await _mine_by_id(turn, args))


async def choose(turn: Turn, words: str = "") -> None:
    """Open a visit, its briefing first: the only one there is, else the one that is chosen."""
    del words
    mine = await _mine(turn)
    due = [visit for visit in mine if _due(visit, await _day(turn, visit))]
    if len(due) == 1 or len(mine) == 1:
        await prepare(turn, (str((due or mine)[0].id),))
    elif not mine:
        await _show_day(turn, mine, due)
    else:
        await _list(turn, turn.t("<b>Which visit?</b>"), due or mine, verb="prepare")


# --- handing in ---


async def _loaded(turn: Turn, args: tuple[str, ...], *, lock: bool = False) -> Sheet:
    visit = await visits.get(turn.db, number(args, 0), lock=lock)
    if visit is None or not visit.open_to(turn.who, turn.now):
        raise Stale
    return await sheet_of(turn, visit)


async def submit(turn: Turn, args: tuple[str, ...]) -> None:
    """Hand the visit in when nothing is missing; otherwise say what is."""
    sheet = await _loaded(turn, args, lock=True)
    if sheet.visit.state == "submitted":
        author = await _author(turn, sheet.visit)
        if author is not None and author.id != turn.who.id:
            turn.toast(turn.label(QUICKER, who=called(author)), alert=True)
        await _sum_up(turn, sheet)
        return
    if not sheet.labour.submits:
        raise UserError(LEADER_SUBMITS)
    if await learning.kept_back(turn, sheet.visit):
        return
    if sheet.unfinished():
        _not_yet(turn, sheet)
        return
    sheet.visit.submit(turn.who, turn.now)
    turn.record("visit.submitted", sheet.visit)
    await findings.write(turn.db, sheet.visit, judged(sheet))
    if not await who_leads(turn, sheet.visit):
        await tell_lead(turn, sheet.visit, lambda theirs: _handed_in(theirs, turn, sheet.visit))
    await _sum_up(turn, sheet)


def _handed_in(theirs: Speech, turn: Turn, visit: Visit) -> Markup:
    return theirs.t("{who} has submitted the visit to <b>{unit}</b>.", who=called(turn.who), unit=visit.unit.name)


def _not_yet(turn: Turn, sheet: Sheet) -> None:
    """Say what stands in the way of handing in, item by item, and lead there."""
    visit, first = sheet.visit.id, sheet.unfinished()[0].key
    what = missing(turn, sheet, exactly=True)
    text = headline(turn, sheet) + Markup("\n") + turn.t("This cannot be submitted yet – {what}.", what=what)
    go = Button(turn.label("Go to item {number}", number=first), data("checklist", "go", visit, first))
    turn.card(text, ((go, Button(turn.label("☰ Overview"), data("checklist", "overview", visit))),))


async def withdraw(turn: Turn, args: tuple[str, ...]) -> None:
    """Take a visit back that this person handed in, so that it can be corrected."""
    sheet = await _loaded(turn, args, lock=True)
    if sheet.visit.state == "submitted":
        if not may_withdraw(turn, sheet.visit, await _author(turn, sheet.visit)):
            raise UserError(mark("Only the person who submitted this visit, or the group's leader, can withdraw it."))
        await reopened(turn, sheet)
        sheet.visit.withdraw()
        turn.record("visit.withdrawn", sheet.visit)
    await turn.enter("checklist", visit=sheet.visit.id)


async def _author(turn: Turn, visit: Visit) -> Person | None:
    return await people.by_id(turn.db, visit.submitted_by) if visit.submitted_by else None


async def summary(turn: Turn, args: tuple[str, ...]) -> None:
    """Show what a visit came to."""
    await _sum_up(turn, await _loaded(turn, args))


async def _sum_up(turn: Turn, sheet: Sheet) -> None:
    """Show the summary, with the way to take it back for whoever may."""
    visit = sheet.visit
    author = await _author(turn, visit)
    rows: Rows = ()
    if visit.state == "submitted" and may_withdraw(turn, visit, author):
        back: tuple[Button, ...] = (Button(turn.label("↶ Withdraw"), data("visit", "withdraw", visit.id)),)
        if leads(turn, visit):
            back = (Button(turn.label("✎ Send back …"), data("correction", "pick", visit.id)), *back)
        rows = (back,)
    rows = (
        *rows,
        (
            Button(turn.label("☰ Overview"), data("checklist", "overview", visit.id)),
            Button(turn.label("◀ Visits"), data("visit", "today")),
        ),
    )
    text = summary_text(turn, sheet, author)
    if mended := (await corrections.counts(turn.db, [visit.id])).get(visit.id, 0):
        text += turn.n("\n✎ {count} item sent back to be mended", "\n✎ {count} items sent back to be mended", mended)
    turn.card(text, rows, final=True)


VISIT = Journey(
    name="visit",
    commands={
        "today": command("today", today),
        "todo": command("todo", todo),
        "visit": command("visit", choose),
    },
    taps={
        "open": tap_open,
        "prepare": prepare,
        "brief": brief_again,
        "begin": begin,
        "announce": announcing.announce,
        "announced": announced,
        "today": tap_today,
        "todo": tap_todo,
        "submit": submit,
        "withdraw": withdraw,
        "summary": summary,
    },
)

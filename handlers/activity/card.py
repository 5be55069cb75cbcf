"""Draws activities: the list of a visit with its tally, and one of them with what can still be said of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.chat import Button
from handlers.journey import data
from handlers.progress import brief, clipped
from handlers.rows import in_rows
from handlers.text import mark
from storage.visit.activities import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from handlers.chat import Rows
    from handlers.text import Speech
    from handlers.turn import Turn
    from storage.visit.activities import Activity, Tallies
    from storage.visit.visits import Visit

NAMES: Final[Mapping[Kind, str]] = {
    Kind.symposium: mark("Symposium"),
    Kind.sit_in: mark("Sitting in"),
    Kind.documents: mark("Documents read"),
    Kind.site: mark("Site look"),
    Kind.lecture: mark("Lecture"),
}
SIGNS: Final[Mapping[Kind, str]] = {
    Kind.symposium: "👥",
    Kind.sit_in: "🪑",
    Kind.documents: "📂",
    Kind.site: "🔍",
    Kind.lecture: "🎓",
}
QUICK: Final[Mapping[Kind, tuple[int, ...]]] = {
    Kind.symposium: (5, 8, 10, 15, 20, 30),
    Kind.sit_in: (5, 10, 15, 20, 30, 50),
    Kind.documents: (1, 2, 3, 5, 10, 20),
    Kind.site: (),
    Kind.lecture: (20, 30, 50, 80, 100, 200),
}
"""Numbers offered for a tap; any other one is typed."""

SHOWN: Final = 12
POINTS: Final = 1200


def list_card(
    turn: Turn, visit: Visit, found: Sequence[Activity], tallies: Tallies, zone: tzinfo
) -> tuple[Markup, Rows]:
    """Return the card of a visit's activities."""
    lines = [turn.t("<b>Activities</b> · {unit}", unit=visit.unit.name)]
    shown = found[-SHOWN:]
    for at, one in enumerate(shown, len(found) - len(shown) + 1):
        when = turn.speech.clock(one.at, zone)
        lines.append(turn.t("{at}. {when} {what}", at=at, when=when, what=one_line(turn, one)))
    if found:
        lines += [Markup(""), turn.t("Counted: {tally}", tally=tally_line(turn.speech, tallies))]
    else:
        lines.append(turn.t("What have you done? One tap records it; number, points and photos can follow."))
    kinds = [
        Button(f"{SIGNS[kind]} {turn.label(NAMES[kind])}", data("activity", "add", visit.id, kind.value))
        for kind in Kind
    ]
    numbered = enumerate(shown, len(found) - len(shown) + 1)
    opens = [Button(f"{at} {SIGNS[one.kind]}", data("activity", "open", one.id)) for at, one in numbered]
    back = (Button(turn.label("◀ Checklist"), data("checklist", "overview", visit.id)),)
    return Markup("\n").join(lines), (*in_rows(kinds), *in_rows(opens), back)


def one_line(turn: Turn, activity: Activity) -> str:
    """Return an activity on one line."""
    parts = [f"{SIGNS[activity.kind]} {turn.label(NAMES[activity.kind])}"]
    parts += [counted(turn.speech, activity.kind, activity.count)] if activity.count is not None else []
    parts += [brief(activity.place, 16)] if activity.place else []
    return " · ".join(parts)


def counted(speech: Speech, kind: Kind, count: int) -> str:
    """Return how many people, or documents."""
    if kind is Kind.documents:
        return str(speech.n("{count} document", "{count} documents", count))
    return str(speech.n("{count} person", "{count} people", count))


def card(
    turn: Turn, visit: Visit, activity: Activity, photos: int, *, doing: str = "", note: Markup | None = None
) -> tuple[Markup, Rows]:
    """Return the card of one activity; ``doing`` is 'place' while the next words are its place."""
    kind = activity.kind
    lines = [
        turn.t("{sign} <b>{kind}</b> · {unit}", sign=SIGNS[kind], kind=turn.label(NAMES[kind]), unit=visit.unit.name),
        turn.t("Place: {place}", place=activity.place or "—"),
    ]
    if kind is Kind.documents:
        lines.append(turn.t("How many read: {count}", count="—" if activity.count is None else activity.count))
    elif kind is not Kind.site or activity.count is not None:
        lines.append(turn.t("People: {count}", count="—" if activity.count is None else activity.count))
    lines.append(turn.t("Points: {points}", points=clipped(activity.points, POINTS) or "—"))
    lines += [turn.n("📎 {count} photo", "📎 {count} photos", photos)] if photos else []
    if activity.removed_at is not None:
        lines.append(turn.t("Removed; it is not counted."))
        put_back = Button(turn.label("↩ Put back"), data("activity", "restore", activity.id))
        return Markup("\n").join(lines), ((put_back, _back(turn, visit)),)
    lines.append(Markup(""))
    if doing == "place":
        lines.append(turn.t("Send the place in a few words."))
    else:
        lines.append(turn.t("✓ Recorded. Send a number for how many, words for the points, photos as they are."))
    return Markup("\n").join([*lines, *([note] if note else [])]), _buttons(turn, visit, activity)


def _buttons(turn: Turn, visit: Visit, activity: Activity) -> Rows:
    one = activity.id
    quick = [
        Button(f"● {number}" if number == activity.count else str(number), data("activity", "count", one, number))
        for number in QUICK[activity.kind]
    ]
    change = [Button(turn.label("📍 Place"), data("activity", "place", one))]
    if activity.points:
        change.append(Button(turn.label("Empty the points"), data("activity", "clear", one)))
    change.append(Button(turn.label("🗑 Remove"), data("activity", "remove", one)))
    rows = tuple(tuple(quick[at : at + 6]) for at in range(0, len(quick), 6))
    return (*rows, tuple(change), (_back(turn, visit),))


def _back(turn: Turn, visit: Visit) -> Button:
    return Button(turn.label("◀ Activities"), data("activity", "visit", visit.id))


def tally_line(speech: Speech, tallies: Tallies) -> str:
    """Return the tally on one line: only what was done."""
    parts = []
    for kind, tally in tallies.kinds.items():
        if not tally.times:
            continue
        said = f"{SIGNS[kind]} {speech.label(NAMES[kind])} {tally.times}"
        parts.append(
            said + (speech.label(" ({counted})", counted=counted(speech, kind, tally.total)) if tally.total else "")
        )
    if tallies.interviews:
        parts.append(f"🗣 {speech.label('Interviews')} {tallies.interviews}")
    return "  ".join(parts)

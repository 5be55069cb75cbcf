"""Who is reminded of what, and when: a ladder from before the day, over the day, up to the leader and the office.

Pure: deadlines, people and a calendar go in, moments come out. Days are counted in worked days. Nobody is reminded at
night or on a day off, unless the pack says that it is urgent.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from supervision.calendar import moment, next_disturbable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import tzinfo

    from supervision.calendar import Calendar, Quiet

MORNING: Final = time(9)


class LadderError(ValueError):
    """A pack's ladder cannot be used: the sentence says which and why."""


@dataclass(frozen=True, slots=True, order=True)
class Rung:
    """One step: so many worked days after the deadline (before it, below zero), at an hour, to somebody.

    ``to`` is ``owner``, ``leader`` or ``office``.
    """

    days: int
    to: str = "owner"
    hour: time = MORNING
    urgent: bool = False

    @property
    def name(self) -> str:
        """Return what makes it the same step when it is planned again."""
        return f"{self.days:+d}{self.to}"


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that is due on a day; ``key`` is what makes it the same thing, such as ``item:5:2``."""

    kind: str
    key: str
    due: date


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody to be reminded: where their clocks are, and when they are left alone."""

    person_id: int
    zone: tzinfo
    quiet: Quiet


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder of one person; ``key`` is unique to matter, day, rung and person, ``at`` is in UTC."""

    key: str
    matter: Matter
    rung: Rung
    person_id: int
    at: datetime


DEFAULT: Final[Mapping[str, tuple[Rung, ...]]] = {
    "item": (
        Rung(-3),
        Rung(-1),
        Rung(0),
        Rung(1),
        Rung(2, "leader"),
        Rung(4, "office"),
    ),
    "decision": (Rung(-1), Rung(0), Rung(1), Rung(2, "leader"), Rung(4, "office")),
    "meeting": (Rung(-1, hour=time(17, 30)),),
    "opens": (Rung(-2), Rung(0)),
    "closes": (Rung(-5), Rung(-1), Rung(0)),
    "uncovered": (Rung(-5), Rung(-3), Rung(-1), Rung(-1, "office")),
    "tomorrow": (Rung(-1, hour=time(17, 30)),),
    "start": (Rung(0, hour=time(17)), Rung(1, "leader"), Rung(3, "office")),
    "submit": (Rung(1), Rung(2, "leader"), Rung(4, "office")),
    "enquiry": (Rung(-1), Rung(0), Rung(1, "leader"), Rung(2, "office")),
    "mend": (Rung(0), Rung(1), Rung(2, "leader")),
    "judge": (Rung(1, "leader"), Rung(3, "leader")),
    "left": (Rung(0, "leader", hour=time(18)),),
}
"""The ladders of every kind of matter, where the pack says nothing else."""

_TO: Final = ("owner", "leader", "office")


def ladders(campaign: str) -> Mapping[str, tuple[Rung, ...]]:
    """Read the ladders of a pack from its ``campaign.toml``; raises LadderError for one that cannot be used."""
    raw = tomllib.loads(campaign).get("reminders", {})
    unknown = set(raw) - set(DEFAULT)
    if unknown:
        raise LadderError(f"reminders: there is nothing called {', '.join(sorted(unknown))}")
    return {**DEFAULT, **{kind: tuple(_rung(kind, one) for one in rungs) for kind, rungs in raw.items()}}


def _rung(kind: str, raw: Mapping[str, Any]) -> Rung:
    to, days = raw.get("to", "owner"), raw.get("days")
    if not isinstance(days, int) or to not in _TO:
        raise LadderError(f"reminders.{kind}: days is a whole number, to one of {', '.join(_TO)}")
    hour = raw.get("hour", MORNING)
    if not isinstance(hour, time):
        raise LadderError(f"reminders.{kind}: hour is a time such as 09:00:00")
    return Rung(days, to, hour, bool(raw.get("urgent", False)))


def at(rung: Rung, due: date, whom: Whom, calendar: Calendar) -> datetime:
    """Return the moment (UTC) of one step for one person; raises calendar.NoWorkday.

    What falls on a day off comes on the next worked day at its own hour, with what else comes then.
    """
    day = calendar.shifted(due, rung.days)
    if rung.urgent:
        return moment(day, rung.hour, whom.zone)
    wanted = moment(calendar.on_or_after(day), rung.hour, whom.zone)
    return next_disturbable(wanted, whom.zone, whom.quiet, calendar)


def steps(
    matter: Matter, ladder: Iterable[Rung], people: Mapping[str, Sequence[Whom]], calendar: Calendar
) -> list[Step]:
    """Return every reminder of a matter; ``people`` says who is meant by owner, leader and office.

    Whoever is meant twice on one day, as owner and as leader, is reminded once; so is whoever days off would have
    reminded twice on the day after them.
    """
    found: dict[tuple[int, int], Step] = {}
    for rung in sorted(ladder):
        for whom in people.get(rung.to, ()):
            key = f"{matter.key}:{matter.due.isoformat()}:{rung.name}:{whom.person_id}"
            step = Step(key, matter, rung, whom.person_id, at(rung, matter.due, whom, calendar))
            found.setdefault((rung.days, whom.person_id), step)
    zones = {whom.person_id: whom.zone for each in people.values() for whom in each}
    days: dict[tuple[int, date, bool], Step] = {}
    for one in found.values():  # in the order of the ladder: the last of a day says it all
        days[one.person_id, one.at.astimezone(zones[one.person_id]).date(), one.rung.urgent] = one
    return sorted(days.values(), key=lambda one: (one.at, one.key))


def merged(waiting: Iterable[Step]) -> dict[int, list[Step]]:
    """Return what each person is told in one message: of each matter the last step, in the order of deadlines.

    After an outage several steps of one matter are due at once; one line says it.
    """
    latest: dict[tuple[int, str], Step] = {}
    for one in sorted(waiting, key=lambda one: (one.rung.days, one.at)):
        latest[one.person_id, one.matter.key] = one
    found: dict[int, list[Step]] = {}
    for one in sorted(latest.values(), key=lambda one: (one.matter.due, one.matter.key)):
        found.setdefault(one.person_id, []).append(one)
    return found

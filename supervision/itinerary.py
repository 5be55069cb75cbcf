"""A proposed itinerary of one group: every unit in scope, a day and a team for each, and what it costs in journeys.

Pure. Days are those that are worked; whoever is on leave goes nowhere. What is weighed: few areas a day, few provinces
a team, the same load for everybody. How the best one is looked for is in itinerary_solver.py; what is made here without
it is good enough to work with, and is the fallback.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final

from supervision.calendar import DAY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from supervision.calendar import Calendar

CHANGE: Final = 1
"""What a second city on a day costs, and a third."""

PROVINCE: Final = 4
"""What a second province on a day costs, besides."""

JOURNEY: Final = 2
"""What it costs that one more team goes to a province."""

SPREAD: Final = 3
"""What each visit costs by which the busiest team is ahead of the idlest, beyond one."""

LEFT: Final = 1000
"""What a unit costs that gets no day: more than any journey."""

PAIRS_FROM: Final = 4
"""A group of so many goes in pairs unless somebody says otherwise; a smaller one goes singly."""

MOST_A_DAY: Final = 3
"""Visits of a team on a day, where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit to be visited; ``area`` is a path: province, city, county."""

    unit_id: int
    code: str
    area: str

    @property
    def province(self) -> str:
        """Return the first part of its area."""
        return self.area.partition("/")[0]

    @property
    def city(self) -> str:
        """Return its area down to the city: two units of one city cost no journey."""
        return "/".join(self.area.split("/")[:2])

    @property
    def order(self) -> tuple[str, str, str, str]:
        """Return what puts neighbours beside one another."""
        return self.province, self.city, self.area, self.code


@dataclass(frozen=True, slots=True)
class Team:
    """People who go together; ``there`` says who of them can go on which day, days without enough of them left out."""

    people: tuple[int, ...]
    there: Mapping[date, tuple[int, ...]]

    @property
    def days(self) -> tuple[date, ...]:
        """Return the days on which it can go, in order."""
        return tuple(sorted(self.there))


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be arranged for one group; ``most`` visits of a team on a day."""

    group_id: int
    places: tuple[Place, ...]
    teams: tuple[Team, ...]
    most: int = MOST_A_DAY
    fixed: tuple[tuple[Place, Stop], ...] = ()
    """Visits that have their day and people and stay as they are; the rest goes beside them."""

    @property
    def team_days(self) -> int:
        """Return how many days there are, of all teams together."""
        return sum(len(one.there) for one in self.teams)

    @property
    def room(self) -> int:
        """Return how many visits fit at most."""
        return self.team_days * self.most

    @property
    def pace(self) -> int:
        """Return the fewest visits of a team a day with which all fit, so that no day is fuller than it must be."""
        days = self.team_days
        return min(self.most, max(1, -(-len(self.places) // days))) if days else self.most


@dataclass(frozen=True, slots=True)
class Stop:
    """One unit on one day, and who goes there."""

    unit_id: int
    day: date
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What was found: the stops, the units left without a day, its cost, and the bound no plan can be below.

    ``solved``: by the solver, else made without it.
    """

    stops: tuple[Stop, ...]
    left: tuple[int, ...]
    cost: int
    bound: float
    solved: bool = False

    @property
    def gap(self) -> float:
        """Return how far above the bound its cost may be, as a part of it: 0 is the best there is."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost else 0.0


@dataclass(slots=True)
class Draft:
    """Who goes where on which day while it is being made: team and day -> places."""

    task: Task
    days: dict[tuple[int, date], list[Place]] = field(default_factory=dict)

    def put(self, team: int, day: date, place: Place) -> None:
        """Put a visit on a team's day."""
        self.days.setdefault((team, day), []).append(place)

    def finish(self, bound: float, *, solved: bool) -> Plan:
        """Return it as a plan, whatever has no day yet put where there is room."""
        self._fill()
        placed = {place.unit_id for each in self.days.values() for place in each}
        stops = [
            Stop(place.unit_id, day, self.task.teams[team].there[day])
            for (team, day), each in sorted(self.days.items())
            for place in each
        ]
        left = tuple(one.unit_id for one in self.task.places if one.unit_id not in placed)
        stops.sort(key=lambda one: (one.day, one.people))
        return Plan(tuple(stops), left, self.cost(len(left)), bound, solved)

    def _fill(self) -> None:
        placed = {place.unit_id for each in self.days.values() for place in each}
        for place in self.task.places:
            if place.unit_id in placed:
                continue
            free = [
                (self._strange(team, day, place), len(self.days.get((team, day), ())), day, team)
                for team, one in enumerate(self.task.teams)
                for day in one.days
                if len(self.days.get((team, day), ())) < self.task.most
            ]
            if not free:
                return
            _, _, day, team = min(free)
            self.put(team, day, place)

    def _strange(self, team: int, day: date, place: Place) -> int:
        there = self.days.get((team, day), ())
        if not there or any(one.city == place.city for one in there):
            return 0
        return 1 if any(one.province == place.province for one in there) else 2

    def cost(self, left: int) -> int:
        """Return what it costs: see the weights above."""
        cost = left * LEFT
        for each in self.days.values():
            cost += CHANGE * (len({one.city for one in each}) - 1)
            cost += PROVINCE * (len({one.province for one in each}) - 1)
        cost += JOURNEY * len({(team, one.province) for (team, _), each in self.days.items() for one in each})
        loads = self.loads()
        return cost + SPREAD * max(0, max(loads) - min(loads) - 1) if loads else cost

    def loads(self) -> list[int]:
        """Return how many visits each team has that can go at all."""
        found = Counter({team: 0 for team, one in enumerate(self.task.teams) if one.there})
        for (team, _), each in self.days.items():
            found[team] += len(each)
        return list(found.values())


# --- who goes ---


def workdays(calendar: Calendar, first: date, last: date) -> tuple[date, ...]:
    """Return the worked days from one day to another, both included."""
    every = (first + DAY * at for at in range((last - first).days + 1))
    return tuple(day for day in every if calendar.works(day))


def size_of(people: int) -> int:
    """Return how many go on a visit together in a group of so many: two from :data:`PAIRS_FROM` on."""
    return 2 if people >= PAIRS_FROM else 1


def teams(
    people: Sequence[int], size: int, days: Iterable[date], away: Mapping[int, Collection[date]]
) -> tuple[Team, ...]:
    """Return the teams of a group: so many together, those who are away at the same time in one.

    One who is over goes with the team that is most often short without them. A team goes on days on which ``size`` of
    it are there; of all ways that are tried, the one with the most such days is taken.
    """
    days = tuple(days)
    if not people:
        return ()
    gone = {one: sorted(day for day in days if day in away.get(one, ())) for one in people}
    ranked = sorted(people, key=lambda one: (-len(gone[one]), gone[one], one))
    size = min(size, len(ranked))
    tried = []
    for parts in _parted(ranked, size):
        found = tuple(Team(tuple(sorted(part)), _there(part, size, days, gone)) for part in parts)
        tried.append((sum(len(one.there) for one in found), found))
    return max(tried, key=lambda each: each[0])[1]


def _parted(ranked: Sequence[int], size: int) -> Iterator[list[list[int]]]:
    """Give ways to part people: neighbours together, each in turn the one who is over, with each team in turn."""
    rest = len(ranked) % size
    if not rest:
        yield [list(ranked[at : at + size]) for at in range(0, len(ranked), size)]
        return
    for first in range(len(ranked) - rest, -1, -1):
        over = ranked[first : first + rest]
        others = [*ranked[:first], *ranked[first + rest :]]
        parts = [others[at : at + size] for at in range(0, len(others), size)]
        for with_them in range(len(parts)):
            yield [[*part, *over] if at == with_them else part for at, part in enumerate(parts)]


def _there(
    part: Sequence[int], size: int, days: Iterable[date], gone: Mapping[int, Collection[date]]
) -> dict[date, tuple[int, ...]]:
    here = {day: tuple(sorted(one for one in part if day not in gone[one])) for day in days}
    return {day: people for day, people in here.items() if len(people) >= size}


# --- made without a solver ---


def made(task: Task) -> Plan:
    """Return a plan made in one go: neighbours in a row, dealt out evenly, a day filled before the next begins."""
    rest = sorted(task.places, key=lambda one: one.order)
    draft = Draft(task)
    shares = _shares(task, len(rest))
    at = 0
    for team, share in enumerate(shares):
        days = iter(task.teams[team].days)
        mine, at = rest[at : at + share], at + share
        for first in range(0, len(mine), task.pace):
            day = next(days)
            for place in mine[first : first + task.pace]:
                draft.put(team, day, place)
    return draft.finish(simple_bound(task), solved=False)


def beside(task: Task) -> Plan:
    """Return a plan that leaves what is fixed as it is: the rest put where a team is near and has room.

    Nothing is said of a bound: what is fixed would have to be moved for a better one.
    """
    draft = Draft(task)
    for place, stop in task.fixed:
        for team, one in enumerate(task.teams):
            if stop.day in one.there and (not stop.people or set(stop.people) & set(one.people)):
                draft.put(team, stop.day, place)
    fixed = {place.unit_id for place, _ in task.fixed}
    found = draft.finish(0.0, solved=False)
    stops = tuple(one for one in found.stops if one.unit_id not in fixed)
    return Plan(stops, found.left, 0, 0.0)


def _shares(task: Task, count: int) -> list[int]:
    """Deal visits out evenly, to nobody more than fit into their days."""
    rooms = [len(one.there) * task.pace for one in task.teams]
    shares = [0] * len(rooms)
    for _ in range(min(count, sum(rooms))):
        least = min((share, team) for team, share in enumerate(shares) if share < rooms[team])
        shares[least[1]] += 1
    return shares


def simple_bound(task: Task) -> float:
    """Return what every plan costs at least: a journey to each province that fits, and what cannot be done at all."""
    left = max(0, len(task.places) - task.room)
    short, journeys = left, 0
    for count in sorted(Counter(one.province for one in task.places).values()):
        short -= count
        journeys += short < 0
    return float(left * LEFT + JOURNEY * journeys)


# --- from "so many of this city" to this unit on that day ---

Day = tuple[tuple[str, int], ...]
"""What a team does on one day: cities, and how many units of each."""


def spread_out(task: Task, work: Mapping[int, Sequence[Day]]) -> Draft:
    """Give each team's days a date and each visit its unit: days of one city in a row, units of one county together."""
    waiting = {
        city: list(each)
        for city, each in groupby(sorted(task.places, key=lambda one: one.order), key=lambda one: one.city)
    }
    draft = Draft(task)
    for team, days in work.items():
        # Days with one city come first of those that begin with it, so that a mixed day leads over to the next city.
        ordered = sorted((tuple(sorted(each)) for each in days if each), key=lambda each: (each[0][0], len(each), each))
        for day, each in zip(task.teams[team].days, ordered, strict=False):
            for city, count in each:
                for _ in range(count):
                    if waiting[city]:
                        draft.put(team, day, waiting[city].pop(0))
    return draft

"""Looks for the best itinerary of a group with HiGHS: whole numbers of days of a kind, and of pieces of cities.

A city is cut into pieces, each what one team does there on one day; a day is some pieces. The pieces of one size in a
province are alike, and so are the days of one team: the model counts them and names nobody, so that it stays small
however many units and cities there are. Two pieces of one city on one day would cost less than it says, and are one
larger piece to it: its best is the best. Pure, but for what it costs: it loads scipy, and is run in a process of its
own (bot/background/apart.py), never in the one that serves.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from supervision import itinerary
from supervision.itinerary import CHANGE, JOURNEY, LEFT, PROVINCE, SPREAD, made, simple_bound, spread_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from supervision.itinerary import Day, Plan, Task

KINDS: Final = 40_000
"""Kinds of days, of all teams together, that are gone through; with more, no day is over three provinces."""

SMALL: Final = 6
"""Cities of at most so many units are counted by the ways to cut them; a larger one is cut by itself."""

Piece = tuple[int, int]
"""A province by its place in the list, and a number of units of one city of it."""


def solve(task: Task, seconds: float) -> Plan:
    """Return the best plan found in so many seconds: what was made without looking, when nothing better was."""
    greedy = made(task)
    if not task.places or not task.team_days:
        return greedy
    model = _Model.of(task)
    with _quiet():
        found = milp(
            model.costs,
            integrality=np.ones(model.size),
            bounds=Bounds(0, model.most),
            constraints=model.rules(),
            options={"time_limit": seconds, "mip_rel_gap": 1e-6},
        )
    # A kind of day that was left out might have been cheaper: then only the simple bound holds.
    known = found.mip_dual_bound if model.complete and found.mip_dual_bound is not None else 0.0
    bound = max(simple_bound(task), np.ceil(known - 1e-6))
    if found.x is None:
        return itinerary.Plan(greedy.stops, greedy.left, greedy.cost, min(bound, greedy.cost))
    plan = model.draft(found.x).finish(bound, solved=True)
    best = min(plan, greedy, key=lambda one: one.cost)
    return itinerary.Plan(best.stops, best.left, best.cost, min(bound, best.cost), solved=best is plan)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the library writes to the process's own standard output, and no option silences, from getting there."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


@dataclass(frozen=True, slots=True)
class _Cut:
    """One way to cut cities: which ones, how many of each size come of one, and how often it can be done."""

    cities: tuple[str, ...]
    province: int
    pieces: tuple[tuple[int, int], ...]
    """(size, how many); for a city that is cut by itself one size, as often as it goes."""

    most: int


@dataclass(slots=True)
class _Model:
    """The columns: days of each kind for each team; a team goes to a province; cuts; units left; the load."""

    task: Task
    provinces: list[str]
    counts: dict[str, int]
    kinds: list[tuple[Piece, ...]]
    cuts: list[_Cut]
    complete: bool

    @classmethod
    def of(cls, task: Task) -> _Model:
        counts = Counter(one.city for one in task.places)
        provinces = sorted({_province(one) for one in counts})
        kinds = list(_kinds(len(provinces), task.pace, task.pace))
        complete = len(kinds) * len(task.teams) <= KINDS
        if not complete:
            kinds = list(_kinds(len(provinces), task.pace, 2))
        return cls(task, provinces, counts, kinds, list(_cuts(counts, provinces, task.pace)), complete)

    # Where each column stands.

    def day(self, team: int, kind: int) -> int:
        return team * len(self.kinds) + kind

    def goes(self, team: int, province: int) -> int:
        return len(self.task.teams) * len(self.kinds) + team * len(self.provinces) + province

    def cut(self, at: int) -> int:
        return self.goes(len(self.task.teams), 0) + at

    def left(self, province: int) -> int:
        return self.cut(len(self.cuts)) + province

    @property
    def busiest(self) -> int:
        return self.left(len(self.provinces))

    @property
    def size(self) -> int:
        return self.busiest + 3

    @property
    def costs(self) -> NDArray[np.float64]:
        costs = np.zeros(self.size)
        for kind, each in enumerate(self.kinds):
            cost = CHANGE * (len(each) - 1) + PROVINCE * (len({province for province, _ in each}) - 1)
            for team in range(len(self.task.teams)):
                costs[self.day(team, kind)] = cost
        costs[self.goes(0, 0) : self.cut(0)] = JOURNEY
        costs[self.left(0) : self.busiest] = LEFT
        costs[self.busiest + 2] = SPREAD
        return costs

    @property
    def most(self) -> NDArray[np.float64]:
        most = np.full(self.size, float(len(self.task.places)))
        for team, one in enumerate(self.task.teams):
            most[self.day(team, 0) : self.day(team + 1, 0)] = len(one.there)
        most[self.goes(0, 0) : self.cut(0)] = 1
        most[self.cut(0) : self.left(0)] = [one.most for one in self.cuts]
        return most

    def rules(self) -> LinearConstraint:
        """Return the rules: every city cut, each piece on a day, no more days than there are, the load spread."""
        rules = _Rules()
        for cities, columns in self._cities().items():
            units = sum(self.counts[one] for one in cities)
            rules.add(columns, units, units)
        for (province, size), columns in self._pieces().items():
            rules.add([*columns, *([(self.left(province), -1.0)] if size == 1 else [])], 0.0, 0.0)
        for team in range(len(self.task.teams)):
            self._of_team(rules, team)
        rules.add([(self.busiest, 1.0), (self.busiest + 1, -1.0), (self.busiest + 2, -1.0)], -np.inf, 1.0)
        return rules.all(self.size)

    def _cities(self) -> dict[tuple[str, ...], list[tuple[int, float]]]:
        """Return for cities that are cut alike how many units of them each cut takes."""
        found: dict[tuple[str, ...], list[tuple[int, float]]] = {}
        for at, one in enumerate(self.cuts):
            found.setdefault(one.cities, []).append((self.cut(at), float(sum(size * n for size, n in one.pieces))))
        return found

    def _pieces(self) -> dict[Piece, list[tuple[int, float]]]:
        """Return for each kind of piece which cuts make it, and which days take it, below zero."""
        found: dict[Piece, list[tuple[int, float]]] = {
            (province, size): [] for province in range(len(self.provinces)) for size in range(1, self.task.pace + 1)
        }
        for at, one in enumerate(self.cuts):
            for size, count in one.pieces:
                found[one.province, size].append((self.cut(at), float(count)))
        for kind, each in enumerate(self.kinds):
            for piece, count in Counter(each).items():
                found[piece] += [(self.day(team, kind), -float(count)) for team in range(len(self.task.teams))]
        return found

    def _of_team(self, rules: _Rules, team: int) -> None:
        free = float(len(self.task.teams[team].there))
        rules.add([(self.day(team, kind), 1.0) for kind in range(len(self.kinds))], 0.0, free)
        for province in range(len(self.provinces)):
            there = [kind for kind, each in enumerate(self.kinds) if any(one == province for one, _ in each)]
            days = [(self.day(team, kind), 1.0) for kind in there]
            rules.add([*days, (self.goes(team, province), -free)], -np.inf, 0.0)
        if not free:
            return
        load = [(self.day(team, kind), float(sum(size for _, size in each))) for kind, each in enumerate(self.kinds)]
        rules.add([*load, (self.busiest, -1.0)], -np.inf, 0.0)
        rules.add([*load, (self.busiest + 1, -1.0)], 0.0, np.inf)

    def draft(self, found: NDArray[np.float64]) -> itinerary.Draft:
        """Return what the solver counted with a city for each piece, then a date and a unit for each visit."""
        counted = np.rint(found).astype(int)
        pieces = self._cut_up(counted)
        work: dict[int, list[Day]] = {}
        for team in range(len(self.task.teams)):
            days = [each for kind, each in enumerate(self.kinds) for _ in range(counted[self.day(team, kind)])]
            work[team] = [tuple((pieces[one].pop(0), one[1]) for one in each if pieces[one]) for each in days]
        return spread_out(self.task, work)

    def _cut_up(self, counted: NDArray[np.float64]) -> dict[Piece, list[str]]:
        """Return the cities that the pieces of each kind are of, neighbours beside one another."""
        pieces: dict[Piece, list[str]] = {one: [] for one in self._pieces()}
        waiting: dict[tuple[str, ...], list[str]] = {}
        for at, one in enumerate(self.cuts):
            cities = waiting.setdefault(one.cities, sorted(one.cities))
            for _ in range(counted[self.cut(at)]):
                city = cities.pop(0) if cities else one.cities[0]
                for size, count in one.pieces:
                    pieces[one.province, size] += [city] * count
        return {one: sorted(cities) for one, cities in pieces.items()}


class _Rules:
    """Rules as they are put down one by one."""

    def __init__(self) -> None:
        self._cells: list[tuple[int, int, float]] = []
        self._low: list[float] = []
        self._high: list[float] = []

    def add(self, each: Iterable[tuple[int, float]], least: float, most: float) -> None:
        """Put down that the sum of some columns, each so many times, lies between two numbers."""
        self._cells.extend((len(self._low), column, value) for column, value in each)
        self._low.append(least)
        self._high.append(most)

    def all(self, columns: int) -> LinearConstraint:
        """Return them all."""
        rows, at, values = zip(*self._cells, strict=True)
        matrix = coo_array((values, (rows, at)), shape=(len(self._low), columns)).tocsr()
        return LinearConstraint(matrix, self._low, self._high)


def _province(city: str) -> str:
    return city.partition("/")[0]


def _kinds(provinces: int, pace: int, over: int) -> Iterator[tuple[Piece, ...]]:
    """Give every kind of day there is: pieces of up to ``pace`` units together, in at most ``over`` provinces."""
    every = [(province, size) for province in range(provinces) for size in range(1, pace + 1)]
    for several in range(1, pace + 1):
        for each in combinations_with_replacement(every, several):
            if sum(size for _, size in each) <= pace and len({province for province, _ in each}) <= over:
                yield each


def _cuts(counts: Counter[str], provinces: list[str], pace: int) -> Iterator[_Cut]:
    """Give every way to cut the cities into pieces of at most ``pace`` units; small ones of one size are cut alike."""
    alike: dict[tuple[int, int], list[str]] = {}
    for city, count in sorted(counts.items()):
        province = provinces.index(_province(city))
        if count <= SMALL:
            alike.setdefault((province, count), []).append(city)
        else:
            for size in range(1, pace + 1):
                yield _Cut((city,), province, ((size, 1),), count // size)
    for (province, count), cities in alike.items():
        for parts in _parts(count, min(pace, count)):
            yield _Cut(tuple(cities), province, tuple(sorted(Counter(parts).items())), len(cities))


def _parts(count: int, most: int) -> Iterator[tuple[int, ...]]:
    """Give every way to write a number as a sum of numbers up to ``most``, the largest first."""
    if not count:
        yield ()
    for first in range(min(most, count), 0, -1):
        for rest in _parts(count - first, first):
            yield (first, *rest)

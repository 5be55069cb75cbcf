"""A proposed itinerary: everybody's visits once each, on worked days, by people who are there, and near the best."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision import itinerary
from supervision.calendar import Calendar
from supervision.itinerary import Draft, Place, Task, Team, made, simple_bound, teams, workdays
from supervision.itinerary_solver import _cuts, _parts, solve

DAYS = workdays(Calendar("CN"), date(2026, 9, 28), date(2026, 10, 16))
"""Across the National Day: a week off, and a Saturday that makes up for it."""

AREAS = ("甲省/一市/东区", "甲省/一市/西区", "甲省/二市", "乙省/三市", "乙省/四市", "")


@st.composite
def tasks(draw, most_units=40):
    areas = draw(st.lists(st.sampled_from(AREAS), min_size=1, max_size=most_units))
    people = range(1, draw(st.integers(1, 6)) + 1)
    spans = st.tuples(st.integers(0, len(DAYS) - 1), st.integers(0, len(DAYS)))
    away = {one: set(DAYS[slice(*sorted(draw(spans)))]) for one in people if draw(st.booleans())}
    days = DAYS[: draw(st.integers(1, len(DAYS)))]
    size = draw(st.integers(1, 2))
    places = tuple(Place(at, f"U{at:03}", area) for at, area in enumerate(areas, 1))
    return Task(1, places, teams(people, size, days, away), draw(st.integers(1, 4))), away, size


def holds(task, plan, away, size):
    """Check what every plan promises, however it was found."""
    placed = [stop.unit_id for stop in plan.stops]
    assert sorted([*placed, *plan.left]) == [one.unit_id for one in task.places]
    for stop in plan.stops:
        assert stop.day in DAYS
        assert stop.people
        assert all(stop.day not in away.get(person, ()) for person in stop.people)
        assert any(set(stop.people) <= set(team.people) for team in task.teams)
    busy = Counter((stop.day, person) for stop in plan.stops for person in stop.people)
    assert max(busy.values(), default=0) <= task.most
    assert len(plan.left) == max(0, len(task.places) - task.room), "nothing is left out that has room"
    assert simple_bound(task) <= plan.bound <= plan.cost
    del size


@given(tasks())
@settings(max_examples=60, deadline=None)
def test_a_plan_made_without_a_solver_keeps_every_promise(drawn):
    task, away, size = drawn
    holds(task, made(task), away, size)


@given(tasks(most_units=24))
@settings(max_examples=20, deadline=None)
def test_the_solvers_plan_keeps_them_too_and_is_never_worse(drawn):
    task, away, size = drawn
    plan = solve(task, 2.0)
    holds(task, plan, away, size)
    assert plan.cost <= made(task).cost


@given(tasks(most_units=24))
@settings(max_examples=15, deadline=None)
def test_when_all_are_there_nobody_has_two_more_than_another(drawn):
    task, *_ = drawn
    everybody = tuple(one.people for one in task.teams)
    if not everybody:
        return
    task = Task(1, task.places, teams([one for part in everybody for one in part], 1, DAYS, {}), 4)
    plan = solve(task, 2.0)
    loads = {team.people: 0 for team in task.teams}
    for stop in plan.stops:
        loads[stop.people] += 1
    # Spread costs three a visit, a journey two: two apart is never worth it where one is possible.
    assert max(loads.values()) - min(loads.values()) <= 2


@given(tasks(most_units=5))
@settings(max_examples=12, deadline=None)
def test_no_plan_of_a_small_task_costs_less_than_the_bound_and_the_best_is_found(drawn):
    task, *_ = drawn
    task = Task(1, task.places, tuple(Team(one.people, dict(list(one.there.items())[:2])) for one in task.teams[:2]))
    slots = [(team, day) for team, one in enumerate(task.teams) for day in one.days]
    if len(task.places) > len(slots) * task.pace or len(task.places) > 5:
        return
    best = None
    for chosen in product(slots, repeat=len(task.places)):
        if max(Counter(chosen).values()) > task.pace:
            continue
        draft = Draft(task)
        for place, (team, day) in zip(task.places, chosen, strict=True):
            draft.put(team, day, place)
        cost = draft.cost(0)
        best = cost if best is None else min(best, cost)
    plan = solve(task, 2.0)
    assert plan.bound <= best
    assert plan.cost == best


def test_holidays_are_left_out_and_the_saturday_that_makes_up_is_worked():
    assert date(2026, 10, 1) not in DAYS
    assert date(2026, 10, 10) in DAYS


def test_a_group_of_five_goes_in_a_pair_and_a_three_and_a_small_one_singly():
    found = teams(range(1, 6), itinerary.size_of(5), DAYS, {})
    assert sorted(len(one.people) for one in found) == [2, 3]
    assert itinerary.size_of(3) == 1


def test_those_who_are_away_together_are_one_team_so_that_the_others_can_go():
    away = {1: DAYS[:4], 4: DAYS[:4]}
    found = teams((1, 2, 3, 4), 2, DAYS, {one: set(days) for one, days in away.items()})
    assert {one.people: len(one.there) for one in found} == {(1, 4): len(DAYS) - 4, (2, 3): len(DAYS)}


def test_the_one_who_is_over_goes_where_a_team_would_be_short():
    found = teams((1, 2, 3), 2, DAYS, {1: set(DAYS)})
    assert [one.there[DAYS[0]] for one in found] == [(2, 3)]


def test_a_plan_with_one_city_a_day_is_found_where_there_is_one():
    places = tuple(Place(at, f"U{at}", f"甲省/{'一二'[at % 2]}市") for at in range(12))
    task = Task(1, places, teams((1, 2), 1, DAYS[:3], {}), 3)
    plan = solve(task, 2.0)
    assert plan.solved
    assert plan.cost == plan.bound == 2 * itinerary.JOURNEY
    assert plan.gap == 0
    areas = {one.unit_id: one.city for one in places}
    by_day = {}
    for stop in plan.stops:
        by_day.setdefault((stop.day, stop.people), set()).add(areas[stop.unit_id])
    assert {len(each) for each in by_day.values()} == {1}


def test_too_many_units_are_left_out_by_number_and_the_rest_is_arranged():
    places = tuple(Place(at, f"U{at}", "甲省/一市") for at in range(20))
    task = Task(1, places, teams((1,), 1, DAYS[:3], {}), 3)
    plan = solve(task, 2.0)
    assert (len(plan.stops), len(plan.left), task.room) == (9, 11, 9)
    assert plan.gap == 0


@pytest.mark.parametrize("people", [(), (1,)])
def test_with_nobody_there_everything_is_left(people):
    task = Task(1, (Place(1, "U1", "甲省"),), teams(people, 1, DAYS, {1: set(DAYS)}), 3)
    plan = solve(task, 1.0)
    assert plan.left == (1,)


def test_nothing_to_do_costs_nothing():
    plan = solve(Task(1, (), teams((1,), 1, DAYS, {})), 1.0)
    assert (plan.stops, plan.cost, plan.gap) == ((), 0, 0.0)


def test_a_number_is_cut_in_every_way_there_is():
    assert list(_parts(4, 3)) == [(3, 1), (2, 2), (2, 1, 1), (1, 1, 1, 1)]
    large = list(_cuts(Counter({"甲省/一市": 9}), ["甲省"], 3))
    assert [(one.pieces, one.most) for one in large] == [(((1, 1),), 9), (((2, 1),), 4), (((3, 1),), 3)]

"""The benchmarks still run: each once, tiny; what they measure is nobody's business here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks import (
    ceiling,
    cost,
    custody,
    digest,
    engines,
    field,
    figures,
    growth,
    latency,
    machine,
    notices,
    pictures,
    register,
    reminders,
    start,
    surveys,
    turns,
    walk,
)
from benchmarks.__main__ import BENCHMARKS
from benchmarks.proof.__main__ import PARTS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timeout(300)  # it waits for real processes, however busy the machine is


def test_a_figure_is_the_median_of_its_rounds_and_is_held_to_its_target():
    assert figures.at_least("a: b", [1.0, 3.0, 2.0], "×", 2) == figures.Figure("a: b", 2.0, "×", "≥ 2", True, "1–3")
    assert figures.at_most("a: b", 2.5, "ms", 2).met is False


def test_a_part_that_runs_alone_leaves_the_other_figures_as_they_were(tmp_path: Path):
    file = tmp_path / "results.json"
    figures.keep("one", [figures.stated("one: a", 1, "s"), figures.stated("one: b", 2, "s")], file)
    figures.keep("two", [figures.at_most("two: a", 3, "s", 2)], file)
    figures.keep("one", [figures.stated("one: a", 4, "s")], file)
    assert json.loads(file.read_text("utf-8")) == [
        {"name": "two: a", "value": 3.0, "unit": "s", "target": "≤ 2", "met": False},
        {"name": "one: a", "value": 4.0, "unit": "s", "target": None, "met": None},
    ]
    assert figures.targets(file).splitlines()[2:] == ["| two: a | 3 s | ≤ 2 | ✗ falls short |"]


def test_the_table_of_a_part_takes_its_place_on_the_page(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- bench:one -->\nold\n<!-- end:one -->\nafter\n", encoding="utf-8")
    figures.publish("one", [figures.at_most("one: a", [1, 3], "s", 1)], "more", page)
    text = page.read_text("utf-8")
    assert "| a | 2 | s | 1–3 | ≤ 1 | ✗ falls short |" in text
    assert "more\n<!-- end:one -->\nafter" in text
    assert "old" not in text
    with pytest.raises(LookupError):
        figures.put("", "two", page)


def test_the_page_has_a_place_for_every_benchmark():
    page = figures.PAGE.read_text("utf-8")
    for part in ("targets", "machine", *BENCHMARKS, *(f"proof-{part}" for part in PARTS)):
        assert f"<!-- bench:{part} -->" in page
        assert f"<!-- end:{part} -->" in page


def test_the_machine_is_described():
    assert "cores" in machine.description()


async def test_turns_are_counted_and_every_answer_is_stored():
    plan = turns.Plan(1, 0.2, 0.0, chats=2, visits=30, yardsticks=("echo on aiogram",), bots=(("SQLite", "ptb"),))
    found, _ = await turns.run(plan)
    assert {one.name for one in found} >= {"turns: echo on aiogram", "turns: SQLite, ptb ÷ echo on aiogram"}


async def test_waits_are_counted_from_when_a_tap_was_due():
    found, _ = await latency.run(latency.Plan(2, 0.1, 1, 0.2, most=2, stage=0.2, last=0.2))
    assert [one.unit for one in found] == ["ms", "ms", "inspectors"]


async def test_the_cost_of_a_turn_is_told_by_package():
    found, table = await cost.run(cost.Plan(alone=0.2, together=0.5, chats=2, visits=30))
    assert {one.name for one in found} >= {"cost: statements, one person", "cost: commits, one person"}
    assert "| sqlalchemy |" in table
    assert "| threads of the SQLite driver |" in table


async def test_the_start_is_timed_and_the_process_weighed():
    found, _ = await start.run(start.Plan(1, 0.0, 0.2, chats=2, visits=30, drivers=("ptb",)))
    assert {one.name for one in found} >= {"start: to the first reply, ptb", "start: idle memory (RSS), ptb"}


async def test_a_bot_with_a_past_is_set_beside_one_without():
    short = turns.Plan(1, 0.2, 0.0, chats=2, visits=30)
    found, _ = await growth.run(growth.Plan(10, 5_000, ("SQLite",), short))
    assert "growth: SQLite, a turn with 5,000 ÷ with 10, CPU" in {one.name for one in found}


async def test_a_past_is_as_large_as_was_asked_for(database_url: str):
    await field.seed(database_url, inspectors=2, visits=3)
    await field.past(database_url, answers=1_000)
    assert await field.answers(database_url) == 1_000


async def test_the_ceiling_is_that_of_a_telegram_with_nobody_behind_it():
    found, _ = await ceiling.run(turns.Plan(1, 0.2, 0.0, chats=2))
    assert "ceiling: calls" in {one.name for one in found}


async def test_a_walk_is_opened_and_answered():
    found, _ = await walk.run(walk.Plan(1, (3,), 2))
    assert [one.name for one in found] == ["walk: 3 items, opening it half full", "walk: 3 items, one answer"]


async def test_the_form_engine_is_measured_alone_where_node_is_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engines, "why_not", lambda: "no Node")
    found, said = await engines.run(engines.Plan(sizes=(6, 12), instances=3, choices=200, opened=12, rounds=1))
    assert "no Node" in said
    assert {one.name for one in found} >= {
        "engines: a repeat of 3, one answer",
        "engines: one answer at 12 questions against 6",
    }
    assert all(one.value > 0 for one in found)


async def test_a_season_of_links_is_made_and_found_sound():
    found, _ = await custody.run(custody.Plan(520, 24, ("SQLite",), turn_bases=()))
    assert "custody: SQLite, 520 links and 500 records verified" in {one.name for one in found}


async def test_what_is_due_is_found_among_many_reminders():
    found, _ = await reminders.run(reminders.Plan(500, 20, 2, 5, ("SQLite",)))
    assert "reminders: SQLite, 500 ahead, the next that is due" in {one.name for one in found}


async def test_a_register_is_brought_in_whole_or_not_at_all():
    found, _ = await register.run(register.Plan(60, again=False))
    assert "register: 60 units, with a faulty row, nothing stored" in {one.name for one in found}


async def test_pictures_are_known_again_among_others():
    found, _ = await pictures.run(pictures.Plan(3, 50, 2))
    assert "pictures: taken for another, of 3 pairs" in {one.name for one in found}
    assert all(one.met is not False for one in found)


async def test_a_digest_is_gathered_for_every_group_and_drawn():
    plan = digest.Plan(units=12, groups=2, rounds=2, few=20, many=200, times=1, pictures=1, bases=("SQLite",))
    found, _ = await digest.run(plan)
    assert "digest: a group's figures, SQLite, 200 ÷ 20 answers" in {one.name for one in found}
    assert next(one.value for one in found if one.name == "digest: size of a picture") > 1


async def test_a_notice_is_timed_where_it_arrives(tmp_path: Path):
    rate, refused = await notices._ours(notices.Plan(readers=10), tmp_path / "ours")
    assert rate > 0
    assert refused == 0


async def test_answers_go_into_a_survey_and_results_come_out():
    found, _ = await surveys.run(surveys.Plan(100, 10, 1, ("SQLite",), areas=1))
    assert [one.name for one in found] == [
        "surveys: SQLite, answers handed in",
        "surveys: SQLite, results of 100 answers",
        "surveys: SQLite, closing it",
    ]

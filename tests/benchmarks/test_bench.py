"""The benchmarks still run: each once, tiny; what they measure is nobody's business here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks import figures, machine, turns
from benchmarks.__main__ import BENCHMARKS

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
    for part in ("machine", *BENCHMARKS):
        assert f"<!-- bench:{part} -->" in page
        assert f"<!-- end:{part} -->" in page


def test_the_machine_is_described():
    assert "cores" in machine.description()


async def test_turns_are_counted_and_every_answer_is_stored():
    plan = turns.Plan(1, 0.2, 0.0, chats=2, visits=30, yardsticks=("aiogram",), bots=(("SQLite", "ptb"),))
    found, _ = await turns.run(plan)
    assert {one.name for one in found} >= {"turns: echo on aiogram", "turns: SQLite, ptb ÷ echo on aiogram"}

"""Opens a walk: fills a fresh tree with what the server knows, what the form begins with, and what was answered.

Done for every turn of a chat, so it must be quick, and must come to the same each time: what a form sets once, at its
beginning, is set as of the time the filling began, unless it has been stored since.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms.canonical import fitting
from forms.cells import Cell
from forms.context import World
from forms.instance import MAX_REPEATS, Instance
from forms.values import Moment
from forms.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from forms.form import Form
    from forms.nodes import Node

_STEP = re.compile(r"/([^/\[\]]+)(?:\[(\d{1,6})\])?")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When and where a form is filled; see :class:`forms.walk.Walk`. Both times are aware."""

    now: datetime
    started: datetime
    preset: Mapping[str, str]
    instance_id: str


def opened(form: Form, answers: Mapping[str, str], about: Circumstances) -> tuple[Instance, Wording, dict[str, str]]:
    """Open a tree of answers; give it with its texts, and those of the answers that the form has a place for."""
    zone = about.now.tzinfo
    if zone is None or about.started.tzinfo is None:
        message = "a walk needs aware times"
        raise ValueError(message)
    beginning = about.started.astimezone(zone)

    def world(root: Cell) -> World:
        return World(
            root=root,
            now=beginning,
            zone=zone,
            random=random.Random(about.instance_id or None),  # noqa: S311 - it shuffles choices, it guards nothing
            instances=form.instances,
            place=_place,
            is_relevant=_is_relevant,
            known={**about.preset, "version": form.version},
            began=beginning,
        )

    instance = Instance(form, world)
    wording = Wording(instance)
    _fill(instance, about, beginning)
    if form.beginnings:
        _begin(instance, answers)
    given = _apply(instance, answers)
    instance.world.now = about.now
    instance.work_out_all()
    return instance, wording, given


def _place(node: Node) -> int:
    """Give which instance of the innermost repeat around a node it is in, counted from 1; 1 outside of repeats."""
    at: Node | None = node
    while isinstance(at, Cell) and not at.definition.repeat:
        at = at.parent
    return at.parent.named(at.name).index(at) + 1 if isinstance(at, Cell) and at.parent is not None else 1


def _is_relevant(node: Node) -> bool:
    return not isinstance(node, Cell) or node.relevant


def _fill(instance: Instance, about: Circumstances, beginning: datetime) -> None:
    """Put in what the server knows: presets and preloads."""
    known = {
        ("date", "today"): beginning.date().isoformat(),
        ("timestamp", "start"): Moment.of(beginning).text,
        ("timestamp", "end"): Moment.of(about.now).text,
        ("uid", ""): about.instance_id and f"uuid:{about.instance_id.removeprefix('uuid:')}",
    }
    for definition in instance.form.fillable:
        value = about.preset.get(definition.name)
        if value is None and definition.preload is not None:
            value = known.get(definition.preload) or about.preset.get(definition.preload[1])
        if value is not None:
            instance.cells[definition.path].raw = fitting(definition, value)


def _begin(instance: Instance, answers: Mapping[str, str]) -> None:
    """Set dynamic defaults as of the beginning, but for what has been answered since."""
    instance.work_out_all()
    instance.beginning = True
    for action in instance.form.beginnings:
        for cell in tuple(instance.by_definition.get(action.target, ())):
            if cell.path not in answers and cell.relevant:
                instance.act(action, cell)
        instance.settle()
    instance.beginning = False


def _apply(instance: Instance, answers: Mapping[str, str]) -> dict[str, str]:
    """Put stored answers into the tree; what the form no longer has is left out."""
    given: dict[str, str] = {}
    for path, value in sorted(answers.items(), key=lambda answer: answer[0].count("/")):
        cell = instance.cells.get(path) or _made(instance, path, value)
        if cell is not None and not cell.definition.children:
            cell.raw = given[path] = value
            cell.kept = True
            question = cell.definition.question
            cell.overridden = cell.definition.calculate is not None and question is not None and question.asks
        elif cell is None and _STEP.sub(r"/\1", path) in instance.form.definitions:
            given[path] = value
    return given


def _made(instance: Instance, path: str, value: str) -> Cell | None:
    """Make the instances of repeats that a path speaks of, or that its value counts; None when there is no node."""
    at: Cell = instance.root
    steps = list(_STEP.finditer(path))
    if not steps or steps[0][1] != at.name:
        return None
    for step in steps[1:]:
        definition = at.definition.child(step[1])
        if definition is None:
            return None
        if definition.repeat and step[2] is None:
            if step.end() == len(path) and value.isdecimal():
                instance.resize(definition, at, int(value[:6]))
            return None
        position = int(step[2] or 1)
        present = instance.instances(definition, at)
        if definition.repeat and len(present) < position <= MAX_REPEATS:
            instance.resize(definition, at, position)
            present = instance.instances(definition, at)
        if not 1 <= position <= len(present):
            return None
        at = present[position - 1]
    return at

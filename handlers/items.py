"""What a visit's checklist is made of: its items, and between them the places where a repeat may have another instance.

An item is a screen of the form as this visit has it. Outside repeats it goes by its number, ``7``; inside by number and
instance, ``7.2``: the second room that was added, and never another one, whatever is taken away. Must not write.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from forms.beginning import held
from forms.canonical import InvalidAnswer
from forms.question import Screen
from supervision.instances import Instances, numbers_in, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from forms.form import Form
    from forms.nodes import Node
    from forms.question import Definition
    from forms.walk import Walk

MOST: Final = 200
"""Instances that somebody may add in one place."""


@dataclass(frozen=True, slots=True, eq=False)
class Item(Screen):
    """A screen with the key that people and buttons name it by; its questions stand where the walk has them now."""

    key: str


@dataclass(frozen=True, slots=True)
class More:
    """A place where a repeat may have another instance.

    ``place`` is how the repeat is stored there, ``path`` where it is now; neither ends in a number.
    """

    key: str
    place: str
    path: str
    definition: Definition


def begun(form: Form) -> Callable[[str], int | None]:
    """Return what says how many instances of a repeat there are in a place at first; None for what nobody adds to.

    The instances that the form itself holds may begin otherwise than those that are made of its template.
    """

    def count(place: str) -> int | None:
        definition = form.definitions.get(plain(place))
        if definition is None or not by_hand(definition):
            return None
        return len(held(definition, _beginning(form, place.rpartition("/")[0])))

    return count


def _beginning(form: Form, path: str) -> Node:
    """Return what a node with a stored path began with."""
    definition, node = form.root, form.root.template
    for step in path.split("/")[2:]:
        below = definition.child(plain(step))
        if below is None:
            break
        there = held(below, node) if below.repeat else node.named(below.name)
        at = numbers_in(step)[0] - 1 if "[" in step else 0
        definition, node = below, there[at] if at < len(there) else below.template
    return node


def by_hand(definition: Definition) -> bool:
    """Tell whether people say how many instances a repeat has."""
    return definition.repeat and definition.count is None and not definition.fixed


def item_of(screen: Screen, instances: Instances) -> Item:
    """Return a screen as an item of this visit."""
    if not screen.repeats:
        return _outside(screen)
    numbers = numbers_in(instances.stored(screen.questions[0].path))
    return _made(screen, ".".join(map(str, (screen.number, *numbers))))


@lru_cache(maxsize=1024)
def _outside(screen: Screen) -> Item:
    """Return what a screen outside repeats is on every visit: each turn goes through all of them."""
    return _made(screen, str(screen.number))


def _made(screen: Screen, key: str) -> Item:
    return Item(**{one.name: getattr(screen, one.name) for one in fields(Screen)}, key=key)


def places(form: Form, walk: Walk, instances: Instances) -> list[More]:
    """Return every place where somebody may add an instance, as things stand."""
    found = []
    for definition in form.definitions.values():
        if not by_hand(definition):
            continue
        number = next((one.number for one in form.screens if one.number and definition in one.repeats), None)
        for place in _places(definition, walk, instances) if number is not None else ():
            path = instances.position(place)
            if path is not None and _relevant(walk, path, instances.numbers(place)):
                key = "+" + ".".join(map(str, (number, *numbers_in(place))))
                found.append(More(key, place, path, definition))
    return found


def _places(definition: Definition, walk: Walk, instances: Instances) -> Iterator[str]:
    outer = definition.parent.scope if definition.parent is not None else None
    if outer is None:
        yield definition.path
        return
    for place in _places(outer, walk, instances):
        for number in instances.numbers(place) if by_hand(outer) else _counted(walk, instances, place):
            yield f"{place}[{number}]{definition.path[len(outer.path) :]}"


def _counted(walk: Walk, instances: Instances, place: str) -> Iterator[int]:
    """Return the positions of a repeat that grows by itself."""
    path, at = instances.position(place), 1
    while path is not None and exists(walk, f"{path}[{at}]"):
        yield at
        at += 1


def exists(walk: Walk, path: str) -> bool:
    """Tell whether the walk has a node there."""
    try:
        walk.relevant(path)
    except InvalidAnswer:
        return False
    return True


def _relevant(walk: Walk, path: str, numbers: list[int]) -> bool:
    """Tell whether a repeat is asked about: by its first instance, and while there is none by what it is in."""
    try:
        return walk.relevant(f"{path}[1]") if numbers else walk.relevant(path.rpartition("/")[0])
    except InvalidAnswer:
        return False


def order(form: Form, path: str) -> tuple[int, ...]:
    """Return where a path stands in the form: comparing two tells which comes first; a repeat ends after its last."""
    place: list[int] = []
    at = ""
    for step in path.split("/")[1:]:
        at += f"/{step}"
        definition = form.definitions.get(plain(at))
        position = numbers_in(step)
        place += (definition.index if definition is not None else 0, position[0] if position else 0)
    return tuple(place)


def after_all(form: Form, more: More) -> tuple[int, ...]:
    """Return where a place to add stands: after every instance there is."""
    return (*order(form, more.path)[:-1], MOST * MOST)


def merged(form: Form, items: list[Item], mores: list[More]) -> list[Item | More]:
    """Return items and the places to add between them, in the order of the form."""
    if not mores:
        return list(items)
    placed: list[tuple[tuple[int, ...], Item | More]] = [(order(form, one.questions[0].path), one) for one in items]
    placed += [(after_all(form, one), one) for one in mores]
    return [one for _, one in sorted(placed, key=lambda pair: pair[0])]


def titled(form: Form, walk: Walk, more: More, language: str) -> str:
    """Return what a repeat is called, its name where the form has no label for it."""
    for screen in form.screens:
        for section in screen.sections:
            if section.repeat is more.definition:
                inside = replace(section, path=more.path)
                title = walk.title(inside, language)
                if title:
                    return title
    return more.definition.name


def stood(stored: Mapping[str, str], form: Form) -> Instances:
    """Return the instances that stand, given everything that is stored of a visit's answers."""
    return Instances(stored, begun(form))

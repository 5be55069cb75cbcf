"""The outline of a visit's checklist: its items in order, and the places where a repeat may have another instance.

What is stored names the instances of repeats by their numbers, the walk by their positions: ``stored`` and ``placed``
lead from one to the other, and nothing else may assume either. Worked out once, until something is answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from handlers.errors import Stale, UserError
from handlers.items import Item, More, item_of, merged, places
from handlers.text import mark
from handlers.widgets.kinds import WIDGETS
from supervision.instances import plain

if TYPE_CHECKING:
    from forms.form import Form
    from forms.question import Question, Screen
    from forms.walk import Walk
    from supervision.instances import Instances

ASKED = frozenset(WIDGETS)
"""Kinds of question that a person answers."""

GONE = mark("Item {number} was removed; its answers are kept in the history. The overview shows what there is.")


@dataclass(slots=True)
class Outline:
    """What a form asks on one visit, as things stand."""

    form: Form
    walk: Walk
    instances: Instances
    language: str
    _items: dict[str, Item] = field(default_factory=dict, repr=False, init=False)
    _shown: list[Item | More] | None = field(default=None, repr=False, init=False)

    def put(self, path: str, value: str) -> None:
        """Bring the walk up to date with an answer that has been written; ``path`` is the walk's."""
        self.walk.set(path, value, strict=False)
        self._shown = None

    def find(self, key: object) -> Item | None:
        """Return the item with this key, None when the form has none or it does not apply here."""
        return next((item for item in self.numbered() if item.key == str(key)), None)

    def screen(self, key: str) -> Item:
        """Return the item with this key; UserError when it was taken away, Stale when there was never one."""
        found = self.find(key)
        if found is None:
            if self.removed(key):
                raise UserError(GONE, number=key)
            raise Stale
        return found

    def removed(self, key: object) -> bool:
        """Tell whether an item is in an instance of a repeat that was taken away."""
        number, *numbers = str(key).split(".")
        form = next((one for one in self.form.screens if str(one.number) == number), None)
        if form is None or len(form.repeats) != len(numbers) or not all(map(str.isdecimal, numbers)):
            return False
        path = form.questions[0].path
        for repeat, at in zip(reversed(form.repeats), reversed(numbers), strict=True):
            path = f"{repeat.path}[{at}]{path[len(repeat.path) :]}"
        return self.instances.taken_away(path)

    def alike(self, number: int | None) -> list[Item]:
        """Return the items of one number: one in each instance of a repeat, at most one elsewhere."""
        return [item for item in self.numbered() if item.number == number]

    def meant(self, number: int | None, here: Item | None = None) -> Item | None:
        """Return the item that a bare number means: the only one, or the one in the instance where somebody stands."""
        found = self.alike(number)
        if here is not None and len(found) > 1:
            own = here.key.split(".")[1:]
            near = [one for one in found if all(a == b for a, b in zip(one.key.split(".")[1:], own, strict=False))]
            found = near if own else found
        return found[0] if len(found) == 1 else None

    def numbered(self) -> list[Item]:
        """Return the items that ask something of this unit, in order."""
        return [one for one in self.stations() if isinstance(one, Item)]

    def mores(self) -> list[More]:
        """Return the places where somebody may add an instance of a repeat, in order."""
        return [one for one in self.stations() if isinstance(one, More)]

    def station(self, key: str) -> Item | More:
        """Return the item, or the place to add, with this key; raises what :meth:`screen` and :meth:`more` raise."""
        return self.more(key) if key.startswith("+") else self.screen(key)

    def more(self, key: object) -> More:
        """Return a place to add by its key; Stale when there is none."""
        found = next((one for one in self.mores() if one.key == key), None)
        if found is None:
            raise Stale
        return found

    def stations(self) -> list[Item | More]:
        """Return all that one comes past on the way through the checklist, in order."""
        if self._shown is None:
            self._shown = merged(self.form, self._asked(), places(self.form, self.walk, self.instances))
        return self._shown

    def _asked(self) -> list[Item]:
        return [
            self._item(screen)
            for screen in self.walk.screens()
            if screen.number is not None and any(question.kind in ASKED for question in screen.questions)
        ]

    def _item(self, screen: Screen) -> Item:
        """Return a screen as an item: the same one for as long as the turn lasts."""
        path = screen.questions[0].path
        if path not in self._items:
            self._items[path] = item_of(screen, self.instances)
        return self._items[path]

    def spared(self) -> list[Screen]:
        """Return the numbered screens that the form asks of other units and not of this one, in order.

        None in a repeat: of those there may yet be one.
        """
        asked = {screen.number for screen in self.numbered()}
        return [
            screen
            for screen in self.form.screens
            if screen.number is not None and screen.number not in asked and not screen.repeats
        ]

    # --- repeats ---

    def stored(self, path: str) -> str:
        """Return how a path of the walk is stored."""
        return self.instances.stored(path) if "[" in path else path

    def placed(self, stored: str) -> str | None:
        """Return where a stored path is in the walk, None when it was taken away or is no longer there."""
        path = self.instances.position(stored) if "[" in stored else stored
        return path if path is not None and self.asking(path) is not None else None

    def item_at(self, stored: str) -> Item | None:
        """Return the item on which a stored path is asked."""
        path = self.placed(stored)
        return next((one for one in self.numbered() if any(each.path == path for each in one.questions)), None)

    def asking(self, path: str) -> Question | None:
        """Return the question at a path of the walk, None when there is none."""
        question = self.form.questions.get(plain(path))
        if question is None or path == question.path:
            return question
        inside = (one for item in self.numbered() for one in item.questions if one.path == path)
        return next(inside, None)

    def asked_for(self, stored: str) -> Question | None:
        """Return the question whose answer is stored under a path, None when it was taken away."""
        path = self.placed(stored)
        return self.asking(path) if path is not None else None

    def section(self, item: Item) -> str:
        """Return what the part of the form is called that an item is in, with the instance's number in a repeat."""
        path = item.questions[0].path.split("/")
        numbers = item.key.split(".")[1:]
        for section in reversed(item.sections):
            here = "/".join(path[: section.path.count("/") + 1]) if section.path else ""
            title = self.walk.title(replace(section, path=here), self.language)
            if title:
                return f"{title} {'.'.join(numbers)}".strip()
        return f"#{'.'.join(numbers)}" if numbers else ""

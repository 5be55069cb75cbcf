"""One filling of a form: give it answers, ask it what to ask next, what is missing, and what the submission is.

A walk is a pure function of the form, the answers, and the times it is told: open it anew for every turn of a chat
rather than keep it. It stores nothing; whoever does stores :meth:`Walk.values`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from forms.beginning import held
from forms.canonical import InvalidAnswer, adapted, canonical
from forms.opening import Circumstances, opened
from forms.question import SELECTS, SILENT, Screen
from forms.submission import submission

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from forms.cells import Cell
    from forms.form import Form
    from forms.question import Choice, Definition, Question, Section
    from forms.texts import Text


@dataclass(frozen=True, slots=True)
class Changed:
    """What an answer has changed: the paths of nodes whose value or relevance is another now, in order."""

    paths: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.paths)


@dataclass(frozen=True, slots=True)
class Violation:
    """A value that may not stand; ``kind`` is ``constraint`` or ``required``."""

    path: str
    kind: str
    _say: Callable[[str], str]

    def message(self, language: str) -> str:
        """Give what the form says about it, '' when it says nothing."""
        return self._say(language)


class Walk:
    """A form with answers. Paths are as in the form, inside repeats with positions (``/data/rep[2]/q``)."""

    def __init__(
        self,
        form: Form,
        answers: Mapping[str, str],
        *,
        now: datetime,
        preset: Mapping[str, str] | None = None,
        started: datetime | None = None,
        instance_id: str = "",
    ) -> None:
        """Open a walk.

        ``answers`` are stored values by path (:meth:`values`). ``now`` is aware; its zone is the walk's. ``started``
        is when the filling began (``now`` by default): what a form sets once at its beginning is set as of then.
        ``preset`` fills hidden questions, and properties such as ``username``, by name. ``instance_id`` names the
        submission and seeds ``random()``, so that the same walk opened again draws the same.
        """
        self.form = form
        self.now = now
        self.instance_id = instance_id
        circumstances = Circumstances(now, started or now, dict(preset or {}), instance_id)
        self._instance, self._wording, self._given = opened(form, answers, circumstances)
        self._world = self._instance.world

    # --- answering ------------------------------------------------------------------------------------------------

    def set(self, path: str, value: str, *, strict: bool = True) -> Changed:
        """Store an answer ('' clears it), and work out what depends on it; raises :class:`InvalidAnswer`.

        A value that violates a constraint is stored and flagged; see :meth:`check`. With ``strict`` False a value that
        does not fit its type or choices is cut down to what fits, which may be '', instead of refused.
        """
        cell, question = self._asked(path)
        if question.kind in SILENT or self.readonly(path):
            raise InvalidAnswer("readonly", path, value)
        stored = (canonical if strict else adapted)(question, value, self._offered(cell))
        if stored == cell.raw and cell.kept:
            return Changed(())
        self._instance.put(cell, stored)
        return self._settled()

    def check(self, path: str, value: str) -> Violation | None:
        """Say whether an answer would violate its constraint, or ``required``; raises :class:`InvalidAnswer`."""
        cell, question = self._asked(path)
        stored = canonical(question, value, self._offered(cell))
        shown, cell.text = cell.text, stored
        try:
            return self._violation(cell)
        finally:
            cell.text = shown

    def add(self, path: str, parent: str = "") -> str:
        """Add an instance to a repeat, and give its path; ``path`` may end in the repeat's name without position."""
        definition, owner = self._repeat(path, parent)
        cell = self._instance.add(definition, owner)
        self._instance.beginning = True
        self._settled()
        self._instance.beginning = False
        return cell.path

    def remove(self, path: str) -> Changed:
        """Take an instance of a repeat away; those after it move up by one."""
        cell = self._cell(path)
        if not cell.definition.repeat or cell.definition.count is not None or cell.definition.fixed:
            raise InvalidAnswer("readonly", path)
        self._instance.remove(cell)
        return self._settled()

    # --- asking ---------------------------------------------------------------------------------------------------

    def value(self, path: str) -> str:
        """Give the value as the form sees it: '' for what is not relevant now."""
        return self._cell(path).text

    def raw(self, path: str) -> str:
        """Give the answer that was given, kept while it is not relevant."""
        return self._cell(path).raw

    def relevant(self, path: str) -> bool:
        """Whether the node is relevant, and all it is in."""
        return self._cell(path).relevant

    def required(self, path: str) -> bool:
        """Whether an answer is required now; also told for what is not relevant."""
        return self._required(self._cell(path))

    def readonly(self, path: str) -> bool:
        """Whether the form forbids to change the answer."""
        cell: Cell | None = self._cell(path)
        while cell is not None:
            expression = cell.definition.readonly
            if expression is not None and expression.truth(cell, self._world):
                return True
            cell = cell.parent
        return False

    def answered(self, path: str) -> bool:
        """Whether there is an answer that counts now."""
        return self._cell(path).text != ""

    def violation(self, path: str) -> Violation | None:
        """Give what is wrong with the answer as it stands, or with there being none."""
        return self._violation(self._cell(path))

    def violations(self) -> list[Violation]:
        """Everything that stands in the way of submitting, in the order of the form."""
        found = (self._violation(cell) for cell in self._instance.root.family())
        return [one for one in found if one is not None]

    def missing(self) -> list[str]:
        """Give the questions that are relevant and required and have no answer, in the order of the screens."""
        cells = (self._cell(question.path) for screen in self.screens() for question in screen.questions)
        return [cell.path for cell in cells if cell.relevant and cell.text == "" and self._required(cell)]

    def choices(self, path: str) -> Sequence[Choice]:
        """Give what a select offers now, filtered and in order."""
        return self._instance.choices(self._cell(path))

    def screens(self) -> list[Screen]:
        """Give the screens that have something relevant on them, in order; one for each instance of a repeat."""
        found: list[Screen] = []
        for screen in self.form.screens:
            if not screen.repeats:
                if any(self._instance.cells[question.path].relevant for question in screen.questions):
                    found.append(screen)
                continue
            for anchor in self._instance.by_definition.get(screen.repeats[-1], ()):
                placed = _placed(screen, anchor)
                if any(self._cell(question.path).relevant for question in placed.questions):
                    found.append(placed)
        if any(screen.repeats for screen in found):
            found.sort(key=lambda screen: self._place(screen.questions[0].path))
        return found

    # --- what it says ---------------------------------------------------------------------------------------------

    def label(self, path: str, language: str) -> str:
        """Give the label, with the answers it shows filled in; likewise hint and guidance."""
        return self._wording.of(self._cell(path), "label", language)

    def hint(self, path: str, language: str) -> str:
        """Give the hint, '' when there is none."""
        return self._wording.of(self._cell(path), "hint", language)

    def guidance(self, path: str, language: str) -> str:
        """Give the guidance hint, '' when there is none."""
        return self._wording.of(self._cell(path), "guidance", language)

    def title(self, screen: Screen | Section, language: str) -> str:
        """Give the title of a screen or a section, with the answers it shows filled in."""
        cell = self._instance.cells.get(screen.path, self._instance.root)
        own = self._wording.at(cell, screen.text, language)
        first = screen.questions[:1] if isinstance(screen, Screen) else ()
        return own or "".join(self.label(question.path, language) for question in first)

    def section(self, screen: Screen, language: str) -> str:
        """Give the title of the innermost section around a screen that has one."""
        titles = (self.title(section, language) for section in reversed(screen.sections))
        return next((title for title in titles if title), "")

    def choice_label(self, path: str, value: str, language: str) -> str:
        """Give the label of one choice, the value itself when there is no such choice."""
        return self._wording.choice(self._cell(path), value, language)

    def media(self, path: str, language: str) -> dict[str, str]:
        """Give the files that are shown with a question, by kind (``image``, ``big-image``, ``audio``, ``video``)."""
        question = self._cell(path).definition.question
        return _files(question.texts.get("label") if question is not None else None, language)

    def choice_media(self, path: str, value: str, language: str) -> dict[str, str]:
        """Give the files that are shown with one choice, by kind."""
        chosen = next((one for one in self.choices(path) if one.value == value), None)
        return _files(chosen.text if chosen is not None else None, language)

    def shown(self, path: str, language: str) -> str:
        """Give the answer as a person reads it: labels for choices, ``5`` for a decimal ``5.0``."""
        return self._wording.answer(self._cell(path), language)

    def text(self, text: Text, path: str, language: str) -> str:
        """Give any text of the form as it reads at a node."""
        return self._wording.at(self._cell(path), text, language)

    # --- what comes of it -----------------------------------------------------------------------------------------

    def values(self) -> dict[str, str]:
        """Give what must be stored to open the same walk again: answers given, and what the form set once.

        By path; an answer that is not relevant now is among them. A repeat that grows by hand stands with its size.
        """
        found: dict[str, str] = {}
        for cell in self._instance.root.family():
            if cell.kept and not cell.definition.children:
                found[cell.path] = cell.raw
            for child in cell.definition.children:
                if child.repeat and math.isnan(self._instance.counted(child, cell)):
                    size = len(self._instance.instances(child, cell))
                    expected = len(held(child, cell.source)) if child.count is None else 0
                    if size != expected or cell.definition.scope is not None:
                        found[f"{cell.path}/{child.name}"] = str(size)
        return found

    def unsaved(self) -> dict[str, str]:
        """Give what the form has set by itself, once, and was not among the answers: store it too."""
        return {path: value for path, value in self.values().items() if self._given.get(path) != value}

    def nodes(self) -> list[tuple[str, Question | None]]:
        """Every node as it stands, relevant or not, in the order of the form: None for a group or repeat instance."""
        cells = (cell for cell in self._instance.root.family() if cell.definition.index >= 0)
        return [(cell.path, None if cell.definition.is_group else cell.definition.question) for cell in cells]

    def flat(self) -> dict[str, str]:
        """Every leaf that is relevant, with its value: one flat row."""
        return {path: self.value(path) for path, question in self.nodes() if question and self.relevant(path)}

    def xml(self) -> str:
        """Give the submission as ODK writes it: instance XML without what is not relevant."""
        return submission(self._instance.root, self.form.namespaces)

    # --- inner workings -------------------------------------------------------------------------------------------

    def _cell(self, path: str) -> Cell:
        cell = self._instance.cells.get(path)
        if cell is None:
            raise InvalidAnswer("no_question", path)
        return cell

    def _asked(self, path: str) -> tuple[Cell, Question]:
        cell = self._cell(path)
        if cell.definition.question is None:
            raise InvalidAnswer("no_question", path)
        return cell, cell.definition.question

    def _offered(self, cell: Cell) -> list[str]:
        question = cell.definition.question
        if question is None or question.kind not in SELECTS:
            return []
        return [choice.value for choice in self._instance.choices(cell)]

    def _settled(self) -> Changed:
        self._instance.changed.clear()
        self._instance.settle()
        changed = sorted(self._instance.changed, key=lambda cell: self._place(cell.path))
        return Changed(tuple(cell.path for cell in changed))

    def _required(self, cell: Cell) -> bool:
        expression = cell.definition.required
        return expression is not None and expression.truth(cell, self._world)

    def _violation(self, cell: Cell) -> Violation | None:
        if not cell.relevant or cell.definition.children:
            return None
        if cell.text == "":
            return self._violated(cell, "required") if self._required(cell) else None
        constraint = cell.definition.constraint
        if constraint is not None and not constraint.truth(cell, self._world):
            return self._violated(cell, "constraint")
        return None

    def _violated(self, cell: Cell, kind: str) -> Violation:
        return Violation(cell.path, kind, lambda language: self._wording.of(cell, f"{kind}_message", language))

    def _repeat(self, path: str, parent: str) -> tuple[Definition, Cell]:
        above, _, name = path.rpartition("/")
        owner = self._cell(parent or above)
        definition = owner.definition.child(name)
        if definition is None or not definition.repeat or definition.count is not None or definition.fixed:
            raise InvalidAnswer("no_question", path)
        return definition, owner

    def _place(self, path: str) -> list[int]:
        place: list[int] = []
        cell: Cell | None = self._cell(path)
        while cell is not None and cell.parent is not None:
            position = cell.parent.named(cell.name).index(cell) if cell.definition.repeat else 0
            place[:0] = (cell.definition.index, position)
            cell = cell.parent
        return place


def _files(text: Text | None, language: str) -> dict[str, str]:
    """Give the names of the files that go with a text: ``jr://images/a.png`` is ``a.png``."""
    found = text.pictures(language) if text is not None else {}
    return {kind: address.rpartition("/")[2] for kind, address in found.items()}


def _placed(screen: Screen, anchor: Cell) -> Screen:
    """Put a screen of a repeat into one instance of it."""
    inside = len(anchor.definition.path)

    def at(path: str) -> str:
        return anchor.path + path[inside:]

    questions = tuple(replace(question, path=at(question.path)) for question in screen.questions)
    path = at(screen.path) if screen.path.startswith(f"{anchor.definition.path}/") else screen.path
    return replace(screen, path=path, questions=questions)

"""The tree of answers of one walk, kept up to date: a change works out again only what depends on it.

What depends on what is known from :mod:`forms.graph`; what is touched by a change waits in a queue ordered by rank,
so that everything is worked out once, after all it reads. Semantics are ODK's: a node that is not relevant reads as
blank but keeps its answer; a select shows only those of its answers that are among its choices now.
Must not know labels, screens or messages: see :mod:`forms.walk`.
"""

from __future__ import annotations

import math
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from forms.beginning import held
from forms.canonical import fitting
from forms.cells import Cell
from forms.graph import RELEVANCE, STRUCTURE, VALUE, Vertex
from forms.nodes import Node
from forms.offer import kept, offered
from forms.question import SELECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from forms.context import World
    from forms.form import Form
    from forms.question import Action, Choice, Definition

MAX_REPEATS = 2_000
"""Instances of one repeat: more is an accident in ``repeat_count``."""
MAX_CELLS = 50_000
"""Nodes of one filling, beyond which no count makes a further instance: repeats within repeats multiply."""
_MAX_ROUNDS = 50
"""How often a circle of expressions, or a chain of triggers, may go round before it is left as it is."""


class Instance:
    """The answers of one walk and the work of keeping them consistent."""

    def __init__(self, form: Form, world: Callable[[Cell], World]) -> None:
        self.form = form
        self.graph = form.graph
        self.cells: dict[str, Cell] = {}
        self.by_definition: dict[Definition, list[Cell]] = {}
        self.changed: set[Cell] = set()
        self._born = 0
        self._queue: list[tuple[int, int, int, Vertex, Cell]] = []
        self._queued: dict[tuple[Vertex, Cell], bool] = {}
        self._opening = True
        self.beginning = False
        """While a form sets its dynamic defaults; as in ODK's engine, only what stands above one is triggered by it."""
        self._triggered: list[tuple[Action, Cell]] = []
        self._pushed = 0
        self.root = self._grow()
        self.world = world(self.root)
        # Such a node there is once and for all, so nobody ever changes its list.
        for definition, cells in self.by_definition.items():
            if definition.scope is None:
                self.world.singles[definition.path] = cells  # type: ignore[assignment]  # cells are nodes

    # --- the tree -------------------------------------------------------------------------------------------------

    def _grow(self) -> Cell:
        """Make the tree that every filling begins with; likewise :meth:`_new`, one instance of a repeat at a time."""
        grown: list[Cell] = []
        for order, (definition, above, source, path) in enumerate(self.form.seeds):
            parent = grown[above] if above >= 0 else None
            cell = Cell(definition, parent, order, source)
            grown.append(cell)
            self.cells[path] = cell
            if parent is not None:
                (parent.attached if definition.index < 0 else parent.children).append(cell)
            if definition.scope is None:
                self.by_definition[definition] = [cell]
            else:
                self.by_definition.setdefault(definition, []).append(cell)
        self._born = len(grown)
        return grown[0]

    def _new(self, definition: Definition, parent: Cell | None, source: Node) -> Cell:
        cell = Cell(definition, parent, self._born, source)
        self._born += 1
        self.by_definition.setdefault(definition, []).append(cell)
        if parent is not None:
            (parent.attached if definition.index < 0 else parent.children).append(cell)
            parent.gained(cell)
        self.cells[definition.path if definition.scope is None else cell.path] = cell
        for attribute in definition.attached:
            self._new(attribute, cell, attribute.template)
        for child in definition.children:
            if not child.repeat:
                held_here = source.named(child.name)
                self._new(child, cell, held_here[0] if held_here else Node(child.name))
            elif child.count is None:
                for one in held(child, source):
                    self._new(child, cell, one)
        return cell

    def instances(self, definition: Definition, parent: Cell) -> list[Cell]:
        """Give the instances of a repeat in one place."""
        return [cell for cell in parent.children if cell.definition is definition]

    def counted(self, definition: Definition, parent: Cell) -> float:
        """Work out how many instances a repeat must have in one place: NaN while that is open, or up to people.

        The count is read as from an instance of the repeat, though there may be none: ``../x`` stands beside it.
        """
        if definition.count is None:
            return math.nan
        return definition.count.number(Cell(definition, parent, -1, definition.template), self.world)

    def resize(self, definition: Definition, parent: Cell, size: int) -> None:
        """Give a repeat this many instances, adding or removing at its end."""
        size = max(0, min(size, MAX_REPEATS))
        present = self.instances(definition, parent)
        for cell in present[size:]:
            self.remove(cell)
        for _ in range(size - len(present)):
            if len(self.cells) > MAX_CELLS:
                return
            self.add(definition, parent)

    def add(self, definition: Definition, parent: Cell) -> Cell:
        """Add an instance of a repeat after the last, in its place among its siblings.

        Those that a count makes are first the ones that the form itself holds, then copies of its template.
        """
        own = held(definition, parent.source) if definition.count is not None else []
        at = len(self.instances(definition, parent)) if own else 0
        cell = self._new(definition, parent, own[at] if at < len(own) else definition.template)
        siblings = parent.children
        place = len(siblings) - 1
        while place and siblings[place - 1].definition.index > definition.index:
            place -= 1
        siblings.insert(place, siblings.pop())
        if not parent.relevant:
            self._spread(cell)
        if not self._opening:
            for below in cell.family():
                self._push_own(below)
            self._begin(cell)
        self._touch(Vertex(definition, STRUCTURE), parent)
        return cell

    def _begin(self, cell: Cell) -> None:
        """Set the dynamic defaults of a new instance of a repeat, one after another.

        Each may read what stands before it, be that another default or a calculation, and nothing after it.
        """
        before, self.beginning = self.beginning, True
        for below in cell.family():
            if below.definition.relevant is not None:
                self._work_out(Vertex(below.definition, RELEVANCE), below, calculate=True)
            if below.definition.calculate is not None:
                self._value(below, calculate=True)
            for action in below.definition.actions:
                if action.event == "odk-new-repeat" and action.source is None and below.relevant:
                    self.act(action, below)
                    self._value(below, calculate=False)
        self.beginning = before

    def remove(self, cell: Cell) -> None:
        """Take an instance of a repeat away, with all its answers."""
        parent = cell.parent
        assert parent is not None  # noqa: S101 - the root is no repeat
        gone = set(cell.family())
        for one in gone:
            one.gone = True
        parent.children.remove(cell)
        parent.changed_children()
        for definition in cell.definition.family():
            self.by_definition[definition] = [one for one in self.by_definition.get(definition, []) if one not in gone]
        self.cells = {one.path: one for cells in self.by_definition.values() for one in cells}
        self.changed -= gone
        self._touch(Vertex(cell.definition, STRUCTURE), parent)

    # --- working things out ---------------------------------------------------------------------------------------

    def work_out_all(self) -> None:
        """Work out everything from what was answered, in order of rank; no trigger fires."""
        self._opening = True
        for cells in self.by_definition.values():
            for cell in cells:
                cell.relevant = cell.own = True
                cell.text = cell.raw
                cell.worked_out = None
        self._doubt()
        for vertex in self.graph.order:
            for cell in tuple(self._owners(vertex)):
                if not cell.gone:
                    self._work_out(vertex, cell, calculate=True)
        for group in self.graph.circular:
            for vertex in group:
                for cell in self._owners(vertex):
                    self._enqueue(vertex, cell, calculate=True)
        self.settle()
        self._opening = False
        self.changed.clear()

    def _doubt(self) -> None:
        """Begin with what is relevant only depending on itself as not relevant, as ODK's engine does."""
        for vertex in (vertex for group in self.graph.circular for vertex in group):
            if vertex.aspect == RELEVANCE and vertex.definition.relevant is not None:
                for cell in self._owners(vertex):
                    cell.own = False
                    self._spread(cell)

    def put(self, cell: Cell, raw: str) -> None:
        """Store an answer; :meth:`settle` works out the rest."""
        cell.raw = raw
        cell.kept = True
        cell.overridden = cell.definition.calculate is not None
        self._enqueue(Vertex(cell.definition, VALUE), cell, calculate=cell.definition.once)

    def settle(self) -> None:
        """Work out all that was touched, and what that touches, until nothing is left."""
        for _ in range(_MAX_ROUNDS):
            left = _MAX_ROUNDS * (self._born + len(self._queue))
            while self._queue and left:
                *_, vertex, cell = heappop(self._queue)
                calculate = self._queued.pop((vertex, cell))
                if not cell.gone:
                    self._work_out(vertex, cell, calculate=calculate)
                left -= 1
            self._queue.clear()
            self._queued.clear()
            triggered, self._triggered = self._triggered, []
            if not triggered:
                return
            for action, source in triggered:
                for target in self.within(source, _shared(source.definition, action.target), action.target):
                    self.act(action, target)

    def _owners(self, vertex: Vertex) -> Iterable[Cell]:
        """Give the cells a vertex is worked out at: a repeat's number of instances belongs to its parent."""
        definition = vertex.definition.parent if vertex.aspect == STRUCTURE else vertex.definition
        return self.by_definition.get(definition, ()) if definition is not None else ()

    def _enqueue(self, vertex: Vertex, cell: Cell, *, calculate: bool) -> None:
        key = (vertex, cell)
        if key in self._queued:
            self._queued[key] |= calculate
            return
        self._queued[key] = calculate
        self._pushed += 1
        heappush(self._queue, (self.graph.rank[vertex], cell.order, self._pushed, vertex, cell))

    def _push_own(self, cell: Cell) -> None:
        """Queue whatever a new cell has to work out by itself."""
        definition = cell.definition
        if definition.relevant is not None:
            self._enqueue(Vertex(definition, RELEVANCE), cell, calculate=True)
        if definition.calculate is not None or (definition.question and definition.question.kind in SELECTS):
            self._enqueue(Vertex(definition, VALUE), cell, calculate=True)
        for child in definition.children:
            if child.count is not None:
                self._enqueue(Vertex(child, STRUCTURE), cell, calculate=True)

    def _touch(self, vertex: Vertex, cell: Cell) -> None:
        """Queue whatever reads a vertex that has changed at a cell."""
        if self._opening and not self.graph.circular:
            return
        for target, scope in self.graph.edges.get(vertex, ()):
            definition = target.definition.parent if target.aspect == STRUCTURE else target.definition
            if definition is not None:
                for dependent in self.within(cell, scope, definition):
                    if dependent is not cell or target != vertex:
                        self._enqueue(target, dependent, calculate=True)

    def within(self, cell: Cell, scope: Definition | None, definition: Definition) -> Iterable[Cell]:
        """Give the cells of a definition in the same instance of the repeat ``scope`` as ``cell``."""
        anchor: Cell | None = cell if scope is not None else None
        while anchor is not None and anchor.definition is not scope:
            anchor = anchor.parent
        if anchor is None:
            return self.by_definition.get(definition, ())
        names: list[str] = []
        at: Definition | None = definition
        while at is not None and at is not scope:
            names.append(at.name)
            at = at.parent
        found: list[Node] = [anchor]
        for name in reversed(names):
            found = [below for one in found for below in one.named(name)]
        return found  # type: ignore[return-value]  # a cell's descendants are cells

    def _work_out(self, vertex: Vertex, cell: Cell, *, calculate: bool) -> None:
        definition = vertex.definition
        if vertex.aspect == RELEVANCE:
            if definition.relevant is not None:
                cell.own = definition.relevant.truth(cell, self.world)
            self._spread(cell)
        elif vertex.aspect == VALUE:
            self._value(cell, calculate=calculate)
        elif definition.count is not None:
            size = self.counted(definition, cell)
            if not math.isnan(size):  # while the count is blank, the instances there are stay
                self.resize(definition, cell, int(max(0, min(size, MAX_REPEATS))))

    def _spread(self, cell: Cell) -> None:
        """Let a node's relevance reach what is below it."""
        relevant = cell.own and (cell.parent is None or cell.parent.relevant)
        if relevant == cell.relevant:
            return
        cell.relevant = relevant
        cell.worked_out = None
        self.changed.add(cell)
        self._touch(Vertex(cell.definition, RELEVANCE), cell)
        for child in cell.below():
            self._spread(child)
        if not cell.definition.children:
            if not relevant:
                self._show(cell, "")
            elif self._opening or self._plain(cell):
                self._value(cell, calculate=False)
            else:
                self._enqueue(Vertex(cell.definition, VALUE), cell, calculate=True)

    def _plain(self, cell: Cell) -> bool:
        """Whether what a cell shows is what was answered and nothing else, and so there at once for who reads it."""
        question = cell.definition.question
        return cell.definition.calculate is None and (question is None or question.kind not in SELECTS)

    def _value(self, cell: Cell, *, calculate: bool) -> None:
        definition = cell.definition
        formula = definition.calculate
        if calculate and formula is not None and cell.relevant:
            shown, cell.text = cell.text, cell.raw  # what it reads of itself is what it was, relevant or not
            found = formula.text(cell, self.world)
            cell.text = shown
            if self._opening and cell.overridden:
                cell.worked_out = found
            elif found != cell.worked_out:  # an answer given by hand stands until the result changes, as in ODK
                cell.worked_out = found
                cell.kept = definition.recalls
                cell.overridden = False
                cell.raw = fitting(definition, found)
        text = cell.raw if cell.relevant else ""
        question = definition.question
        if text and question is not None and question.kind in SELECTS:
            text = kept(cell, text, self.world)
        self._show(cell, text)

    def _show(self, cell: Cell, text: str) -> None:
        if text == cell.text:
            return
        cell.text = text
        self.changed.add(cell)
        self._touch(Vertex(cell.definition, VALUE), cell)
        if not self._opening:
            for action in cell.definition.actions:
                lets = not self.beginning or action.target.place < cell.definition.place
                if action.event == "xforms-value-changed" and action.source is not None and lets:
                    self._triggered.append((action, cell))

    # --- choices and actions --------------------------------------------------------------------------------------

    def choices(self, cell: Cell) -> list[Choice] | tuple[Choice, ...]:
        """Give the choices a select offers now."""
        return offered(cell, self.world)

    def act(self, action: Action, target: Cell) -> None:
        """Carry out a ``setvalue`` on one cell."""
        value = action.value.text(target, self.world) if action.value is not None else ""
        self.put(target, fitting(action.target, value))


def _shared(one: Definition, other: Definition) -> Definition | None:
    """Give the innermost repeat that both are in, None when there is none."""
    around: set[Definition] = set()
    at = other.scope
    while at is not None:
        around.add(at)
        at = at.parent.scope if at.parent is not None else None
    scope = one.scope
    while scope is not None and scope not in around:
        scope = scope.parent.scope if scope.parent is not None else None
    return scope

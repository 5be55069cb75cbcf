"""Which answers an expression reads, and in which order things must be worked out.

Everything here is about definitions, worked out once when a form is read. A vertex is what can change by itself:
whether a node is relevant, what its value is, how many instances a repeat has. Constraints, ``required`` and texts
are not vertices: nothing reads them, so a walk works them out when asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from forms import grammar
from forms.order import groups_in_order
from forms.question import SELECTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from forms.question import Definition

RELEVANCE, VALUE, STRUCTURE = "relevance", "value", "structure"
_NO_VALUES = frozenset({"count", "position", "boolean", "not", "relevant"})
"""Functions to which only the presence of a node matters, not what is in it."""


class Vertex(NamedTuple):
    """Something that can change: an aspect of a definition."""

    definition: Definition
    aspect: str


class Read(NamedTuple):
    """An expression reads ``vertex``, in the same instance of the repeat ``scope`` (None: in the whole form)."""

    vertex: Vertex
    scope: Definition | None


class Edge(NamedTuple):
    """A change of one vertex touches ``target``, in the same instance of ``scope``."""

    target: Vertex
    scope: Definition | None


_Reach = tuple["Definition", "Definition | None"]
_Places = dict["Definition", "Definition | None"]
"""Definitions a path may lead to, each with the repeat the path never left."""


class _Reader:
    def __init__(self, root: Definition, by_path: Mapping[str, Definition]) -> None:
        self.root = root
        self.by_path = by_path
        self.reads: set[Read] = set()
        self.origin: _Places = {}

    def read(self, tree: grammar.Expr, here: _Places, *, values: bool = True) -> _Places:
        """Note what an expression reads when it stands ``here``; give the nodes it comes to."""
        match tree:
            case grammar.Path():
                return self.path(tree, here, values=values)
            case grammar.Call(name, args):
                return self.call(name, args, here)
            case grammar.Comparison(_, left, right):
                self.read(left, here)
                self.read(right, here)
            case grammar.Chain(op, operands):
                found: _Places = {}
                for one in operands:
                    found |= self.read(one, here, values=values)
                return found if op == "|" else {}
            case grammar.Arithmetic(first, rest):
                for one in (first, *(operand for _, operand in rest)):
                    self.read(one, here)
            case grammar.Negative(operand):
                self.read(operand, here)
        return {}

    def call(self, name: str, args: tuple[grammar.Expr, ...], here: _Places) -> _Places:
        if name == "current":
            return self.origin
        if name == "index":
            for scope in self.origin.values():
                if scope is not None:
                    self.note(scope, scope, values=False)
        found: _Places = {}
        for at, arg in enumerate(args):
            bare = name in _NO_VALUES or (name == "indexed-repeat" and at % 2 == 1) or (name == "count-if" and at == 0)
            places = self.read(arg, here, values=not bare)
            if at == 0 and name in ("randomize", "indexed-repeat", "once"):
                found = places
            if at == 0:
                self.beyond(name, places)
        if name == "jr:choice-name" and isinstance(args[1], grammar.Quoted):
            self.named(args[1].value, here)
        return found

    def beyond(self, name: str, places: _Places) -> None:
        """Note what a function reads of the nodes it is given besides their values."""
        if name == "choice-label":
            self.choices_of(places)
        elif name == "relevant":
            self.reads |= {Read(Vertex(place, RELEVANCE), scope) for place, scope in places.items()}

    def named(self, path: str, here: _Places) -> None:
        """Note what the choices of the select that a text names depend on."""
        try:
            tree = grammar.parse(path.strip())
        except grammar.XPathError:
            return
        self.choices_of(self.read(tree, here))

    def choices_of(self, selects: Iterable[Definition]) -> None:
        """Note what the choices of selects depend on."""
        for target in selects:
            if target.question is None:
                continue
            at = {target: target.scope}
            if target.question.itemset is not None:
                self.read(target.question.itemset.nodes.tree, at)
            labels = (choice.text for choice in target.question.choices if choice.text is not None)
            for tree in dict.fromkeys(shown.tree for text in labels for shown in text.expressions()):
                self.read(tree, at)

    def path(self, tree: grammar.Path, here: _Places, *, values: bool) -> _Places:
        if tree.start == "/":
            first, *steps = tree.steps or (grammar.Step("self", "node()"),)
            if first.axis == "child":
                places: _Places = {self.root: None} if first.test in (self.root.name, "*") else {}
            else:
                places = dict.fromkeys(self.root.family())
            self.predicates(first, places)
        else:
            places = here if isinstance(tree.start, str) else self.read(tree.start, here, values=False)
            steps = list(tree.steps)
        for step in steps:
            places = self.step(step, places)
        for place, scope in places.items():
            self.note(place, scope, values=values)
        return places

    def note(self, place: Definition, scope: Definition | None, *, values: bool) -> None:
        if place.repeat:
            outer = place.parent.scope if scope is place and place.parent is not None else scope
            self.reads.add(Read(Vertex(place, STRUCTURE), outer))
        if values:
            for leaf in place.family():
                if not leaf.children:
                    self.reads.add(Read(Vertex(leaf, VALUE), scope))

    def predicates(self, step: grammar.Step, places: _Places) -> None:
        for predicate in step.predicates:
            self.read(predicate, places)

    def step(self, step: grammar.Step, places: _Places) -> _Places:
        found: _Places = {}
        for place, scope in places.items():
            for target, kept in _reached(step, place, scope, self.root):
                if step.test in ("*", "node()", target.name):
                    if target.repeat and step.axis != "parent" and kept is not target:
                        self.reads.add(Read(Vertex(target, STRUCTURE), kept))
                    found[target] = kept if target not in found or found[target] is kept else None
        self.predicates(step, found)
        return found


def _reached(step: grammar.Step, place: Definition, scope: Definition | None, root: Definition) -> Iterable[_Reach]:
    """Where an axis leads from a definition, and which repeat it has not left on the way."""
    axis = step.axis
    if axis == "child":
        named = place.child(step.test)
        return [(child, scope) for child in ([named] if named is not None else place.children)]
    if axis in ("self", "descendant", "descendant-or-self"):
        below = place.family() if axis != "self" else [place]
        return [(one, scope) for one in below[axis == "descendant" :]]
    if axis == "parent" or axis.startswith("ancestor"):
        above = _above(place, scope)
        return above[:1] if axis == "parent" else [(place, scope)][axis == "ancestor" :] + above
    if axis.endswith("-sibling") and place.parent is not None:
        outer = place.parent.scope if scope is place else scope
        return [(sibling, outer) for sibling in place.parent.children]
    return [(anywhere, None) for anywhere in root.family()] if axis in ("following", "preceding") else []


def _above(place: Definition, scope: Definition | None) -> list[_Reach]:
    """The definitions around one, the nearest first; stepping out of a repeat leaves it."""
    found: list[_Reach] = []
    while place.parent is not None:
        scope = place.parent.scope if scope is place else scope
        place = place.parent
        found.append((place, scope))
    return found


def reads_of(
    tree: grammar.Expr, at: Definition, root: Definition, by_path: Mapping[str, Definition]
) -> frozenset[Read]:
    """Everything that an expression at a definition reads."""
    reader = _Reader(root, by_path)
    reader.origin = {at: at.scope}
    reader.read(tree, reader.origin)
    return frozenset(reader.reads)


@dataclass(frozen=True, slots=True)
class Graph:
    """The dependencies of a form: ``edges`` by vertex, ``rank`` in which order to work things out."""

    edges: Mapping[Vertex, tuple[Edge, ...]]
    rank: Mapping[Vertex, int]
    order: tuple[Vertex, ...]
    """The vertices that have an expression, in order of rank."""
    circular: tuple[tuple[Vertex, ...], ...]
    """Vertices that depend on each other."""


class _Builder:
    """Collects who reads what, and what must be worked out before what."""

    def __init__(self, root: Definition, by_path: Mapping[str, Definition]) -> None:
        self.root = root
        self.by_path = by_path
        self.edges: dict[Vertex, dict[Edge, None]] = {}
        self.before: dict[Vertex, dict[Vertex, None]] = {}
        self.computed: dict[Vertex, None] = {}

    def reads(self, tree: grammar.Expr, target: Vertex) -> None:
        self.computed[target] = None
        for read in reads_of(tree, target.definition, self.root, self.by_path):
            if read.vertex == target and read.scope is target.definition.scope:
                target.definition.recalls = True
                continue  # a node that reads itself does not wait for itself
            self.edges.setdefault(read.vertex, {})[Edge(target, read.scope)] = None
            self.comes_before(read.vertex, target)

    def comes_before(self, first: Vertex, then: Vertex) -> None:
        self.before.setdefault(first, {})[then] = None

    def add(self, definition: Definition) -> None:
        relevance, value = Vertex(definition, RELEVANCE), Vertex(definition, VALUE)
        self.comes_before(relevance, value)
        for child in (*definition.attached, *definition.children):
            self.comes_before(relevance, Vertex(child, RELEVANCE))
        if definition.repeat:
            self.comes_before(Vertex(definition, STRUCTURE), relevance)
            outer = definition.parent.scope if definition.parent is not None else None
            if outer is not None:
                self.comes_before(Vertex(outer, STRUCTURE), Vertex(definition, STRUCTURE))
        if definition.relevant is not None:
            self.reads(definition.relevant.tree, relevance)
        if definition.calculate is not None:
            definition.recalls = definition.once = "once(" in definition.calculate.source.replace(" ", "")
            self.reads(definition.calculate.tree, value)
        if definition.count is not None:
            self.reads(definition.count.tree, Vertex(definition, STRUCTURE))
        if definition.question is not None and definition.question.kind in SELECTS:
            self.computed[value] = None
            itemset = definition.question.itemset
            if itemset is not None and itemset.constant is None:
                self.reads(itemset.nodes.tree, value)


def graph_of(root: Definition, by_path: Mapping[str, Definition]) -> Graph:
    """Work out the dependencies of a whole form."""
    builder = _Builder(root, by_path)
    family = root.family()
    for definition in family:
        builder.add(definition)
    every = [Vertex(one, aspect) for one in family for aspect in (STRUCTURE, RELEVANCE, VALUE)]
    groups = groups_in_order(every, builder.before)
    rank = {vertex: at for at, vertex in enumerate(vertex for group in groups for vertex in group)}
    return Graph(
        edges={vertex: tuple(targets) for vertex, targets in builder.edges.items()},
        rank=rank,
        order=tuple(sorted(builder.computed, key=rank.__getitem__)),
        circular=tuple(
            tuple(group) for group in groups if len(group) > 1 or group[0] in builder.before.get(group[0], ())
        ),
    )

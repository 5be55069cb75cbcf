"""The location paths of XPath: axes, steps and predicates over :class:`forms.nodes.Node`.

Works on trees and contexts only; how an expression inside a predicate is compiled is told by the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms import grammar
from forms.context import Context
from forms.nodes import Node
from forms.values import to_bool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from forms.context import Run

    Walk = Callable[[list[Node], Context], list[Node]]
    Compile = Callable[[grammar.Expr], Run]


def in_order(nodes: Iterable[Node]) -> list[Node]:
    """Sort nodes into document order, each once."""
    found = list(dict.fromkeys(nodes))
    if len(found) < 2:  # noqa: PLR2004 - nothing to sort
        return found
    return sorted(found, key=_place)


def _place(node: Node) -> list[int]:
    place: list[int] = []
    while node.parent is not None:
        place.append(node.parent.children.index(node))
        node = node.parent
    return place[::-1]


def _siblings(node: Node) -> list[Node]:
    return node.parent.children if node.parent is not None else [node]


def _ancestors(node: Node) -> list[Node]:
    found = []
    while node.parent is not None:
        node = node.parent
        found.append(node)
    return found[::-1]


def _beside(node: Node, *, after: bool) -> list[Node]:
    siblings = _siblings(node)
    at = siblings.index(node)
    return siblings[at + 1 :] if after else siblings[:at]


def _around(node: Node, *, after: bool) -> list[Node]:
    found: list[Node] = []
    for above in (*_ancestors(node), node):
        for sibling in _beside(above, after=after):
            found += (sibling, *sibling.descendants())
    return in_order(found)


def _attributes(node: Node) -> list[Node]:
    values = node.attribute_values().items()
    return [Node(name.rpartition("}")[2], node, text) for name, text in values]


_AXES: dict[str, Callable[[Node], Iterable[Node]]] = {
    "self": lambda node: (node,),
    "child": lambda node: node.children,
    "parent": lambda node: () if node.parent is None else (node.parent,),
    "descendant": lambda node: node.descendants(),
    "descendant-or-self": lambda node: (node, *node.descendants()),
    "ancestor": _ancestors,
    "ancestor-or-self": lambda node: (*_ancestors(node), node),
    "following-sibling": lambda node: _beside(node, after=True),
    "preceding-sibling": lambda node: _beside(node, after=False),
    "following": lambda node: _around(node, after=True),
    "preceding": lambda node: _around(node, after=False),
    "attribute": _attributes,
    "namespace": lambda _node: (),
}


def _step(step: grammar.Step) -> Walk:
    """Compile one step without its predicates."""
    axis, test = _AXES[step.axis], step.test
    if step.axis == "child" and test != "*" and not test.endswith("()"):
        return lambda nodes, _c: (
            nodes[0].named(test) if len(nodes) == 1 else [below for node in nodes for below in node.named(test)]
        )
    if step.axis == "self" and test == "node()":
        return lambda nodes, _c: nodes
    if test in ("node()", "*"):
        return lambda nodes, _c: _once([found for node in nodes for found in axis(node)])
    if test.endswith("()"):
        return lambda _nodes, _c: []
    return lambda nodes, _c: _once([found for node in nodes for found in axis(node) if found.name == test])


def _once(nodes: list[Node]) -> list[Node]:
    return nodes if len(nodes) < 2 else list(dict.fromkeys(nodes))  # noqa: PLR2004 - nothing can be there twice


def _filter(predicate: grammar.Expr, compile_: Compile) -> Walk:
    test = compile_(predicate)

    def walk(nodes: list[Node], c: Context) -> list[Node]:
        inner = Context(c.node, c.origin, c.world, 0, len(nodes))
        kept = []
        for inner.position, inner.node in enumerate(nodes, 1):
            value = test(inner)
            if isinstance(value, float) and not isinstance(value, bool):
                if value == inner.position:
                    kept.append(inner.node)
            elif to_bool(value):
                kept.append(inner.node)
        return kept

    return walk


def _indexed(step: grammar.Step, predicate: grammar.Expr, compile_: Compile) -> Walk | None:
    """Compile ``item[key = …]`` into a look-up, where the right side is the same for every item; else None."""
    if step.axis != "child" or not isinstance(predicate, grammar.Comparison) or predicate.op != "=":
        return None
    left, right = predicate.left, predicate.right
    if not _is_field(left):
        left, right = right, left
    if not _is_field(left) or not independent(right):
        return None
    key, wanted = left.steps[0].test, compile_(right)  # type: ignore[union-attr]  # _is_field said it is a Path
    plain, scan, name = _step(step), _filter(predicate, compile_), step.test

    def walk(nodes: list[Node], c: Context) -> list[Node]:
        if len(nodes) == 1 and nodes[0].frozen:
            value = wanted(c)
            if isinstance(value, list):
                value = value[0].string if len(value) == 1 else value
            if isinstance(value, str):
                return nodes[0].lookup(name, key, value)
        return scan(plain(nodes, c), c)

    return walk


def _is_field(tree: grammar.Expr) -> bool:
    return (
        isinstance(tree, grammar.Path)
        and tree.start == "."
        and len(tree.steps) == 1
        and tree.steps[0].axis == "child"
        and not tree.steps[0].predicates
        and tree.steps[0].test != "*"
        and not tree.steps[0].test.endswith("()")
    )


def independent(tree: grammar.Expr) -> bool:
    """Whether an expression means the same wherever in a predicate it stands."""
    if isinstance(tree, grammar.Quoted | grammar.Number):
        return True
    if isinstance(tree, grammar.Path):
        starts = tree.start == "/" or (
            isinstance(tree.start, grammar.Call) and tree.start.name in ("current", "instance")
        )
        return starts and not any(step.predicates for step in tree.steps)
    return False


def compiled(steps: tuple[grammar.Step, ...], compile_: Compile) -> Walk:
    """Compile the steps of a path into one walk from nodes to nodes."""
    walks: list[Walk] = []
    for step in steps:
        predicates = step.predicates
        indexed = _indexed(step, predicates[0], compile_) if predicates else None
        if indexed is not None:
            walks.append(indexed)
            predicates = predicates[1:]
        else:
            walks.append(_step(step))
        walks += [_filter(one, compile_) for one in predicates]
    if len(walks) == 1:
        return walks[0]

    def walk(nodes: list[Node], c: Context) -> list[Node]:
        for one in walks:
            nodes = one(nodes, c)
        return nodes

    return walk

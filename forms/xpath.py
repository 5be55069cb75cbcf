"""Turns an XPath expression into something that can be run often and fast.

Each piece of the syntax tree becomes a closure over its parts, so that running an expression never looks at the
text again. Semantics are those of ODK's own engine: predicates see the whole result of their step, ``and``/``or``
give back the operand that decided, a comparison with a list of nodes asks whether any of them fits.
Must not know forms, binds or answers: all it sees of them is a :class:`forms.context.World`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from forms import conditions, grammar, operators, paths
from forms.context import Context, Run, World
from forms.functions import LIBRARY
from forms.grammar import XPathError
from forms.nodes import Node
from forms.patterns import endless
from forms.values import Value, need_nodes, to_bool, to_number, to_text

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; compare by identity, share freely."""

    source: str
    tree: grammar.Expr
    run: Run

    def value(self, node: Node, world: World) -> Value:
        """Evaluate at a node; what comes to a value where only a path makes sense is blank."""
        try:
            return self.run(Context(node, node, world))
        except XPathError:
            return ""

    def text(self, node: Node, world: World) -> str:
        """Evaluate to a string."""
        return to_text(self.value(node, world))

    def truth(self, node: Node, world: World) -> bool:
        """Evaluate to a truth value."""
        return to_bool(self.value(node, world))

    def number(self, node: Node, world: World) -> float:
        """Evaluate to a number, NaN when it is none."""
        return to_number(self.value(node, world), world.zone)

    def nodes(self, node: Node, world: World) -> list[Node]:
        """Evaluate to nodes; anything else counts as none."""
        found = self.value(node, world)
        return found if isinstance(found, list) else []


def _comparison(tree: grammar.Comparison) -> Run:
    left, right = _compiled(tree.left), _compiled(tree.right)
    if tree.op in ("=", "!="):
        same = operators.equal if tree.op == "=" else operators.unequal
        return lambda c: same(left(c), right(c), c.world.zone)
    ordered, before = operators.ordered, operators.ORDERS[tree.op]
    return lambda c: ordered(before, left(c), right(c), c.world.zone)


def _arithmetic(tree: grammar.Arithmetic) -> Run:
    first = _compiled(tree.first)
    rest = tuple((operators.ARITHMETIC[op], _compiled(operand)) for op, operand in tree.rest)

    def run(c: Context) -> Value:
        zone = c.world.zone
        total = to_number(first(c), zone)
        for operation, operand in rest:
            total = operation(total, to_number(operand(c), zone))
        return total

    return run


def _chain(tree: grammar.Chain) -> Run:
    operands = tuple(_compiled(one) for one in tree.operands)
    if tree.op == "|":
        return lambda c: paths.in_order(node for one in operands for node in need_nodes(one(c)))
    stop = tree.op == "or"

    def run(c: Context) -> Value:
        value: Value = False
        for one in operands:
            value = one(c)
            if to_bool(value) is stop:
                break
        return value

    return run


def _negative(tree: grammar.Negative) -> Run:
    operand = _compiled(tree.operand)
    return lambda c: -to_number(operand(c), c.world.zone)


_NODE_ARGUMENTS = {
    "count": (0,), "count-non-empty": (0,), "position": (0,), "randomize": (0,), "indexed-repeat": (0, 1, 3, 5),
    "choice-label": (0,), "relevant": (0,), "rank-index": (1,),
    **{name: (at,) for name, at in conditions.SUMMED.items()},
}  # fmt: skip
_NODE_FUNCTIONS = frozenset({"current", "instance", "randomize", "indexed-repeat", "if"})


def _check_path(tree: grammar.Expr, where: str) -> None:
    """Refuse, before anybody answers, what can never be a list of nodes where one is needed."""
    is_union = isinstance(tree, grammar.Chain) and tree.op == "|"
    is_call = isinstance(tree, grammar.Call) and tree.name in _NODE_FUNCTIONS
    if not (isinstance(tree, grammar.Path) or is_union or is_call):
        raise XPathError(grammar.mark("{where} must be given the path of a question."), where=where)


def _call(tree: grammar.Call) -> Run:
    signature = LIBRARY.get(tree.name)
    if signature is None:
        raise XPathError(grammar.mark("There is no function {name}()."), name=tree.name)
    count = len(tree.args)
    if count < signature.least or (signature.most is not None and count > signature.most):
        most = signature.most
        wanted = f"{signature.least}+" if most is None else "–".join(map(str, dict.fromkeys((signature.least, most))))
        said = grammar.mark("{name}() takes {wanted} arguments between its brackets, not {count}.")
        raise XPathError(said, name=tree.name, wanted=wanted, count=count)
    for at in _NODE_ARGUMENTS.get(tree.name, ()):
        if at < count:
            _check_path(tree.args[at], f"{tree.name}()")
    if tree.name == "regex" and isinstance(tree.args[1], grammar.Quoted) and endless(tree.args[1].value):
        raise XPathError(grammar.mark("Matching this regular expression could take for ever."))
    given = tree.args
    if tree.name in conditions.SUMMED:
        given = (*given[:-1], conditions.of_each(given[-1], given[conditions.SUMMED[tree.name]]))
    args = tuple(_compiled(one) for one in given)
    function = signature.run
    return lambda c: function(c, args)


def _path(tree: grammar.Path) -> Run:
    walk = paths.compiled(tree.steps, _compiled)
    if tree.start == ".":
        return lambda c: walk([c.node], c)
    if tree.start == "/":
        return _absolute(tree)
    _check_path(tree.start, "/ []")
    start = _compiled(tree.start)
    return lambda c: walk(need_nodes(start(c)), c)


def _absolute(tree: grammar.Path) -> Run:
    """Compile a path from the root; one that runs through no repeat is found by its text in one look."""
    if not tree.steps:
        return lambda c: [c.world.root]
    first, rest = tree.steps[0], paths.compiled(tree.steps[1:], _compiled)
    if first.axis != "child":
        everything = paths.compiled(tree.steps, _compiled)
        return lambda c: everything([_above(c.world.root)], c)
    plain = all(step.axis == "child" and not step.predicates for step in tree.steps)
    key = "/" + "/".join(step.test for step in tree.steps) if plain else ""
    start = paths.compiled((first,), _compiled)

    def run(c: Context) -> Value:
        single = c.world.singles.get(key)
        return single if single is not None else rest(start([_above(c.world.root)], c), c)

    return run


def _above(root: Node) -> Node:
    """Make the document node that an absolute path starts from."""
    document = Node("#document")
    document.children.append(root)
    return document


def _constant(tree: grammar.Number | grammar.Quoted) -> Run:
    value = tree.value
    return lambda _c: value


_COMPILERS: dict[type[grammar.Expr], Callable[..., Run]] = {
    grammar.Number: _constant,
    grammar.Quoted: _constant,
    grammar.Path: _path,
    grammar.Call: _call,
    grammar.Comparison: _comparison,
    grammar.Chain: _chain,
    grammar.Arithmetic: _arithmetic,
    grammar.Negative: _negative,
}


def _compiled(tree: grammar.Expr) -> Run:
    return _COMPILERS[type(tree)](tree)


@lru_cache(maxsize=4096)
def compiled(source: str) -> Expression:
    """Compile an expression; raises :class:`forms.grammar.XPathError` with what is wrong and where."""
    tree = grammar.parse(source)
    return Expression(source, tree, _compiled(tree))

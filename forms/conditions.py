"""Reads the condition of ``sum-if`` and its like as from each instance of the repeat that is summed.

In ``sum-if(/data/loan/size, /data/loan/kept = 'yes')`` the condition names a question of the repeat by its whole path,
as a form's author cannot but write it, and means that of the instance in hand. So the path is written anew, from the
summed node: ``../kept``. Only syntax; must not look at answers.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from forms.grammar import Arithmetic, Call, Chain, Comparison, Expr, Negative, Path, Step

SUMMED = {
    "count-if": 0, "sum-if": 0, "min-if": 0, "max-if": 0, "join-if": 1, "rank-index-if": 1,
}  # fmt: skip
"""A function whose last argument is such a condition → which argument says over what it goes."""

_UP = Step("parent", "node()")
_HERE = Step("self", "node()")


def of_each(condition: Expr, summed: Expr) -> Expr:
    """Write a condition as it reads at each of the nodes that ``summed`` comes to."""
    if not isinstance(summed, Path):
        return condition

    def at(tree: Expr) -> Expr:
        found = tree
        match tree:
            case Path():
                found = _from(tree, summed)
            case Call("index", ()):
                found = Call("index", (Path(".", (_HERE,)),))
            case Call(name, args):
                found = Call(name, tuple(at(one) for one in args))
            case Negative(operand):
                found = Negative(at(operand))
            case Chain(op, operands):
                found = Chain(op, tuple(at(one) for one in operands))
            case Comparison(op, left, right):
                found = Comparison(op, at(left), at(right))
            case Arithmetic(first, rest):
                found = Arithmetic(at(first), tuple((op, at(one)) for op, one in rest))
        return found

    return at(condition)


def _from(path: Path, summed: Path) -> Path:
    """Write a path as from a summed node; one that has nothing in common with it stays what it was."""
    if path.steps == (_HERE,) or path.start not in ("/", ".") or path.start != summed.start:
        return path
    pairs = zip(path.steps, summed.steps, strict=False)
    common = len(list(takewhile(lambda pair: pair[0] == pair[1] and not pair[0].predicates, pairs)))
    down = summed.steps[common:]
    if any(step.axis != "child" for step in down) or (path.start == "/" and common <= 1):
        return path if path.start == "/" else replace(path, start=Call("current", ()))
    return Path(".", (_UP,) * len(down) + path.steps[common:] or (_HERE,))

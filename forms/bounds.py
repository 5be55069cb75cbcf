"""Reads from a constraint what it plainly demands: the least and the most of a number, the length of a text.

For telling people beforehand; whether a value is allowed is the walk's to say. A constraint that says more, or says it
otherwise, has no plain bounds: nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms import grammar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from forms.question import Question

_SELF = grammar.Path(".", (grammar.Step("self", "node()"),))
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that is allowed, both included; None where nothing is said."""

    least: float | None = None
    most: float | None = None

    @property
    def both(self) -> tuple[float, float] | None:
        """Give both ends, None when one is open."""
        return None if self.least is None or self.most is None else (self.least, self.most)


def of_number(question: Question) -> Bounds:
    """Give the range of a number; that of a whole number is told in whole numbers."""
    if question.kind == "range":
        return Bounds(_parameter(question, "start", 1), _parameter(question, "end", 10))
    return _bounds(question, _SELF, whole=question.kind == "integer")


def of_length(question: Question) -> Bounds:
    """Give how many characters a text may have."""
    return _bounds(question, grammar.Call("string-length", (_SELF,)), whole=True)


def _parameter(question: Question, name: str, default: float) -> float:
    try:
        return float(question.parameters.get(name, default))
    except ValueError:
        return default


def _bounds(question: Question, about: grammar.Expr, *, whole: bool) -> Bounds:
    constraint = question.definition.constraint
    least: float | None = None
    most: float | None = None
    for op, value in _comparisons(constraint.tree, about) if constraint is not None else ():
        if op in {">", ">=", "="}:
            low = value + 1 if op == ">" and whole and value.is_integer() else value
            least = low if least is None else max(least, low)
        if op in {"<", "<=", "="}:
            high = value - 1 if op == "<" and whole and value.is_integer() else value
            most = high if most is None else min(most, high)
    return Bounds(least, most)


def _comparisons(tree: grammar.Expr, about: grammar.Expr) -> Iterator[tuple[str, float]]:
    """Give each comparison with a number that must hold, whatever else must."""
    if isinstance(tree, grammar.Chain) and tree.op == "and":
        for operand in tree.operands:
            yield from _comparisons(operand, about)
    elif isinstance(tree, grammar.Comparison):
        left, right = _number(tree.left), _number(tree.right)
        if tree.left == about and right is not None:
            yield tree.op, right
        elif tree.right == about and left is not None:
            yield _TURNED[tree.op], left


def _number(tree: grammar.Expr) -> float | None:
    if isinstance(tree, grammar.Negative):
        inner = _number(tree.operand)
        return -inner if inner is not None else None
    return tree.value if isinstance(tree, grammar.Number) else None

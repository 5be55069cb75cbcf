"""XPath's operators on values: what ``=``, ``<`` and ``div`` mean in ODK's dialect.

Pure functions of values and a time zone (a date compares as a number, and which number depends on the zone).
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

from forms.values import NAN, Value, to_bool, to_number

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo


def equal(left: Value, right: Value, zone: tzinfo) -> bool:
    """XPath's ``=``: a truth value decides first, then numbers, then strings; of nodes, any pair may fit."""
    if isinstance(left, bool) or isinstance(right, bool):
        return to_bool(left) == to_bool(right)
    if isinstance(right, list):
        if isinstance(left, list):
            texts = {node.string for node in left}
            return any(node.string in texts for node in right)
        left, right = right, left
    if isinstance(left, list):
        if isinstance(right, float):
            return any(to_number(node.string, zone) == right for node in left)
        return right in [node.string for node in left]  # as a rule one node; any() would take twice as long
    if isinstance(left, float) or isinstance(right, float):
        return to_number(left, zone) == to_number(right, zone)
    return left == right


def unequal(left: Value, right: Value, zone: tzinfo) -> bool:
    """XPath's ``!=``: of nodes, any pair may differ, so that it is not the opposite of ``=``."""
    if isinstance(left, bool) or isinstance(right, bool):
        return to_bool(left) != to_bool(right)
    if isinstance(right, list):
        if isinstance(left, list):
            return any(one.string != other.string for one in left for other in right)
        left, right = right, left
    if isinstance(left, list):
        if isinstance(right, float):
            return any(to_number(node.string, zone) != right for node in left)
        return any(node.string != right for node in left)
    return not equal(left, right, zone)


ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def ordered(before: Callable[[float, float], bool], left: Value, right: Value, zone: tzinfo) -> bool:
    """Compare as numbers; of nodes, any pair may fit."""
    if isinstance(left, list) or isinstance(right, list):
        others = numbers_of(right, zone)
        return any(before(one, other) for one in numbers_of(left, zone) for other in others)
    return before(to_number(left, zone), to_number(right, zone))


def numbers_of(value: Value, zone: tzinfo) -> list[float]:
    """Every number in a value: one for each node, or just the one."""
    if isinstance(value, list):
        return [to_number(node.string, zone) for node in value]
    return [to_number(value, zone)]


def divide(a: float, b: float) -> float:
    """Divide as IEEE 754 says, by zero too."""
    if b != 0:
        return a / b
    if a == 0 or math.isnan(a):
        return NAN
    return math.copysign(math.inf, a) * math.copysign(1, b)


def modulo(a: float, b: float) -> float:
    """Give the rest of a division with the sign of ``a``."""
    return NAN if b == 0 or math.isinf(a) or math.isnan(a) or math.isnan(b) else math.fmod(a, b)


ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": divide,
    "mod": modulo,
}

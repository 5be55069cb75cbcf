"""SurveyCTO's functions over the instances of a repeat, with a condition or for a rank; ODK's engine has none of them.

As their maker documents them: the condition is asked of each instance in turn, rank 1 is the highest value, and what
has no rank has 999. Of no instance at all the sum is 0, and the least and the greatest are not a number.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from forms.context import Context, Signature
from forms.values import NAN, need_nodes, to_bool, to_number, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from forms.context import Function, Run
    from forms.nodes import Node
    from forms.values import Value

Args = tuple["Run", ...]

UNRANKED = 999.0


def _holding(c: Context, args: Args, at: int) -> list[Node | None]:
    """Give every node that is summed, None in the place of one for which the condition does not hold."""
    nodes, condition = need_nodes(args[at](c)), args[-1]
    return [node if to_bool(condition(Context(node, c.origin, c.world))) else None for node in nodes]


def _numbers(c: Context, nodes: list[Node | None]) -> list[float]:
    return [to_number(node.string, c.world.zone) for node in nodes if node is not None]


def _count_if(c: Context, args: Args) -> Value:
    return float(sum(node is not None for node in _holding(c, args, 0)))


def _of_those(choose: Callable[[list[float]], float], empty: float) -> Function:
    def run(c: Context, args: Args) -> Value:
        numbers = _numbers(c, _holding(c, args, 0))
        if any(math.isnan(one) for one in numbers):
            return NAN
        return float(choose(numbers)) if numbers else empty

    return run


def _join_if(c: Context, args: Args) -> Value:
    return to_text(args[0](c)).join(node.string for node in _holding(c, args, 1) if node is not None)


def _ranked(c: Context, nodes: list[Node | None], index: float) -> float:
    if math.isnan(index) or not 1 <= index <= len(nodes):
        return UNRANKED
    chosen = nodes[int(index) - 1]
    return _rank(to_number(chosen.string, c.world.zone), _numbers(c, nodes)) if chosen is not None else UNRANKED


def _rank(value: float, among: list[float]) -> float:
    """Give the rank of a value, 1 for the highest; equal ones have the same."""
    return UNRANKED if math.isnan(value) else 1.0 + sum(one > value for one in among)


def _rank_index(c: Context, args: Args) -> Value:
    return _ranked(c, list(need_nodes(args[1](c))), to_number(args[0](c), c.world.zone))


def _rank_index_if(c: Context, args: Args) -> Value:
    return _ranked(c, _holding(c, args, 1), to_number(args[0](c), c.world.zone))


def _rank_value(c: Context, args: Args) -> Value:
    among = [to_number(one, c.world.zone) for one in to_text(args[1](c)).split()]
    return _rank(to_number(args[0](c), c.world.zone), among)


FUNCTIONS: dict[str, Signature] = {
    "count-if": Signature(_count_if, 2, 2),
    "sum-if": Signature(_of_those(sum, 0.0), 2, 2),
    "min-if": Signature(_of_those(min, NAN), 2, 2),
    "max-if": Signature(_of_those(max, NAN), 2, 2),
    "join-if": Signature(_join_if, 3, 3),
    "rank-index": Signature(_rank_index, 2, 2),
    "rank-index-if": Signature(_rank_index_if, 3, 3),
    "rank-value": Signature(_rank_value, 2, 2),
}

"""Functions on nodes: counting, positions, repeats, lists."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

from forms.context import Signature
from forms.values import NAN, need_nodes, to_number, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from forms.context import Context, Run
    from forms.nodes import Node
    from forms.values import Value

Args = tuple["Run", ...]

_PRNG_MODULUS = 2**31 - 1
_PRNG_FACTOR = 16_807


def _nodes(c: Context, args: Args, at: int = 0) -> list[Node]:
    return need_nodes(args[at](c))


def _position(c: Context, args: Args) -> Value:
    if not args:
        return float(c.position)
    nodes = _nodes(c, args)
    if not nodes:
        return NAN
    node = nodes[0]
    return float(node.parent.named(node.name).index(node) + 1) if node.parent is not None else 1.0


def _count_filled(c: Context, args: Args) -> Value:
    return float(sum(node.string != "" for node in _nodes(c, args)))


def _instance(c: Context, args: Args) -> Value:
    found = c.world.instances.get(to_text(args[0](c)))
    return [] if found is None else [found]


def _within(node: Node, above: Node) -> bool:
    at = node.parent
    while at is not None and at is not above:
        at = at.parent
    return at is above


def _indexed_repeat(c: Context, args: Args) -> Value:
    pairs: list[tuple[int, list[Node], int]] = []
    for at in range(1, len(args) - 1, 2):
        index = to_number(args[at + 1](c), c.world.zone)
        repeats = _nodes(c, args, at)
        if math.isnan(index) or math.isinf(index) or not repeats:
            return []
        pairs.append((_depth(repeats[0]), repeats, int(index)))
    inside: Node | None = None
    for _depth_of, repeats, index in sorted(pairs, key=lambda pair: pair[0]):
        choices = repeats if inside is None else [one for one in repeats if _within(one, inside)]
        if not 1 <= index <= len(choices):
            return []
        inside = choices[index - 1]
    return [node for node in _nodes(c, args) if inside is None or _within(node, inside)]


def _depth(node: Node) -> int:
    depth = 0
    while node.parent is not None:
        node, depth = node.parent, depth + 1
    return depth


def _once(c: Context, args: Args) -> Value:
    return c.node.string or to_text(args[0](c))


def _pulldata(c: Context, args: Args) -> Value:
    name, wanted, key, value = (to_text(arg(c)) for arg in args)
    instance = c.world.instances.get(name)
    for root in instance.named("root") if instance is not None else ():
        for item in root.lookup("item", key, value):
            return [*item.named(wanted)]
    return ""


def _randomize(c: Context, args: Args) -> Value:
    nodes = _nodes(c, args)
    draw = c.world.random.random if len(args) == 1 else _drawn_from(args[1](c), c)
    shuffled: list[Node] = []
    for at, node in enumerate(nodes):
        swap = int(draw() * (at + 1))
        shuffled.append(shuffled[swap] if swap != at else node)
        shuffled[swap] = node
    return shuffled


def _drawn_from(value: Value, c: Context) -> Callable[[], float]:
    """Build JavaRosa's own generator (Park and Miller), so that a seed gives the order that Collect gives."""
    number = to_number(value, c.world.zone)
    if not math.isnan(number):
        seed = (
            max(min(int(number), 2**63 - 1), -(2**63)) if not math.isinf(number) else int(math.copysign(2**63, number))
        )
    else:
        text = to_text(value)
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True) if text else 0
    state = (
        int(math.fmod(seed, _PRNG_MODULUS))
        if abs(seed) < 2**53
        else abs(seed) % _PRNG_MODULUS * (1 if seed >= 0 else -1)
    )
    if state <= 0:
        state += _PRNG_MODULUS - 1

    def draw() -> float:
        nonlocal state
        state = state * _PRNG_FACTOR % _PRNG_MODULUS
        return (state - 1) / (_PRNG_MODULUS - 1)

    return draw


def _name(c: Context, args: Args) -> Value:
    nodes = _nodes(c, args) if args else [c.node]
    return nodes[0].name if nodes else ""


FUNCTIONS: dict[str, Signature] = {
    "count": Signature(lambda c, a: float(len(_nodes(c, a))), 1, 1),
    "count-non-empty": Signature(_count_filled, 1, 1),
    "position": Signature(_position, 0, 1),
    "last": Signature(lambda c, _a: float(c.size), 0, 0),
    "current": Signature(lambda c, _a: [c.origin], 0, 0),
    "instance": Signature(_instance, 1, 1),
    "indexed-repeat": Signature(_indexed_repeat, 3, None),
    "once": Signature(_once, 1, 1),
    "pulldata": Signature(_pulldata, 4, 4),
    "randomize": Signature(_randomize, 1, 2),
    "name": Signature(_name, 0, 1),
    "local-name": Signature(_name, 0, 1),
    "namespace-uri": Signature(lambda _c, _a: "", 0, 1),
}

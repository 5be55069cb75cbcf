"""Functions on numbers and truth: arithmetic, ``if``, ``checklist``, ``random``."""

from __future__ import annotations

import math
import uuid
from typing import TYPE_CHECKING

from forms.context import Signature
from forms.grammar import XPathError
from forms.operators import numbers_of
from forms.values import EPOCH, NAN, Moment, moment_of, node_is_true, to_bool, to_number, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from forms.context import Context, Function, Run
    from forms.values import Value

Args = tuple["Run", ...]


def _number(c: Context, args: Args, at: int = 0) -> float:
    return to_number(args[at](c), c.world.zone)


def _of_one(function: Callable[[float], float]) -> Signature:
    def run(c: Context, args: Args) -> Value:
        number = _number(c, args)
        try:
            return NAN if math.isnan(number) else float(function(number))
        except ValueError:
            return NAN
        except OverflowError:
            return math.inf

    return Signature(run, 1, 1)


def _of_two(function: Callable[[float, float], float]) -> Signature:
    def run(c: Context, args: Args) -> Value:
        try:
            found = function(_number(c, args), _number(c, args, 1))
        except (ValueError, ZeroDivisionError):
            return NAN
        except OverflowError:
            return math.inf
        return NAN if isinstance(found, complex) else float(found)

    return Signature(run, 2, 2)


def _power(x: float, y: float) -> float:
    """Raise to a power as JavaScript does: what has no bound is infinite, and NaN stays NaN even above a one."""
    if y == 0:
        return 1.0
    if math.isnan(y) or (abs(x) == 1 and math.isinf(y)):
        return NAN
    negative = math.copysign(1.0, x) < 0 and math.fmod(y, 2) in (1, -1) if math.isfinite(y) else False
    try:
        return math.pow(x, y)
    except (OverflowError, ZeroDivisionError):
        return -math.inf if negative else math.inf
    except ValueError:  # of nothing to a power below nothing, or a root of what is negative
        if x != 0:
            return NAN
        return -math.inf if negative else math.inf


def _all_of(choose: Callable[[list[float]], float]) -> Function:
    def run(c: Context, args: Args) -> Value:
        numbers = [number for arg in args for number in numbers_of(arg(c), c.world.zone)]
        return NAN if not numbers or any(math.isnan(one) for one in numbers) else choose(numbers)

    return run


def _sum(c: Context, args: Args) -> Value:
    numbers = numbers_of(args[0](c), c.world.zone)
    return float(sum(numbers)) if numbers else NAN


def _log(base10: Callable[[float], float]) -> Callable[[float], float]:
    return lambda x: -math.inf if x == 0 else base10(x)


def _int(x: float) -> float:
    return x if math.isinf(x) else float(int(x))


def _floor_of(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: x if math.isinf(x) else float(function(x))


def _round(c: Context, args: Args) -> Value:
    value = _number(c, args)
    places = _number(c, args, 1) if len(args) > 1 else 0.0
    if math.isnan(value) or math.isnan(places) or math.isinf(value):
        return value if not math.isnan(places) else NAN
    try:
        scale = 10.0**places
        return math.copysign(math.floor(abs(value) * scale + 0.5) / scale, value)
    except (OverflowError, ZeroDivisionError, ValueError):
        return NAN


def _to_number(c: Context, args: Args) -> Value:
    value = args[0](c) if args else [c.node]
    if isinstance(value, str | list):
        when = moment_of(to_text(value), c.world.zone)
        if when is not None:
            days = (when - EPOCH).total_seconds() / 86400
            return Moment.of(when, str(math.floor(days)))
    return value if isinstance(value, float) else to_number(value, c.world.zone)


def _if(c: Context, args: Args) -> Value:
    if to_bool(args[0](c)):
        return args[1](c)
    return args[2](c) if len(args) > 2 else ""  # noqa: PLR2004 - the optional third


def truths(value: Value) -> list[bool]:
    """Every truth in a value: one for each node (blank is false), or just the one."""
    return [node_is_true(node) for node in value] if isinstance(value, list) else [to_bool(value)]


def _bounds(c: Context, args: Args) -> tuple[float, float]:
    most = _number(c, args, 1)
    return _number(c, args), math.inf if most == -1 else most


def _checklist(c: Context, args: Args) -> Value:
    least, most = _bounds(c, args)
    held = sum(sum(truths(arg(c))) for arg in args[2:])
    return least <= held <= most


def _weighted(c: Context, args: Args) -> Value:
    least, most = _bounds(c, args)
    if len(args) % 2:
        raise XPathError("weighted-checklist() takes a weight after each condition")
    held = 0.0
    for at in range(2, len(args), 2):
        results, weights = truths(args[at](c)), numbers_of(args[at + 1](c), c.world.zone)
        if len(weights) > len(results):
            return False
        held += sum(weight for result, weight in zip(results, weights, strict=False) if result)
    return least <= held <= most


def _uuid(c: Context, args: Args) -> Value:
    def one() -> str:
        return str(uuid.UUID(int=c.world.random.getrandbits(128), version=4))

    if not args:
        return one()
    size = _number(c, args)
    if not 0 <= size <= 1000:  # noqa: PLR2004 - longer than any id, shorter than an attack
        return ""
    text = one()
    while len(text) < size:
        text += one()
    return text[: int(size)]


FUNCTIONS: dict[str, Signature] = {
    "number": Signature(_to_number, 0, 1),
    "int": _of_one(_int),
    "round": Signature(_round, 1, 2),
    "floor": _of_one(_floor_of(math.floor)),
    "ceiling": _of_one(_floor_of(math.ceil)),
    "abs": _of_one(abs),
    "sqrt": _of_one(math.sqrt),
    "exp": _of_one(math.exp),
    "exp10": _of_one(lambda x: 10.0**x),
    "log": _of_one(_log(math.log)),
    "log10": _of_one(_log(math.log10)),
    "sin": _of_one(math.sin),
    "cos": _of_one(math.cos),
    "tan": _of_one(math.tan),
    "asin": _of_one(math.asin),
    "acos": _of_one(math.acos),
    "atan": _of_one(math.atan),
    "atan2": _of_two(math.atan2),
    "pow": _of_two(_power),
    "pi": Signature(lambda _c, _a: math.pi, 0, 0),
    "sum": Signature(_sum, 1, 1),
    "min": Signature(_all_of(min), 0, None),
    "max": Signature(_all_of(max), 0, None),
    "random": Signature(lambda c, _a: c.world.random.random(), 0, 0),
    "uuid": Signature(_uuid, 0, 1),
    "true": Signature(lambda _c, _a: True, 0, 0),
    "false": Signature(lambda _c, _a: False, 0, 0),
    "boolean": Signature(lambda c, a: to_bool(a[0](c)), 1, 1),
    "not": Signature(lambda c, a: not to_bool(a[0](c)), 1, 1),
    "boolean-from-string": Signature(lambda c, a: to_text(a[0](c)) in ("1", "true"), 1, 1),
    "if": Signature(_if, 2, 3),
    "checklist": Signature(_checklist, 2, None),
    "weighted-checklist": Signature(_weighted, 2, None),
}

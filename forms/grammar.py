"""Reads an XPath 1.0 expression into a small syntax tree.

The tree, not libxml2, is what the engine works on, because ODK's dialect is more than extension functions: it
redefines core functions (``round(x, 2)``, ``position(node)``, ``concat(nodeset)``), compares dates with ``<``,
and writes "not a number" as ''. The tree also tells which nodes an expression reads: see :mod:`forms.graph`.
Must not evaluate anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal as OneOf

MAX_LENGTH = 50_000
MAX_DEPTH = 80
"""Parentheses, calls and predicates within each other; far more than people write, far less than the stack holds."""


def mark(message: str) -> str:
    """Mark a msgid for the catalogues where it is written down."""
    return message


class XPathError(ValueError):
    """The expression is not XPath; ``what`` is a msgid that says why and where, with its ``values``."""

    def __init__(self, what: str, **values: object) -> None:
        super().__init__(what.format(**values))
        self.what = what
        self.values = values


@dataclass(frozen=True, slots=True)
class Number:
    """A number written out."""

    value: float


@dataclass(frozen=True, slots=True)
class Quoted:
    """A string in quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; ``name`` keeps its prefix (``jr:choice-name``)."""

    name: str
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Negative:
    """Unary minus."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Chain:
    """``and``, ``or`` or ``|`` over two or more operands."""

    op: OneOf["and", "or", "|"]
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``=  !=  <  <=  >  >=``."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``first`` and then, from left to right, each ``(operator, operand)``: ``+ - * div mod``."""

    first: Expr
    rest: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: ``test`` is a local name, ``*``, or ``node()``/``text()``/``comment()``."""

    axis: str
    test: str
    predicates: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A location path. ``start`` is '/' (from the root), '.' (from the context node) or an expression."""

    start: OneOf["/", "."] | Expr
    steps: tuple[Step, ...]


Expr = Number | Quoted | Call | Negative | Chain | Comparison | Arithmetic | Path

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d*)?|\.\d+)
    | (?P<quoted>"[^"]*"|'[^']*')
    | (?P<name>[^\W\d][\w.\-·]*(?::(?!:)(?:[^\W\d][\w.\-·]*|\*))?)
    | (?P<op>::|//|!=|<=|>=|\.\.|[()\[\]@,/|+\-=<>*.$])
    )""",
    re.VERBOSE,
)
_BINDING = {
    "or": 1,
    "and": 2,
    "=": 3,
    "!=": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "div": 6,
    "mod": 6,
}
_NODE_TYPES = ("node", "text", "comment", "processing-instruction")
_AXES = frozenset(
    [
        "ancestor",
        "ancestor-or-self",
        "attribute",
        "child",
        "descendant",
        "descendant-or-self",
        "following",
        "following-sibling",
        "namespace",
        "parent",
        "preceding",
        "preceding-sibling",
        "self",
    ]
)
UNEXPECTED = mark("“{found}” does not belong where it stands, at character {at}.")
WANTED = mark("“{wanted}” is missing at character {at}, where “{found}” stands.")
ENDED = mark("“{wanted}” is missing at the end.")
UNFINISHED = mark("The expression ends too early, at character {at}.")

_ANYWHERE = Step("descendant-or-self", "node()")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def _tokens(source: str) -> list[_Token]:
    """Cut the source up; names and ``*`` that stand where an operator must be are operators (XPath 1.0, 3.7)."""
    found: list[_Token] = []
    at = 0
    end = len(source.rstrip())
    while at < end:
        match = _TOKEN.match(source, at)
        if match is None or match.lastgroup is None:
            raise XPathError(UNEXPECTED, found=source[at:].lstrip()[:1], at=at + 1)
        kind, text = match.lastgroup, match[match.lastgroup]
        before = found[-1] if found else None
        operand_ended = before is not None and (
            before.kind in ("number", "quoted", "name") or before.text in (")", "]", ".", "..")
        )
        if text == "*" and not operand_ended:
            kind = "name"
        elif kind == "name" and operand_ended:
            kind = "op"
        found.append(_Token(kind, text, at + 1))
        at = match.end()
    found.append(_Token("end", "", end + 1))
    return found


class _Parser:
    def __init__(self, source: str) -> None:
        self.tokens = _tokens(source)
        self.at = 0
        self.depth = 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.at]

    @property
    def after(self) -> _Token:
        return self.tokens[min(self.at + 1, len(self.tokens) - 1)]

    def take(self, *texts: str) -> bool:
        """Step over the token when it is one of these operators."""
        if self.now.kind == "op" and self.now.text in texts:
            self.at += 1
            return True
        return False

    def need(self, text: str) -> None:
        if not self.take(text):
            raise self.error(wanted=text)

    def error(self, what: str = "", **values: object) -> XPathError:
        """Say what is not as it must be, here; without ``what`` it is a sign that is missing."""
        if self.now.text:
            return XPathError(what or WANTED, found=self.now.text, at=self.now.at, **values)
        return XPathError(what or ENDED if values else UNFINISHED, at=self.now.at, **values)

    def expression(self, binding: int = 0) -> Expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise XPathError(mark("The expression is nested more than {most} deep."), most=MAX_DEPTH)
        left = self.unary()
        compared = 0
        while self.now.kind == "op" and _BINDING.get(self.now.text, 0) > binding:
            op = self.now.text
            self.at += 1
            compared += _BINDING[op] in (3, 4)
            if compared > MAX_DEPTH:
                raise XPathError(mark("The expression has too many comparisons in a row."))
            left = _joined(op, left, self.expression(_BINDING[op]))
        self.depth -= 1
        return left

    def unary(self) -> Expr:
        minus = 0
        while self.take("-"):
            minus += 1
        operand = self.union()
        if minus % 2:
            return Negative(operand)
        return Negative(Negative(operand)) if minus else operand

    def union(self) -> Expr:
        parts = [self.path()]
        while self.take("|"):
            parts.append(self.path())
        return parts[0] if len(parts) == 1 else Chain("|", tuple(parts))

    def path(self) -> Expr:
        start: OneOf["/", "."] | Expr = "."
        steps: list[Step] = []
        if self.take("/"):
            start = "/"
            if not self.at_step():
                return Path("/", ())
            steps.append(self.step())
        elif self.take("//"):
            start = "/"
            steps += (_ANYWHERE, self.step())
        elif self.at_step():
            steps.append(self.step())
        else:
            start = self.primary()
            predicates = self.predicates()
            if predicates:
                steps.append(Step("self", "node()", predicates))
            elif self.now.text not in ("/", "//"):
                return start
        while self.now.kind == "op" and self.now.text in ("/", "//"):
            if self.now.text == "//":
                steps.append(_ANYWHERE)
            self.at += 1
            steps.append(self.step())
        return Path(start, tuple(steps))

    def at_step(self) -> bool:
        """Whether a location step begins here (and not a function call, number, string or parenthesis)."""
        if self.now.kind == "op":
            return self.now.text in (".", "..", "@")
        if self.now.kind != "name":
            return False
        return self.after.text != "(" or self.now.text in _NODE_TYPES

    def step(self) -> Step:
        if self.take("."):
            return Step("self", "node()", self.predicates())
        if self.take(".."):
            return Step("parent", "node()", self.predicates())
        axis = "child"
        if self.take("@"):
            axis = "attribute"
        elif self.after.text == "::" and self.now.kind == "name":
            axis = self.now.text
            if axis not in _AXES:
                raise self.error(UNEXPECTED)
            self.at += 2
        if self.now.kind != "name":
            raise self.error(UNEXPECTED)
        test = self.now.text
        self.at += 1
        if test in _NODE_TYPES and self.take("("):
            if self.now.kind == "quoted":
                self.at += 1
            self.need(")")
            test += "()"
        return Step(axis, test.rpartition(":")[2], self.predicates())

    def predicates(self) -> tuple[Expr, ...]:
        found = []
        while self.take("["):
            found.append(self.expression())
            self.need("]")
        return tuple(found)

    def primary(self) -> Expr:
        token = self.now
        self.at += 1
        if token.kind == "number":
            return Number(float(token.text))
        if token.kind == "quoted":
            return Quoted(token.text[1:-1])
        if token.kind == "op" and token.text == "(":
            inner = self.expression()
            self.need(")")
            return inner
        if token.kind == "name" and self.take("("):
            args: list[Expr] = []
            if not self.take(")"):
                args.append(self.expression())
                while self.take(","):
                    args.append(self.expression())
                self.need(")")
            return Call(token.text, tuple(args))
        self.at -= 1
        raise self.error(UNEXPECTED)


def _joined(op: str, left: Expr, right: Expr) -> Expr:
    """Put two operands together; a chain of the same kind stays flat, so that a long one is not a deep one."""
    if op in ("and", "or"):
        kind: OneOf["and", "or"] = "and" if op == "and" else "or"
        if isinstance(left, Chain) and left.op == kind:
            return Chain(kind, (*left.operands, right))
        return Chain(kind, (left, right))
    if _BINDING[op] in (3, 4):
        return Comparison(op, left, right)
    if isinstance(left, Arithmetic) and _BINDING[left.rest[0][0]] == _BINDING[op]:
        return Arithmetic(left.first, (*left.rest, (op, right)))
    return Arithmetic(left, ((op, right),))


def parse(source: str) -> Expr:
    """Read one expression; raises :class:`XPathError`."""
    if len(source) > MAX_LENGTH:
        raise XPathError(mark("The expression is longer than {most} characters."), most=MAX_LENGTH)
    parser = _Parser(source)
    found = parser.expression()
    if parser.now.kind != "end":
        raise parser.error(UNEXPECTED)
    return found

"""When a question is asked, in words: 「第2题选「未落实」，且第5题大于3」.

Reads the syntax tree of a ``relevant`` expression. What has no short way to be said is shown as the form's author wrote
it: half a condition in words would be worse than none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from forms.grammar import Call, Chain, Comparison, Expr, Number, Path, Quoted
from handlers.text import mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forms.form import Form
    from forms.question import Question
    from forms.xpath import Expression
    from handlers.text import Speech

_ORDERS: Final = {
    "=": mark("{left} is {right}"),
    "!=": mark("{left} is not {right}"),
    "<": mark("{left} is below {right}"),
    "<=": mark("{left} is at most {right}"),
    ">": mark("{left} is above {right}"),
    ">=": mark("{left} is at least {right}"),
}
_TURNED: Final = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_PATH: Final = re.compile(r"(?:/[\w.\-]+)+/([\w.\-]+)")


class _Unsaid(Exception):
    """There is no short way to say it."""


def condition(speech: Speech, form: Form, question: Question, names: Mapping[str, str]) -> Markup:
    """Say when a question is asked, '' when always; ``names`` is what questions are called here, by path."""
    expressions = []
    definition = question.definition
    while definition is not None:
        if definition.relevant is not None:
            expressions.append(definition.relevant)
        definition = definition.parent  # type: ignore[assignment]  # up to the root, which has none
    said = [_said(speech, form, one, question.path, names) for one in reversed(expressions)]
    return speech.t("; and ").join(said)


def _said(speech: Speech, form: Form, expression: Expression, path: str, names: Mapping[str, str]) -> Markup:
    try:
        return _Words(speech, form, path, names).of(expression.tree)
    except _Unsaid:
        return Markup("<code>{}</code>").format(_PATH.sub(r"\1", expression.source.strip()))


class _Words:
    def __init__(self, speech: Speech, form: Form, path: str, names: Mapping[str, str]) -> None:
        self.speech, self.form, self.path, self.names = speech, form, path, names

    def of(self, tree: Expr, *, inside: bool = False) -> Markup:
        match tree:
            case Chain(op="and" | "or", operands=operands):
                comma = self.speech.t(", and ") if tree.op == "and" else self.speech.t(", or ")
                said = comma.join(self.of(one, inside=True) for one in operands)
                return self.speech.t("({condition})", condition=said) if inside else said
            case Comparison():
                return self._comparison(tree)
            case Call(name="not", args=(operand,)):
                return self.speech.t("not: {condition}", condition=self.of(operand, inside=True))
            case Call(name="selected", args=(Path() as where, Quoted() as value)):
                return self.speech.t("{question} includes {answer}", **self._both(where, value))
            case Call(name="true", args=()):
                return self.speech.t("always")
            case Call(name="false", args=()):
                return self.speech.t("never")
            case _:
                raise _Unsaid

    def _both(self, where: Path, value: Quoted) -> dict[str, Markup]:
        return {"question": self._name(where), "answer": self._answer(where, value.value)}

    def _comparison(self, tree: Comparison) -> Markup:
        left, right, op = tree.left, tree.right, tree.op
        if not isinstance(left, Path):
            left, right, op = right, left, _TURNED[op]
        if not isinstance(left, Path):
            raise _Unsaid
        if isinstance(right, Quoted) and not right.value and op in ("=", "!="):
            empty, given = self.speech.t("{question} has no answer", question=self._name(left)), None
            given = self.speech.t("{question} has an answer", question=self._name(left))
            return empty if op == "=" else given
        match right:
            case Quoted(value=value):
                shown = self._answer(left, value)
            case Number(value=value):
                shown = Markup("{}").format(f"{value:g}")
            case Path():
                shown = self._name(right)
            case Call(name="today", args=()):
                shown = self.speech.t("today")
            case _:
                raise _Unsaid
        return self.speech.t(_ORDERS[op], left=self._name(left), right=shown)

    def _found(self, path: Path) -> Question:
        """Return the question a plain path leads to, absolute or relative to the question that is asked."""
        if path.start == "/":
            parts: list[str] = []
        elif path.start == ".":
            parts = self.path.strip("/").split("/")
        else:
            raise _Unsaid
        for step in path.steps:
            if step.predicates:
                raise _Unsaid
            if step.axis == "parent" and parts:
                parts.pop()
            elif step.axis == "child":
                parts.append(step.test)
            elif step.axis != "self":
                raise _Unsaid
        question = self.form.questions.get("/" + "/".join(parts))
        if question is None:
            raise _Unsaid
        return question

    def _name(self, path: Path) -> Markup:
        question = self._found(path)
        return Markup("{}").format(self.names.get(question.path) or question.name)

    def _answer(self, path: Path, value: str) -> Markup:
        question = self._found(path)
        label = next((one.label(self.speech.language) for one in question.choices if one.value == value), value)
        return self.speech.t("“{label}”", label=label)

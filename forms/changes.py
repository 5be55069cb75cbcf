"""Says what changed between two versions of a form, and what that means for the answers there are.

Nodes are told apart by their paths, as stored answers are. A version that is published never changes; this is for the
author of the next one, in the language that whoever shows it hands in. ``kind`` and ``lost`` are for programs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms.problems import english, mark
from forms.question import SELECTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from forms.form import Form
    from forms.problems import Speak
    from forms.question import Definition, Question
    from forms.xpath import Expression

_OWN = ""
"""No language in particular: the form's default."""
_RULES = {
    "relevant": mark("This says when it is asked; answers there are stay and are looked at anew."),
    "required": mark("This says when it must be answered; answers there are stay and are looked at anew."),
    "constraint": mark("This says which answers may stand; answers there are stay and are looked at anew."),
    "calculate": mark("This says how it is worked out; answers there are stay and are looked at anew."),
    "readonly": mark("This says when it may be changed; answers there are stay and are looked at anew."),
    "count": mark("This says how often it is repeated; answers there are stay and are looked at anew."),
}
"""A rule → what it means that it is another."""
_RULE = {
    (True, True): mark("{column} was “{old}” and is “{new}”."),
    (True, False): mark("{column} was “{old}” and is empty."),
    (False, True): mark("{column} was empty and is “{new}”."),
}
"""Whether there was a rule, and whether there is one."""
_COLUMNS = {"calculate": "calculation", "readonly": "read_only", "count": "repeat_count"}
_NEW = {
    "repeat": mark("A repeat is new."), "group": mark("A group is new."), "question": mark("A question is new."),
    "value": mark("A value that is worked out is new."),
}  # fmt: skip
_REPEATED = {True: mark("It is now repeated."), False: mark("It is no longer repeated.")}
MOST = 20
"""Choices named one by one."""
NOTHING = mark("Nothing that a person is asked has changed.")
LOSSES = mark("{lost} of {count} changes may lose answers. Walks under way keep the version they began with.")
_CARRIED = {
    ("int", "decimal"), ("int", "string"), ("decimal", "string"), ("date", "string"), ("date", "dateTime"),
    ("time", "string"), ("dateTime", "string"), ("barcode", "string"), ("string", "barcode"), ("geopoint", "string"),
}  # fmt: skip
"""Changes of type that keep every answer."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; ``what`` and ``means`` are msgids with ``values`` in them.

    ``lost`` says whether answers given before may be lost, or no longer fit.
    """

    path: str
    kind: str
    what: str
    means: str
    lost: bool = False
    values: tuple[tuple[str, str], ...] = ()

    def told(self, speak: Speak) -> str:
        """Say where, what, and what it means, in one line."""
        what, means = self.said(speak)
        both = what + ("" if what.endswith("。") else " ") + means
        return f"{self.path}: {both}" if self.path else both

    def said(self, speak: Speak) -> tuple[str, str]:
        """Say what changed, and what it means."""
        values = dict(self.values)
        return speak(self.what).format(**values), speak(self.means).format(**values)

    def __str__(self) -> str:
        return self.told(english)

    def plain(self, speak: Speak = english) -> dict[str, object]:
        """Give it as data, what is for people in their language."""
        what, means = self.said(speak)
        return {"path": self.path, "kind": self.kind, "what": what, "means": means, "lost": self.lost}


def _change(path: str, kind: str, what: str, means: str, *, lost: bool = False, **values: str) -> Change:
    return Change(path, kind, what, means, lost, tuple(values.items()))


def changes(old: Form, new: Form) -> list[Change]:
    """Compare two versions, the older first; in the order of the newer, what was removed after it."""
    found: list[Change] = []
    if old.form_id != new.form_id:
        what, means = (
            mark("The form is called {new}, no longer {old}."),
            mark("It counts as another form: nothing is carried over."),
        )
        found.append(_change("", "form_id", what, means, lost=True, old=old.form_id, new=new.form_id))
    if old.version == new.version:
        what = mark("Both are version {version}.") if new.version else mark("Neither says its version.")
        means = mark("Two versions must be told apart: give the new one another version.")
        found.append(_change("", "version", what, means, version=new.version))
    for path, definition in new.definitions.items():
        before = old.definitions.get(path)
        found += _changed(old, new, before, definition) if before is not None else [_added(old, definition)]
    found += [_removed(new, one) for path, one in old.definitions.items() if path not in new.definitions]
    return found


def _added(old: Form, definition: Definition) -> Change:
    path = definition.path
    names = [path for path, one in old.definitions.items() if one.name == definition.name and not one.children]
    if names and not definition.children:
        means = mark("Answers given there are not carried over.")
        return _change(path, "moved", mark("It was at {old}."), means, lost=True, old=names[0])
    what = "repeat" if definition.repeat else "group" if definition.children else "question"
    if definition.question is not None and not definition.question.asks:
        what = "value"
    means = mark("It has no answers yet.")
    if definition.required is not None:
        means = mark("It has no answers yet; where it is required, whoever takes up an old visit must answer it.")
    return _change(path, "added", _NEW[what], means)


def _removed(new: Form, definition: Definition) -> Change:
    moved = any(one.name == definition.name and not one.children for one in new.definitions.values())
    silent = definition.question is not None and not definition.question.asks
    what = mark("It is no longer there (moved).") if moved else mark("It is no longer there.")
    means = mark("Answers to it stay with old records and are not asked for again.")
    kept = mark("Old records keep what it held.")
    return _change(definition.path, "removed", what, kept if silent else means, lost=not silent)


def _changed(old: Form, new: Form, before: Definition, after: Definition) -> Iterator[Change]:
    path = after.path
    if before.repeat != after.repeat:
        means = mark("Answers have other paths in a repeat and are not carried over.")
        yield _change(path, "repeat", _REPEATED[after.repeat], means, lost=True)
    if before.question is not None and after.question is not None:
        yield from _asked(old, new, before.question, after.question)
    for rule, means in _RULES.items():
        one, two = _source(getattr(before, rule)), _source(getattr(after, rule))
        if one != two:
            column = _COLUMNS.get(rule, rule)
            yield _change(path, rule, _RULE[bool(one), bool(two)], means, column=column, old=one, new=two)
    if before.default != after.default:
        what, means = mark("It begins with “{new}”, not “{old}”."), mark("Only new fillings do.")
        yield _change(path, "default", what, means, old=before.default, new=after.default)


def _source(expression: Expression | None) -> str:
    return " ".join(expression.source.split()) if expression is not None else ""


def _asked(old: Form, new: Form, before: Question, after: Question) -> Iterator[Change]:
    path = after.path
    if (before.kind, before.type) != (after.kind, after.type):
        kept = after.kind in (before.kind, "text") or (before.kind, after.kind) == ("select_one", "select_multiple")
        lost = not kept or (before.type != after.type and (before.type, after.type) not in _CARRIED)
        fits, may_not = (
            mark("Answers of the old kind fit the new one."),
            mark("Answers of the old kind may not fit the new one."),
        )
        kinds = {"old": f"{before.kind} ({before.type})", "new": f"{after.kind} ({after.type})"}
        yield _change(path, "type", mark("It was {old} and is {new}."), may_not if lost else fits, lost=lost, **kinds)
    if after.kind in SELECTS and before.kind in SELECTS:
        yield from _choices(before, after)
    for language in dict.fromkeys((*old.languages, *new.languages)) or ("",):
        for role in ("label", "hint"):
            one, two = getattr(before, role)(language), getattr(after, role)(language)
            if one != two:
                column = f"{role}::{language}" if language else role
                what, means = _RULE[bool(one), bool(two)], mark("Only the wording is new.")
                yield _change(path, role, what, means, column=column, old=one, new=two)


def _choices(before: Question, after: Question) -> Iterator[Change]:
    one, two = ({choice.value: choice for choice in question.choices} for question in (before, after))
    gone, come = [value for value in one if value not in two], [value for value in two if value not in one]
    renamed = [value for value in one if value in two and one[value].label(_OWN) != two[value].label(_OWN)]
    if gone:
        means = mark("Answers that chose these are no longer among the choices, and count as blank.")
        what = mark("No longer offered: {choices}.")
        yield _change(after.path, "choices", what, means, lost=True, choices=_listed(gone))
    if come:
        what, means = mark("Newly offered: {choices}."), mark("Nobody has chosen these yet.")
        yield _change(after.path, "choices", what, means, choices=_listed(come))
    if renamed:
        what, means = mark("Worded anew: {choices}."), mark("Old answers read as the new wording.")
        yield _change(after.path, "choices", what, means, choices=_listed(renamed))


def _listed(values: list[str]) -> str:
    shown = ", ".join(values[:MOST])
    return f"{shown} … ({len(values)})" if len(values) > MOST else shown

"""Reads the body of an XForm: controls become questions, groups become sections and screens.

A ``field-list`` group is one screen; every other control is a screen of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from forms import grammar
from forms.markup import attribute, attributes, children, local
from forms.problems import mark, problem
from forms.question import Choice, Itemset, Question, Screen, Section
from forms.texts import Text

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from forms.model import Model
    from forms.nodes import Node
    from forms.question import Definition

NO_NODE = mark("This question has no place for its answer; it is not asked.")
MAX_DEPTH = 50
"""Groups within groups."""

_CONTROLS = {"input", "select", "select1", "rank", "upload", "trigger", "range", "secret"}
_BY_TYPE = {
    "string": "text", "int": "integer", "decimal": "decimal", "date": "date", "time": "time", "dateTime": "datetime",
    "geopoint": "geopoint", "geotrace": "geotrace", "geoshape": "geoshape", "barcode": "barcode",
}  # fmt: skip
_BY_ELEMENT = {
    "select1": "select_one", "select": "select_multiple", "rank": "rank", "trigger": "acknowledge", "range": "range",
}  # fmt: skip
_ITEXT_OF_ITEM = re.compile(r"\s*jr:itext\(\s*([\w.-]+)\s*\)\s*")
_IGNORED = {"ref", "appearance", "class", "nodeset", "bind", "mediatype", "query"}


class Body:
    """The body of one form while it is read."""

    def __init__(self, body: Element, model: Model) -> None:
        self.model = model
        self.questions: dict[str, Question] = {}
        self.screens: list[Screen] = []
        self._number = 0
        self._level(body, (), 0)
        for definition in model.definitions.values():
            if definition.question is None and not definition.children:
                self._silent(definition)

    # --- structure ------------------------------------------------------------------------------------------------

    def _level(self, parent: Element, sections: tuple[Section, ...], depth: int) -> None:
        if depth > MAX_DEPTH:
            said = mark("Groups are nested more than {most} deep.")
            self.model.problems.append(problem(said, mark("Take groups apart."), sheet="survey", most=MAX_DEPTH))
            return
        for element in children(parent):
            kind = local(element)
            if kind == "group":
                self.model.actions(element, None)
            if kind == "group" and "field-list" in (element.get("appearance") or "").split() and not _repeats(element):
                path = self.model.reference(element)
                text = self.model.text(_first(element, "label"), path)
                self._screen(path, text, sections, self._controls(element, depth))
            elif kind == "group":
                path = self.model.reference(element)
                section = Section(path, self.model.text(_first(element, "label"), path))
                self._level(element, (*sections, section), depth + 1)
            elif kind == "repeat":
                self._repeat(element, sections, depth)
            elif kind in _CONTROLS:
                question = self._question(element)
                if question is not None:
                    self._screen(question.path, None, sections, [question])

    def _repeat(self, element: Element, sections: tuple[Section, ...], depth: int) -> None:
        definition = self.model.definitions.get(self.model.reference(element))
        if definition is None:
            self.model.warnings.append(problem(NO_NODE, path=element.get("nodeset") or "–"))
            return
        definition.repeat = True
        count = attribute(element, "count")
        if count is not None:
            definition.count = self.model.expression(count, definition.path, "repeat_count")
        definition.fixed = (attribute(element, "noAddRemove") or "").strip() == "true()"
        self.model.actions(element, None)
        outer = sections[-1] if sections else None
        same = outer is not None and outer.path == definition.path
        section = Section(definition.path, outer.text if same and outer else None, definition)
        self._level(element, (*(sections[:-1] if same else sections), section), depth + 1)

    def _controls(self, group: Element, depth: int) -> list[Question]:
        """Every question within a field-list, those of groups inside it too."""
        found: list[Question] = []
        for element in children(group):
            if local(element) == "group" and depth < MAX_DEPTH:
                self.model.actions(element, None)
                found += self._controls(element, depth + 1)
            elif local(element) in _CONTROLS:
                question = self._question(element)
                found += [question] if question else []
        return found

    def _screen(self, path: str, text: Text | None, sections: tuple[Section, ...], questions: list[Question]) -> None:
        if not questions:
            return
        number = None
        if any(question.asks for question in questions):
            self._number += 1
            number = self._number
        self.screens.append(Screen(path or questions[0].path, number, text, sections, tuple(questions)))

    # --- questions ------------------------------------------------------------------------------------------------

    def _question(self, element: Element) -> Question | None:
        path = self.model.reference(element)
        definition = self.model.definitions.get(path)
        if definition is None:
            self.model.warnings.append(problem(NO_NODE, path=path))
            return None
        texts = dict(self.model.messages.get(path, {}))
        for role in ("label", "hint"):
            text = self.model.text(_first(element, role), path, role)
            if text is not None:
                texts[role] = text
        hint = _first(element, "hint")
        reference = re.search(r"['\"](.*)['\"]", hint.get("ref", "")) if hint is not None else None
        if reference is not None and reference[1] in self.model.hints:
            texts["guidance"] = self.model.hints[reference[1]]
        itemset, choices = self._choices(element, path)
        question = Question(
            path=path,
            name=definition.name,
            kind=_kind(element, definition),
            type=definition.type,
            definition=definition,
            texts=texts,
            appearance=element.get("appearance") or "",
            parameters={
                key.rpartition("}")[2]: value for key, value in attributes(element).items() if key not in _IGNORED
            },
            choices=choices,
            itemset=itemset,
        )
        self.model.actions(element, definition)
        definition.question = self.questions[path] = question
        return question

    def _silent(self, definition: Definition) -> None:
        kind = "hidden"
        if "/meta/" in definition.path:
            kind = "meta"
        elif definition.calculate is not None:
            kind = "calculate"
        elif definition.preload is not None:
            kind = "preload"
        self.questions[definition.path] = definition.question = Question(
            definition.path, definition.name, kind, definition.type, definition, {}
        )

    # --- choices --------------------------------------------------------------------------------------------------

    def _choices(self, element: Element, path: str) -> tuple[Itemset | None, tuple[Choice, ...]]:
        itemset = _first(element, "itemset")
        if itemset is not None:
            return self._itemset(itemset, path)
        choices = []
        for item in children(element, "item"):
            value = _first(item, "value")
            text = self.model.text(_first(item, "label"), path)
            choices.append(Choice((value.text or "") if value is not None else "", text))
        return None, tuple(choices)

    def _itemset(self, element: Element, path: str) -> tuple[Itemset | None, tuple[Choice, ...]]:
        source = element.get("nodeset") or ""
        nodes = self.model.expression(source, path, "choice_filter")
        if nodes is None:
            return None, ()
        value, label = _first(element, "value"), _first(element, "label")
        value_ref = (value.get("ref") if value is not None else None) or "name"
        label_ref = label.get("ref") if label is not None else None
        by_item: dict[int, Choice] = {}
        key = re.search(r"instance\(\s*['\"]([^'\"]+)['\"]\s*\)", source)
        rows = self._rows(key[1], nodes.tree) if key else []
        for row in rows:
            by_item[id(row)] = Choice(_below(row, value_ref), self._item_text(row, label_ref), row)
        everything = tuple(by_item[id(row)] for row in rows)
        constant = everything if re.fullmatch(r"\s*instance\(\s*'[^']+'\s*\)/root/item\s*", source) else None
        shown = None
        if label_ref is not None and not rows:
            shown = self.model.expression(label_ref, path, "choice_filter")
        return Itemset(nodes, value_ref, shown, by_item, constant), everything

    def _rows(self, key: str, tree: grammar.Expr) -> list[Node]:
        """Give every row that a path into a list may come to: mostly ``root/item``, but a list may be nested."""
        instance = self.model.instances.get(key)
        if instance is None:
            return []
        while isinstance(tree, grammar.Call) and tree.name == "randomize" and tree.args:
            tree = tree.args[0]
        steps = tree.steps if isinstance(tree, grammar.Path) else ()
        if len(steps) == 2 and all(step.axis == "child" for step in steps):  # noqa: PLR2004 - root and item
            return [item for root in instance.children for item in root.children]
        wanted = steps[-1].test if steps else "*"
        return [node for node in instance.descendants() if node.name == wanted or wanted.endswith(("*", ")"))]

    def _item_text(self, row: Node, label_ref: str | None) -> Text | None:
        if label_ref is None:
            return None
        match = _ITEXT_OF_ITEM.fullmatch(label_ref)
        if match is not None:
            return self.model.itext.get(_below(row, match[1]))
        return Text(self.model.languages, {"": (_below(row, label_ref),)})


def _kind(element: Element, definition: Definition) -> str:
    kind = local(element)
    if kind in _BY_ELEMENT:
        return _BY_ELEMENT[kind]
    if kind == "upload":
        family = (element.get("mediatype") or "").partition("/")[0]
        return family if family in ("image", "audio", "video") else "file"
    readonly = definition.readonly
    if readonly is not None and readonly.source.strip() == "true()" and definition.calculate is None:
        return "note"
    return _BY_TYPE.get(definition.type, "text")


def _first(element: Element, name: str) -> Element | None:
    return next(iter(children(element, name)), None)


def _repeats(element: Element) -> bool:
    return any(local(below) == "repeat" for below in element.iter())


def _below(row: Node, name: str) -> str:
    found = row.named(name.strip())
    return found[0].string if found else ""

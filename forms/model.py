"""Reads the model of an XForm: main instance, binds, translations, lists, actions.

Collects every fault before it gives up, so that an author sees them all at once. Knows nothing of the body
(controls): see :mod:`forms.body`.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree

from forms.grammar import XPathError
from forms.library_others import STRANGE
from forms.markup import attribute, attributes, children, local
from forms.nodes import Node, from_xml
from forms.problems import mark, problem
from forms.question import Action, Definition
from forms.texts import Languages, Text
from forms.xpath import compiled

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from forms.problems import Problem
    from forms.texts import Parts
    from forms.xpath import Expression

NO_XFORM = mark("This XML is not an XForm.")
SEND_WRITTEN = mark("Send the form as it was written (Excel), or the XForm that was made of it.")
OPENROSA = "http://openrosa.org/xforms"
JAVAROSA = "{http://openrosa.org/javarosa}"
_META = (f"{{{OPENROSA}", "{http://www.w3.org/2002/xforms", "")
_ITEXT = re.compile(r"""\s*jr:itext\(\s*(?:'([^']*)'|"([^"]*)")\s*\)\s*""")
_ROLES = {"constraintMsg": "constraint_message", "requiredMsg": "required_message"}
_EXPRESSIONS = ("relevant", "required", "readonly", "constraint", "calculate")
_COLUMNS = {"calculate": "calculation", "readonly": "read_only"}
_CONSTANTS = {"relevant": "true()", "required": "false()", "readonly": "false()", "constraint": "true()"}


class Model:
    """The model of one form while it is read; ``problems`` are errors, ``warnings`` are not."""

    def __init__(self, model: Element) -> None:
        self.element = model
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.languages = _languages(model)
        self.itext: dict[str, Text] = {}
        self.hints: dict[str, Text] = {}
        self.instances: dict[str, Node] = {}
        self.definitions: dict[str, Definition] = {}
        self.source = Node("data")
        """The main instance as the form holds it."""
        self.unbound_id = False
        self.bound = {one.get("id", ""): one.get("nodeset", "") for one in children(model, "bind") if one.get("id")}
        """id of a bind → the node it is about."""
        self.saved: dict[str, str] = {}
        """Path of a node → the property of an entity that it is saved to."""
        self.messages: dict[str, dict[str, Text]] = {}
        self.namespaces: dict[str | None, str] = {}
        self.root = self._main()
        self._translations()
        self._lists()
        self._binds()

    # --- expressions and texts ------------------------------------------------------------------------------------

    def expression(self, source: str, path: str, column: str) -> Expression | None:
        """Compile an expression; a fault is noted with the node and the column it stands in, and gives None."""
        for said, name in _odd(source):
            self.warnings.append(problem(said, sheet="survey", column=column, path=path, function=name))
        try:
            return compiled(source)
        except XPathError as error:
            cure = mark("Correct the expression: {expression}")
            values = tuple((name, str(value)) for name, value in error.values.items())
            found = problem(error.what, cure, sheet="survey", column=column, path=path, expression=source.strip()[:200])
            self.problems.append(replace(found, values=(*found.values, *values)))
            return None

    def text(self, element: Element | None, path: str, column: str = "label") -> Text | None:
        """Read a ``<label>`` or ``<hint>``: inline, or by reference to a translation."""
        if element is None:
            return None
        reference = element.get("ref")
        if reference is not None:
            match = _ITEXT.fullmatch(reference)
            if match is not None:
                return self.itext.get(match[1] or match[2] or "")
            found = self.expression(reference, path, column)
            return Text(self.languages, {"": (found,)}) if found else None
        return Text(self.languages, {"": self.parts(element, path, column)})

    def parts(self, element: Element, path: str, column: str) -> Parts:
        """Read mixed text with ``<output value=…/>`` in it."""
        found: list[str | Expression] = [element.text or ""]
        for child in element:
            if local(child) == "output":
                value = child.get("value") or child.get("ref") or "''"
                shown = self.expression(value, path, column)
                found += [shown] if shown else []
            elif local(child):
                found.append("".join(str(text) for text in child.itertext()))
            found.append(child.tail or "")
        if all(isinstance(part, str) for part in found):
            return ("".join(str(part) for part in found),)
        return tuple(part for part in found if part != "")

    def message(self, source: str) -> Text | None:
        """Read a bind's message: a translation's id, or plain words."""
        match = _ITEXT.fullmatch(source)
        if match is not None:
            return self.itext.get(match[1] or match[2] or "")
        return Text(self.languages, {"": (source,)}) if source.strip() else None

    def definition(self, path: str | None) -> Definition | None:
        """Give the definition of a node, or of an attribute (``/data/meta/entity/@id``)."""
        path = (path or "").strip()
        above, _, name = path.rpartition("/@")
        if above and path not in self.definitions and above in self.definitions:
            owner = self.definitions[above]
            full = next((key for key in owner.attributes if key.rpartition("}")[2] == name), None)
            if full is not None:
                self.definitions[path] = owner.attach(full)
        return self.definitions.get(path)

    def reference(self, element: Element | None) -> str:
        """Give the path that an element of the body is about, written out: relative ones begin at the group around."""
        if element is None:
            return ""
        own = (element.get("ref") or element.get("nodeset") or self.bound.get(element.get("bind", ""), "")).strip()
        if own.startswith("/") or not own:
            return own
        around = element.getparent()
        while around is not None and not (around.get("ref") or around.get("nodeset")) and local(around) != "body":
            around = around.getparent()
        steps = (self.reference(around) or f"/{self.root.step}").split("/")
        for step in own.removeprefix("current()/").split("/"):
            if step == "..":
                steps.pop()
            elif step not in (".", ""):
                steps.append(step)
        return "/".join(steps)

    # --- parts of the model ---------------------------------------------------------------------------------------

    def _main(self) -> Definition:
        instance = next(iter(children(self.element, "instance")), None)
        elements = children(instance) if instance is not None else []
        if not elements:
            self.problems.append(problem(NO_XFORM, SEND_WRITTEN))
            return Definition("data", None, 0)
        self._identify(elements[0])
        self.namespaces = dict(elements[0].nsmap)
        around = instance.nsmap if instance is not None else {}
        if self.namespaces.get(None) == around.get(None):
            self.namespaces.pop(None, None)  # the form's own language, which a submission is not written in
        self.source = from_xml(elements[0])
        root = Definition(elements[0].tag, None, 0, elements[0].prefix)
        self._grow(root, elements[0])
        return root

    def _identify(self, root: Element) -> None:
        """See to it that the submission will have an id, in a form that forgot its ``instanceID``."""
        meta = next((one for one in children(root, "meta") if one.tag.partition("}")[0] in _META), None)
        if meta is None:
            space = f"{{{OPENROSA}}}" if OPENROSA in root.nsmap.values() else root.tag.removesuffix(local(root))
            meta = etree.SubElement(root, f"{space}meta")
        wanted = meta.tag.removesuffix("meta") + "instanceID"
        if not any(one.tag == wanted for one in children(meta)):
            etree.SubElement(meta, wanted)
            self.unbound_id = True

    def _grow(self, definition: Definition, element: Element) -> None:
        """Copy an element's structure, iteratively: an outsider chose how deep it is."""
        pending = deque([(definition, element)])
        while pending:
            into, source = pending.popleft()
            below = children(source)
            first = into.path not in self.definitions  # of a repeat, the first element is the template
            if first:
                self.definitions[into.path] = into
                into.attributes = {k: value for k, value in attributes(source).items() if not k.endswith("}template")}
                into.default = "" if below else (source.text or "")
            seen: dict[str, Definition] = {}
            for child in below:
                if child.tag not in seen:
                    known = next((one for one in into.children if one.tag == child.tag), None)
                    seen[child.tag] = known or into.grow(child.tag, child.prefix)
                pending.append((seen[child.tag], child))

    def _translations(self) -> None:
        media: dict[str, dict[str, dict[str, str]]] = {}
        texts: dict[str, dict[str, Parts]] = {}
        guidance: dict[str, dict[str, Parts]] = {}
        for itext in children(self.element, "itext"):
            for translation in children(itext, "translation"):
                language = translation.get("lang", "")
                for text in children(translation, "text"):
                    key = text.get("id", "")
                    for value in children(text, "value"):
                        form = value.get("form")
                        parts = self.parts(value, key.partition(":")[0], key.partition(":")[2] or "label")
                        if form is None or form == "long":
                            texts.setdefault(key, {})[language] = parts
                        elif form == "guidance":
                            guidance.setdefault(key, {})[language] = parts
                        elif form != "short" and isinstance(parts[0], str) and parts[0] != "-":
                            media.setdefault(key, {}).setdefault(language, {})[form] = parts[0]
        for key in texts.keys() | media.keys() | guidance.keys():
            self.itext[key] = Text(self.languages, texts.get(key, {}), media.get(key, {}))
        self.hints = {key: Text(self.languages, found) for key, found in guidance.items()}

    def _lists(self) -> None:
        for instance in children(self.element, "instance")[1:]:
            key = instance.get("id")
            if not key:
                continue
            found = children(instance)
            node = Node("instance")
            node.frozen = True
            source = instance.get("src")
            if found:
                rows = from_xml(found[0])
            else:
                if source is not None and not source.startswith("jr://instance/last-saved"):
                    self.warnings.append(problem(mark("The list {name} is not here; until it is, it offers nothing."),
                                                 mark("Put {name} beside the form, or send it."),
                                                 name=source.rpartition("/")[2]))  # fmt: skip
                continue
            rows.parent = node
            node.children.append(rows)
            self.instances[key] = node

    def _binds(self) -> None:
        for bind in children(self.element, "bind"):
            definition = self.definition(bind.get("nodeset"))
            if definition is None:
                said = mark("There are rules here for a question that the form does not have.")
                self.warnings.append(problem(said, path=bind.get("nodeset") or "–"))
                continue
            self._bind(bind, definition)
        if self.unbound_id:
            for definition in self.root.family():
                if definition.name == "instanceID" and definition.parent and definition.parent.parent is self.root:
                    definition.preload = ("uid", "")
        self.actions(self.element, None)

    def _bind(self, bind: Element, definition: Definition) -> None:
        type_ = (bind.get("type") or "string").rpartition(":")[2]
        definition.type = "int" if type_ == "integer" else type_
        for name in _EXPRESSIONS:
            source = bind.get(name)
            if source is not None and source.strip() != _CONSTANTS.get(name):
                setattr(definition, name, self.expression(source, definition.path, _COLUMNS.get(name, name)))
        saved = attribute(bind, "saveto")
        if saved:
            self.saved[definition.path] = saved
        preload = bind.get(f"{JAVAROSA}preload") or (bind.get("preload") if definition.name == "instanceID" else None)
        if preload is not None:
            definition.preload = (preload, attribute(bind, "preloadParams") or "")
        for name, role in _ROLES.items():
            source = attribute(bind, name)
            text = self.message(source) if source else None
            if text is not None:
                self.messages.setdefault(definition.path, {})[role] = text

    def actions(self, parent: Element, source: Definition | None) -> None:
        """Read the ``setvalue`` and ``setgeopoint`` elements of the model or of one control."""
        for element in children(parent, "setvalue", "setgeopoint"):
            path = self.reference(element)
            target = self.definition(path)
            if target is None:
                self.warnings.append(problem(mark("A trigger sets a question that the form does not have."), path=path))
                continue
            wording = element.get("value")
            if local(element) == "setgeopoint":
                wording = ""  # nobody but the person knows where the person is: what stood there holds no longer
            if wording is None:
                literal = (element.text or "").replace("'", "")
                wording = f"'{literal}'"
            value = self.expression(wording, target.path, "default") if wording.strip() else None
            events = (element.get("event") or "").split()
            for event in events if local(element) == "setvalue" else {"xforms-value-changed"}.intersection(events):
                cause = source if event == "xforms-value-changed" else None
                (cause or target).actions.append(Action(event, value, target, cause))


def _odd(source: str) -> list[tuple[str, str]]:
    """Give what is said of functions in an expression that a chat does otherwise than the app they are of."""
    called = {word[:-1] for word in re.findall(r"[\w-]+\(?", source) if word.endswith("(")}
    found = [
        (mark("A chat knows nothing of {function}(): it comes to nothing."), name) for name in STRANGE if name in called
    ]
    return found + (
        [(mark("{function}() comes to other values here than in SurveyCTO."), "hash")] if "hash" in called else []
    )


def _languages(model: Element) -> Languages:
    names: list[str] = []
    default = ""
    for itext in children(model, "itext"):
        for translation in children(itext, "translation"):
            name = translation.get("lang", "")
            names.append(name)
            if translation.get("default") is not None:
                default = name
    return Languages(tuple(dict.fromkeys(names)), default or (names[0] if names else ""))

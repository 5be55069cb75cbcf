"""A form that can be asked: reads an XForm and gives questions, screens and everything a walk needs.

How the room fits together, from the outside in:

- :mod:`forms.convert` turns what an author wrote (XLSForm in Markdown, Excel, CSV; or a ready XForm) into XForm XML;
- this module reads the XML into an immutable :class:`Form`: :mod:`forms.model` (instance, binds, translations, lists),
  :mod:`forms.body` (questions, choices, screens), :mod:`forms.graph` (what depends on what);
- :mod:`forms.walk` holds the answers of one filling and keeps everything that depends on them up to date;
- :mod:`forms.grammar`, :mod:`forms.xpath` and the ``library_…`` modules read and run XPath in ODK's dialect;
- :mod:`forms.quick` and :mod:`forms.typed` understand what people type.

Everything is pure: no chat, no database, no clock of its own. A :class:`Form` may be shared by any number of walks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms.beginning import prepare, sown
from forms.body import Body
from forms.canonical import fitting
from forms.graph import Graph, graph_of
from forms.markup import children, local, parsed
from forms.model import NO_XFORM, SEND_WRITTEN, Model
from forms.problems import FormError, mark, problem
from forms.question import SILENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

    from forms.beginning import Seed
    from forms.nodes import Node
    from forms.problems import Problem
    from forms.question import Action, Definition, Question, Screen
    from forms.texts import Languages, Text


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity declared at ``path``: its dataset, and which node each of its properties is taken from.

    ``makes`` and ``changes`` say whether a submission may make one, and whether it may change one that there is.
    """

    dataset: str
    path: str
    saves: tuple[tuple[str, str], ...]
    makes: bool
    changes: bool


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """One version of one form. ``questions`` holds every leaf by its path, those that are never shown too."""

    form_id: str
    version: str
    title: str
    languages: tuple[str, ...]
    """As the form names them, e.g. ``中文 (zh_CN)``; () when it has only one language and does not name it."""
    default_language: str
    screens: tuple[Screen, ...]
    questions: Mapping[str, Question]
    warnings: tuple[Problem, ...]
    root: Definition
    definitions: Mapping[str, Definition]
    instances: Mapping[str, Node]
    namespaces: Mapping[str | None, str]
    graph: Graph
    tongues: Languages
    itext: Mapping[str, Text]
    beginnings: tuple[Action, ...]
    """What is set once, when a filling begins: dynamic defaults."""
    entities: tuple[Entity, ...]
    """What records the submission makes or changes on a server that keeps entities."""
    fillable: tuple[Definition, ...]
    """The nodes that the server may know the value of: hidden and preloaded ones."""
    seeds: tuple[Seed, ...]
    """What a fresh tree of answers is made of."""

    @classmethod
    def parse(cls, xform: str | bytes) -> Form:
        """Read an XForm; raises :class:`forms.problems.FormError` with every fault it finds."""
        document = parsed(xform)
        model_element = next((found for found in document.iter() if local(found) == "model"), None)
        body_element = next((found for found in children(document) if local(found) == "body"), None)
        if model_element is None or body_element is None:
            raise FormError.that(NO_XFORM, SEND_WRITTEN)
        model = Model(model_element)
        body = Body(body_element, model)
        if not body.screens:
            cure = mark("Write questions into the sheet “survey”: columns type, name, label.")
            model.warnings.append(problem(mark("The form asks nothing."), cure))
        if model.problems:
            raise FormError(*model.problems)
        for definition in model.definitions.values():
            definition.default = fitting(definition, definition.default)
        prepare(model.root, model.source)
        _scopes(model.root)
        graph = graph_of(model.root, model.definitions)
        for group in graph.circular:
            names = ", ".join(dict.fromkeys(vertex.definition.path for vertex in group))
            model.warnings.append(problem(mark("Expressions here depend on each other in a circle: {names}."),
                                          mark("Let one of them not refer to the other."), names=names))  # fmt: skip
        return cls(
            form_id=model.root.attributes.get("id", model.root.name),
            version=model.root.attributes.get("version", ""),
            title=_title(document),
            languages=model.languages.names,
            default_language=model.languages.default,
            screens=tuple(body.screens),
            questions=body.questions,
            warnings=tuple(dict.fromkeys(model.warnings)),
            root=model.root,
            definitions=model.definitions,
            instances=model.instances,
            namespaces=model.namespaces,
            graph=graph,
            tongues=model.languages,
            itext=model.itext,
            beginnings=_beginnings(model.root),
            entities=_entities(model),
            fillable=tuple(question.definition for question in body.questions.values() if _is_fillable(question)),
            seeds=sown(model.root),
        )

    def media(self) -> tuple[str, ...]:
        """Name the pictures and sounds that the form shows, each once."""
        shown = (one for text in self.itext.values() for found in text.media.values() for one in found.values())
        return tuple(dict.fromkeys(one.rpartition("/")[2] for one in shown if one))

    def screen(self, number: int) -> Screen | None:
        """Give the screen of this number, None when there is none."""
        return next((one for one in self.screens if one.number == number), None)

    @property
    def numbered(self) -> tuple[Screen, ...]:
        """The screens that ask something, in order."""
        return tuple(one for one in self.screens if one.number is not None)


def _entities(model: Model) -> tuple[Entity, ...]:
    found = []
    for definition in model.definitions.values():
        dataset = definition.attributes.get("dataset")
        if definition.name == "entity" and dataset is not None:
            inside = definition.parent.parent.path if definition.parent and definition.parent.parent else ""
            saves = tuple((name, path) for path, name in model.saved.items() if path.startswith(f"{inside}/"))
            makes, changes = "create" in definition.attributes, "update" in definition.attributes
            found.append(Entity(dataset, definition.path, saves, makes, changes))
    return tuple(found)


def _title(document: Element) -> str:
    for element in document.iter():
        if local(element) == "title":
            return "".join(str(text) for text in element.itertext()).strip()
        if local(element) == "model":
            break
    return ""


def _beginnings(root: Definition) -> tuple[Action, ...]:
    first = ("odk-instance-first-load", "odk-instance-load")
    return tuple(
        action for one in root.family() for action in one.actions if action.event in first and action.source is None
    )


def _is_fillable(question: Question) -> bool:
    definition = question.definition
    known = question.kind in SILENT or definition.preload is not None
    return known and definition.calculate is None and definition.scope is None


def _scopes(root: Definition) -> None:
    """Tell every definition which repeat it is in."""
    pending = [root]
    while pending:
        one = pending.pop()
        one.scope = one if one.repeat else (one.parent.scope if one.parent is not None else None)
        pending += (*one.attached, *one.children)

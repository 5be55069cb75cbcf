"""What a filling begins with: the form's own main instance, and the template of each repeat.

The instances a form holds may each begin with other answers; a repeat without a template of its own gets one made of
its first instance, blank. Everything is cut down to what fits its type once, when the form is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from forms.canonical import fitting
from forms.nodes import Node

if TYPE_CHECKING:
    from forms.question import Definition


def prepare(root: Definition, source: Node) -> None:
    """Give every definition what a new node of it begins with (``template``), from the main instance."""
    pending = [(root, [source])]
    while pending:
        definition, sources = pending.pop()
        template = next((one for one in sources if is_template(one)), None)
        if template is None:
            template = _blank(sources[0]) if definition.repeat and sources else (sources or [Node(definition.name)])[0]
        definition.template = template
        if not definition.children:
            for one in sources:
                one.text = fitting(definition, one.text)
        for attribute in definition.attached:
            attribute.template = Node(attribute.name, None, attribute.default)
        pending += [
            (child, [one for above in sources for one in above.named(child.name)]) for child in definition.children
        ]


class Seed(NamedTuple):
    """A node of every fresh tree of answers; ``above`` is where its parent stands among the seeds, -1 for the root."""

    definition: Definition
    above: int
    source: Node
    path: str


def sown(root: Definition) -> tuple[Seed, ...]:
    """Give what a fresh tree of answers is made of, parents first: worked out once, as a tree is made in every turn."""
    seeds: list[Seed] = []

    def sow(definition: Definition, above: int, source: Node, path: str) -> None:
        at = len(seeds)
        seeds.append(Seed(definition, above, source, path))
        for attribute in definition.attached:
            sow(attribute, at, attribute.template, f"{path}/{attribute.step}")
        for child in definition.children:
            if not child.repeat:
                held_here = source.named(child.name)
                sow(child, at, held_here[0] if held_here else Node(child.name), f"{path}/{child.step}")
            elif child.count is None:
                for number, one in enumerate(held(child, source), 1):
                    sow(child, at, one, f"{path}/{child.step}[{number}]")

    sow(root, -1, root.template, root.path)
    return tuple(seeds)


def is_template(source: Node) -> bool:
    """Whether a node of the main instance is the template of its repeat, and not an instance."""
    return "template" in source.attributes


def held(definition: Definition, above: Node) -> list[Node]:
    """Give the instances of a repeat that stand in the form itself, below one node of its main instance."""
    return [one for one in above.named(definition.name) if not is_template(one)]


def _blank(source: Node) -> Node:
    copy = Node(source.name)
    for child in source.children:
        below = _blank(child)
        below.parent = copy
        if is_template(child):
            below.attributes = {"template": ""}
        copy.children.append(below)
    return copy

"""All journeys, written down in one place; and the finding of a command in what a person wrote.

An explicit tuple: no decorators, no discovery. The order is the order in which journeys are asked about a message that
nobody else wants.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from handlers.text import LANGUAGES, speech

if TYPE_CHECKING:
    from handlers.journey import Command, Journey


@dataclass(frozen=True, slots=True)
class Registry:
    """The journeys by name and their commands by name, made from a tuple of journeys."""

    all: tuple[Journey, ...]
    journeys: dict[str, Journey] = field(init=False)
    commands: dict[str, Command] = field(init=False)
    labels: dict[str, str] = field(init=False)
    """What a reply-keyboard button says, in every language, to the command it stands for."""

    def __post_init__(self) -> None:
        commands = {name: command for journey in self.all for name, command in journey.commands.items()}
        labels = {
            speech(language).label(command.label): name
            for language in LANGUAGES
            for name, command in commands.items()
            if command.label
        }
        object.__setattr__(self, "journeys", {journey.name: journey for journey in self.all})
        object.__setattr__(self, "commands", commands)
        object.__setattr__(self, "labels", labels)

    def command_in(self, text: str, bot_username: str) -> tuple[str, str] | None:
        """Return (command, what follows it) when the text is a command or a menu label, else None."""
        if text in self.labels:
            return self.labels[text], ""
        if not text.startswith("/"):
            return None
        head, _, words = text[1:].partition(" ")
        name, _, addressed = head.partition("@")
        if addressed and addressed.lower() != bot_username.lower():
            return None
        return name.lower(), words.strip()

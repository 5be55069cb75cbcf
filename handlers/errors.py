"""The two ways a turn can go wrong: a person must be told something, or we have a bug.

A :class:`UserError` undoes the whole turn and its sentence is shown to the person; anything else that is raised counts
as a bug: it is logged by type and place (never with what was said), tried again, and set aside at the third failure.
"""

from __future__ import annotations

from handlers.text import mark


class UserError(Exception):
    """A sentence for the person; ``message`` is a msgid, ``values`` fill its placeholders."""

    message: str = mark("That did not work. Nothing was lost; please try again.")

    def __init__(self, message: str = "", **values: object) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message
        self.values = values


class NotAllowed(UserError):
    """The person's roles do not include what they asked for."""

    message = mark("You do not have this here. /help shows what you can do.")


class Uninvited(UserError):
    """A stranger asked for something; they are told how one gets in and nothing else."""

    message = mark("This bot works by invitation only; if you have been given a link, please open it.")


class Stale(UserError):
    """The button belongs to something that is gone or has changed."""

    message = mark("This button is out of date. Nothing was changed.")


class Over(UserError):
    """What somebody wrote was meant for something that is gone, or is not theirs any more."""

    message = mark("What this was for is over, or not yours any more, so it was not kept. Please choose anew.")


class Unsuitable(UserError):
    """The message is of a kind that nothing here can take."""

    message = mark("I cannot use this kind of message. Text, photos, files, voice, video and places are fine.")

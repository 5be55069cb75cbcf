"""What can go wrong between us and Telegram, in words that say what to do about it.

Both drivers raise only these, so delivery and receiving never know which library is at work. The Bot API tells most
refusals apart only by their English description; that knowledge is kept here, once. No message of these errors may
hold a URL or anything that was said, because a Bot API URL contains the token.
"""

from __future__ import annotations

from http import HTTPStatus

_UNREACHABLE_CHAT = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user is deactivated",
    "bot was blocked",
    "bot was kicked",
    "bot is not a member",
    "have no rights to send",
    "not enough rights to send",
    "need administrator rights",
    "chat_write_forbidden",
)
_GONE = (
    "message to edit not found",
    "message can't be edited",
    "message to delete not found",
    "message can't be deleted",
    "message to be replied not found",
    "message not found",
    "message_id_invalid",
    "message identifier is not specified",
    "there is no text in the message to edit",
    "there is no caption in the message to edit",
)
_TOO_LARGE = ("file is too big", "request entity too large", "file too large")


class DriverError(Exception):
    """Telegram was not told, or said no."""


class RetryLater(DriverError):
    """Too much at once: wait ``seconds`` before the next call of this scope."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"asked to wait {seconds:g} s")
        self.seconds = seconds


class Blocked(DriverError):
    """Nothing can be sent to this chat: blocked, deactivated, thrown out, never started, or gone."""


class Moved(DriverError):
    """The group goes on under another chat id, ``to``."""

    def __init__(self, to: int) -> None:
        super().__init__(f"the chat is now {to}")
        self.to = to


class Gone(DriverError):
    """The message cannot be found, edited or deleted any more."""


class Unchanged(DriverError):
    """The message already looks like that. The drivers treat it as success and never let it out."""


class Rejected(DriverError):
    """The request itself is wrong, so repeating it is of no use; the text is Telegram's."""


class TooLarge(DriverError):
    """The file is over the limit of the Bot API."""


class Unreachable(DriverError):
    """The network or the server failed. With ``fate_unknown`` the request may have been carried out all the same."""

    def __init__(self, reason: str, *, fate_unknown: bool) -> None:
        super().__init__(reason)
        self.fate_unknown = fate_unknown


class Conflict(DriverError):
    """Somebody else receives this bot's updates: a second poller, or a webhook that is set."""


class BadToken(DriverError):
    """Telegram does not know this token (or it was revoked)."""


def refusal(
    status: int, description: str, *, retry_after: float | None = None, moved_to: int | None = None
) -> DriverError:
    """Say which error an answer of the Bot API stands for, from its HTTP status, description and parameters."""
    if retry_after is not None:
        return RetryLater(retry_after)
    if moved_to is not None:
        return Moved(moved_to)
    words = description.lower()
    if status == HTTPStatus.BAD_REQUEST:
        return _bad_request(words, description)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unreachable(f"the server answered {status}", fate_unknown=True)
    plain: dict[int, DriverError] = {
        HTTPStatus.FORBIDDEN: Blocked(description),
        HTTPStatus.CONFLICT: Conflict(description),
        HTTPStatus.UNAUTHORIZED: BadToken("Telegram does not accept the bot token"),
        # A malformed token makes the whole path unknown; no method we call is.
        HTTPStatus.NOT_FOUND: BadToken("Telegram does not accept the bot token"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TooLarge(description),
        HTTPStatus.TOO_MANY_REQUESTS: RetryLater(1.0),
    }
    return plain.get(status, Rejected(description))


def _bad_request(words: str, description: str) -> DriverError:
    if "message is not modified" in words:
        return Unchanged(description)
    if any(one in words for one in _GONE):
        return Gone(description)
    if any(one in words for one in _UNREACHABLE_CHAT):
        return Blocked(description)
    if any(one in words for one in _TOO_LARGE):
        return TooLarge(description)
    return Rejected(description)

"""What the sandbox refuses, in Telegram's words on the Bot API side and in its own on the phone's side.

Real libraries tell one refusal from another by the description, so the words here are the product. Nothing here
knows HTTP beyond the number of a status.
"""

from __future__ import annotations

from typing import Any

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class ApiError(Exception):
    """A Bot API call was refused; ``parameters`` may carry retry_after or migrate_to_chat_id."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """Return the JSON body that Telegram would answer with."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class BadRequestError(ApiError):
    """The request itself is wrong (400); the reason is worded as Telegram words it, in lower case after the colon."""

    def __init__(self, reason: str, parameters: dict[str, Any] | None = None) -> None:
        shouted = len(reason) > 1 and (reason[1] == "_" or reason[1].isupper())
        worded = reason if shouted else reason[:1].lower() + reason[1:]
        super().__init__(400, f"Bad Request: {worded}", parameters)


class ForbiddenError(ApiError):
    """The person does not let the bot do this (403)."""

    def __init__(self, reason: str) -> None:
        super().__init__(403, f"Forbidden: {reason}")


class ConflictError(ApiError):
    """Two ways of fetching updates are in use at once (409); the description is whole."""

    def __init__(self, description: str) -> None:
        super().__init__(409, description)


class PhoneError(Exception):
    """A phone asked for something it cannot do; ``status`` is the HTTP status of the answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class SandboxError(Exception):
    """The sandbox cannot start or go on."""


class PortTakenError(SandboxError):
    """Another program listens on the port."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"Port {port} on {host} is in use by another program. Choose another port, or 0 for a free one."
        )
        self.host = host
        self.port = port


class TokenShapeError(SandboxError):
    """The token does not look like a bot token: digits, a colon, 35 letters, digits, hyphens or underscores."""

    def __init__(self) -> None:
        super().__init__("A bot token is digits, a colon and 35 of A-Z a-z 0-9 _ -.")

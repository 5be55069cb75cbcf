"""What phones send over HTTP, read and checked: small JSON bodies, and multipart forms with files.

A mistake is answered with the field it is in; nothing here does anything with what it reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeVar

from aiohttp import BodyPartReader
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.errors import PhoneError
from sandbox.ledger import KEPT
from sandbox.person import Enclosed

if TYPE_CHECKING:
    from aiohttp import web

LARGEST_FILE = 200 * 1024 * 1024
CHUNK = 256 * 1024


class Body(BaseModel):
    """What any JSON body has in common: unknown fields are refused, so that a typing error is seen."""

    model_config = ConfigDict(extra="forbid")


class NewPhone(Body):
    """A phone to make, or to change when the id is known."""

    id: int | None = Field(None, gt=0)
    name: str = Field(min_length=1, max_length=64)
    language_code: str = ""
    note: str = ""
    start: str | None = Field(None, pattern=r"^[A-Za-z0-9_-]{0,64}$")


class Text(Body):
    """Words to send."""

    text: str
    reply_to: int | None = None
    forwarded: bool = False


class Edit(Body):
    """New words for a message."""

    message_id: int
    text: str


class Tap(Body):
    """A button to press."""

    message_id: int
    data: str
    wait: bool = True


class Place(Body):
    """A place to send, in degrees; ``accuracy`` in metres."""

    latitude: float
    longitude: float
    accuracy: float | None = Field(None, ge=0, le=1500)


class Contact(Body):
    """A contact to send."""

    phone_number: str = ""
    name: str = ""


class Start(Body):
    """A deep-link payload, or none to use the phone's own."""

    payload: str | None = Field(None, pattern=r"^[A-Za-z0-9_-]{0,64}$")


class Nothing(Body):
    """No body is expected."""


class Advance(Body):
    """How far to move the sandbox's clock, in seconds."""

    advance: float = Field(0, ge=0, le=10 * 366 * 86400)


class NewGroup(Body):
    """A group to make; the first of ``phones`` makes it."""

    title: str = Field(min_length=1, max_length=128)
    phones: list[int] = Field(min_length=1, max_length=200)
    bot: Literal["member", "administrator", "none"] = "member"
    supergroup: bool = False


class BotStanding(Body):
    """What the bot becomes in a group, and whose doing it is: a phone id, or 0 for who made the group."""

    status: Literal["member", "administrator", "left", "kicked"]
    by: int = 0


class Members(Body):
    """Who joins and who leaves."""

    add: list[int] = []
    remove: list[int] = []


class Keep(Body):
    """How many messages of a chat, files and entries of the ledger are remembered; 0 for all, of the first two."""

    messages: int = Field(default=0, ge=0)
    files: int = Field(default=0, ge=0)
    ledger: int = Field(default=KEPT, ge=1, le=2_000_000)


Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: web.Request, model: type[Model]) -> Model:
    """Return the JSON body; raises PhoneError naming the field that is wrong."""
    body = await request.read()
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PhoneError(400, f"{where}: {first['msg']}" if where else first["msg"]) from error


async def read_files(request: web.Request) -> tuple[list[Enclosed], dict[str, str]]:
    """Return the files and the other fields of a multipart form; raises PhoneError."""
    if request.content_type != "multipart/form-data":
        raise PhoneError(400, "A multipart form with a file is expected.")
    files: list[Enclosed] = []
    fields: dict[str, str] = {}
    size = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise PhoneError(400, "Nested forms are not understood.")
        content = bytearray()
        while chunk := await part.read_chunk(CHUNK):
            size += len(chunk)
            if size > LARGEST_FILE:
                raise PhoneError(413, "The files are too large.")
            content += chunk
        if part.filename is None:
            fields[part.name or ""] = content.decode(errors="replace")
        else:
            mime = part.headers.get("Content-Type", "")
            files.append(Enclosed(bytes(content), part.filename, "" if mime == "application/octet-stream" else mime))
    return files, fields

"""Reads one Bot API request, whichever of its four dialects it speaks, into plain parameters and files.

Telegram takes a query string, a urlencoded form, a multipart form or JSON, and any of them together with the query.
Files come under a name of their own that a parameter points to (``attach://name``, as aiogram sends them) or straight
under the parameter's name (as python-telegram-bot sends them). Nothing is judged here but size and encoding.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiogram.types import BufferedInputFile
from aiohttp import BodyPartReader
from yarl import URL

from sandbox.errors import ApiError, BadRequestError

if TYPE_CHECKING:
    from aiohttp import web

LARGEST_UPLOAD = 50 * 1024 * 1024
LARGEST_BODY = LARGEST_UPLOAD + 1024 * 1024
MOST_PARTS = 300
CHUNK = 256 * 1024


@dataclass(slots=True)
class Sent:
    """What a request carried: parameters as text or as JSON values, and files by part name."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, BufferedInputFile] = field(default_factory=dict)


async def read_request(request: web.Request) -> Sent:
    """Return what the request carries; raises ApiError 413 over 50 MB and 400 when it is not UTF-8 or not JSON."""
    sent = Sent()
    query = request.rel_url.query
    if query:
        sent.values.update(query)
    if request.method == "POST" and request.body_exists:
        kind = request.content_type
        if kind == "application/x-www-form-urlencoded":
            _read_form(sent, await _body(request))
        elif kind == "multipart/form-data":
            await _read_multipart(sent, request)
        elif kind == "application/json":
            _read_json(sent, await _body(request))
    return sent


async def _body(request: web.Request) -> bytes:
    if (request.content_length or 0) > LARGEST_BODY:
        raise _too_large()
    pieces, size = [], 0
    async for chunk in request.content.iter_chunked(CHUNK):
        size += len(chunk)
        if size > LARGEST_BODY:
            raise _too_large()
        pieces.append(chunk)
    return b"".join(pieces)


def _read_form(sent: Sent, body: bytes) -> None:
    try:
        text = body.decode()
        # Several times quicker than parse_qsl, which is the dearest step of a request full of Chinese otherwise.
        sent.values.update(URL.build(query_string=text, encoded=True).query)
        if any("\ufffd" in value for value in sent.values.values()):
            # Either somebody meant this character, or bytes were no UTF-8: the strict reader knows.
            parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise BadRequestError("strings must be encoded in UTF-8") from error


def _read_json(sent: Sent, body: bytes) -> None:
    try:
        data = json.loads(body)
    except ValueError as error:
        raise BadRequestError("can't parse JSON object") from error
    if not isinstance(data, dict):
        raise BadRequestError("can't parse JSON object")
    for name, value in data.items():
        if isinstance(value, bool):
            sent.values[name] = "true" if value else "false"
        elif isinstance(value, int | float):
            sent.values[name] = str(value)
        elif value is not None:
            sent.values[name] = value
    _refuse_half_characters(body, sent)


def _refuse_half_characters(body: bytes, sent: Sent) -> None:
    """JSON can spell half a surrogate pair; no text with one in it can be stored or sent on."""
    if b"\\ud" not in body and b"\\uD" not in body:
        return
    try:
        json.dumps(sent.values, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise BadRequestError("strings must be encoded in UTF-8") from error


async def _read_multipart(sent: Sent, request: web.Request) -> None:
    size = parts = 0
    try:
        async for part in await request.multipart():
            parts += 1
            if not isinstance(part, BodyPartReader) or part.name is None or parts > MOST_PARTS:
                raise BadRequestError("can't parse multipart form data")
            content = bytearray()
            while chunk := await part.read_chunk(CHUNK):
                size += len(chunk)
                if size > LARGEST_BODY:
                    raise _too_large()
                content += chunk
            if part.filename is None:
                sent.values[part.name] = content.decode()
            else:
                sent.files[part.name] = BufferedInputFile(bytes(content), filename=part.filename)
    except UnicodeDecodeError as error:
        raise BadRequestError("strings must be encoded in UTF-8") from error
    except (ValueError, AssertionError) as error:
        raise BadRequestError("can't parse multipart form data") from error


def _too_large() -> ApiError:
    return ApiError(413, "Request Entity Too Large")

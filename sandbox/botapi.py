"""The Bot API over HTTP: one address per method, and the download of files.

This is the one place every call passes, in and out, so whatever is to go wrong on purpose (429, a lost reply, a
slow server) is put here as a layer around :class:`BotApi.perform` and nowhere else.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import web

from sandbox.calls import Call, Noted
from sandbox.errors import ApiError
from sandbox.files import StoredFile
from sandbox.ledger import booked
from sandbox.methods import METHODS
from sandbox.requests import Sent, read_request
from sandbox.validation import check

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sandbox.ledger import Entry
    from sandbox.world import World

    Perform = Callable[["Incoming"], Awaitable[object]]
    Layer = Callable[["Incoming", Perform], Awaitable[object]]


DOWNLOAD = "/file"
"""The method, so to say, of a download; no real one has a slash in it."""
_encode = json.JSONEncoder(separators=(",", ":")).encode
"""As json.dumps does it, which would make an encoder anew for every answer."""
BOOKED = frozenset(filter(booked, METHODS))


@dataclass(slots=True)
class Incoming:
    """One call on its way: the method in lower case, what was sent, and the request (None when a webhook reply).

    ``accepted`` are the entries of the ledger that it has made, once it is performed.
    """

    method: str
    sent: Sent
    request: web.Request | None = None
    accepted: Sequence[Entry] = ()


class BotApi:
    """Serves the Bot API of one bot."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token
        self._layers: list[Layer] = []
        self._perform: Perform = self._do

    def add_layer(self, layer: Layer) -> None:
        """Put a layer around every call; it may refuse with ApiError, delay, or spoil what comes back."""
        self._layers.append(layer)
        self._wrap()

    def remove_layer(self, layer: Layer) -> None:
        """Take a layer off; one that is not on is no mistake."""
        self._layers = [one for one in self._layers if one != layer]
        self._wrap()

    def _wrap(self) -> None:
        self._perform = self._do
        for layer in self._layers:
            self._perform = _around(layer, self._perform)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes to serve."""
        return [
            web.route("*", "/bot{token}/{method}", self.answer),
            web.get("/file/bot{token}/{path:.+}", self.download),
        ]

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one call with Telegram's JSON and status."""
        try:
            self._authorize(request)
            incoming = Incoming(request.match_info["method"].lower(), await read_request(request), request)
            result = await self._perform(incoming)
        except ApiError as error:
            return _json(error.body(), error.code)
        body = {"ok": True, "result": result}
        if isinstance(result, Noted):
            body = {"ok": True, "result": result.result, "description": result.description}
        return _json(body, 200)

    async def reply(self, method: str, values: dict[str, Any]) -> None:
        """Perform the call that a webhook gave as its answer; what comes of it is not told, as on Telegram."""
        try:
            await self._perform(Incoming(method.lower(), Sent(values)))
        except ApiError:
            return

    async def download(self, request: web.Request) -> web.Response:
        """Serve the bytes of a file under the path that getFile gave."""
        try:
            self._authorize(request)
            file = await self._perform(Incoming(DOWNLOAD, Sent({"file_path": request.match_info["path"]}), request))
        except ApiError as error:
            return _json(error.body(), error.code)
        if not isinstance(file, StoredFile):
            return _json(ApiError(404, "Not Found").body(), 404)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name or file.path.partition('/')[2])}"
        }
        content = await self._world.files.content(file)
        return web.Response(body=content, content_type="application/octet-stream", headers=headers)

    def _authorize(self, request: web.Request) -> None:
        if not hmac.compare_digest(request.match_info["token"].encode(), self._token.encode()):
            raise ApiError(401, "Unauthorized")

    async def _do(self, incoming: Incoming) -> object:
        known = METHODS.get(incoming.method)
        if known is None:
            if incoming.method == DOWNLOAD:
                return self._world.files.at(incoming.sent.values["file_path"])
            raise ApiError(404, "Not Found: method not found")
        model, handler = known
        checked = check(model, incoming.sent)
        result = await handler(Call(self._world, checked.args, checked.markup))
        if incoming.method in BOOKED:
            incoming.accepted = self._world.ledger.book(incoming.method, checked.args, result)
        return result


def _around(layer: Layer, inner: Perform) -> Perform:
    async def outer(incoming: Incoming) -> object:
        return await layer(incoming, inner)

    return outer


def _json(body: dict[str, Any], status: int) -> web.Response:
    return web.Response(body=_encode(body).encode(), status=status, content_type="application/json")

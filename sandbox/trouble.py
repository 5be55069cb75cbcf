"""The layer around every Bot API call that makes it go wrong: before it is performed, or on the way back.

It is there only while something is set to go wrong, so that a sandbox at peace pays nothing for it. What happens to an
answer is written into the ledger, which is how a test knows what the bot could not know.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from typing import TYPE_CHECKING, NoReturn

from aiohttp import web

from sandbox.errors import ApiError
from sandbox.faults import BEFORE, Faults, Planned, Settings
from sandbox.limits import Limits
from sandbox.mischief import Mischief

if TYPE_CHECKING:
    from asyncio import Transport

    from sandbox.botapi import BotApi, Incoming, Perform
    from sandbox.faults import Fault
    from sandbox.world import World

FATES = {"lost_reply": "lost", "cut_reply": "cut", "late_reply": "late"}
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
CUT = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 512\r\n\r\n{"ok":true,"result":{"mess'


class Trouble:
    """Everything that goes wrong on purpose in one sandbox."""

    def __init__(self, world: World, bot_api: BotApi) -> None:
        self._world = world
        self._bot_api = bot_api
        self._limits: Limits | None = None
        self.faults = Faults()
        self.mischief = Mischief(world.updates, self.faults)

    def put(self, settings: Settings) -> None:
        """Let these things go wrong from now on, and no others; dice and limits begin anew."""
        self.faults.put(settings)
        self._limits = Limits(settings.rates) if settings.strict else None
        self.mischief.put()
        self._fit()

    def plan(self, planned: Planned) -> None:
        """Let the next calls of a kind go wrong for certain."""
        self.faults.planned.append(planned)
        self._fit()

    def close(self) -> None:
        """Let go of what is held back."""
        self.mischief.release_all()

    def _fit(self) -> None:
        """Put the layer on when it is needed, and take it off when it is not."""
        self._bot_api.remove_layer(self._layer)
        if self.faults.settings.calls or self.faults.planned:
            self._bot_api.add_layer(self._layer)

    async def _layer(self, incoming: Incoming, perform: Perform) -> object:
        chat_id = _chat_of(incoming)
        # A call that came in the answer to a webhook has no connection of its own that could break.
        fault = self.faults.choose(incoming.method, chat_id) if incoming.request is not None else None
        if fault is not None:
            self.faults.counts[fault] += 1
            if not self.faults.planned and not self.faults.settings.calls:
                self._fit()
        if fault in BEFORE:
            await self._spoil(incoming, fault)
        self._keep_limits(incoming, chat_id)
        if fault == "slow":
            await asyncio.sleep(self.faults.settings.slow_seconds)
        result = await perform(incoming)
        if fault in FATES:
            for entry in incoming.accepted:
                entry.reply = FATES[fault]
            await self._spoil(incoming, fault)
        return result

    def _keep_limits(self, incoming: Incoming, chat_id: int) -> None:
        cost = _cost(incoming, self.faults.settings.rates.edit_cost)
        if self._limits is None or not cost:
            return
        refusal = self._limits.take(chat_id, cost, paid=_paid(incoming))
        if refusal is None:
            return
        self.faults.counts[f"limit_{refusal.limit}"] += 1
        if refusal.early:
            self.faults.counts["retry_after_ignored"] += 1
        raise _flood(refusal.retry_after)

    async def _spoil(self, incoming: Incoming, fault: Fault | None) -> NoReturn:
        """Do the harm that ends a call."""
        settings = self.faults.settings
        if fault == "flood":
            raise _flood(settings.retry_after)
        if fault == "http_500":
            raise ApiError(500, "Internal Server Error")
        if fault == "http_502":
            raise web.HTTPBadGateway(text=BAD_GATEWAY, content_type="text/html")
        if fault in {"hang", "late_reply"}:
            await asyncio.sleep(settings.hang_seconds)
        if incoming.request is not None and incoming.request.transport is not None:
            if fault == "cut_reply":
                incoming.request.transport.write(CUT)
                incoming.request.transport.close()
            else:
                _reset(incoming.request.transport)
        raise asyncio.CancelledError  # what aiohttp itself does with a call whose connection is gone


def _flood(seconds: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def _reset(transport: Transport) -> None:
    """Close a connection the hard way, so that the other side is told of a reset and not of an end."""
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _chat_of(incoming: Incoming) -> int:
    """Return the chat a call is for, 0 when it is for none."""
    try:
        return int(incoming.sent.values.get("chat_id") or 0)
    except (TypeError, ValueError):
        return 0


def _cost(incoming: Incoming, edit_cost: float) -> float:
    """Return for how many messages a call counts."""
    method = incoming.method
    if method == "sendmediagroup":
        media = incoming.sent.values.get("media")
        try:
            items = json.loads(media) if isinstance(media, str) else media
        except ValueError:
            items = None
        return len(items) if isinstance(items, list) else 1
    if method.startswith("edit"):
        return edit_cost
    return float(method.startswith("send") and method != "sendchataction")


def _paid(incoming: Incoming) -> bool:
    """Tell whether a call is a broadcast that is paid for."""
    return str(incoming.sent.values.get("allow_paid_broadcast") or "").lower() in ("true", "1")

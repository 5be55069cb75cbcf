"""The control API over HTTP: what goes wrong, the clock, groups, the ledger, and how much is remembered.

It is the hand of whoever runs the experiment, and neither the bot's side nor a person's. Addresses and shapes are
described in README.md. A refusal is ``{"error": sentence}`` with a 4xx status.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox import groups
from sandbox.bodies import Advance, BotStanding, Keep, Members, NewGroup, Nothing, read_body
from sandbox.errors import PhoneError
from sandbox.faults import Planned, Settings
from sandbox.model import Group
from sandbox.phoneapi import answer_json, guard
from sandbox.view import group_view

if TYPE_CHECKING:
    from sandbox.model import Chat, Json
    from sandbox.trouble import Trouble
    from sandbox.world import World

ENTRIES = 1_000
MOST_ENTRIES = 10_000


class ControlApi:
    """Serves the controls of one sandbox."""

    def __init__(self, world: World, trouble: Trouble) -> None:
        self._world = world
        self._trouble = trouble

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes to serve."""
        return [
            web.get("/faults", guard(self.faults)),
            web.put("/faults", guard(self.put_faults)),
            web.delete("/faults", guard(self.no_faults)),
            web.post("/faults/next", guard(self.plan)),
            web.get("/ledger", guard(self.ledger)),
            web.get("/keep", guard(self.keep)),
            web.put("/keep", guard(self.keep)),
            web.get("/clock", guard(self.clock)),
            web.post("/clock", guard(self.clock)),
            web.get("/groups", guard(self.groups)),
            web.post("/groups", guard(self.create)),
            web.post("/groups/{id}/bot", guard(self.bot)),
            web.post("/groups/{id}/members", guard(self.members)),
            web.post("/groups/{id}/migrate", guard(self.migrate)),
        ]

    async def faults(self, _: web.Request) -> web.Response:
        """Tell what is set to go wrong, what is planned, how often each thing was done, and how the queue stands."""
        return answer_json(self._faults())

    async def put_faults(self, request: web.Request) -> web.Response:
        """Set everything that may go wrong; what is not named does not."""
        self._trouble.put(await read_body(request, Settings))
        return answer_json(self._faults())

    async def no_faults(self, _: web.Request) -> web.Response:
        """Let nothing go wrong any more, planned faults included; the counts stay."""
        self._trouble.faults.planned.clear()
        self._trouble.put(Settings())
        return answer_json(self._faults())

    async def plan(self, request: web.Request) -> web.Response:
        """Let the next calls of a kind go wrong for certain."""
        self._trouble.plan(await read_body(request, Planned))
        return answer_json(self._faults())

    async def ledger(self, request: web.Request) -> web.Response:
        """Show what was accepted: ``?after=`` a number of an entry, ``?limit=`` up to 10,000."""
        ledger = self._world.ledger
        after, limit = _number(request, "after", 0), min(_number(request, "limit", ENTRIES), MOST_ENTRIES)
        found = ledger.since(after, limit)
        newest = found[-1].n if found else max(after, ledger.total)
        return answer_json({"entries": [one.view() for one in found], "next": newest, "total": ledger.total})

    async def keep(self, request: web.Request) -> web.Response:
        """Tell, or set, how much is remembered."""
        world = self._world
        if request.method == "PUT":
            body = await read_body(request, Keep)
            world.keep_messages = body.messages
            world.files.keep(body.files)
            world.ledger.keep(body.ledger)
        return answer_json({"messages": world.keep_messages, "files": world.files.kept, "ledger": world.ledger.kept})

    async def clock(self, request: web.Request) -> web.Response:
        """Tell the sandbox's time, after moving it on when asked to."""
        if request.method == "POST":
            body = await read_body(request, Advance)
            self._world.clock.advance(timedelta(seconds=body.advance))
            self._world.save()
        return answer_json({"now": self._world.clock.now().isoformat()})

    async def groups(self, _: web.Request) -> web.Response:
        """List the groups."""
        return answer_json({"groups": [group_view(one) for one in self._world.chats.values() if one.group is not None]})

    async def create(self, request: web.Request) -> web.Response:
        """Make a group."""
        body = await read_body(request, NewGroup)
        group = Group(
            body.title, "supergroup" if body.supergroup else "group", members=list(dict.fromkeys(body.phones))
        )
        return answer_json(group_view(groups.create(self._world, group, body.bot)))

    async def bot(self, request: web.Request) -> web.Response:
        """Add, promote or remove the bot."""
        body = await read_body(request, BotStanding)
        chat = self._group(request)
        groups.let_bot(self._world, chat, body.status, body.by)
        return answer_json(group_view(chat))

    async def members(self, request: web.Request) -> web.Response:
        """Let people join and leave."""
        body = await read_body(request, Members)
        chat = self._group(request)
        groups.add_members(self._world, chat, body.add)
        groups.remove_members(self._world, chat, body.remove)
        return answer_json(group_view(chat))

    async def migrate(self, request: web.Request) -> web.Response:
        """Make a supergroup of a group, and show the old one; its ``moved_to`` is the new one."""
        await read_body(request, Nothing)
        chat = self._group(request)
        groups.migrate(self._world, chat)
        return answer_json(group_view(chat))

    def _group(self, request: web.Request) -> Chat:
        wanted = request.match_info["id"]
        chat = self._world.chats.get(int(wanted)) if wanted.removeprefix("-").isdecimal() else None
        if chat is None or chat.group is None:
            raise PhoneError(404, "There is no such group.")
        return chat

    def _faults(self) -> Json:
        faults, updates = self._trouble.faults, self._world.updates
        waiting = {"waiting": len(updates.waiting), "expired": updates.expired, "last_id": updates.last_id}
        return {
            "settings": faults.settings.model_dump(mode="json"),
            "planned": [one.model_dump(mode="json") for one in faults.planned],
            "counts": dict(faults.counts),
            "updates": waiting,
        }


def _number(request: web.Request, name: str, usual: int) -> int:
    given = request.query.get(name, "")
    return int(given) if given.isdecimal() else usual

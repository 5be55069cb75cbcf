"""The phone API over HTTP: what the page, tests, demos and benchmarks use in the place of people.

Addresses and shapes are described in README.md. A refusal is ``{"error": sentence}`` with a 4xx status.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

from sandbox.bodies import Contact, Edit, NewPhone, Nothing, Place, Start, Tap, Text, read_body, read_files
from sandbox.errors import PhoneError
from sandbox.offline import Offline
from sandbox.person import Person
from sandbox.view import chat_view, message_view, phone_view

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.model import Json
    from sandbox.world import World

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

STILL_HERE_SECONDS = 15
SHOWN_INLINE = ("image/", "audio/", "video/")
MEASURES = ("width", "height", "duration")
KINDS = ("photo", "document", "voice", "video")


class PhoneApi:
    """Serves the phones of one sandbox."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._closing = False
        self.offline = Offline(world)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes to serve."""
        posts: dict[str, Handler] = {
            "text": self.text, "edit": self.edit, "tap": self.tap, "album": self.album, "location": self.location,
            "sticker": self.sticker, "contact": self.contact, "block": self.block, "unblock": self.block,
            "start": self.start, "deactivate": self.deactivate, "activate": self.deactivate, "offline": self.signal,
            "online": self.signal, **dict.fromkeys(KINDS, self.upload),
        }  # fmt: skip
        return [
            web.get("/phones", guard(self.phones)),
            web.post("/phones", guard(self.add)),
            web.get("/phones/{id}/chat", guard(self.chat)),
            web.get("/phones/{id}/events", guard(self.events)),
            web.get("/events", guard(self.events)),
            web.get("/files/{file}", guard(self.file)),
            *(web.post(f"/phones/{{id}}/{name}", guard(handler)) for name, handler in posts.items()),
        ]

    def close(self) -> None:
        """End the open event streams."""
        self._closing = True
        self._world.hub.close()

    async def phones(self, _: web.Request) -> web.Response:
        """List the phones and the bot."""
        profile = self._world.profile
        bot = {
            "id": profile.id,
            "username": profile.username,
            "name": profile.name(""),
            "description": profile.text("description", ""),
        }
        return answer_json({"bot": bot, "phones": [phone_view(one) for one in self._world.phones.values()]})

    async def add(self, request: web.Request) -> web.Response:
        """Make a phone."""
        new = await read_body(request, NewPhone)
        phone = self._world.add_phone(new.id, new.name, new.language_code, new.note, new.start)
        self._world.save()
        return answer_json(phone_view(phone))

    async def chat(self, request: web.Request) -> web.Response:
        """Show the chat of a phone; ``?last=n`` only its newest messages."""
        last = request.query.get("last", "")
        person = self._person(request)
        return answer_json(chat_view(self._world, person.chat, person.phone, int(last) if last.isdigit() else None))

    async def text(self, request: web.Request) -> web.Response:
        """Send words."""
        body = await read_body(request, Text)
        person = self._person(request)
        return await self._sent(person, lambda: person.text(body.text, body.reply_to, forwarded=body.forwarded))

    async def edit(self, request: web.Request) -> web.Response:
        """Change one's own message."""
        body = await read_body(request, Edit)
        person = self._person(request)
        return await self._sent(person, lambda: [person.edit(body.message_id, body.text)])

    async def tap(self, request: web.Request) -> web.Response:
        """Press a button and wait for the answer."""
        body = await read_body(request, Tap)
        person = self._person(request)
        if person.phone.offline:
            waiting = self.offline.put(person.phone, lambda: person.tap(body.message_id, body.data, wait=False))
            return answer_json({"answered": False, "text": "", "alert": False, "waiting": waiting})
        return answer_json(await person.tap(body.message_id, body.data, wait=body.wait))

    async def upload(self, request: web.Request) -> web.Response:
        """Send one file, as the kind that the address names."""
        person = self._person(request)
        files, fields = await read_files(request)
        if len(files) != 1:
            raise PhoneError(400, "Exactly one file is expected.")
        file = files[0]
        file.measures = {name: int(fields[name]) for name in MEASURES if fields.get(name, "").isdigit()}
        reply_to = int(fields["reply_to"]) if fields.get("reply_to", "").isdigit() else None
        kind = request.path.rpartition("/")[2]

        async def send() -> list[Json]:
            return [await person.send(kind, file, fields.get("caption", ""), reply_to)]

        return await self._sent(person, send)

    async def album(self, request: web.Request) -> web.Response:
        """Send several files as an album: pictures and videos, or with ``as=document`` files as they are."""
        person = self._person(request)
        files, fields = await read_files(request)
        as_files = fields.get("as") == "document"
        kinds = ["document" if as_files else "video" if one.mime.startswith("video/") else "photo" for one in files]
        album = list(zip(kinds, files, strict=True))
        return await self._sent(person, lambda: person.album(album, fields.get("caption", "")))

    async def location(self, request: web.Request) -> web.Response:
        """Send a place."""
        body = await read_body(request, Place)
        person = self._person(request)
        return await self._sent(person, lambda: [person.location(body.latitude, body.longitude, body.accuracy)])

    async def sticker(self, request: web.Request) -> web.Response:
        """Send a sticker."""
        await read_body(request, Nothing)
        person = self._person(request)
        return await self._sent(person, lambda: [person.sticker()])

    async def contact(self, request: web.Request) -> web.Response:
        """Send a contact."""
        body = await read_body(request, Contact)
        person = self._person(request)
        return await self._sent(person, lambda: [person.contact(body.phone_number, body.name)])

    async def start(self, request: web.Request) -> web.Response:
        """Press Start."""
        body = await read_body(request, Start)
        person = self._person(request)
        return await self._sent(person, lambda: [person.start(body.payload)])

    async def block(self, request: web.Request) -> web.Response:
        """Block the bot, or let it in again."""
        await read_body(request, Nothing)
        person = Person(self._world, self._person(request).phone)
        person.block(blocked=request.path.endswith("/block"))
        return answer_json(phone_view(person.phone))

    async def deactivate(self, request: web.Request) -> web.Response:
        """Delete the account, or have it back."""
        await read_body(request, Nothing)
        person = self._person(request)
        person.deactivate(deactivated=request.path.endswith("/deactivate"))
        return answer_json(phone_view(person.phone))

    async def signal(self, request: web.Request) -> web.Response:
        """Lose the signal, or find it again: then what waited in the phone is sent."""
        await read_body(request, Nothing)
        phone = self._person(request).phone
        sent = 0
        if request.path.endswith("/offline"):
            self.offline.lose(phone)
        else:
            sent = await self.offline.find(phone)
        return answer_json({**phone_view(phone), "sent": sent})

    async def file(self, request: web.Request) -> web.Response:
        """Serve a picture or file to the page."""
        file = self._world.files.unique(request.match_info["file"])
        if file is None:
            raise PhoneError(404, "There is no such file.")
        inline = file.mime.startswith(SHOWN_INLINE) and "svg" not in file.mime
        name = quote(file.name or file.path.partition("/")[2])
        headers = {
            "Content-Type": file.mime if inline else "application/octet-stream",
            "Content-Disposition": f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{name}",
            "Cache-Control": "private, max-age=86400, immutable",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(body=await self._world.files.content(file), headers=headers)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream what changes: of one phone, or with the phone's id of all of them."""
        phone_id = self._person(request).chat.id if "id" in request.match_info else None
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        with self._world.hub.listen(phone_id) as listener:
            known = self._world.chats if phone_id is None else {phone_id: self._world.chats[phone_id]}
            news = {key: chat.version for key, chat in known.items()}
            while not self._closing:
                lines = [_event(phone_id, key, version) for key, version in news.items()] or [": still here\n\n"]
                await response.write("".join(lines).encode())
                news = await listener.wait(STILL_HERE_SECONDS)
        return response

    def _person(self, request: web.Request) -> Person:
        wanted = request.match_info["id"]
        phone = self._world.phones.get(int(wanted)) if wanted.isdecimal() else None
        if phone is None:
            raise PhoneError(404, "There is no such phone.")
        group = request.query.get("chat", "")
        if not group:
            return Person(self._world, phone)
        chat = self._world.chats.get(int(group)) if group.removeprefix("-").isdecimal() else None
        if chat is None or (chat.group is None and chat.id != phone.id):
            raise PhoneError(404, "There is no such group.")
        return Person(self._world, phone, chat)

    async def _sent(self, person: Person, deed: Callable[[], list[Json] | Awaitable[list[Json]]]) -> web.Response:
        """Do what sends messages and show them; without a signal, let it wait."""
        if person.phone.offline:
            waiting = self.offline.put(person.phone, deed)
            return answer_json({"message_id": 0, "messages": [], "version": person.chat.version, "waiting": waiting})
        done = deed()
        messages = done if isinstance(done, list) else await done
        views = [message_view(self._world, person.chat, one, person.phone.id) for one in messages]
        return answer_json({"message_id": views[0]["id"], "messages": views, "version": person.chat.version})


def _event(asked: int | None, phone_id: int, version: int) -> str:
    # A group is nobody's phone, so a page that knows of no groups need not wonder whose it is.
    whose = {} if asked is not None else {"phone": phone_id} if phone_id > 0 else {"group": phone_id}
    data = {**whose, "version": version}
    return f"data: {json.dumps(data)}\n\n"


def guard(handler: Handler) -> Handler:
    """Answer refusals of a handler as JSON."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except PhoneError as error:
            return answer_json({"error": error.reason}, error.status)

    return guarded


def answer_json(data: Json, status: int = 200) -> web.Response:
    """Return data as a JSON answer that nobody keeps."""
    body = json.dumps(data, separators=(",", ":")).encode()
    headers = {"Cache-Control": "no-store"}
    return web.Response(body=body, status=status, content_type="application/json", headers=headers)

"""Has pictures drawn that messages ask for, in a process of its own, just before they go out.

Until then a picture is data in the message's row: a kill loses nothing, no picture is ever stored with the message, and
this process loads no fonts. While one is drawn its chat waits and nobody else does. One that cannot be drawn is left
out: the words go alone.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from handlers.chat import Say

if TYPE_CHECKING:
    from bot.outgoing.line import Job
    from handlers.chat import Reply
    from storage.files.blobs import Blobs

_LOG = logging.getLogger(__name__)

LONGEST_SECONDS: Final = 30.0
TOGETHER: Final = 20
"""Pictures that one process draws: starting it costs more than drawing several."""

Drawn = list[bytes | None]
"""Pictures as PNG, None for each that could not be drawn."""

Run = Callable[[float, Callable[[list[dict[str, Any]]], Drawn], list[dict[str, Any]]], Awaitable[Drawn]]
"""Has pictures drawn within so many seconds, by the function given or as it does."""


def draw_here(wanted: list[dict[str, Any]]) -> Drawn:
    """Draw pictures in this process, as a script may; one that serves has it done apart."""
    from reports.drawing import draw_all  # noqa: PLC0415 - what draws is large, and a serving process must not load it

    return draw_all(wanted)


class NotDrawn(Exception):
    """The process that draws took too long, or ended by itself."""


async def draw_apart(
    seconds: float, function: Callable[[list[dict[str, Any]]], Drawn], wanted: list[dict[str, Any]]
) -> Drawn:
    """Draw pictures in a process that loads what draws and nothing of the bot; raises NotDrawn."""
    del function
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "reports.drawing", stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(seconds):
            written, _ = await process.communicate(json.dumps(wanted).encode())
    except TimeoutError as error:
        raise NotDrawn from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise NotDrawn
    return [base64.b64decode(one) if one else None for one in json.loads(written)]


class Drawer:
    """Draws what waits, some together, and puts it among ``blobs`` made for sending; without them nothing is drawn.

    ``wake`` is called when there is something to send again.
    """

    def __init__(self, blobs: Blobs | None, wake: Callable[[], None], run: Run = draw_apart) -> None:
        self._blobs = blobs
        self._wake = wake
        self._run = run
        self._wanted: dict[int, dict[str, Any]] = {}
        self._ready: dict[int, str] = {}
        # The SHA-256 of each picture that is drawn, by row; '' for one that could not be.
        self._task: asyncio.Task[None] | None = None

    def sendable(self, job: Job) -> Reply | None:
        """Return a message as it can be sent; None while its picture is being drawn."""
        if not isinstance(job.reply, Say) or not job.reply.drawing:
            return job.reply
        done = self._ready.get(job.id) if self._blobs is not None else ""
        if done is None and job.id not in self._wanted:
            self._wanted[job.id] = job.reply.drawing
            if self._task is None or self._task.done():
                self._task = asyncio.get_running_loop().create_task(self._draw(), name="draw pictures")
        if done is None:
            return None
        return replace(job.reply, drawing={}, picture=done, filename="picture.png")

    def forget(self, job_id: int) -> None:
        """Forget the picture of a message whose fate is known."""
        self._ready.pop(job_id, None)

    async def close(self) -> None:
        """Leave what is under way; it is drawn again by whoever sends it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _draw(self) -> None:
        while self._wanted:
            some = dict(list(self._wanted.items())[:TOGETHER])
            try:
                drawn = await self._run(LONGEST_SECONDS, draw_here, list(some.values()))
                for job_id, picture in zip(some, drawn, strict=True):
                    kept = await self._blobs.put_once(picture) if picture and self._blobs is not None else None
                    self._ready[job_id] = kept.sha256 if kept else ""
            except (NotDrawn, OSError, ValueError) as error:
                _LOG.warning("%d pictures could not be drawn: %s", len(some), type(error).__name__)
                self._ready |= dict.fromkeys(some, "")
            for job_id in some:
                del self._wanted[job_id]
            self._wake()

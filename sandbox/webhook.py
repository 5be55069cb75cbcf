"""Posts updates to the bot's webhook as Telegram does: in order within a chat, several chats at once, until taken.

An update that was not taken is tried again at once, then after growing pauses, or after the Retry-After the bot asks
for; meanwhile the later updates of its chat wait. What nobody takes within 24 hours is dropped.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.model import Json
    from sandbox.updates import Waiting
    from sandbox.world import World

    Reply = Callable[[str, Json], Awaitable[None]]

ANSWER_SECONDS = 60
LONGEST_PAUSE = 60.0
LONGEST_RETRY_AFTER = 3600
OK = range(200, 300)


class Webhook:
    """Delivers the queue of updates while a webhook is set; ``pause`` is the unit of the back-off in real seconds."""

    def __init__(self, world: World, reply: Reply, pause: float = 1.0) -> None:
        self._world = world
        self._reply = reply
        self._pause = pause
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(1)
        self._queues: dict[int, deque[int]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def push(self, entry: Waiting) -> None:
        """Deliver a new update, after those of its chat that still wait."""
        if not self._world.profile.webhook.url:
            return
        queue = self._queues.get(entry.chat_id)
        if queue is not None:
            queue.append(entry.update["update_id"])
            return
        self._queues[entry.chat_id] = deque([entry.update["update_id"]])
        task = asyncio.get_running_loop().create_task(self._drain(entry.chat_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def restart(self) -> None:
        """Begin anew with the present settings, from the oldest update that waits."""
        for task in self._tasks:
            task.cancel()
        self._queues = {}
        self._slots = asyncio.Semaphore(self._world.profile.webhook.max_connections)
        if self._world.profile.webhook.url:
            self._world.updates.expire()
            for entry in list(self._world.updates.waiting.values()):
                self.push(entry)

    async def close(self) -> None:
        """Stop delivering; what was not taken stays in the queue."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _drain(self, chat_id: int) -> None:
        queue = self._queues[chat_id]
        while queue:
            await self._deliver(queue[0])
            queue.popleft()
        del self._queues[chat_id]

    async def _deliver(self, update_id: int) -> None:
        pause, failures = self._pause, 0
        while True:
            self._world.updates.expire()
            entry = self._world.updates.waiting.get(update_id)
            if entry is None:
                return
            async with self._slots:
                taken, retry_after = await self._post(entry)
            mischief = self._world.updates.mischief
            if taken and mischief is not None and mischief.comes_again(update_id):
                continue
            if taken:
                self._world.updates.forget(update_id)
                return
            if retry_after:
                await asyncio.sleep(min(retry_after, LONGEST_RETRY_AFTER))
            elif failures:
                pause = min(pause * 2, LONGEST_PAUSE)
                await asyncio.sleep(pause)
            failures += 1

    async def _post(self, entry: Waiting) -> tuple[bool, float]:
        webhook = self._world.profile.webhook
        headers = {"Content-Type": "application/json"}
        if webhook.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret_token
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS)
            )
        body = json.dumps(entry.update).encode()
        try:
            async with self._session.post(webhook.url, data=body, headers=headers, allow_redirects=False) as response:
                answer = await response.read()
                if response.status in OK:
                    await self._take_reply(response.content_type, answer)
                    return True, 0
                self._failed(f"Wrong response from the webhook: {response.status} {response.reason}")
                return False, _seconds(response.headers.get("Retry-After", ""))
        except TimeoutError:
            self._failed("Read timeout expired")
        except aiohttp.ClientConnectorError:
            self._failed("Connection refused")
        except aiohttp.ClientError:
            self._failed("Connection closed")
        return False, 0

    async def _take_reply(self, content_type: str, answer: bytes) -> None:
        if content_type != "application/json" or not answer:
            return
        try:
            call = json.loads(answer)
        except ValueError:
            return
        if isinstance(call, dict) and isinstance(call.get("method"), str):
            await self._reply(call.pop("method"), call)

    def _failed(self, message: str) -> None:
        webhook = self._world.profile.webhook
        webhook.last_error_date = self._world.clock.seconds()
        webhook.last_error_message = message
        self._world.save()


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdigit() else 0.0

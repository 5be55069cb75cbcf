"""Runs a function in a process of its own that may take so long and so much memory and no more.

For work on files that strangers to the program made: whatever such a file does to its reader, the bot itself goes on.
The function and what it is given and gives back must be picklable; it sees nothing else of this process.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import sys
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
    from multiprocessing.connection import Connection

P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A")

MEMORY: int = 1536 * 2**20
"""Bytes of address space; three times what the largest form that is allowed takes."""


class Overrun(Exception):
    """The process took too long or too much memory, or ended by itself; there is no result."""


async def run(seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run the function apart and return what it returns; raises :class:`Overrun`."""
    async with _started(_work, function, args, kwargs) as pipe:
        found, result = await asyncio.to_thread(_received, pipe, seconds)
    if not found:
        raise Overrun
    return result  # type: ignore[return-value]  # what came through the pipe is what the function returned


async def each(seconds: float, function: Callable[[A], T], items: Sequence[A]) -> AsyncGenerator[T, None]:
    """Run the function on one item after another in one process apart, and give each result as it comes.

    Each may take ``seconds``; raises :class:`Overrun` when one takes longer, after what came before it was given.
    Whoever stops early closes it (:func:`contextlib.aclosing`), which ends the process.
    """
    async with _started(_work_each, function, items) as pipe:
        for _ in items:
            found, result = await asyncio.to_thread(_received, pipe, seconds)
            if not found:
                raise Overrun
            yield result  # type: ignore[misc]  # likewise


@asynccontextmanager
async def _started(work: Callable[..., None], *args: object) -> AsyncIterator[Connection]:
    """Start a process, give the pipe it answers through, and end it whatever happens."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(target=work, args=(theirs, *args), daemon=True)
    try:
        await asyncio.to_thread(process.start)
        theirs.close()
        yield ours
    finally:
        if process.pid is not None:
            process.kill()
            await asyncio.shield(asyncio.to_thread(process.join))
            process.close()
        theirs.close()
        ours.close()


def _received(pipe: Connection, seconds: float) -> tuple[bool, object]:
    try:
        return (True, pipe.recv()) if pipe.poll(seconds) else (False, None)
    except (EOFError, OSError):
        return False, None


def _work(pipe: Connection, function: Callable[..., object], args: tuple[object, ...], more: dict[str, object]) -> None:
    _bounded()
    try:
        result = function(*args, **more)
    except (MemoryError, RecursionError):
        return  # whoever waits sees the pipe close
    with suppress(BrokenPipeError):  # whoever asked has been killed meanwhile
        pipe.send(result)


def _work_each(pipe: Connection, function: Callable[[object], object], items: Sequence[object]) -> None:
    _bounded()
    with suppress(MemoryError, RecursionError, BrokenPipeError):
        for one in items:
            pipe.send(function(one))


def _bounded() -> None:
    if sys.platform.startswith("linux"):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

"""What a serving process knew of its sendings when it was killed: the only way to say why a message came twice.

Runs inside the process of an experiment, around the product and never in it: each line goes to a file by one call of
the kernel, so that a SIGKILL takes away nothing that was written. ``python -m benchmarks.proof.witness FILE`` is
``xundu serve`` with such a witness.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from benchmarks.proof.timepiece import wear
from bot import __main__ as command
from bot.outgoing.settle import Settler

if TYPE_CHECKING:
    from pathlib import Path

    from bot.outgoing.receipts import Fate


def watch(path: str) -> None:
    """Write down from now on which messages this process knows to be sent, each when it has taken note of it."""
    out = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def note(message_id: int) -> None:
        os.write(out, f"{message_id}\n".encode())

    put = Settler.put

    def known(self: Settler, fate: Fate, *, gather: bool = False) -> None:
        put(self, fate, gather=gather)
        note(fate.message_id or 0)

    Settler.put = known  # type: ignore[method-assign]


def heard(folder: Path) -> set[int]:
    """Return the messages of which the processes of a folder's logs had heard that they were sent."""
    return {int(line) for one in folder.glob("*.witness") for line in one.read_text("utf-8").splitlines()}


if __name__ == "__main__":
    watch(sys.argv[1])
    wear()
    sys.exit(command.main(["serve"]))

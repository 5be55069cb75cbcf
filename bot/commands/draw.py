"""What ``xundu draw verify`` says of a published draw. It reads the file and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hold import CommandError
from supervision.draw import DrawError
from supervision.draw_record import Record

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 64 * 1024 * 1024


def verified(file: Path) -> str:
    """Work a published draw out again and say that it is right; raises CommandError, which says what is not."""
    try:
        if file.stat().st_size > LARGEST:
            raise CommandError(f"{file} is too large to be the record of a draw.")
        record = Record.read(file.read_bytes())
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    except DrawError as error:
        raise CommandError(f"{file}: {error}.") from error
    if faults := record.faults():
        raise CommandError(f"{file}: the draw is NOT as it should be: {'; '.join(faults)}.")
    lines = [
        f"The draw is as it should be: {record.size} of {len(record.population)}, {record.method}.",
        f"  hash shown {record.committed_at}  {record.commitment}",
        f"  drawn      {record.drawn_at}  seed {record.seed}",
        *(f"  {at}. {name}" for at, name in enumerate(record.drawn, 1)),
    ]
    return "\n".join(lines)

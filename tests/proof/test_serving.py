"""What counts as a bug in the log of a serving process, and what only says that it was killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.proof.serving import Serving

if TYPE_CHECKING:
    from pathlib import Path

ORPHANED = """\
2026-11-22 10:15:15,723 INFO bot.jobs pruned 0 updates, 0 messages, 0 timers, 0 conversations of strangers
Traceback (most recent call last):
  File "<string>", line 1, in <module>
  File "/usr/lib/python3.11/multiprocessing/spawn.py", line 122, in spawn_main
    exitcode = _main(fd, parent_sentinel)
               ^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/multiprocessing/spawn.py", line 130, in _main
    preparation_data = reduction.pickle.load(from_parent)
                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
EOFError: Ran out of input
2026-11-22 10:15:15,946 INFO bot.deliver this process delivers
"""
"""What Python says in a process that was being started when the one that started it got a SIGKILL."""

OURS = """\
2026-11-22 10:15:16,309 ERROR asyncio Task exception was never retrieved
Traceback (most recent call last):
  File "/srv/xundu/bot/background/likeness.py", line 61, in alike
    found = reduction.pickle.load(from_parent)
EOFError: Ran out of input
"""


def serving(folder: Path, said: str) -> Serving:
    log = folder / "serve.log"
    log.write_text(said, "utf-8")
    return Serving({}, log, 1)


def test_a_process_whose_parent_was_killed_while_starting_it_is_no_bug(tmp_path: Path) -> None:
    assert serving(tmp_path, ORPHANED * 2).tracebacks() == 0


def test_a_bug_of_ours_counts_wherever_it_stands(tmp_path: Path) -> None:
    assert serving(tmp_path, ORPHANED + OURS + ORPHANED).tracebacks() == 1


def test_the_same_error_in_a_process_that_was_started_is_a_bug(tmp_path: Path) -> None:
    said = ORPHANED.replace("spawn_main", "worker").replace("spawn.py", "process.py")
    assert serving(tmp_path, said).tracebacks() == 1


def test_the_last_words_of_a_process_count(tmp_path: Path) -> None:
    assert serving(tmp_path, "2026-11-22 10:15:16,309 CRITICAL bot the database is gone\n").tracebacks() == 1

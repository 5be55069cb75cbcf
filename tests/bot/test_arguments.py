"""Every command that the command line describes is one that it can run."""

from __future__ import annotations

import argparse

from bot.__main__ import COMMANDS
from bot.arguments import parser


def test_every_command_that_is_described_can_be_run():
    (described,) = [one for one in parser()._actions if isinstance(one, argparse._SubParsersAction)]
    assert set(described.choices) == set(COMMANDS)

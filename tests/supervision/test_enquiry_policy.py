"""What a pack may say about enquiries."""

from __future__ import annotations

from importlib.resources import files

import pytest

from supervision.enquiries import Policy, PolicyError, policy


def test_a_pack_that_says_nothing_has_three_days_and_nobody_answers_alone():
    assert policy("") == Policy(days=3, office_days=5, collective=True)
    assert policy("[enquiries]\ndays = 2\ncollective = false") == Policy(2, 5, collective=False)
    assert policy(files("packs").joinpath("theme-education").joinpath("campaign.toml").read_text("utf-8")).collective


@pytest.mark.parametrize("line", ["days = 0", "days = 61", 'days = "3"', "days = true", "collective = 1", "other = 1"])
def test_a_policy_that_cannot_be_used_is_refused(line: str):
    with pytest.raises(PolicyError):
        policy(f"[enquiries]\n{line}")

"""The limits, on a clock of the test's own."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.outgoing.limits import EDIT_COST, Limits, Pace, Window


def limits(**more: float) -> Limits:
    return Limits(**{"overall": 30.0, "chat": 1.0, "burst": 5, "group_minute": 20.0} | more)  # type: ignore[arg-type]


def send(to: Limits, chat_id: int, now: float, cost: float = 1.0, *, bulk: bool = False) -> float:
    """Wait as long as the limits ask, send, and return when."""
    while (at := max(to.chat_at(chat_id, now, cost), to.overall_at(now, cost, bulk=bulk))) > now:
        now = at
    to.take(chat_id, now, cost, bulk=bulk)
    to.answered(chat_id, now, cost)
    return now


@settings(deadline=None, max_examples=60)  # other work on the machine is no failure
@given(st.lists(st.tuples(st.floats(0.0, 0.3), st.floats(0.0, 1.5), st.floats(0.0, 1.0)), max_size=150))
def test_however_calls_travel_no_more_arrive_within_a_second_than_may(calls: list[tuple[float, float, float]]) -> None:
    window, now, arrived = Window(10.0, 1.0), 0.0, []
    under_way: list[float] = []
    for gap, takes, part in calls:
        now += gap
        while True:
            for end in sorted(one for one in under_way if one <= now):
                window.answered(end, 1.0)
                under_way.remove(end)
            if (at := window.ready_at(now, 1.0)) <= now:
                break
            now = min([at, *under_way])
        window.take(1.0)
        under_way.append(now + takes)
        arrived.append(now + part * takes)
    arrived.sort()
    for first, eleventh in zip(arrived, arrived[10:], strict=False):
        assert eleventh - first >= 1.0 - 1e-9


def test_a_short_burst_to_one_chat_passes_and_then_it_is_one_a_second() -> None:
    pace, now, sent = Pace(1.0, 5), 100.0, []
    for _ in range(8):
        now = pace.ready_at(now, 1.0)
        pace.take(now, 1.0)
        pace.answered(now, 1.0)
        sent.append(now)
    assert sent == [100.0] * 5 + [101.0, 102.0, 103.0]


def test_an_edit_costs_a_quarter_in_a_private_chat_and_all_of_it_in_a_group() -> None:
    private, group = limits(), limits()
    assert [send(private, 7, 0.0, EDIT_COST) for _ in range(20)] == [0.0] * 20
    assert private.chat_at(7, 0.0, EDIT_COST) > 0.0
    for _ in range(5):
        assert send(group, -7, 0.0, EDIT_COST) == 0.0
    assert group.chat_at(-7, 0.0, EDIT_COST) > 0.0


def test_a_group_gets_twenty_a_minute() -> None:
    to, now, sent = limits(chat=1000.0, burst=100), 0.0, []
    for _ in range(41):
        now = send(to, -100, now)
        sent.append(now)
    assert sent == [0.0] * 20 + [60.0] * 20 + [120.0]


def test_bulk_goes_evenly_and_takes_all_there_is_but_a_reply_gets_the_next_place() -> None:
    to, now, sent = limits(), 0.0, []
    for chat in range(1, 301):
        now = send(to, chat, now, bulk=True)
        sent.append(now)
        # Whoever answers a person just then waits for the next place: a tenth of a second at the worst.
        assert to.overall_at(now, 1.0, bulk=False) - now <= 0.1 + 1e-9
    assert sent[2] == 0.0 < sent[3], "no more than a tenth of a second's worth goes at once"
    assert (len(sent) - 1) / (sent[-1] - sent[0]) > 29.9


def test_a_rate_below_one_a_second_is_kept() -> None:
    to = limits(overall=0.5)
    assert send(to, 1, 0.0) == 0.0
    assert send(to, 2, 0.0, bulk=True) == 2.0


def test_one_refused_chat_waits_alone() -> None:
    to = limits()
    assert to.refused(1, 0.0, 7.0) is False
    assert to.chat_at(1, 0.0, 1.0) == 7.0
    assert to.chat_at(2, 0.0, 1.0) == 0.0
    assert to.overall_at(0.0, 1.0, bulk=False) == 0.0


def test_a_second_refused_chat_means_everyone_waits() -> None:
    to = limits()
    to.refused(1, 0.0, 7.0)
    assert to.refused(2, 1.0, 9.0) is True
    assert to.overall_at(1.0, 1.0, bulk=False) == 10.0


def test_refused_groups_never_hold_people() -> None:
    to = limits()
    to.refused(-1, 0.0, 7.0)
    assert to.refused(-2, 0.0, 7.0) is False
    assert to.refused(3, 0.0, 7.0) is False


def test_chats_of_long_ago_are_forgotten_without_a_change() -> None:
    to = limits(overall=100_000.0)
    for chat in range(1, 5000):
        send(to, chat, 0.0)
    for _ in range(5):
        send(to, 77, 100.0)
    assert len(to._chats) < 2500
    assert to.chat_at(77, 100.0, 1.0) == 101.0

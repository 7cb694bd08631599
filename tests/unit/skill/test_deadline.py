"""The deadline of a request: what takes longer is left behind."""

import threading

import pytest

from music_assistant_alexa import deadline


def test_what_comes_in_time_is_returned():
    """A call's result is its own."""
    assert deadline.enforced(lambda: "Salt") == "Salt"


def test_what_is_raised_in_time_is_raised():
    """A call's error is its own, whatever kind it is of."""
    for kind in (KeyError, SystemExit):
        with pytest.raises(kind):
            deadline.enforced(lambda kind=kind: (_ for _ in ()).throw(kind("Salt")))


@pytest.mark.parametrize(("left_s", "most_s"), [(0.05, 60), (60, 0.05)])
def test_what_takes_longer_is_left_behind(left_s, most_s):
    """A call that is not back when the request's time is up, or its own limit, is waited for no more."""
    hangs = threading.Event()
    with deadline.spending(left_s), pytest.raises(TimeoutError):
        deadline.enforced(lambda: hangs.wait(60), most_s)
    hangs.set()


def test_without_time_nothing_is_called():
    """Past the deadline a call is not even made."""
    called = []
    with deadline.spending(0), pytest.raises(TimeoutError):
        deadline.enforced(lambda: called.append(1))
    assert called == []


def test_a_call_knows_the_deadline():
    """What is called can ask how much time is left, as its caller can."""
    with deadline.spending(2):
        assert 0 < deadline.enforced(deadline.remaining) <= 2

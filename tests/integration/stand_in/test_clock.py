"""The clocks that tests move."""

import asyncio
import threading

import pytest

from simulator.clock import MovableClock, MovableLoop
from simulator.waiting import eventually


def test_a_move_fires_the_timers_that_it_makes_due(monkeypatch):
    """An hour passes at once, in the order of the timers; what is later waits on."""
    fired = []

    async def wait():
        loop = asyncio.get_running_loop()
        loop.call_later(3600, fired.append, "an hour")
        loop.call_later(60, fired.append, "a minute")
        loop.call_later(7200, fired.append, "two hours")
        loop.advance(3601)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    with asyncio.Runner(loop_factory=MovableLoop) as runner:
        runner.run(wait())
    assert fired == ["a minute", "an hour"]


def test_a_move_from_another_thread_wakes_the_loop():
    """A loop that sleeps for a day is up at once."""
    loop = MovableLoop()
    thread = threading.Thread(target=loop.run_until_complete, args=(asyncio.sleep(86_400),), daemon=True)
    thread.start()

    def a_day_later():
        loop.advance(86_401)
        return not thread.is_alive()

    eventually(a_day_later, what="the end of a day's sleep")
    loop.close()


def test_loop_and_wall_clock_move_together():
    """One clock, two faces."""
    clock = MovableClock()
    loop = MovableLoop(clock)
    wall, monotonic = clock.time(), loop.time()
    loop.advance(100)
    assert clock.time() - wall >= 100
    assert loop.time() - monotonic >= 100
    loop.close()


def test_a_clock_does_not_go_back():
    """A negative move is an error."""
    with pytest.raises(ValueError, match="cannot go back"):
        MovableClock().advance(-1)


def test_waiting_in_vain_says_what_for_and_what_was_seen():
    """The message is all that a failed run leaves."""

    def check():
        raise AssertionError("still paused")

    with pytest.raises(AssertionError, match=r"in vain for the music; last seen: .*still paused"):
        eventually(check, within=0.02, what="the music")


def test_waiting_returns_what_was_seen():
    """The first true value is the answer."""
    values = iter([None, 0, "music"])
    assert eventually(lambda: next(values), what="music") == "music"

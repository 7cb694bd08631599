"""What is typed in the car is carried out, at the prompt and in a list alike."""

import io

import pytest

from simulator import drive
from simulator.head_unit import HeadUnit


@pytest.fixture
def car(stack, ear):
    """Return a drive that has heard some music, in a house of scripts."""
    stack.head_unit = lambda *, clock: HeadUnit(lambda _: {}, ear=ear, clock=clock)
    car = drive.Drive(stack)
    car.heard = True
    return car


def test_help_is_known_in_a_list(car):
    """`help` lists what can be said, is no slip and sends nothing."""
    out = io.StringIO()
    assert drive._say_all("help", car, out, as_json=False) == 0
    assert drive.HELP in out.getvalue()
    assert not car.unit.trace


def test_help_is_known_at_the_prompt(car, monkeypatch):
    """The prompt gives the same help."""
    out = io.StringIO()
    monkeypatch.setattr(drive, "_typed", lambda: iter(["help", "quit"]))
    assert drive._converse(car, out, as_json=False) == 0
    assert drive.HELP in out.getvalue()


def test_help_is_no_json(car, capsys):
    """Where standard output is for JSON, help goes beside it."""
    out = io.StringIO()
    assert drive._say_all("help", car, out, as_json=True) == 0
    assert out.getvalue() == ""
    assert drive.HELP in capsys.readouterr().err


def test_a_slip_is_a_failure_in_a_list(car, capsys):
    """What the car does not know ends a list with 1 and the way to help."""
    assert drive._say_all("fly", car, io.StringIO(), as_json=False) == 1
    assert "`help` lists what is" in capsys.readouterr().err

"""Households for the model's tests."""

import logging

import pytest

from simulator.audio_device import Habits
from simulator.household import Household
from simulator.reliability import record


@pytest.fixture
def figures(request):
    """Collect what a long run counts, and write it down under the name its mark gives when it has ended."""
    counted, failed_before = {}, request.session.testsfailed
    yield counted
    (name,) = request.node.get_closest_marker("soak").args
    failures = request.session.testsfailed - failed_before
    record(name, passed=not failures, **counted, failures=failures)


@pytest.fixture(autouse=True)
def silent(caplog):
    """Keep nothing of what thousands of evenings log."""
    caplog.set_level(logging.CRITICAL, logger="music_assistant_alexa")
    caplog.set_level(logging.CRITICAL, logger="home_bridge")


@pytest.fixture
def household():
    """Make a household; each argument is one Echo's habits."""

    def made(*habits, **kind):
        return Household(*(Habits(**each) for each in habits), **kind)

    return made

"""Households for the model's tests."""

import logging

import pytest

from simulator.audio_device import Habits
from simulator.household import Household
from simulator.reliability import record


@pytest.fixture(scope="session")
def figures(request):
    """Collect what the long runs count, and write it down together when all have ended."""
    counted = {}
    yield counted
    if counted:
        failures = request.session.testsfailed
        record("model", passed=not failures, **counted, failures=failures)


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

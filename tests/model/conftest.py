"""Households for the model's tests."""

import pytest

from simulator.audio_device import Habits
from simulator.household import Household


@pytest.fixture
def household():
    """Make a household; each argument is one Echo's habits."""

    def made(*habits, **kind):
        return Household(*(Habits(**each) for each in habits), **kind)

    return made

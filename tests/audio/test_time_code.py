"""The ruler of this suite: a track whose sound says its own position."""

import pytest

from simulator import tones
from simulator.demo_library import LIBRARY

pytestmark = pytest.mark.slow  # encodes it

LAME_S = 0.025
"""What encoder and decoder put before the sound."""


@pytest.mark.parametrize("from_s", [0, 7, 23])
@pytest.mark.parametrize("at_s", [0.05, 1.337, 12.05, 21.5])
def test_it_says_where_it_is(from_s, at_s):
    """To two milliseconds, from whichever second on it was encoded."""
    heard_s = tones.position(tones.mp3(tones.TIME_CODED, from_s=from_s), at_s)
    assert heard_s == pytest.approx(from_s + at_s - LAME_S, abs=0.002)


def test_it_is_recognised_as_every_track_is():
    """Beginning, middle and end have its chord."""
    audio = tones.mp3(tones.TIME_CODED)
    assert {tones.identify(audio[at : at + 60_000]) for at in (0, 900_000, 1_700_000)} == {tones.TIME_CODED.title}


def test_where_there_is_none_nothing_is_said():
    """Not of another track, not behind the end, not of noise."""
    assert tones.position(tones.mp3(LIBRARY.tracks[0]), 3) is None
    assert tones.position(tones.mp3(tones.TIME_CODED), tones.TIME_CODED.duration_s + 1) is None
    assert tones.position(b"no audio" * 1000, 0) is None

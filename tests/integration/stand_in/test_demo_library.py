"""The demo library and the sound of it."""

import pytest

from simulator import tones
from simulator.demo_library import LIBRARY

SOUNDS = [*LIBRARY.tracks, *LIBRARY.radios]


def test_the_shelf_is_as_large_as_promised():
    """Artists, records, tracks, playlists and stations."""
    counts = [len(shelf) for shelf in (LIBRARY.albums, LIBRARY.tracks, LIBRARY.playlists, LIBRARY.radios)]
    assert counts == [8, 40, 2, 4]
    assert len(LIBRARY.artists) >= 5
    assert "Blue Harbor" in [artist.name for artist in LIBRARY.artists]


def test_no_two_things_share_a_name():
    """What is said names one thing."""
    names = [
        *(artist.name for artist in LIBRARY.artists),
        *(entry.title for entry in (*LIBRARY.albums, *SOUNDS, *LIBRARY.playlists)),
    ]
    assert len(set(names)) == len(names)


def test_no_two_things_sound_the_same():
    """Each has a chord of its own."""
    assert len({tones.chord(sound) for sound in SOUNDS}) == len(SOUNDS)


@pytest.mark.parametrize("sound", [SOUNDS[0], SOUNDS[20], SOUNDS[-1]], ids=lambda sound: sound.title)
def test_a_second_of_any_place_says_what_is_heard(sound):
    """Also from the middle of a frame."""
    audio = tones.mp3(sound)
    assert tones.identify(audio[:40_000]) == sound.title
    assert tones.identify(audio[123_457:163_457]) == sound.title


def test_every_title_is_recognised():
    """No two chords are mistaken for each other."""
    seconds = {sound.title: tones._encoded(sound, 1) for sound in SOUNDS}
    assert [tones.identify(second) for second in seconds.values()] == list(seconds)


@pytest.mark.parametrize("noise", [b"", b"not audio" * 5000], ids=["nothing", "no audio"])
def test_what_is_no_music_is_not_recognised(noise):
    """None, not an error."""
    assert tones.identify(noise) is None


def test_two_chords_at_once_are_not_taken_for_one():
    """A track that is none of ours has no title."""
    first, other = LIBRARY.tracks[0], LIBRARY.tracks[1]
    assert tones.chord(first)[0] != tones.chord(other)[0]
    half = tones.mp3(first)[:16_000] + tones.mp3(other)[:10_000]
    assert tones.identify(half) is None


def test_a_later_start_is_a_shorter_piece():
    """From second 10 on it is 10 seconds shorter."""
    track = LIBRARY.tracks[0]
    length_s = tones.seconds(tones.mp3(track, from_s=10))
    assert length_s == pytest.approx(track.duration_s - 10, abs=0.1)


def test_a_station_goes_on_and_on():
    """Its chunks do not end with the first round."""
    chunks = tones.chunks(LIBRARY.radios[0], size=100_000)
    heard = sum(len(next(chunks)) for _ in range(12))
    assert heard > 2 * len(tones.mp3(LIBRARY.radios[0]))

"""What is said about the device: what plays or did, and whose it is."""

import pytest

from simulator.envelopes import PlayerReport
from simulator.scripted_home import queue_item

ALBUM = "library://album/1"


@pytest.fixture
def play(skill):
    """Return a function that plays an album of one track; its token."""

    def play(title="Salt", **fields):
        skill.home.contents[ALBUM] = [queue_item(f"{ALBUM}/1", title, **fields)]
        token = skill.play_album()
        skill.clock.now += 5
        skill.report = PlayerReport("PLAYING", token, 5_000)
        return token

    return play


def asked(skill):
    return skill.said(skill.ask("WhatsPlayingIntent"))


@pytest.mark.parametrize(
    ("artist", "album", "said"),
    [
        ("Blue Harbor", "Night Ferry", "This is Salt, by Blue Harbor, from Night Ferry."),
        ("Blue Harbor", "", "This is Salt, by Blue Harbor."),
        ("", "", "This is Salt."),
        ("Salt", "", "This is Salt."),
    ],
)
def test_what_plays_and_whose_it_is(skill, play, artist, album, said):
    """Artist and album are named where there are any, and no name twice."""
    play(artist=artist, album=album)
    assert asked(skill) == said


def test_what_was_paused_is_paused(skill, play):
    """After a pause it is said to be paused, not to play."""
    play()
    skill.ask("AMAZON.PauseIntent")
    assert asked(skill) == "Salt, by Blue Harbor is paused."


def test_what_is_over_was_the_last(skill, play):
    """After its end it was the last one."""
    token = play()
    skill.clock.now += 200
    skill.event("AudioPlayer.PlaybackFinished", token)
    skill.report = PlayerReport("FINISHED", token, 200_000)
    assert asked(skill) == "The last one was Salt, by Blue Harbor."

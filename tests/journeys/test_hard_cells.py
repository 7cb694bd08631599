"""The four cells that are easy to get wrong, and what happens when home is away."""

import pytest

from simulator.demo_library import LIBRARY

pytestmark = [pytest.mark.slow, pytest.mark.both_generations]

NIGHT_FERRY = [track.title for track in LIBRARY.tracks if track.album.title == "Night Ferry"]


def test_next_pulled_early_and_heard_two_minutes_later(house, request):
    """A next track that was pulled at once and is heard two minutes later is the one Music Assistant moves to."""
    kitchen = house.echo(f"kitchen-{request.node.name}", nearly_finished="early")
    kitchen.say("play the album night ferry")
    assert len(kitchen.device.upcoming) == 1, "asked for and pulled right after the start"
    house.stack.clock.advance(125)
    kitchen.play_to_end()
    assert kitchen.track == NIGHT_FERRY[1]
    house.agrees(kitchen)
    kitchen.play_to_end()
    assert kitchen.track == NIGHT_FERRY[2]
    house.agrees(kitchen)


def test_play_next_by_voice(house, request):
    """What was to be played next is heard next, although another track had been enqueued, and then that one."""
    kitchen = house.echo(f"kitchen-{request.node.name}", nearly_finished="early")
    kitchen.say("play the album night ferry")
    assert kitchen.device.upcoming, "the second track of the album is enqueued"
    kitchen.listen(2)
    kitchen.say("play the song origami next")
    assert kitchen.track == NIGHT_FERRY[0]
    kitchen.play_to_end()
    assert kitchen.track == "Origami"
    house.agrees(kitchen)
    kitchen.play_to_end()
    assert kitchen.track == NIGHT_FERRY[1]
    house.agrees(kitchen)


def test_add_by_voice(house, request):
    """What was added is heard after everything else, also when the last track had been answered with nothing."""
    kitchen = house.echo(f"kitchen-{request.node.name}", nearly_finished="early")
    kitchen.say("play the song summit")
    kitchen.listen(2)
    kitchen.say("add the song origami to the queue")
    kitchen.play_to_end()
    assert kitchen.track == "Origami"
    house.agrees(kitchen)


def test_remove_this_by_voice(house, kitchen):
    """The track is gone from the queue, the next one plays at once, and the one after it follows."""
    kitchen.say("play the album night ferry")
    kitchen.say("next")
    kitchen.listen(2)
    kitchen.say("remove this")
    assert kitchen.track == NIGHT_FERRY[2]
    assert NIGHT_FERRY[1] not in house.queue(kitchen)
    house.agrees(kitchen)
    kitchen.play_to_end()
    assert kitchen.track == NIGHT_FERRY[3]


def test_connection_dropped_in_mid_track(house, kitchen):
    """A second without a connection is not heard: the Echo plays on, MA finds its place, the next track follows."""
    kitchen.say("play the album night ferry")
    began = house.began(kitchen)
    kitchen.listen(5)
    house.stack.drop_players()
    kitchen.listen(3)
    assert kitchen.device.playing
    house.agrees(kitchen)
    house.plays_since(kitchen, began, within_ms=2_500)
    kitchen.play_to_end()
    assert kitchen.track == NIGHT_FERRY[1]
    house.agrees(kitchen)
    kitchen.play_to_end()
    assert kitchen.track == NIGHT_FERRY[2]


def test_removed_while_silent(house, kitchen):
    """What was removed while nothing played is not what "resume" plays: that is the next one, from its start."""
    kitchen.say("play the album night ferry")
    kitchen.say("next")
    kitchen.listen(5)
    kitchen.say("stop")
    kitchen.say("remove this")
    assert not kitchen.device.playing
    kitchen.say("resume")
    assert kitchen.track == NIGHT_FERRY[2]
    house.agrees(kitchen)
    house.soon(lambda: house.believed(kitchen).position_ms < 3_000, "its start")


@pytest.mark.parametrize("stopped", ["before", "late", "both"])
def test_someone_speaks_in_mid_track(house, request, stopped):
    """Whoever asks something while music plays hears it go on, and Music Assistant plays again within 2 s."""
    echo = house.echo(f"hall-{request.node.name}", stopped=stopped)
    echo.say("play the album night ferry")
    echo.listen(6)
    echo.say("what's playing")
    assert echo.device.playing
    began = house.began(echo)
    house.agrees(echo)
    house.plays_since(echo, began, within_ms=1_500)


@pytest.mark.parametrize("how", ["refused", "tunnel"])
def test_home_unplugged_and_plugged_in_again(house, kitchen, how):
    """Unplugged, Alexa names the cause; plugged in again, "resume" goes on where the music was."""
    kitchen.say("play the album night ferry")
    kitchen.listen(7)
    heard = kitchen.track
    house.stack.unplug(how)
    assert "can't reach your home" in kitchen.say("next").speech
    house.stack.plug()
    kitchen.say("resume")
    assert kitchen.track == heard
    house.agrees(kitchen)
    assert house.believed(kitchen).position_ms >= 5_000


def test_music_assistant_restarted_in_mid_track(house, kitchen):
    """After a restart of Music Assistant the next command just works."""
    if house.stack.real:
        pytest.skip("a real server is not ours to restart")
    kitchen.say("play the album night ferry")
    kitchen.listen(5)
    house.stack.home.restart(0.2)
    kitchen.say("next")
    assert kitchen.track == NIGHT_FERRY[1]
    house.agrees(kitchen)


def test_resume_after_the_end(house, kitchen):
    """When the queue has ended and been emptied, "resume" plays the last track again."""
    kitchen.say("play the song summit")
    kitchen.play_to_end()
    house.stack.clock.advance(10)
    assert house.queue(kitchen) == []
    kitchen.say("resume")
    assert kitchen.track == "Summit"
    house.agrees(kitchen)


@pytest.mark.parametrize("words", ["resume", "next"])
@pytest.mark.parametrize("added", ["add the song origami to the queue", "play the song origami next"])
def test_added_long_after_the_end(house, kitchen, added, words):
    """What was added to a queue that had ended and been emptied is what is heard, and nothing else is in the queue."""
    kitchen.say("play the song summit")
    kitchen.play_to_end()
    house.stack.clock.advance(20)
    kitchen.say(added)
    kitchen.say(words)
    assert kitchen.track == "Origami"
    assert house.queue(kitchen) == ["Origami"]
    house.agrees(kitchen)


def test_started_over_after_something_was_added(house, kitchen):
    """The ended track is played once more when it is asked for, and what was added since is heard after it."""
    kitchen.say("play the song summit")
    kitchen.play_to_end()
    house.stack.clock.advance(20)
    kitchen.say("add the song origami to the queue")
    kitchen.say("start over")
    assert kitchen.track == "Summit"
    house.agrees(kitchen)
    kitchen.play_to_end()
    assert kitchen.track == "Origami"
    house.agrees(kitchen)


def test_added_before_anything_was_played(house, kitchen):
    """On an Echo that never played anything, what was added is heard from its first track on, one after the other."""
    assert "Nothing is playing here" in kitchen.say("resume").speech
    assert kitchen.press("play").directives == []
    kitchen.say("add the song summit to the queue")
    kitchen.say("add the song origami to the queue")
    kitchen.press("play")
    assert kitchen.track == "Summit"
    house.agrees(kitchen)
    kitchen.play_to_end()
    assert kitchen.track == "Origami"
    house.agrees(kitchen)


@pytest.mark.parametrize("words", ["play the song summit", "play the radio station lighthouse fm"])
def test_the_last_item_removed(house, kitchen, words):
    """With the last item removed there is nothing to resume; what is added then is heard, and not what was removed."""
    kitchen.say(words)
    kitchen.say("remove this")
    assert not kitchen.device.playing
    assert "Nothing is playing here" in kitchen.say("resume").speech
    kitchen.say("add the song origami to the queue")
    kitchen.say("next")
    assert kitchen.track == "Origami"
    assert house.queue(kitchen) == ["Origami"]
    house.agrees(kitchen)


def test_the_last_track_of_an_album_removed(house, kitchen):
    """What was heard before the removed last track is not heard again; what is added then is."""
    kitchen.say("play the album night ferry")
    for _ in NIGHT_FERRY[1:]:
        kitchen.say("next")
    kitchen.listen(2)
    kitchen.say("remove this")
    assert "Nothing is playing here" in kitchen.say("resume").speech
    kitchen.say("add the song origami to the queue")
    kitchen.say("resume")
    assert kitchen.track == "Origami"
    house.agrees(kitchen)


@pytest.mark.parametrize("habit", ["early", "late", "after"])
def test_nearly_finished_comes_when_it_likes(house, request, habit):
    """Right after the start, near the end or after the end: track follows track."""
    echo = house.echo(f"den-{request.node.name}", nearly_finished=habit)
    echo.say("play the album night ferry")
    echo.play_to_end()
    assert echo.track == NIGHT_FERRY[1]
    house.agrees(echo)

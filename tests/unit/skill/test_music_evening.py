"""An evening with the strict double of Alexa's music service: it drives the whole skill and raises on a broken rule."""

import pytest

from music_assistant_alexa.entity_ids import entity_id
from simulator.memory_house import StillClock
from simulator.music_service import MusicService
from simulator.silent_ear import SilentEar


class EveningClock(StillClock):
    """One clock for the room and for the skill."""

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return EveningClock()


@pytest.fixture
def rooms(music):
    catalogue = {
        "ALBUM": {"Night Ferry": entity_id("library://album/1"), "Salt and Wire": entity_id("library://album/2")},
        "ARTIST": {"Blue Harbor": entity_id("library://artist/1")},
        "TRACK": {"Summit": entity_id("library://track/9"), "Rude": entity_id("library://track/13")},
        "PLAYLIST": {"Party Hits": entity_id("library://playlist/3")},
        "STATION": {"Summertime": entity_id("library://radio/5")},
    }
    return lambda: MusicService(music.app.answer, ear=SilentEar(), clock=music.clock, entities=catalogue)


@pytest.fixture
def room(rooms):
    return rooms()


UTTERANCES = {
    "play music on music assistant": "ma:library",
    "play blue harbor on music assistant": "library://artist/1",
    "play summit by blue harbor on music assistant": "library://track/9",
    "play the album night ferry by blue harbor on music assistant": "library://album/1",
    "play the playlist party hits on music assistant": "library://playlist/3",
    "play rock music on music assistant": "ma:genre/rock",
    "play the summertime station on music assistant": "library://radio/5",
    "wake me up to rock music at seven thirty": "ma:genre/rock",
}


@pytest.mark.parametrize(("said", "content_id"), UTTERANCES.items())
def test_amazons_own_examples(music, room, said, content_id):
    """Each of the reference's eight sentences plays what it names, or sets an alarm for it, within every rule."""
    if said.startswith("wake"):
        alarm = room.set_alarm(said)
        assert (alarm.content_id, music.queues.calls) == (content_id, [])
        return
    room.say(said)
    assert music.queues.calls[0].args["order"].content.uri == content_id
    assert room.item is not None


def test_an_album_by_name_to_its_end(music, room):
    """Three tracks, each asked for while the one before it plays; then silence. Home hears of every start and end."""
    room.say("play the album night ferry on music assistant")
    for _ in range(3):
        room.play_to_end()
    assert room.item is None
    assert [event.activity for event in music.queues.reports] == ["started", "finished"] * 3
    assert room.judge_all() == []


def test_commands_in_a_room(music, room):
    """Next, previous, a jump on the screen, thumbs and modes: all within the rules, and home has done them."""
    room.say("play the album night ferry on music assistant")
    for said in ("next", "previous", "thumbs up", "shuffle on", "repeat on", "next", "thumbs down", "loop on"):
        room.say(said)
        room.listen(2)
    assert {"following", "previous", "favourite", "shuffle", "loop", "repeat_one"} <= set(music.queues.names)
    assert room.judge_all() == []


@pytest.mark.parametrize("again", ["on", "off"])
def test_a_song_again_in_a_loop(music, room, again):
    """A loop goes on when a song of it is no longer repeated, and "next" behind the last song leads to the first."""
    for said in ("play the album night ferry on music assistant", "loop on", "repeat on", f"repeat {again}"):
        room.say(said)
    for _ in range(8):
        room.say("next")
    assert room.device.playing
    assert room.room.modes.loop
    assert room.judge_all() == []


def test_two_rooms(music, rooms):
    """Two Echos play the same album at once, each its own queue; one that is over does not end the other."""
    kitchen, bath = rooms(), rooms()
    for room in (kitchen, bath):
        room.say("play the album night ferry on music assistant")
    assert {queue.seat for queue in music.store._seats.values()} == {1, 2}
    kitchen.say("stop")
    bath.say("next")
    assert bath.item.title == "1 2"


def test_what_replaces_what(music, room):
    """Something else in the same room has the same player."""
    room.say("play the album night ferry on music assistant")
    room.say("play the album salt and wire on music assistant")
    (queue,) = music.store._seats.values()
    assert (queue.seat, queue.content) == (1, "library://album/2")


def test_an_alarm_a_year_later(music, room):
    """What Alexa kept plays after 364 days, in another sandbox, with all that was known of it."""
    alarm = room.set_alarm("wake me up to night ferry at seven")
    music.clock.advance(364 * 24 * 3600)
    music.app._dialects[0]._services.contents._remembered.clear()
    room.play(alarm.content_id, loop=True)
    order = music.queues.calls[0].args["order"]
    assert (order.content.name, order.loop) == ("Night Ferry", True)


def test_explicit_words(music, room):
    """With the filter on, Alexa says so and nothing plays."""
    room.room.explicit_allowed = False
    step = room.say("play the song rude on music assistant")
    assert step.error == "CONTENT_FILTERED"
    assert room.item is None

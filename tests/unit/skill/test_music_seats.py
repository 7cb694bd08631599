"""Which room loses its player to a fifth one, and which keeps it whatever fails."""

import pytest

from music_assistant_alexa.errors import HomeUnreachableError, PlaybackStoreError
from music_assistant_alexa.music_queue import PLAYERS

GONE = "library://album/4711"
RADIO = "library://radio/5"
INITIATE = "Alexa.Media.Playback.Initiate"
NEXT = "Audio.PlayQueue.GetNextItem"
ENDS = ["ItemPlaybackStopped", "ItemPlaybackFinished", "ItemPlaybackFailed"]


@pytest.fixture
def rooms(music):
    """Begin a queue in each of the four rooms, a minute apart, and let it be heard."""
    return [playing(music) for _ in range(PLAYERS)]


def playing(music, content_id="library://album/1"):
    music.clock.now += 60
    method = music.initiate(content_id)
    music.event("ItemPlaybackStarted", music.reference(method))
    return method


def left(music, methods):
    """Return which queues still have a player, by their place in the list."""
    return [place for place, method in enumerate(methods) if method["id"] in music.store._seats]


@pytest.mark.parametrize("end", ENDS)
def test_a_radio_plays_on_while_silent_rooms_give_way(music, end):
    """A radio is Started once and plays all day; rooms that fell silent since then are given away before it."""
    radio = playing(music, RADIO)
    others = [playing(music) for _ in range(PLAYERS - 1)]
    for method in others:
        music.clock.now += 3600
        music.event("ItemPlaybackStarted", music.reference(method))
        music.event(end, music.reference(method))
    for _ in others:
        music.initiate()
    assert left(music, [radio, *others]) == [0]
    assert music.queue(NEXT, music.reference(radio))["header"]["name"] != "ErrorResponse"


def test_who_goes_on_is_no_longer_silent(music, rooms):
    """Paused and resumed, a room counts as playing again."""
    for name in ("ItemPlaybackStopped", "ItemPlaybackStarted"):
        music.event(name, music.reference(rooms[1]))
    music.event("ItemPlaybackStopped", music.reference(rooms[2]))
    music.initiate()
    assert left(music, rooms) == [0, 1, 3]


def test_an_item_that_ended_before_the_next_is_no_silence(music, rooms):
    """Finished of an item is told late, after Started of the next: the room still plays."""
    music.clock.now += 200
    for name, entry_id in (("Started", "2"), ("Finished", "1")):
        music.event(f"ItemPlayback{name}", music.reference(rooms[0], entry_id))
    music.initiate()
    assert left(music, rooms) == [0, 2, 3]


def test_what_changes_nothing_writes_nothing(music, rooms):
    """A report costs its read; a write more only where a room falls silent or begins again."""
    music.event("ItemPlaybackStarted", music.reference(rooms[0]))
    counted = []
    for name in ("ItemPlaybackStarted", "ItemPlaybackStopped", "ItemPlaybackStopped", "ItemPlaybackStarted"):
        before = music.store.reads, music.store.writes
        music.event(name, music.reference(rooms[0]))
        counted.append((music.store.reads - before[0], music.store.writes - before[1]))
    assert counted == [(2, 0), (1, 1), (1, 0), (2, 1)]  # Started reads the content, too


@pytest.mark.parametrize("cause", ["missing", "away"])
@pytest.mark.parametrize("current", [None, "its own", "one that is no more"])
def test_a_queue_that_does_not_begin_takes_no_player(music, rooms, cause, current):
    """Whatever the failed Initiate wanted to replace, every room that played plays on, and nothing else is seated."""
    dead = {"id": "1", "queueId": "00000000-0000-0000-0000-000000000000", "contentId": "library://album/1"}
    reference = {None: None, "its own": music.reference(rooms[2]), "one that is no more": dead}[current]
    music.queues.missing = {GONE} if cause == "missing" else set()
    music.queues.failure = HomeUnreachableError("no route") if cause == "away" else None
    wrapped = {"namespace": "Alexa.Audio.PlayQueue", "name": "item", "value": reference} if reference else None
    for _ in range(2):
        music.error(music.ask(INITIATE, contentId=GONE, currentItemReference=wrapped))
    music.queues.failure = None
    assert set(music.store._seats) == {method["id"] for method in rooms}
    for method in rooms:
        assert music.queue(NEXT, music.reference(method))["payload"]["item"]["id"] == "2"


def test_a_player_nobody_had_is_free_again(music):
    """With places left, a queue that does not begin leaves its player to the next one."""
    music.queues.missing = {GONE}
    music.error(music.ask(INITIATE, contentId=GONE))
    assert music.store._seats == {}


def test_the_same_directive_again_keeps_what_began(music, rooms):
    """A second try that fails does not take away what the first one began."""
    begun = music.ask(INITIATE, message_id="twice", contentId="library://album/1")["payload"]["playbackMethod"]
    music.queues.failure = HomeUnreachableError("no route")
    music.error(music.ask(INITIATE, message_id="twice", contentId="library://album/1"))
    music.queues.failure = None
    assert music.queue(NEXT, music.reference(begun))["payload"]["item"]["id"] == "2"


def test_a_table_that_is_away_hides_no_cause(music, rooms, monkeypatch):
    """A player that cannot be given back is logged; Alexa is told what went wrong at first."""
    music.queues.missing = {GONE}
    monkeypatch.setattr(music.store, "give_back", lambda *_: (_ for _ in ()).throw(PlaybackStoreError("throttled")))
    assert music.error(music.ask(INITIATE, contentId=GONE)) == ("Alexa.Media", "1.0", "CONTENT_NOT_FOUND")

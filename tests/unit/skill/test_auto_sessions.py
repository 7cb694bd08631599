"""A vehicle's media session: what Alexa is told, and that nobody undoes another's change."""

import itertools
from dataclasses import replace

import pytest

from music_assistant_alexa.auto.sessions import TRIES, Sessions
from music_assistant_alexa.media_session import MediaSession, Vehicle, closed, confirmed, opened, silenced, sounding
from music_assistant_alexa.models import Device
from simulator.memory_auto_sessions import MemoryAutoSessions

CAR = Device("vehicle#car")
PLAYING = Vehicle(MediaSession("FM_RADIO", "one", playing=True))
PAUSED = Vehicle(MediaSession("FM_RADIO", "one"))
CLOSED = Vehicle(MediaSession("FM_RADIO"))


def told(change):
    return [(event.name.value, event.source, event.session_id) for event in change[1]]


def test_the_first_session_is_opened():
    """Started after SessionStarted, under the id that was given."""
    change = opened(Vehicle(), "DEFAULT", "one", playing=True)
    assert told(change) == [("PlaybackSessionStarted", "DEFAULT", "one"), ("PlaybackStarted", "DEFAULT", "one")]
    assert change[0].session == MediaSession("DEFAULT", "one", playing=True)


def test_another_session_closes_the_one_before():
    """What was opened is closed first, and stopped if it played."""
    names = [event[:2] for event in told(opened(PLAYING, "DEFAULT", "two", playing=False))]
    assert names == [
        ("PlaybackStopped", "FM_RADIO"),
        ("PlaybackSessionEnded", "FM_RADIO"),
        ("PlaybackSessionStarted", "DEFAULT"),
    ]
    assert told(opened(PAUSED, "FM_RADIO", "two", playing=False))[0] == ("PlaybackSessionEnded", "FM_RADIO", "one")


def test_the_same_session_again_is_not_closed():
    """A Play that is sent twice opens its session twice, and ends none."""
    names = [event[0] for event in told(opened(PLAYING, "FM_RADIO", "one", playing=True))]
    assert names == ["PlaybackSessionStarted", "PlaybackStarted"]


def test_presets_belong_to_the_session():
    """They outlive a silence and a resume, and are forgotten with the session or for another source."""
    vehicle = opened(PLAYING, "DEFAULT", "two", playing=True, presets="FM_RADIO")[0]
    again = opened(silenced(vehicle)[0], "DEFAULT", "three", playing=True)[0]
    assert again.session == MediaSession("DEFAULT", "three", playing=True, presets="FM_RADIO")
    for other in (closed(again)[0], opened(again, "DAB", "four", playing=True)[0]):
        assert other.session.presets == ""


@pytest.mark.parametrize(
    ("vehicle", "names"),
    [
        (PLAYING, []),
        (PAUSED, ["PlaybackStarted"]),
        (CLOSED, ["PlaybackSessionStarted", "PlaybackStarted"]),
    ],
)
def test_music_plays_in_the_open_session(vehicle, names):
    """Only what changes is told; without a session one is opened."""
    change = sounding(vehicle, "FM_RADIO", "new")
    assert [event[0] for event in told(change)] == names
    assert change[0].session.session_id == ("new" if vehicle is CLOSED else "one")


def test_silence_and_the_end():
    """Silence keeps the session, the end forgets its id and keeps its source."""
    assert told(silenced(PLAYING)) == [("PlaybackStopped", "FM_RADIO", "one")]
    assert silenced(PLAYING)[0] == PAUSED
    assert silenced(PAUSED) == (PAUSED, ())
    assert [event[0] for event in told(closed(PLAYING))] == ["PlaybackStopped", "PlaybackSessionEnded"]
    assert closed(PLAYING)[0] == closed(PAUSED)[0] == replace(CLOSED, ended="one")
    assert closed(CLOSED) == (CLOSED, ())


def known(source, session_id):
    """Return a vehicle with a session that Alexa is known to have."""
    return confirmed(opened(Vehicle(), source, session_id, playing=True)[0])


def test_a_known_session_is_closed_again_until_the_new_one_is_known():
    """By who opens, goes on or closes; the ones between that may never have arrived are closed once."""
    doubting = opened(known("FM_RADIO", "one"), "DEFAULT", "two", playing=True)[0]
    ends = [("PlaybackStopped", "FM_RADIO", "one"), ("PlaybackSessionEnded", "FM_RADIO", "one")]
    begins = [("PlaybackSessionStarted", "DEFAULT", "two"), ("PlaybackStarted", "DEFAULT", "two")]
    assert told(sounding(doubting, "DEFAULT", "new")) == [*ends, *begins]
    assert told(opened(doubting, "DEFAULT", "two", playing=True)) == [*ends, *begins]
    between = [("PlaybackStopped", "DEFAULT", "two"), ("PlaybackSessionEnded", "DEFAULT", "two")]
    assert told(closed(doubting)) == [*ends, *between]
    third = opened(doubting, "DAB", "three", playing=True)
    assert told(third)[:4] == [*ends, *between]
    assert told(closed(third[0]))[:2] == ends
    for change in (closed(doubting), closed(third[0])):
        assert told(closed(opened(change[0], "DAB", "four", playing=True)[0]))[0][2] == "four"


def test_a_session_that_is_known_ends_the_doubt():
    """The one before is closed no more; where none is open, there is nothing to know."""
    doubting = opened(known("FM_RADIO", "one"), "DEFAULT", "two", playing=True)[0]
    assert told(closed(confirmed(doubting)))[0] == ("PlaybackStopped", "DEFAULT", "two")
    assert confirmed(CLOSED) == CLOSED


def test_a_session_that_is_sent_again_is_as_known_as_it_was():
    """A Play told twice may have arrived the first time, or never."""
    once = opened(Vehicle(), "DEFAULT", "one", playing=True)[0]
    assert not opened(once, "DEFAULT", "one", playing=True)[0].session.known
    assert opened(confirmed(once), "DEFAULT", "one", playing=True)[0].session.known


def test_the_session_that_was_closed_last_is_remembered():
    """By whatever closed it, until it is opened again."""
    assert closed(PLAYING)[0].ended == "one"
    after = opened(PLAYING, "DEFAULT", "two", playing=True)[0]
    assert after.ended == "one"
    assert opened(closed(after)[0], "DEFAULT", "two", playing=True)[0].ended == ""


STEPS = (
    lambda vehicle, new: opened(vehicle, "DEFAULT", new, playing=True),
    lambda vehicle, new: opened(vehicle, "DAB", new, playing=False),
    lambda vehicle, new: sounding(vehicle, "DEFAULT", new),
    lambda vehicle, _new: silenced(vehicle),
    lambda vehicle, _new: closed(vehicle),
)


@pytest.mark.parametrize("steps", list(itertools.product(range(len(STEPS)), repeat=4)))
def test_whatever_happens_what_is_opened_is_closed(steps):
    """In any order of four steps: one session at a time, stopped if it played, before another begins."""
    vehicle, open_id, playing = Vehicle(), "", False
    for number, step in enumerate(steps):
        vehicle, events = STEPS[step](vehicle, f"id-{number}")
        for event in events:
            match event.name.value:
                case "PlaybackSessionStarted":
                    assert not open_id
                    open_id = event.session_id
                case "PlaybackStarted":
                    assert not playing
                    playing = True
                case "PlaybackStopped":
                    assert playing
                    playing = False
                case "PlaybackSessionEnded":
                    assert not playing
                    assert open_id == event.session_id
                    open_id = ""
            assert event.session_id
        assert (vehicle.session.session_id, vehicle.session.playing) == (open_id, playing)


class Contended(MemoryAutoSessions):
    """Somebody else writes just before, so many times."""

    def __init__(self, now, times):
        super().__init__(now)
        self.times = times

    def save(self, device_id, vehicle):
        if self.times:
            self.times -= 1
            super().save(device_id, opened(self.load(device_id), "DAB", f"other-{self.times}", playing=True)[0])
        return super().save(device_id, vehicle)


def test_a_change_is_made_anew_on_what_another_has_written(clock):
    """The other's session is closed by the one who writes after it: each event is told once."""
    store = Contended(clock, 2)
    events = Sessions(store).change(CAR, lambda vehicle: opened(vehicle, "DEFAULT", "mine", playing=False))
    assert [(event.name.value, event.session_id) for event in events] == [
        ("PlaybackStopped", "other-0"),
        ("PlaybackSessionEnded", "other-0"),
        ("PlaybackSessionStarted", "mine"),
    ]


def test_a_change_that_changes_nothing_is_not_written(clock):
    """Music that goes on costs no write."""
    store = MemoryAutoSessions(clock)
    sessions = Sessions(store)
    sessions.change(CAR, lambda vehicle: opened(vehicle, "DEFAULT", "one", playing=True))
    assert sessions.change(CAR, lambda vehicle: sounding(vehicle, "DEFAULT", "two")) == ()
    assert store.writes == 1


@pytest.mark.parametrize("broken", ["away", "contended"])
def test_music_does_not_stop_because_a_session_was_not_stored(clock, logs, broken):
    """Who opens one tells what a first one tells, who goes on in one opens none, and the log says why."""
    store = Contended(clock, TRIES)
    store.away = broken == "away"
    sessions = Sessions(store)
    events = sessions.change(CAR, lambda vehicle: opened(vehicle, "DEFAULT", "mine", playing=True), opens=True)
    assert [event.session_id for event in events] == ["mine", "mine"]
    store.times = TRIES
    assert sessions.change(CAR, lambda vehicle: sounding(vehicle, "DEFAULT", "new")) == ()
    assert "media session not stored" in logs.text
    assert "vehicle#car" not in logs.text

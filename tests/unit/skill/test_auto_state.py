"""GetState: whole, true, and from the table alone."""

import pytest

from music_assistant_alexa.auto.handlers import state as state_handler
from music_assistant_alexa.auto.words import SELECTORS, Source, media_type, operations
from music_assistant_alexa.models import MediaType
from simulator.rules.auto_given import PLAYBACK_KEYS, SESSION_KEYS
from simulator.scripted_home import TRACK_MS, queue_item

SEEKS = {"SEEK", "ADJUST_SEEK", "FAST_FORWARD", "REWIND", "START_OVER", "NEXT", "PREVIOUS"}


@pytest.mark.parametrize("source", Source)
def test_every_source_of_an_unknown_vehicle_is_idle(car, source):
    """Never seen, or never offered: all 34 keys, names in every name, and `launched` only for what is offered."""
    state = car.state(source)
    assert state.keys() == PLAYBACK_KEYS.keys() | SESSION_KEYS.keys()
    assert (state["state"], state["trackOffset"], state["duration"]) == ("IDLE", 0, 0)
    assert state["launched"] is (source in car.sources)
    assert state["trackName"] == state["playbackSource"] == state["mediaProvider"] == "Music Assistant"
    assert state["supportedOperations"] == ["PLAY", "PAUSE", "STOP"]
    assert state["supportedContentSelectors"] == [*SELECTORS.get(source, ())]


def test_selectors_by_source():
    """The table of the interface's page: FM and AM, satellite radio, DAB, DEFAULT; the others take none."""
    assert {str(source): set(map(str, selectors)) for source, selectors in SELECTORS.items()} == {
        "FM_RADIO": {"FREQUENCY", "PRESET"},
        "AM_RADIO": {"FREQUENCY", "PRESET"},
        "SIRIUS_XM": {"CHANNEL", "PRESET"},
        "DAB": {"CHANNEL"},
        "DEFAULT": {"PRESET"},
    }


def test_what_plays_is_named(car):
    """Title, artist, album, pictures of four sizes, and how long it is."""
    car.play("DEFAULT", "PRESET", "1")
    state = car.state()
    assert (state["state"], state["trackName"], state["artistName"]) == ("PLAYING", "1 1", "Blue Harbor")
    assert (state["albumName"], state["duration"], state["mediaType"]) == ("Night Ferry", TRACK_MS, "TRACK")
    pictures = [state[f"{size}URL"] for size in ("tiny", "small", "medium", "large")]
    assert all(url.startswith("https://home.example.com/art/") for url in pictures)
    assert len(set(pictures)) == 4


def test_the_offset_is_where_the_music_is_by_now(car, skill):
    """What was reported last and the time since; nothing is added while it is silent, or beyond the end."""
    car.play("DEFAULT", "PRESET", "1")
    skill.clock.now += 42
    assert car.state()["trackOffset"] == 42_000
    car.control("PAUSE")
    skill.clock.now += 100
    assert car.state()["trackOffset"] == pytest.approx(42_000, abs=1_000)
    car.control("RESUME")
    skill.clock.now += 170
    assert car.state()["trackOffset"] == TRACK_MS


def test_a_car_that_was_turned_off_does_not_play_for_ever(car, skill):
    """A minute after its end a track that nobody reported on is over."""
    car.play("DEFAULT", "PRESET", "1")
    skill.clock.now += TRACK_MS // 1_000 + 59
    assert car.state()["state"] == "PLAYING"
    skill.clock.now += 2
    assert car.state()["state"] == "STOPPED"


def test_only_the_source_that_plays_says_so(car):
    """One player, one source at a time: the others are idle."""
    car.play("FM_RADIO", "FREQUENCY", "98.7")
    assert car.state("FM_RADIO")["state"] == "PLAYING"
    assert car.state("DEFAULT")["state"] == car.state("DAB")["state"] == "IDLE"
    car.control("STOP")
    assert car.state("FM_RADIO")["state"] == "STOPPED"


def test_a_station_has_no_seek_and_no_end(car, skill):
    """A radio offers play, pause, stop and the favourites."""
    skill.home.contents["library://radio/1"] = [
        queue_item("library://radio/1", "Harbour", duration_ms=None, media_type=MediaType.RADIO)
    ]
    car.play("DEFAULT", "PRESET", "1")
    skill.clock.now += 3_600
    state = car.state()
    assert not SEEKS & set(state["supportedOperations"])
    assert (state["state"], state["mediaType"]) == ("PLAYING", "STATION")
    assert (state["trackOffset"], state["duration"]) == (0, 0)


@pytest.mark.parametrize("kind", [*MediaType, None])
def test_operations_and_kinds_are_words_of_the_sdk(kind):
    """Of the 17 operations and 6 kinds; RESUME is none of a local media source's."""
    every = set(operations(MediaType.TRACK))
    assert len(every) == 17
    assert set(operations(kind)) <= every
    assert "RESUME" not in every
    assert media_type(kind) in {"TRACK", "PODCAST", "STATION", "OTHER"}


def test_a_state_asks_nobody_but_the_table(car, skill, monkeypatch):
    """No call home, no write, and no secret: the Engine waits for 500 ms."""
    car.play("DEFAULT", "PRESET", "1")
    skill.home.calls.clear()
    writes = skill.auto_sessions.writes, len(skill.store.writes)
    services = skill.app._dialects[-1]._services
    monkeypatch.setattr(services.playback._urls, "_key", lambda: pytest.fail("the secret was asked for"))
    assert car.state()["state"] == "PLAYING"
    assert skill.home.calls == []
    assert writes == (skill.auto_sessions.writes, len(skill.store.writes))


def test_a_state_has_less_time_than_the_engine_waits():
    """What the table takes and the way to the car fit into 500 ms."""
    assert state_handler.ANSWER_S < 0.5


def test_the_reply_names_what_it_replies_to(car):
    """A Reply of the same action, with the id of the message."""
    car.state()
    exchange = car.trace[-1]
    header = exchange.answer["messages"][0]["header"]
    assert header["messageType"] == "Reply"
    assert header["messageDescription"]["action"] == "GetState"
    assert header["messageDescription"]["replyToId"] == exchange.event["message"]["header"]["id"]

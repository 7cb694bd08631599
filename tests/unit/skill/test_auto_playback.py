"""What a vehicle plays: every message's meaning in Music Assistant, seen from a strict head unit."""

import uuid

import pytest

from music_assistant_alexa.errors import HomePart, HomeUnreachableError, MediaNotFoundError
from music_assistant_alexa.models import Activity, MediaItem, MediaType, RepeatMode, Wanted
from simulator.head_unit import CallLost
from simulator.scripted_home import TRACK_MS, queue_item
from simulator.stand_in.music import plain

DEVICE = "vehicle#car"
OPENED = ["PlaybackSessionStarted", "PlaybackStarted"]
BROKEN = "MEDIA_ERROR_SERVICE_UNAVAILABLE"


def title(car):
    return car.now_playing["title"]


def row(skill):
    return skill.store.load(DEVICE).running


def names(step):
    return [event.partition(" ")[0] for event in step.events]


# What is asked for


@pytest.mark.parametrize(
    ("source", "selector", "payload", "uri"),
    [
        ("FM_RADIO", "FREQUENCY", "98.7 HD 1", "library://radio/1"),
        ("AM_RADIO", "FREQUENCY", "98.7", "library://radio/2"),
        ("SIRIUS_XM", "CHANNEL", "22", "library://radio/3"),
        ("DAB", "CHANNEL", "Harbour 98.7", "library://radio/1"),
        ("DEFAULT", "PRESET", "2", "library://radio/2"),
        ("FM_RADIO", "PRESET", "3", "library://radio/3"),
    ],
)
def test_play_plays_what_is_tuned_to(car, skill, source, selector, payload, uri):
    """Two round trips: one finds it, one plays it; the session is Play's own."""
    step = car.play(source, selector, payload)
    assert skill.home.calls[1].args["media"] == [uri]
    assert len(skill.home.names) == 3, "to find, to play, and Started"
    assert step.events == [f"{name} {source}" for name in OPENED]
    assert car.session_id == step.exchanges[0].event["message"]["payload"]["sessionId"]
    assert car.device.playing


@pytest.mark.parametrize(
    ("frequency", "name"),
    [
        ("98.7 FM HD 1", "Harbour 98.7"),
        ("98.70", "Harbour 98.7"),
        ("107.0", "Antenne 107 FM"),
        ("107", "Antenne 107 FM"),
    ],
)
def test_a_drive_by_frequency(car, skill, monkeypatch, frequency, name):
    """The station is found by a home that finds what its own search holds, plays, and is named on the screen."""
    stations = dict(enumerate(("Lighthouse FM", "Harbour 98.7", "Antenne 107 FM"), 11))
    for number, each in stations.items():
        uri = f"library://radio/{number}"
        skill.home.contents[uri] = [queue_item(uri, each, duration_ms=None, media_type=MediaType.RADIO)]
    shelf = [MediaItem(f"library://radio/{number}", each, MediaType.RADIO) for number, each in stations.items()]
    monkeypatch.setattr(
        skill.home, "search", lambda text, *_: [item for item in shelf if plain(text) in plain(item.name)]
    )
    assert names(car.play("FM_RADIO", "FREQUENCY", frequency)) == OPENED
    state = car.state("FM_RADIO")
    assert (state["state"], state["trackName"], state["mediaType"]) == ("PLAYING", name, "STATION")
    assert names(car.control("STOP")) == ["PlaybackStopped", "PlaybackSessionEnded"]
    assert car.judge_all() == []


def test_an_old_play_without_a_session_gets_one(car):
    """SDK 3.0 to 3.2 has no sessionId: ours is a UUID."""
    car.version = "3.2"
    assert names(car.play("DEFAULT", "PRESET", "1")) == OPENED
    assert uuid.UUID(car.session_id).version == 4


def test_presets_of_default_are_those_of_what_plays(settings, tuned, skill):
    """While FM plays, "preset 1" of DEFAULT is FM's first preset."""
    stations = skill.app._dialects[-1]._services.stations
    stations._presets = {"FM_RADIO": ("library://radio/7",), "DEFAULT": ("library://radio/8",)}
    tuned.play("DEFAULT", "PRESET", "1")
    assert skill.home.calls[0].args["media"] == ["library://radio/7"]
    tuned.control("STOP")
    skill.home.calls.clear()
    tuned.play("DEFAULT", "PRESET", "1")
    assert skill.home.calls[0].args["media"] == ["library://radio/8"]


def test_presets_of_default_go_on_to_be_those_of_what_plays(tuned, skill):
    """Preset after preset of FM, a pause between them, until something else is chosen."""
    stations = skill.app._dialects[-1]._services.stations
    stations._presets = {"FM_RADIO": ("fm://1", "fm://2", "fm://3"), "DAB": ("dab://1",), "DEFAULT": ("any://1",)}
    for number in "123":
        tuned.play("DEFAULT", "PRESET", number)
    tuned.control("PAUSE")
    tuned.control("RESUME")
    tuned.play("DEFAULT", "PRESET", "2")
    tuned.play("DAB", "CHANNEL", "Harbour 98.7")
    tuned.play("DEFAULT", "PRESET", "1")
    played = [call.args["media"][0] for call in skill.home.calls if call.name == "play"]
    assert played == ["fm://1", "fm://2", "fm://3", "fm://2", "library://radio/1", "dab://1"]


def test_resume_with_nothing_stored_plays_preset_1(car, skill):
    """Asked to play in a new car, it plays: that is music, not an error."""
    assert names(car.control("RESUME")) == OPENED
    assert skill.home.calls[1].args["media"] == ["library://radio/1"]


def test_resume_goes_on_where_it_was_in_a_session_of_its_own(driving):
    """A pause keeps the session; what goes on after it is a new one, and the old one is closed."""
    before = driving.session_id
    assert names(driving.control("PAUSE")) == ["PlaybackStopped"]
    assert driving.session_id == before
    assert not driving.device.playing
    assert names(driving.control("RESUME")) == ["PlaybackSessionEnded", *OPENED]
    assert driving.session_id not in {"", before}
    assert 9_000 <= driving.now_playing["position_ms"] <= 11_000


def test_stop_closes_the_session(driving, skill):
    """Stopped, then ended; nothing is open any more, and resume still finds the place."""
    assert names(driving.control("STOP")) == ["PlaybackStopped", "PlaybackSessionEnded"]
    assert (driving.session_id, driving.device.playing) == ("", False)
    assert row(skill).stopped_by_user
    driving.control("RESUME")
    assert 9_000 <= driving.now_playing["position_ms"] <= 11_000


def test_silence_of_another_source_stops_nothing(tuned, skill):
    """Pausing DAB while FM plays is told, and does nothing."""
    assert names(tuned.control("PAUSE", "DAB")) == ["PlaybackStopped"]
    assert row(skill).activity is Activity.STARTED
    assert skill.auto_sessions.load(DEVICE).session.playing


def test_next_and_previous(driving, skill):
    """The item after, and the item before, in the same session: one round trip each."""
    session_id = driving.session_id
    step = driving.control("NEXT")
    assert (title(driving), names(step)) == ("1 2", [])
    assert skill.home.names == ["next", "report"], "the second is Started"
    driving.control("PREVIOUS")
    assert title(driving) == "1 1"
    assert driving.session_id == session_id


def test_next_while_paused_plays(driving):
    """Who asks for the next one wants to hear it: in the session that is open."""
    session_id = driving.session_id
    driving.control("PAUSE")
    assert names(driving.control("NEXT")) == ["PlaybackStarted"]
    assert driving.session_id == session_id


@pytest.mark.parametrize(
    ("act", "position_ms"),
    [
        (lambda car: car.control("START_OVER"), 0),
        (lambda car: car.control("FAST_FORWARD"), 25_000),
        (lambda car: car.control("REWIND"), 0),
        (lambda car: car.seek(61_000), 61_000),
        (lambda car: car.seek(-7), 0),
        (lambda car: car.seek(TRACK_MS + 1), TRACK_MS - 1_000),
        (lambda car: car.adjust_seek(30_500), 40_500),
        (lambda car: car.adjust_seek(-15_000), 0),
        (lambda car: car.adjust_seek(10**12), TRACK_MS - 1_000),
    ],
)
def test_seeking_stays_in_the_track(driving, act, position_ms):
    """Milliseconds; relative ones count from where the music is by now; never beyond either end."""
    step = act(driving)
    assert step.exchanges[0].answer["stream"]["position_ms"] == pytest.approx(position_ms, abs=1_000)
    assert driving.device.playing


@pytest.mark.parametrize("control", ["NEXT", "PREVIOUS", "START_OVER", "FAST_FORWARD", "ENABLE_SHUFFLE"])
def test_what_does_not_apply_to_a_station_is_refused(tuned, control):
    """A radio has no next, no start and no order; it plays on."""
    step = tuned.control(control)
    assert [error["code"] for error in step.errors] == [206]
    assert tuned.device.playing


@pytest.mark.parametrize(
    ("control", "call", "args"),
    [
        ("ENABLE_SHUFFLE", "shuffle", {"on": True}),
        ("DISABLE_SHUFFLE", "shuffle", {"on": False}),
        ("ENABLE_REPEAT", "repeat", {"mode": RepeatMode.ALL}),
        ("ENABLE_REPEAT_ONE", "repeat", {"mode": RepeatMode.ONE}),
        ("DISABLE_REPEAT", "repeat", {"mode": RepeatMode.OFF}),
        ("FAVORITE", "set_favourite", {"uri": "library://radio/1/1", "on": True}),
        ("UNFAVORITE", "set_favourite", {"uri": "library://radio/1/1", "on": False}),
    ],
)
def test_order_and_favourites(driving, skill, control, call, args):
    """One round trip, and the music goes on as it is."""
    heard = driving.device.current
    step = driving.control(control)
    assert not step.events
    assert [(each.name, {**each.args, **args}) for each in skill.home.calls] == [(call, skill.home.calls[0].args)]
    assert driving.device.current is heard


def test_what_was_set_is_in_the_state(driving):
    """The state says shuffle, repeat and favourite as they were last set; the screen the volume too."""
    for control in ("ENABLE_SHUFFLE", "ENABLE_REPEAT_ONE", "FAVORITE"):
        driving.control(control)
    state = driving.state()
    assert (state["shuffleEnabled"], state["repeatEnabled"], state["favorites"]) == (True, True, "FAVORITED")
    for control in ("DISABLE_SHUFFLE", "DISABLE_REPEAT", "UNFAVORITE"):
        driving.control(control)
    state = driving.state()
    assert (state["shuffleEnabled"], state["repeatEnabled"], state["favorites"]) == (False, False, "UNFAVORITED")
    driving.control("NEXT")
    assert driving.state()["favorites"] == "NOT_RATED"
    driving.change_volume(0.345)
    driving.mute(on=True)
    assert (driving.now_playing["volume"], driving.now_playing["muted"]) == (34, True)
    driving.mute(on=False)
    assert driving.now_playing["muted"] is False


# What the head unit did


def test_the_end_of_a_track_is_answered_with_the_next(driving, skill):
    """Track after track in one session; Music Assistant follows what is heard, and is idle at the end."""
    session_id = driving.session_id
    for expected in ("1 2", "1 3"):
        step = driving.play_to_end()
        assert (title(driving), driving.device.playing, names(step)) == (expected, True, [])
        assert skill.home.current_item == row(skill).item.queue_item_id
    assert names(driving.play_to_end()) == ["PlaybackStopped"]
    assert not driving.device.playing
    assert driving.session_id == session_id
    assert driving.state()["state"] == "STOPPED"


def test_the_end_told_twice_has_one_answer(driving, skill):
    """A report that comes again gets the same stream; once that plays, nothing."""
    token = driving.device.current.token
    event = {"name": "finished", "token": token, "offset_ms": TRACK_MS, "occurred_at": skill.clock.now}
    first, second = (skill.app.answer({"vehicleId": "car", "event": event}) for _ in range(2))
    assert first["stream"] == second["stream"]
    started = {"name": "started", "token": first["stream"]["token"], "offset_ms": 0}
    skill.app.answer({"vehicleId": "car", "event": started})
    assert skill.app.answer({"vehicleId": "car", "event": event})["stream"] is None


def losing(car, *lost):
    """Lose the next calls of a vehicle: each on its way there, or ("answer") on the way back."""
    invoke, left = car._invoke, [*lost]

    def lossy(event):
        if not left:
            return invoke(event)
        if left.pop(0) == "answer":
            invoke(event)
        raise CallLost

    car._invoke = lossy


@pytest.mark.parametrize(
    "end", [lambda car: car.play_to_end(), lambda car: car.device.break_off()], ids=["ends", "breaks"]
)
def test_a_lost_answer_is_made_good_at_the_end_of_what_plays(driving, end):
    """What plays goes on; what the answer had is played when it ends or breaks, and then what follows that."""
    losing(driving, "answer")
    driving.control("NEXT")
    assert (title(driving), driving.device.playing) == ("1 1", True)
    end(driving)
    assert (title(driving), driving.device.playing) == ("1 2", True)
    assert driving.state()["trackName"] == "1 2"
    driving.play_to_end()
    assert (title(driving), driving.device.playing) == ("1 3", True)
    assert driving.judge_all() == []


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_the_end_of_a_track_told_in_a_tunnel(driving, lost):
    """It is told again until it is answered, with the one stream that follows."""
    losing(driving, lost, lost, "answer")
    driving.play_to_end()
    assert (title(driving), driving.device.playing) == ("1 2", True)
    driving.play_to_end()
    assert (title(driving), driving.device.playing) == ("1 3", True)


def test_a_stream_that_plays_is_not_begun_anew(driving):
    """The end of a track and a person's "next" cross: both answers have the one stream."""
    over = driving.device.current.token
    driving.device._emit = lambda *_: None  # the Started is still on its way
    driving.control("NEXT")
    driving.listen(5)
    driving._report("finished", token=over, offset_ms=TRACK_MS)
    assert driving.trace[-1].answer["stream"]["token"] == driving.device.current.token
    assert driving.device.position_ms >= 5_000


def test_speech_stops_and_goes_on_in_the_session(driving, skill):
    """An announcement is a stop nobody asked for: the same session goes on after it."""
    session_id = driving.session_id
    assert names(driving.announce()) == ["PlaybackStopped", "PlaybackStarted"]
    assert driving.session_id == session_id
    assert [call.args["event"].event for call in skill.home.calls] == [Activity.STOPPED, Activity.STARTED]


def test_progress_keeps_the_place(driving, skill):
    """What the head unit says of its place is what the next command counts from."""
    driving.listen(40.7)
    driving.progress()
    assert row(skill).offset_ms == driving.device.position_ms
    step = driving.control("FAST_FORWARD")
    assert step.exchanges[0].answer["stream"]["position_ms"] == pytest.approx(66_000, abs=1_500)


def test_a_late_progress_does_not_end_a_silence(driving, skill):
    """A report of before the pause comes after it: the session stays silent."""
    token, before = driving.device.current.token, skill.clock.now
    driving.listen(5)
    driving.control("PAUSE")
    event = {"name": "progress", "token": token, "offset_ms": 11_000, "occurred_at": before}
    assert skill.app.answer({"vehicleId": "car", "event": event})["messages"] == []
    assert driving.state()["state"] == "STOPPED"


def test_an_event_from_the_future_happened_now(driving, skill):
    """A car's wrong clock must not make every later event look old."""
    token = driving.device.current.token
    event = {"name": "progress", "token": token, "offset_ms": 11_000, "occurred_at": skill.clock.now + 10**8}
    skill.app.answer({"vehicleId": "car", "event": event})
    assert row(skill).occurred_at <= skill.clock.now
    driving.control("PAUSE")
    assert driving.state()["state"] == "STOPPED"


@pytest.mark.parametrize("slow_s", [601, 86_400, 10**8])
def test_an_event_of_long_ago_happened_now(driving, skill, slow_s):
    """A clock that is that slow is wrong, and does not move the music."""
    event = {"name": "progress", "token": driving.device.current.token, "offset_ms": 11_000}
    skill.clock.now += 1
    skill.app.answer({"vehicleId": "car", "event": {**event, "occurred_at": skill.clock.now - slow_s}})
    assert row(skill).occurred_at == skill.clock.now
    assert driving.state()["trackOffset"] == 11_000


def test_a_head_unit_tells_no_time(driving):
    """Its clock can be wrong, and what it tells at once happened now."""
    told = [exchange.event["event"] for exchange in driving.trace if "event" in exchange.event]
    assert told
    assert not [event for event in told if "occurred_at" in event]


@pytest.mark.parametrize("occurred_at", ["2026-11-18T11:06:35Z", 1_794_999_995, 1_794_999_995.4])
def test_times_are_unix_seconds_or_iso_8601(driving, skill, occurred_at):
    """Head units that tell something late write when it was as they like."""
    token = driving.control("NEXT").exchanges[0].answer["stream"]["token"]
    event = {"name": "stopped", "token": token, "offset_ms": 1, "occurred_at": occurred_at}
    skill.app.answer({"vehicleId": "car", "event": event})
    assert skill.home.calls[-1].args["event"].occurred_at == 1_794_999_995


def test_a_broken_stream_is_tried_again_then_skipped(driving, skill):
    """PlaybackFailed's rule: the same place again, then the next item; the session goes on."""
    session_id = driving.session_id
    driving.device.break_off()
    assert (title(driving), driving.device.playing) == ("1 1", True)
    driving.device.break_off()
    assert (title(driving), driving.device.playing) == ("1 2", True)
    assert driving.session_id == session_id


def test_when_nothing_can_be_played_the_engine_is_told(driving, skill):
    """Silence, with the error that says why."""
    skill.home.queue = skill.home.queue[:1]
    driving.device.break_off()
    driving.device.break_off()
    last = driving.trace[-1].answer["messages"]
    assert [each["payload"].get("eventName", each["payload"].get("code")) for each in last] == ["PlaybackStopped", 302]
    assert not driving.device.playing


@pytest.mark.parametrize("part", HomePart)
def test_the_end_of_a_track_while_home_is_away(driving, skill, part):
    """Nothing can follow: the engine is told that it stopped, and why."""
    skill.home.failure = HomeUnreachableError("away", part)
    step = driving.play_to_end()
    assert names(step) == ["PlaybackStopped"]
    assert step.errors[0]["code"] // 10 == 31


def test_what_happened_while_home_is_away_is_no_error(driving, skill):
    """Started and stopped are true although home was not told."""
    skill.home.failure = HomeUnreachableError("away", HomePart.TUNNEL)
    step = driving.announce()
    assert (names(step), step.errors) == (["PlaybackStopped", "PlaybackStarted"], [])


@pytest.mark.parametrize("wanted", [Wanted.PAUSE, Wanted.STOP])
def test_music_assistants_own_screen_is_obeyed_at_the_next_report(driving, skill, wanted):
    """Paused there, the car falls silent when it next tells anything."""
    skill.home.wanted = wanted
    step = driving.progress()
    assert names(step) == ["PlaybackStopped"]
    assert not driving.device.playing


# The screen, and other sources


def test_chosen_on_the_screen(driving):
    """A session of its own, the one before closed, and the music goes on there."""
    before = driving.session_id
    step = driving.choose("DAB")
    assert step.events == [
        *("PlaybackStopped DEFAULT", "PlaybackSessionEnded DEFAULT"),
        *("PlaybackSessionStarted DAB", "PlaybackStarted DAB"),
    ]
    assert driving.session_id not in {"", before}
    assert driving.device.playing


def test_chosen_on_the_screen_before_anything_was_played(car, skill):
    """Someone is only looking: a session, no music, no error."""
    step = car.choose("DEFAULT")
    assert (names(step), step.errors) == (["PlaybackSessionStarted"], [])
    assert not car.device.playing


@pytest.mark.parametrize("source", ["DEFAULT", "DAB"])
def test_chosen_on_the_screen_while_home_is_away(driving, skill, source):
    """The error says why nothing is new; what plays goes on, and so does its session."""
    before = (skill.auto_sessions.load(DEVICE), row(skill), driving.device.current)
    skill.home.failure = HomeUnreachableError("away", HomePart.TUNNEL)
    step = driving.choose(source)
    assert (names(step), [error["code"] for error in step.errors]) == ([], [311])
    assert driving.device.playing
    assert (skill.auto_sessions.load(DEVICE), row(skill), driving.device.current) == before


def test_chosen_with_a_stream_that_plays_already(driving, skill):
    """The head unit goes on with it by itself, and says so."""
    event = {"name": "gui_started", "source": "DAB", "token": driving.device.current.token, "offset_ms": 11_000}
    step = driving.invoke({"vehicleId": "car", "event": event})
    assert names(step)[-2:] == OPENED
    assert step.exchanges[0].answer["stream"] is None


def test_stopped_on_the_screen(driving, skill):
    """A pause in all but name: the session stays open, and home is told where."""
    session_id = driving.session_id
    assert names(driving.press_stop()) == ["PlaybackStopped"]
    assert driving.session_id == session_id
    assert row(skill).stopped_by_user
    assert skill.home.calls[-1].args["event"].offset_ms == driving.device.position_ms


def test_another_source_took_the_loudspeakers(driving, skill):
    """The session is closed; of a source that has none, nothing is told."""
    assert names(driving.switch_away()) == ["PlaybackStopped", "PlaybackSessionEnded"]
    assert driving.session_id == ""
    assert row(skill).stopped_by_user
    assert names(driving.switch_away()) == []


def test_a_resume_while_it_plays_goes_on_in_a_new_session(driving):
    """Nothing is lost of what was heard."""
    assert names(driving.control("RESUME")) == ["PlaybackStopped", "PlaybackSessionEnded", *OPENED]
    assert driving.device.playing


def test_a_failed_search_keeps_everything(driving, skill):
    """What is not found changes neither the music nor the session."""
    heard, session_id = driving.device.current, driving.session_id
    assert driving.play("FM_RADIO", "FREQUENCY", "101.1").errors
    assert (driving.device.current, driving.session_id) == (heard, session_id)


# What the head unit has told the engine itself


def forwarded(car, name, session_id, source="DEFAULT"):
    payload = {"source": source, "eventName": name, "sessionId": session_id}
    return car.send("PlayerEvent", payload)


def test_our_own_events_come_back_without_effect(driving, skill):
    """A head unit that forwards everything it publishes forwards what we have told it, too."""
    before = skill.auto_sessions.load(DEVICE)
    for name in OPENED:
        assert forwarded(driving, name, driving.session_id).events == []
    assert skill.auto_sessions.load(DEVICE) == before
    for name in ("PlaybackStopped", "PlaybackSessionEnded"):
        assert forwarded(driving, name, "of-another").events == []
    assert skill.auto_sessions.load(DEVICE) == before
    assert skill.home.calls == []


def test_a_session_the_head_unit_has_opened_is_ours(car, skill):
    """It is kept, and not told again; Play closes it."""
    own = str(uuid.uuid4())
    assert forwarded(car, "PlaybackSessionStarted", own).events == []
    car.session_id, car.focus = own, "DEFAULT"
    assert names(car.play("DEFAULT", "PRESET", "1")) == ["PlaybackSessionEnded", *OPENED]


def test_stopped_and_started_by_the_head_unit(driving, skill):
    """Home is told, by the stream that was handed out last; the engine knows already."""
    assert forwarded(driving, "PlaybackStopped", driving.session_id).events == []
    assert row(skill).activity is Activity.STOPPED
    assert driving.state()["state"] == "STOPPED"
    skill.clock.now += 5
    assert forwarded(driving, "PlaybackStarted", driving.session_id).events == []
    assert driving.state()["state"] == "PLAYING"
    assert [call.args["event"].event for call in skill.home.calls] == [Activity.STOPPED, Activity.STARTED]


@pytest.mark.parametrize("session_id", ["its own", ""])
def test_ended_by_the_head_unit(driving, skill, session_id):
    """The session is forgotten; an SDK before 3.3 names none."""
    forwarded(driving, "PlaybackSessionEnded", driving.session_id if session_id else "")
    assert not skill.auto_sessions.load(DEVICE).session.session_id
    assert row(skill).activity is Activity.STOPPED


def test_an_error_of_the_head_unit_is_silence(driving, skill):
    """Its PlayerError is known to the engine: nothing is told, and nothing plays any more."""
    payload = {"source": "DEFAULT", "errorName": "INTERNAL_ERROR", "code": 500, "description": "x", "fatal": False}
    step = driving.send("PlayerError", {**payload, "sessionId": driving.session_id})
    assert step.exchanges[0].answer["messages"] == []
    assert driving.state()["state"] == "STOPPED"


def test_two_vehicles_of_one_household(driving, skill):
    """What one plays is nothing to the other: a player, a row and a session each."""
    state = {"source": "DEFAULT"}
    other = skill.app.answer({"vehicleId": "other", "message": driving._message("GetState", state)})
    assert other["now_playing"] is None
    assert skill.store.load("vehicle#other") is None


def test_an_item_that_is_gone(driving, skill):
    """An error of home's own is told by its code."""
    skill.home.failure = MediaNotFoundError()
    assert [error["code"] for error in driving.control("NEXT").errors] == [200]

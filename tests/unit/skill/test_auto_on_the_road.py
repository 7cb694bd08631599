"""What is lost on the road, told late, or never told since the car was switched off: the drive goes on all the same."""

import pytest

from music_assistant_alexa.errors import HomePart, HomeUnreachableError, PlaybackStoreError
from music_assistant_alexa.models import Activity
from simulator.head_unit import CallLost
from simulator.scripted_home import TRACK_MS, queue_item

DEVICE = "vehicle#car"
OPENED = ["PlaybackSessionStarted", "PlaybackStarted"]
NIGHT_S = 8 * 3600


def title(car):
    return car.now_playing["title"]


def row(skill):
    return skill.store.load(DEVICE).running


def names(step):
    return [event.partition(" ")[0] for event in step.events]


def position(step):
    return step.exchanges[0].answer["stream"]["position_ms"]


def told(skill, name, **event):
    return skill.app.answer({"vehicleId": "car", "event": {"name": name, **event}})


def losing(car, kind):
    """Lose the answer to everything a vehicle says of a kind: an event's name, or an action."""
    invoke = car._invoke

    def lossy(event):
        answer = invoke(event)
        if kind in {event.get("event", {}).get("name"), _action(event)}:
            raise CallLost
        return answer

    car._invoke = lossy
    return invoke


def missing(car, kind):
    """Lose what a vehicle tells of a kind before it arrives."""
    invoke = car._invoke

    def lossy(event):
        if event.get("event", {}).get("name") == kind:
            raise CallLost
        return invoke(event)

    car._invoke = lossy
    return invoke


def _action(event):
    return event.get("message", {}).get("header", {}).get("messageDescription", {}).get("action")


# The car is switched off, and tells nobody


def switch_off(car, skill, seconds):
    car.device.activity = "STOPPED"
    skill.clock.now += seconds


@pytest.mark.parametrize("on", [lambda car: car.control("RESUME"), lambda car: car.choose("DEFAULT")])
@pytest.mark.parametrize(
    ("off_s", "position_ms"), [(45, 75_000), (90, 30_000), (150, 30_000), (215, 30_000), (NIGHT_S, 30_000)]
)
def test_a_car_that_was_off_goes_on_where_it_last_was(driving, skill, on, off_s, position_ms):
    """Told at 30 s, off for a night: it goes on at 30 s, and not at the track's end."""
    driving.listen(20)
    driving.progress()
    switch_off(driving, skill, off_s)
    assert position(on(driving)) == position_ms


@pytest.mark.parametrize("control", ["PAUSE", "STOP"])
def test_silence_asked_of_a_car_that_was_off_keeps_the_place(driving, skill, control):
    """What is written is where it last was."""
    driving.listen(20)
    driving.progress()
    switch_off(driving, skill, NIGHT_S)
    driving.control(control)
    assert position(driving.control("RESUME")) == pytest.approx(30_000, abs=10)


@pytest.mark.parametrize("off_s", [90, NIGHT_S])
def test_a_seek_counts_from_where_a_car_that_was_off_last_was(driving, skill, off_s):
    """Fifteen seconds further than the last report."""
    driving.listen(20)
    driving.progress()
    switch_off(driving, skill, off_s)
    assert position(driving.control("FAST_FORWARD")) == 45_000


def test_a_head_unit_that_tells_no_progress_is_reckoned_with_to_the_tracks_end(driving, skill):
    """After 110 s of it a seek counts from there; beyond the end there is only what was told."""
    skill.clock.now += 100
    assert position(driving.control("FAST_FORWARD")) == pytest.approx(125_000, abs=1_000)
    switch_off(driving, skill, NIGHT_S)
    assert position(driving.control("RESUME")) == pytest.approx(125_000, abs=1_000)


def test_the_state_of_a_car_that_was_off(driving, skill):
    """It plays by the time since, for five minutes without a report at most; then the place is where it last was."""
    skill.home.contents["library://radio/1"] = [queue_item("library://radio/1", "Long", duration_ms=3_600_000)]
    driving.play("DEFAULT", "PRESET", "1")
    driving.listen(30)
    driving.progress()
    skill.clock.now += 299
    assert [driving.state()[key] for key in ("state", "trackOffset")] == ["PLAYING", 329_000]
    skill.clock.now += 1
    assert [driving.state()[key] for key in ("state", "trackOffset")] == ["STOPPED", 30_000]


def test_a_station_of_a_car_that_was_off_is_silent(tuned, skill):
    """Minutes after its last progress; in a head unit that tells none, nobody knows."""
    skill.clock.now += NIGHT_S
    assert tuned.state("FM_RADIO")["state"] == "PLAYING"
    tuned.progress()
    skill.clock.now += 299
    assert tuned.state("FM_RADIO")["state"] == "PLAYING"
    skill.clock.now += 1
    assert tuned.state("FM_RADIO")["state"] == "STOPPED"


def test_a_track_that_was_handed_out_and_never_begun_is_over_some_time(driving, skill):
    """A head unit that reports nothing at all does not play for ever."""
    skill.app.answer({"vehicleId": "car", "message": driving._message("Play", PLAY)})
    skill.clock.now += TRACK_MS // 1_000 + 59
    assert driving.state()["state"] == "PLAYING"
    skill.clock.now += 1
    assert driving.state()["state"] == "STOPPED"


PLAY = {"source": "DEFAULT", "contentSelectorType": "PRESET", "payload": "1"}


# The start of the next track is lost


@pytest.mark.parametrize(
    ("control", "name", "position_ms"),
    [("NEXT", "1 3", 0), ("PREVIOUS", "1 1", 0), ("FAST_FORWARD", "1 2", 15_000), ("RESUME", "1 2", 0)],
)
def test_a_lost_start_leaves_nothing_at_the_track_before(driving, control, name, position_ms):
    """What was given at the end of a track plays from then on: every command is about that."""
    invoke = missing(driving, "started")
    driving.play_to_end()
    driving._invoke = invoke
    driving.listen(20)
    state = driving.state()
    assert (state["state"], state["trackName"]) == ("PLAYING", "1 2")
    step = driving.control(control)
    assert (title(driving), position(step)) == (name, position_ms)


def test_a_favourite_after_a_lost_start_is_what_is_heard(driving, skill):
    """Not the track before."""
    invoke = missing(driving, "started")
    driving.play_to_end()
    driving._invoke = invoke
    driving.control("FAVORITE")
    assert skill.home.calls[-1].args["uri"] == "library://radio/1/2"


def test_what_follows_does_not_take_the_place_of_something_newer(driving, skill, monkeypatch):
    """Asked for while the end of the track was being answered: that plays, and what would have followed does not."""
    report = skill.home.report

    def meanwhile(player, event):
        if event.event is Activity.FINISHED:
            answer = skill.app.answer(
                {"vehicleId": "car", "message": driving._message("Play", {**PLAY, "payload": "2"})}
            )
            told(skill, "started", token=answer["stream"]["token"], offset_ms=0)
        return report(player, event)

    monkeypatch.setattr(skill.home, "report", meanwhile)
    answer = told(skill, "finished", token=driving.device.current.token, offset_ms=TRACK_MS)
    assert answer["stream"] is None
    assert row(skill).item.title == "2 1"


def test_a_track_follows_while_the_table_is_away(driving, skill):
    """Music does not stop because it could not be written."""
    skill.store.away = PlaybackStoreError("away")
    assert told(skill, "finished", token=driving.device.current.token, offset_ms=TRACK_MS)["stream"]


# Told late


@pytest.fixture
def asked_anew(driving, skill):
    """Return what a vehicle heard, and when: since then it was asked to play something else, and plays that."""
    place, when = driving._place(), skill.clock.now
    skill.clock.now += 40
    driving.play("DEFAULT", "PRESET", "2")
    driving.listen(5)
    return {"occurred_at": when, **place}


@pytest.mark.parametrize("name", ["gui_started", "gui_stopped", "switched_away", "stopped", "progress"])
@pytest.mark.parametrize("known", [("token", "offset_ms"), ("occurred_at",), ("token", "offset_ms", "occurred_at")])
@pytest.mark.parametrize("source", ["DEFAULT", "FM_RADIO"])
def test_what_was_done_before_something_else_was_asked_for_changes_nothing(
    driving, skill, asked_anew, name, known, source
):
    """By its stream or by its time: music, session and rows are as they were, and Alexa is told nothing."""
    before = (row(skill), skill.auto_sessions.load(DEVICE))
    skill.home.calls.clear()
    event = {"name": name, "source": source, **{key: asked_anew[key] for key in known}}
    step = driving.invoke({"vehicleId": "car", "event": event})
    assert step.exchanges[0].answer["messages"] == []
    assert (driving.device.playing, title(driving)) == (True, "2 1")
    assert (row(skill), skill.auto_sessions.load(DEVICE)) == before
    assert skill.home.calls == []


def test_a_source_that_was_chosen_before_the_music_was_stopped_does_not_play(driving, skill):
    """Told after the STOP: what was stopped since stays so."""
    when = skill.clock.now
    skill.clock.now += 40
    driving.control("STOP")
    step = driving.invoke(
        {"vehicleId": "car", "event": {"name": "gui_started", "source": "DEFAULT", "occurred_at": when}}
    )
    assert (step.events, driving.device.playing, driving.session_id) == ([], False, "")


@pytest.mark.parametrize("name", ["gui_stopped", "switched_away"])
def test_a_slow_clock_does_not_make_late_what_is_about_the_stream_that_plays(driving, skill, name):
    """The stream tells more than the time."""
    event = {"name": name, "source": "DEFAULT", **driving._place(), "occurred_at": skill.clock.now - 30}
    assert "PlaybackStopped" in names(driving.invoke({"vehicleId": "car", "event": event}))


@pytest.mark.parametrize("act", [lambda car: car.press_stop(), lambda car: car.switch_away()])
def test_what_is_done_on_the_screen_after_a_lost_answer_counts(driving, skill, act):
    """What the answer had never began: who stops what plays instead stops the music."""
    invoke = losing(driving, "PlayControl")
    driving.control("NEXT")
    driving._invoke = invoke
    assert "PlaybackStopped" in names(act(driving))
    assert driving.state()["state"] == "STOPPED"
    assert row(skill).stopped_by_user


@pytest.mark.parametrize("name", OPENED)
def test_a_forwarded_opening_of_the_session_that_was_closed_opens_nothing(driving, skill, name):
    """Alexa's session since then stays, and so does the music."""
    over = driving.session_id
    driving.play("FM_RADIO", "FREQUENCY", "98.7")
    before = skill.auto_sessions.load(DEVICE)
    payload = {"source": "DEFAULT", "eventName": name, "sessionId": over}
    assert driving.send("PlayerEvent", payload).exchanges[0].answer["messages"] == []
    assert driving.device.playing
    assert skill.auto_sessions.load(DEVICE) == before


def test_a_late_report_is_answered_with_what_plays_now(driving, skill):
    """The screen and the state say the same, whenever what was told happened."""
    place, when = driving._place(), skill.clock.now
    driving.listen(60)
    shown = told(skill, "progress", occurred_at=when, **place)["now_playing"]
    assert shown["position_ms"] == driving.state()["trackOffset"] == 70_000


@pytest.mark.parametrize("silence", [lambda car: car.control("PAUSE"), lambda car: car.switch_away()])
def test_a_progress_on_its_way_does_not_end_a_silence(driving, skill, silence):
    """It opens no session and moves nothing; only `started` does."""
    place = driving._place()
    silence(driving)
    before = (row(skill), skill.auto_sessions.load(DEVICE))
    skill.clock.now += 1
    skill.home.calls.clear()
    assert told(skill, "progress", **place)["messages"] == []
    assert (row(skill), skill.auto_sessions.load(DEVICE), skill.home.calls) == (*before, [])
    told(skill, "started", **place)
    assert driving.state()["state"] == "PLAYING"


def test_a_progress_of_music_that_goes_on_after_a_silence_counts(driving, skill):
    """Its `started` was lost; half a minute further on it is heard."""
    driving.control("PAUSE")
    skill.clock.now += 40
    told(skill, "progress", token=driving.device.current.token, offset_ms=40_000)
    assert driving.state()["state"] == "PLAYING"


# Home is away


def test_a_stream_that_breaks_while_home_is_away_is_silence(driving, skill):
    """The state says so, and it goes on where it broke."""
    skill.home.failure = HomeUnreachableError("away", HomePart.TUNNEL)
    driving.device.break_off()
    skill.clock.now += 30
    assert [driving.state()[key] for key in ("state", "trackOffset")] == ["STOPPED", 10_000]
    skill.home.failure = None
    skill.clock.now += 30
    assert position(driving.control("RESUME")) == 10_000


@pytest.mark.parametrize("name", ["finished", "failed", "gui_started"])
def test_an_error_of_an_event_is_about_the_open_session(tuned, skill, name):
    """An event that names no source is about the one that plays."""
    place = tuned._place() if name != "gui_started" else {}
    skill.home.failure = HomeUnreachableError("away", HomePart.TUNNEL)
    error = told(skill, name, **place)["messages"][-1]["payload"]
    assert (error["code"], error["source"], error["sessionId"]) == (311, "FM_RADIO", tuned.session_id)


def test_an_error_of_an_event_without_a_session_is_about_the_default(tuned, skill):
    """Where none is open, no session is named."""
    place = tuned._place()
    tuned.control("STOP")
    skill.home.failure = HomeUnreachableError("away", HomePart.TUNNEL)
    error = told(skill, "gui_started", **{**place, "token": ""})["messages"][-1]["payload"]
    assert (error["source"], error["sessionId"]) == ("DEFAULT", "")


def test_what_was_played_last_and_is_no_more(driving, skill):
    """It is an error of its own, and no reason to play something else."""
    driving.control("PAUSE")
    skill.home.queue.clear()
    skill.home._resume = lambda _args: setattr(skill.home, "stream", None)
    step = driving.control("RESUME")
    assert [error["code"] for error in step.errors] == [202]
    assert "favourite_stations" not in skill.home.names


# An answer is lost, and what Alexa was told with it


class Engine:
    """What was opened with Alexa and not closed, by the answers that arrived."""

    def __init__(self, car):
        self.sessions = {}
        hear = car._hear

        def heard(event):
            if event["eventName"] == "PlaybackSessionStarted":
                assert set(self.sessions) <= {event["sessionId"]}
                self.sessions[event["sessionId"]] = event["source"]
            elif event["eventName"] == "PlaybackSessionEnded":
                self.sessions.pop(event["sessionId"], None)
            hear(event)

        car._hear = heard


SAID = {
    "Play": lambda car: car.play("DEFAULT", "PRESET", "2"),
    "RESUME": lambda car: car.control("RESUME"),
    "STOP": lambda car: car.control("STOP"),
    "NEXT": lambda car: car.control("NEXT"),
    "Play FM": lambda car: car.play("FM_RADIO", "FREQUENCY", "98.7"),
    "PAUSE": lambda car: car.control("PAUSE"),
    "choose": lambda car: car.choose("DAB"),
    "switch away": lambda car: car.switch_away(),
    "end": lambda car: car.play_to_end(),
}


@pytest.fixture
def engine(car):
    return Engine(car)


def lost(car, *said):
    """Have things said whose answers never arrive."""
    for each in said:
        invoke = losing(car, "PlayControl" if each in {"RESUME", "NEXT"} else "Play")
        SAID[each](car)
        car._invoke = invoke


@pytest.mark.parametrize("then", SAID)
@pytest.mark.parametrize("first", ["Play", "RESUME", "Play FM"])
@pytest.mark.parametrize("times", [1, 2])
def test_every_session_is_closed_although_an_answer_was_lost(engine, driving, first, times, then):
    """The one Alexa has is closed by the next answer, whatever it is, and the one that plays is open."""
    (known,) = engine.sessions
    lost(driving, *[first] * times)
    assert driving.device.playing
    SAID[then](driving)
    if then == "PAUSE":
        SAID["RESUME"](driving)
    assert known not in engine.sessions
    assert len(engine.sessions) == (0 if then in {"STOP", "switch away"} else 1)
    assert driving.device.playing is bool(engine.sessions)
    SAID["STOP"](driving)
    assert (engine.sessions, driving.device.playing) == ({}, False)


def test_silence_after_a_lost_answer_is_obeyed_where_the_music_is(engine, driving, skill):
    """Alexa asks the source it knows of to be silent, and that is what falls silent."""
    lost(driving, "Play FM")
    assert names(driving.control("PAUSE", "DEFAULT")) == ["PlaybackStopped"]
    assert not driving.device.playing
    assert row(skill).stopped_by_user


@pytest.mark.parametrize("proof", [lambda car: car.progress(), lambda car: car.listen(1)])
def test_a_session_that_arrived_is_not_closed_twice(engine, driving, proof):
    """The start of its stream was reported: the one before is closed, once."""
    driving.play("DEFAULT", "PRESET", "2")
    proof(driving)
    assert names(driving.control("RESUME")) == ["PlaybackStopped", "PlaybackSessionEnded", *OPENED]
    assert names(driving.control("STOP")) == ["PlaybackStopped", "PlaybackSessionEnded"]
    assert driving.judge_all() == []


def test_a_forwarded_event_shows_that_a_session_arrived(driving, skill):
    """The head unit has published what the answer said."""
    invoke = missing(driving, "started")
    driving.play("DEFAULT", "PRESET", "2")
    driving._invoke = invoke
    assert skill.auto_sessions.load(DEVICE).doubted.session_id
    driving.send("PlayerEvent", {"source": "DEFAULT", "eventName": OPENED[1], "sessionId": driving.session_id})
    assert not skill.auto_sessions.load(DEVICE).doubted.session_id


def test_a_session_of_the_head_units_own_is_closed_although_an_answer_was_lost(engine, car):
    """Alexa is known to have what the head unit has published itself."""
    own = "5a1b2c3d-0000-4000-8000-000000000001"
    car.send("PlayerEvent", {"source": "DEFAULT", "eventName": OPENED[0], "sessionId": own})
    car.session_id, car.focus = own, "DEFAULT"
    engine.sessions[own] = "DEFAULT"
    lost(car, "Play")
    SAID["STOP"](car)
    assert engine.sessions == {}


def test_a_head_unit_that_reports_nothing_closes_each_session_once(car, skill):
    """Nothing shows what it has, so that nothing is doubted: no end of long ago is told again and again."""
    car.device._emit = lambda *_: None
    for _ in range(3):
        step = car.play("DEFAULT", "PRESET", "1")
    assert names(step) == ["PlaybackStopped", "PlaybackSessionEnded", *OPENED]


def test_a_lost_stop_is_said_again_without_a_session(driving):
    """Only what opens a session is made good: a lost answer that closes leaves an end without an id."""
    session_id = driving.session_id
    lost_stop = losing(driving, "PlayControl")
    driving.control("STOP")
    driving._invoke = lost_stop
    assert driving.device.playing
    step = driving.control("STOP")
    assert names(step) == ["PlaybackStopped", "PlaybackSessionEnded"]
    assert {event["payload"]["sessionId"] for event in step.exchanges[0].answer["messages"]} == {""} != {session_id}
    assert not driving.device.playing

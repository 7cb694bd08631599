"""What reaches us from vehicles: every word AASB has, every form, and whatever is broken about a message."""

import copy
import json
from functools import reduce
from pathlib import Path

import pytest

from music_assistant_alexa import errors
from music_assistant_alexa.auto.failures import FAILURES, UnplayableError, failure_of
from music_assistant_alexa.auto.message import BadMessageError, Fault
from music_assistant_alexa.auto.table import table
from music_assistant_alexa.auto.words import SELECTORS, Control, Report, Selector, Source
from music_assistant_alexa.errors import HomePart, HomeUnreachableError, PlaybackStoreError, SkillError
from music_assistant_alexa.media_session import SessionEventName
from simulator.rules import Exchange, judge_exchange
from simulator.rules.auto_given import SOURCES, WORDS

EVENTS = Path(__file__).parents[2] / "events"
STATE = json.loads((EVENTS / "aasb_out_getstate_reply_full.json").read_text())["payload"]["state"]


def test_every_word_of_the_sdk_is_known():
    """The dialect's enumerations are those of LocalMediaSource.yml, as the referee has them."""
    assert set(Source) == SOURCES
    assert set(Control) == WORDS["PlayControl"]["controlType"]
    assert set(Selector) == WORDS["Play"]["contentSelectorType"]


def test_every_word_has_a_handler():
    """Each control, selector, event and action leads somewhere, and nothing else does."""
    keys = {f"PlayControl.{control}" for control in Control} | {f"Play.{selector}" for selector in Selector}
    keys |= {f"event.{report}" for report in Report} | {f"PlayerEvent.{name.value}" for name in SessionEventName}
    keys |= {"PlayerError", "Seek", "AdjustSeek", "GetState", "VolumeChanged", "MutedStateChanged"}
    assert set(table) == keys


@pytest.mark.parametrize("source", Source)
@pytest.mark.parametrize("selector", Selector)
def test_a_selector_of_another_source_is_refused(car, source, selector):
    """FM and AM take frequency and preset, satellite radio channel and preset, DAB a channel, DEFAULT a preset."""
    payload = {"FREQUENCY": "98.7", "CHANNEL": "Harbour 98.7", "PRESET": "1"}[selector]
    step = car.play(source, selector, payload)
    if source not in car.sources:
        assert step.exchanges[0].answer["messages"] == []
    elif selector in SELECTORS.get(source, ()):
        assert car.device.playing
    else:
        assert [error["code"] for error in step.errors] == [104]
        assert not car.device.playing


@pytest.mark.parametrize("control", Control)
@pytest.mark.parametrize("write", [str.lower, str.title, str.upper])
def test_controls_are_read_in_any_case(car, control, write):
    """The SDK compares words without regard to case, and so do we."""
    car.play("DEFAULT", "PRESET", "1")
    step = car.send("PlayControl", {"source": write("DEFAULT"), "controlType": write(control)})
    assert not step.errors


def message(action="PlayControl", payload=None, **changes):
    header = {"version": "4.0", "messageType": "Publish", "id": "m-1"}
    description = {"topic": "LocalMediaSource", "action": action}
    return {"header": {**header, "messageDescription": description}, "payload": payload, **changes}


def wrapped(inner, vehicle="car"):
    return {"vehicleId": vehicle, "message": inner}


DEEP = reduce(lambda inner, _: [inner], range(5_000), [])
PAUSE = {"source": "DEFAULT", "controlType": "PAUSE"}
BAD = {
    "payload as text": (message(payload=json.dumps(PAUSE)), 100),
    "no payload": (message(), 100),
    "payload as a list": (message(payload=[PAUSE]), 100),
    "no header": ({"payload": PAUSE}, 100),
    "header as text": ({"header": "x", "payload": PAUSE}, 100),
    "unknown control": (message(payload={**PAUSE, "controlType": "TELEPORT"}), 101),
    "no control": (message(payload={"source": "DEFAULT"}), 101),
    "control of another type": (message(payload={**PAUSE, "controlType": 7}), 101),
    "deep control": (message(payload={**PAUSE, "controlType": DEEP}), 101),
    "unknown source": (message(payload={**PAUSE, "source": "TOASTER"}), 101),
    "no source": (message(payload={"controlType": "PAUSE"}), 101),
    "unknown action": (message("Teleport", {"source": "DEFAULT"}), 102),
    "action of another type": (message([], {"source": "DEFAULT"}), 102),
    "get source": (message("GetSource", {}), 102),
    "set focus": (message("SetFocus", {"source": "DEFAULT"}), 102),
    "volume above 1": (message("VolumeChanged", {"source": "DEFAULT", "volume": 1.1}), 100),
    "volume below 0": (message("VolumeChanged", {"source": "DEFAULT", "volume": -0.1}), 100),
    "volume that is no number": (message("VolumeChanged", {"source": "DEFAULT", "volume": True}), 100),
    "volume without end": (message("VolumeChanged", {"source": "DEFAULT", "volume": float("nan")}), 100),
    "volume beyond any float": (message("VolumeChanged", {"source": "DEFAULT", "volume": 10**400}), 100),
    "offset as text": (message("Seek", {"source": "DEFAULT", "offset": "61000"}), 100),
    "no offset": (message("AdjustSeek", {"source": "DEFAULT"}), 100),
    "unknown muted state": (message("MutedStateChanged", {"source": "DEFAULT", "state": "LOUD"}), 101),
    "unknown event": (message("PlayerEvent", {"source": "DEFAULT", "eventName": "Exploded"}), 101),
    "preset 99": (message("Play", {"source": "DEFAULT", "contentSelectorType": "PRESET", "payload": "99"}), 200),
    "preset that is no number": (
        message("Play", {"source": "DEFAULT", "contentSelectorType": "PRESET", "payload": "best"}),
        200,
    ),
    "no content": (message("Play", {"source": "DEFAULT", "contentSelectorType": "PRESET", "payload": 1}), 100),
    "nobody sends there": (
        message("Play", {"source": "FM_RADIO", "contentSelectorType": "FREQUENCY", "payload": "101.1"}),
        200,
    ),
    "half a surrogate": (
        message("Play", {"source": "DEFAULT", "contentSelectorType": "PRESET", "payload": "\ud800"}),
        100,
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_a_player_error(car, skill, name):
    """One PlayerError with a code of its own and a description; what plays goes on, and no row is written."""
    car.play("DEFAULT", "PRESET", "2")
    before = (car.state(), skill.store.writes[:], skill.auto_sessions.writes)
    event, code = BAD[name]
    answer = skill.app.answer(wrapped(event))
    (error,) = answer["messages"]
    payload = error["payload"]
    assert error["header"]["messageDescription"] == {"topic": "LocalMediaSource", "action": "PlayerError"}
    assert payload.keys() == {"source", "errorName", "code", "description", "fatal", "sessionId"}
    assert (payload["errorName"], payload["code"], payload["fatal"]) == ("INTERNAL_ERROR", code, False)
    assert payload["description"]
    assert payload["sessionId"] in {"", car.session_id}
    assert answer["stream"] is None
    assert before == (car.state(), skill.store.writes, skill.auto_sessions.writes)


def test_a_foreign_topic_is_refused(skill):
    """GlobalPreset and PlaybackController are not ours."""
    for name in ("aasb_globalpreset_setglobalpreset", "aasb_in_playbackcontroller_button"):
        (error,) = skill.app.answer(json.loads((EVENTS / f"{name}.json").read_text()))["messages"]
        assert error["payload"]["code"] == 103


@pytest.mark.parametrize("vehicle", ["", "  ", None, 7, [], "x" * 201, "\ud800"])
def test_a_vehicle_without_a_usable_id_is_refused(skill, vehicle):
    """Nothing can be kept under such an id."""
    (error,) = skill.app.answer(wrapped(message(payload=PAUSE), vehicle))["messages"]
    assert error["payload"]["code"] == 100


@pytest.mark.parametrize(
    "rest", [{}, {"message": "{}"}, {"message": None}, {"event": "finished"}, {"event": []}], ids=str
)
def test_an_envelope_around_nothing_is_a_player_error(skill, rest):
    """Whoever names a vehicle gets a vehicle's answer."""
    (error,) = skill.app.answer({"vehicleId": "car", **rest})["messages"]
    assert error["payload"]["code"] == 100


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"name": "exploded"}, 101),
        ({}, 101),
        ({"name": "finished", "offset_ms": "late"}, 100),
        ({"name": "gui_started", "source": "TOASTER"}, 101),
    ],
)
def test_a_bad_event_is_a_player_error(skill, event, code):
    """What a head unit says it did is checked as well."""
    (error,) = skill.app.answer({"vehicleId": "car", "event": event})["messages"]
    assert error["payload"]["code"] == code


@pytest.mark.parametrize("name", [report.value for report in Report if not report.value.startswith("gui")])
def test_an_event_of_a_foreign_stream_does_nothing(skill, name):
    """A token that was never ours is no error, and nothing follows from it."""
    event = {"name": name, "token": "ma1.q7f3c2.17.9b1c", "offset_ms": 5}
    answer = skill.app.answer({"vehicleId": "car", "event": event})
    assert answer == {"messages": [], "stream": None, "now_playing": None}
    assert skill.home.calls == []


def test_other_sources_are_ignored(skill):
    """A source the head unit was not told of is not ours: nothing is answered, asked or kept."""
    for payload in ({"source": "USB", "controlType": "RESUME"}, {"source": "usb", "controlType": "TELEPORT"}):
        assert skill.app.answer(message(payload=payload)) == {"messages": [], "stream": None, "now_playing": None}
    assert (skill.home.calls, skill.auto_sessions.writes) == ([], 0)


def test_a_bare_message_is_of_the_vehicle_default(car, skill):
    """Both forms mean the same."""
    assert car.vehicle_id != "default"
    play = message("Play", {"source": "DEFAULT", "contentSelectorType": "PRESET", "payload": "1"})
    skill.app.answer(play)
    state = skill.app.answer(wrapped(message("GetState", {"source": "DEFAULT"}), "default"))
    assert state["messages"][0]["payload"]["state"]["playbackState"]["state"] == "PLAYING"
    other = skill.app.answer(wrapped(message("GetState", {"source": "DEFAULT"}), "another"))
    assert other["messages"][0]["payload"]["state"]["playbackState"]["state"] == "IDLE"


@pytest.mark.parametrize("version", ["3.0", "3.2", "3.3", "4.0"])
def test_the_version_is_echoed(car, version):
    """An engine gets messages of its own version."""
    car.version = version
    step = car.play("DEFAULT", "PRESET", "1")
    assert {each["header"]["version"] for each in step.exchanges[0].answer["messages"]} == {version}
    assert len({each["header"]["id"] for each in step.exchanges[0].answer["messages"]}) == 2


LEAVES = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, Exception) and not kind.__subclasses__()
]


def example(kind):
    if issubclass(kind, errors.HomeCommandError):
        return kind("cause", HomePart.BRIDGE, 400)
    if kind is errors.UnsupportedRequestError:
        return kind("cause", errors.UnsupportedReason.RADIO)
    return kind("cause", HomePart.TUNNEL) if issubclass(kind, errors.HomeError) else kind("cause")


@pytest.mark.parametrize("kind", [kind for kind in LEAVES if kind is not errors.UnknownDialectError], ids=str)
def test_every_leaf_has_a_code(kind):
    """Whatever goes wrong has a code and a description that are not those of something unexpected."""
    failure = failure_of(example(kind))
    assert failure.code != FAILURES[SkillError].code
    assert failure.description


def test_codes_are_stable():
    """Who counts errors by their code counts the same thing next year."""
    codes = {kind.__name__: failure.code for kind, failure in FAILURES.items()}
    assert codes["MediaNotFoundError"] == 200
    assert codes["UnplayableError"] == failure_of(UnplayableError()).code == 302
    assert [failure_of(BadMessageError(fault, "x")).code for fault in Fault] == [100, 101, 102, 103, 104]
    assert [failure_of(HomeUnreachableError("x", part)).code for part in HomePart] == [311, 312, 313]
    assert failure_of(SkillError()).code == 500


@pytest.mark.parametrize("part", HomePart)
def test_home_away_is_a_player_error(car, skill, part):
    """The error says which part of the way failed; the session and what plays stay."""
    car.play("DEFAULT", "PRESET", "1")
    before = (car.session_id, car.state())
    skill.home.failure = HomeUnreachableError("away", part)
    step = car.control("NEXT")
    assert [error["sessionId"] for error in step.errors] == [car.session_id]
    assert step.errors[0]["code"] // 10 == 31
    assert car.device.playing
    assert (car.session_id, car.state()) == before


def test_what_nobody_thought_of_is_a_player_error(car, skill, monkeypatch, logs):
    """A bug is answered too, with its traceback in the log and nothing of it in the message."""
    monkeypatch.setattr(skill.home, "favourite_stations", lambda: 1 / 0)
    step = car.play("DEFAULT", "PRESET", "1")
    assert [error["code"] for error in step.errors] == [500]
    assert "ZeroDivisionError" in logs.text


def test_a_table_that_is_away(car, skill):
    """What needs the row is an error, silence is told all the same, and a state is idle rather than late."""
    car.play("DEFAULT", "PRESET", "1")
    skill.store.away, skill.auto_sessions.away = PlaybackStoreError("away"), True
    assert [error["code"] for error in car.control("NEXT").errors] == [301]
    assert car.state()["state"] == "IDLE"
    step = car.control("PAUSE")
    assert step.events == ["PlaybackStopped DEFAULT"]
    assert not car.device.playing


def test_a_table_of_sessions_that_is_away_opens_none(car, skill):
    """Music goes on in the session that is open, and what only reports tells of none."""
    car.play("DEFAULT", "PRESET", "1")
    session_id = car.session_id
    skill.auto_sessions.away = True
    assert car.control("NEXT").events == []
    assert car.progress().events == []
    assert car.play_to_end().events == []
    assert car.device.playing
    skill.auto_sessions.away = False
    assert car.session_id == session_id
    assert car.control("STOP").events == ["PlaybackStopped DEFAULT", "PlaybackSessionEnded DEFAULT"]
    assert (car.session_id, car.judge_all()) == ("", [])


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda car: car.play("FM_RADIO", "FREQUENCY", "98.7"), ["PlaybackSessionStarted", "PlaybackStarted"]),
        (lambda car: car.control("RESUME"), ["PlaybackSessionStarted", "PlaybackStarted"]),
        (lambda car: car.choose("DEFAULT"), ["PlaybackSessionStarted"]),
    ],
    ids=["Play", "RESUME", "screen"],
)
def test_a_person_opens_a_session_without_the_table_of_sessions(car, skill, act, told):
    """Alexa is told of what she or a person has asked for."""
    skill.auto_sessions.away = True
    assert [event.partition(" ")[0] for event in act(car).events] == told


def test_no_utterance_or_vehicle_reaches_a_log(car, logs):
    """What was tuned to, and who asked, is nobody's business."""
    for payload in ("Secret Station 3", "98.7"):
        car.play("DAB", "CHANNEL", payload)
    car.play("FM_RADIO", "FREQUENCY", "101.1")
    assert "Secret" not in logs.text
    assert "101.1" not in logs.text
    assert car.vehicle_id not in logs.text


@pytest.mark.parametrize("path", sorted(EVENTS.glob("aasb_*.json")), ids=lambda path: path.stem)
@pytest.mark.parametrize("playing", [False, True], ids=["cold", "playing"])
def test_every_recorded_message(car, path, *, playing):
    """Each file is answered within the rules, before anything was played and while something plays."""
    if playing:
        car.play("DEFAULT", "PRESET", "2")
    car.invoke({"vehicleId": car.vehicle_id, "message": json.loads(path.read_text())})
    assert not car.judge_all()


def test_a_state_has_the_keys_of_the_recorded_one(car):
    """Key by key, and type by type, it is what the SDK's own sample sends."""
    car.play("DEFAULT", "PRESET", "2")
    state = car.state()
    for name, value in {**STATE["sessionState"], **STATE["playbackState"]}.items():
        assert type(state[name]) is type(value), name


def nodes(value, path=()):
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in members:
        yield (*path, key)
        yield from nodes(each, (*path, key))


def with_part(event, path, value):
    changed = copy.deepcopy(event)
    part = changed
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return changed


WRONG = (None, [], {}, [[]], {"x": {}}, "", 7, -5, True, -1e400, float("nan"), 10**400, "\ud800", "x" * 300, DEEP)
ONE_OF_A_KIND = (
    *("getstate", "play_default_preset", "play_v32_no_session", "playcontrol_next", "playcontrol_stop", "seek"),
    *("adjustseek_negative", "volumechanged", "mutedstatechanged", "in_playererror", "in_playerevent_session_started"),
)


@pytest.mark.parametrize("name", [*ONE_OF_A_KIND, *Report])
def test_any_one_part_may_be_anything(car, skill, counted, name):
    """Any part of a message or an event replaced by something of another type: an answer within the rules."""
    car.play("DEFAULT", "PRESET", "1")
    if name in set(Report):
        token = {"token": car.device.current.token, "offset_ms": 5, "source": "DEFAULT", "occurred_at": 1_795_000_000}
        event = {"vehicleId": "car", "event": {"name": name.value, **token}}
    else:
        recorded = json.loads((EVENTS / f"aasb_{name}.json").read_text())
        event = wrapped(with_part(recorded, ("payload", "source"), "DEFAULT"))
    for path in nodes(event):
        for wrong in WRONG:
            changed = with_part(event, path, wrong)
            answer = skill.app.answer(changed)
            assert json.dumps(answer), path
            broken = judge_exchange(Exchange(changed, answer, sources=frozenset(car.sources)))
            assert [str(breach) for breach in broken] == [], path
    assert "Unexpected" not in counted

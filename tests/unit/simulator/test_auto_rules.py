"""Each rule of LocalMediaSource is broken by the answer that breaks it, and by no right one; and so is the Engine."""

import copy
import json
import time
from pathlib import Path

import pytest

from simulator.head_unit import CallLost, EngineRefused, HeadUnit
from simulator.memory_house import AUTO_SOURCES, MemoryHouse
from simulator.rules import RULES, TRACE_RULES, Exchange, RuleBroken, judge_exchange, judge_trace

EVENTS = Path(__file__).parents[2] / "events"
AUTO = range(90, 106)
NOTHING = {"messages": [], "stream": None, "now_playing": None}
PLAY = {"source": "DEFAULT", "contentSelectorType": "PRESET", "payload": "1"}


@pytest.fixture(scope="module")
def house():
    house = MemoryHouse()
    yield house
    house.close()


@pytest.fixture
def car(house):
    """Return a vehicle whose skill answers by the rules."""
    house.move_in()
    return HeadUnit(house.invoke, ear=house.ear, clock=house.clock, sources=AUTO_SOURCES)


def exchange_of(step, **changes):
    """Return the first exchange of a step, with something changed about it."""
    first = step.exchanges[0]
    known = {"seconds": first.seconds, "sources": first.sources, **changes}
    answer = known.pop("answer", first.answer)
    return Exchange(first.event, answer, **known)


def rows(*exchanges):
    found = [breach for each in exchanges for breach in judge_exchange(each)] + judge_trace(exchanges)
    return {breach.row for breach in found}


def changed(answer, *path, to=...):
    answer = copy.deepcopy(answer)
    place = answer
    for key in path[:-1]:
        place = place[key]
    if to is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return answer


def turned(answer):
    return {**answer, "messages": answer["messages"][::-1]}


def test_every_row_is_judged_by_something():
    """Rows 90 to 105 have a rule each."""
    assert {rule.row for rule in (*RULES, *TRACE_RULES)} >= set(AUTO)


STATE = ("messages", 0, "payload", "state")
HEADER = ("messages", 0, "header")


@pytest.mark.parametrize(
    ("path", "to", "row"),
    [
        (("messages", 0, "payload"), "text", 90),
        ((*HEADER, "id"), "", 90),
        ((*HEADER, "messageType"), "Publish", 91),
        ((*HEADER, "messageDescription", "replyToId"), "another", 91),
        ((*HEADER, "messageDescription", "action"), "GetStateReply", 91),
        ((*STATE, "playbackState", "trackNumber"), ..., 92),
        ((*STATE, "sessionState", "isGuest"), ..., 92),
        ((*STATE, "playbackState", "duration"), "382000", 92),
        ((*STATE, "playbackState", "supportedOperations"), None, 92),
        ((*STATE, "sessionState", "spiVersion"), "2.0", 93),
        ((*STATE, "playbackState", "type"), "ExternalMediaAdapterMusicItem", 93),
        ((*STATE, "playbackState", "state"), "PAUSED", 93),
        ((*STATE, "playbackState", "favorites"), "LOVED", 93),
        ((*STATE, "playbackState", "mediaType"), "SONG", 93),
        ((*STATE, "playbackState", "supportedOperations"), ["PLAY", "RESUME"], 93),
        ((*STATE, "sessionState", "supportedContentSelectors"), ["PRESETS"], 93),
        ((*STATE, "playbackState", "supportedOperations"), [["PLAY"]], 93),
        ((*STATE, "playbackState", "duration"), -1, 93),
        ((*STATE, "playbackState", "trackOffset"), -1, 93),
    ],
)
def test_a_state_that_is_not_right(car, path, to, row):
    """Whatever is missing or wrong about a state is found."""
    step = car.send("GetState", {"source": "DEFAULT"})
    assert rows(exchange_of(step)) == set()
    assert row in rows(exchange_of(step, answer=changed(step.exchanges[0].answer, *path, to=to)))


def test_a_late_state_is_found(car):
    """Later than the Engine waits."""
    assert rows(exchange_of(car.send("GetState", {"source": "DEFAULT"}), seconds=0.51)) == {94}


def test_sessions_out_of_order_are_found(car):
    """Play, RESUME, STOP and PAUSE each have their order, and their ids."""
    play = car.play("DEFAULT", "PRESET", "1")
    answer = play.exchanges[0].answer
    assert 95 in rows(exchange_of(play, answer=turned(answer)))
    assert 95 in rows(exchange_of(play, answer=changed(answer, "messages", 1, "payload", "sessionId", to="x")))
    pause = car.control("PAUSE")
    assert 98 in rows(exchange_of(pause, answer=NOTHING))
    resume = car.control("RESUME")
    answer = {**resume.exchanges[0].answer, "messages": resume.exchanges[0].answer["messages"][-2:]}
    assert 96 in rows(exchange_of(resume, answer=turned(answer)))
    no_uuid = changed(changed(answer, "messages", 0, "payload", "sessionId", to="x"), *ID, to="x")
    assert 96 in rows(exchange_of(resume, answer=no_uuid))
    assert 96 in rows(exchange_of(resume), exchange_of(resume))
    stop = car.control("STOP")
    assert 97 in rows(exchange_of(stop, answer=turned(stop.exchanges[0].answer)))


ID = ("messages", 1, "payload", "sessionId")


def test_a_session_that_is_not_closed_is_found(car):
    """Opened before the one before was closed, closed while it plays, or told of without being open."""
    first, second = car.play("DEFAULT", "PRESET", "1"), car.play("DEFAULT", "PRESET", "1")
    messages = second.exchanges[0].answer["messages"]
    assert len(messages) == 4
    assert rows(exchange_of(first), exchange_of(second)) == set()
    for missing in (messages[2:], messages[1:], messages[:1] + messages[2:]):
        answer = {**second.exchanges[0].answer, "messages": missing}
        assert 99 in rows(exchange_of(first), exchange_of(second, answer=answer))


def test_a_session_left_by_switching_away_is_found(car):
    """Nothing would ever close it; one the head unit has closed itself is no one's to close."""
    play = car.play("DEFAULT", "PRESET", "1")
    ended = {"source": "DEFAULT", "eventName": "PlaybackSessionEnded", "sessionId": car.session_id}
    away = car.switch_away()
    assert away.events == ["PlaybackStopped DEFAULT", "PlaybackSessionEnded DEFAULT"]
    silent = exchange_of(away, answer=NOTHING)
    assert rows(exchange_of(play), exchange_of(away)) == set()
    assert rows(exchange_of(play), silent) == {99}
    assert rows(exchange_of(play), exchange_of(car.send("PlayerEvent", ended), answer=NOTHING), silent) == set()


def test_a_seek_out_of_the_track_is_found(car):
    """Seconds for milliseconds, before the start, beyond the end."""
    car.play("DEFAULT", "PRESET", "1")
    seek = car.seek(61_000)
    for wrong in (61, -1, 10**9):
        assert 100 in rows(
            exchange_of(seek, answer=changed(seek.exchanges[0].answer, "stream", "position_ms", to=wrong))
        )


def test_a_volume_that_is_not_scaled_is_found(car):
    """A number from 0 to 1 is a percentage."""
    car.play("DEFAULT", "PRESET", "1")
    step = car.change_volume(0.35)
    assert 101 in rows(exchange_of(step, answer=changed(step.exchanges[0].answer, "now_playing", "volume", to=0.35)))


def test_another_sources_message_that_is_answered_is_found(car):
    """Anything at all is too much."""
    answer = car.play("DEFAULT", "PRESET", "1").exchanges[0].answer
    assert 102 in rows(exchange_of(car.play("USB", "PRESET", "1"), answer=answer))


@pytest.mark.parametrize("answer", [NOTHING, {"errorType": "ValueError", "errorMessage": "x"}])
def test_an_unknown_word_without_an_error_is_found(car, answer):
    """Neither silence nor a crash will do; nor for a payload that is text."""
    step = car.send("PlayControl", {"source": "DEFAULT", "controlType": "TELEPORT"})
    assert 103 in rows(exchange_of(step, answer=answer))
    assert 90 in rows(exchange_of(car.send("PlayControl", "text"), answer=answer))


def test_a_focus_that_is_set_is_found(car):
    """It is deprecated since 3.3."""
    play = car.play("DEFAULT", "PRESET", "1")
    path = ("messages", 1, "header", "messageDescription", "action")
    assert 104 in rows(exchange_of(play, answer=changed(play.exchanges[0].answer, *path, to="SetFocus")))


def test_an_old_play_that_is_refused_is_found(car):
    """What 3.2 does not have cannot be missing."""
    refused = car.send("PlayControl", "text").exchanges[0].answer
    car.version = "3.2"
    assert 105 in rows(exchange_of(car.play("DEFAULT", "PRESET", "1"), answer=refused))


# The Engine


class Scripted:
    """A skill that answers what it is told to."""

    def __init__(self, answer):
        self.answer = answer

    def __call__(self, _event):
        return self.answer


def told(name, source="DEFAULT", session_id="11111111-1111-4111-8111-111111111111"):
    header = {"version": "4.0", "messageType": "Publish", "id": "1"}
    description = {"topic": "LocalMediaSource", "action": "PlayerEvent"}
    payload = {"source": source, "eventName": name, "sessionId": session_id}
    return {"header": {**header, "messageDescription": description}, "payload": payload}


def unit_of(house, answer, **fields):
    return HeadUnit(Scripted(answer), ear=house.ear, clock=house.clock, **fields)


def test_the_engine_refuses_a_session_it_does_not_have(house):
    """An event of a session that was never opened, and a second one beside the first."""
    for name in ("PlaybackStarted", "PlaybackSessionEnded"):
        with pytest.raises(EngineRefused, match="not open"):
            unit_of(house, {**NOTHING, "messages": [told(name)]}).mute(on=True)
    twice = [told("PlaybackSessionStarted"), told("PlaybackSessionStarted", "DAB", "2")]
    with pytest.raises(EngineRefused, match="while DEFAULT has one"):
        unit_of(house, {**NOTHING, "messages": twice}).mute(on=True)


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("playbackState", "trackNumber"), ...),
        (("sessionState", "isGuest"), ...),
        (("playbackState",), None),
        (("playbackState", "artistName"), None),
        (("playbackState", "supportedOperations"), None),
        (("playbackState", "trackOffset"), "5"),
        (("playbackState", "repeatEnabled"), "false"),
        (("playbackState", "favorites"), "LOVED"),
        (("playbackState", "mediaType"), "SONG"),
        (("playbackState", "supportedOperations"), ["PLAY", "SHUFFLE_ON"]),
        (("playbackState", "supportedOperations"), ["PLAY", None]),
        (("sessionState", "supportedContentSelectors"), ["PRESETS"]),
    ],
)
def test_the_engine_reads_a_state_as_the_sdk_does(house, car, path, to):
    """What is missing, null, of another type or a word nobody knows makes the whole state an empty one."""
    assert car.state()["state"] == "IDLE"
    broken = changed(car.trace[-1].answer, *STATE, *path, to=to)
    assert unit_of(house, broken, strict=False).state() == {}


def test_the_engine_reads_a_states_words_in_any_case(house, car):
    """As the SDK does."""
    car.state()
    answer = changed(car.trace[-1].answer, *STATE, "playbackState", "favorites", to="not_rated")
    answer = changed(answer, *STATE, "playbackState", "supportedOperations", to=["Play", "stop"])
    assert unit_of(house, answer, strict=False).state()["favorites"] == "not_rated"


def test_a_late_state_is_an_empty_one_to_the_engine(house, car):
    """It has given up waiting by then."""
    car.state()
    unit = unit_of(house, car.trace[-1].answer, strict=False)
    answer, unit._invoke = unit._invoke, lambda event: time.sleep(0.51) or answer(event)
    assert unit.state() == {}


class Tunnel:
    """A skill whose next answer is lost."""

    def __init__(self, answer):
        self.answers = [CallLost(), answer]

    def __call__(self, _event):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(("name", "refused"), [("PlaybackSessionEnded", False), ("PlaybackStarted", True)])
def test_the_engine_hears_of_an_unknown_end_after_a_lost_answer(house, name, refused):
    """Which session it has the skill cannot know then, so that an end too many is none; a start is."""
    unit = HeadUnit(Tunnel({**NOTHING, "messages": [told(name)]}), ear=house.ear, clock=house.clock)
    unit.mute(on=True)
    if refused:
        with pytest.raises(EngineRefused, match="not open"):
            unit.mute(on=False)
    else:
        assert unit.mute(on=False).events == ["PlaybackSessionEnded DEFAULT"]


@pytest.mark.parametrize(
    ("events", "plays"),
    [
        ([("PlaybackStopped", "DEFAULT")], False),
        ([("PlaybackStopped", "DAB")], True),
        ([("PlaybackStopped", "DEFAULT"), ("PlaybackStarted", "DEFAULT")], True),
    ],
)
def test_the_last_word_about_the_source_that_plays_counts(car, events, plays):
    """Stopped silences it, and Started behind that takes it back."""
    car.play("DEFAULT", "PRESET", "1")
    messages = [told(*event, session_id="") for event in events]
    invoke, car._invoke = car._invoke, lambda _event: {**NOTHING, "messages": messages}
    car.mute(on=True)
    car._invoke = invoke
    assert car.device.playing is plays


def test_a_strict_head_unit_raises(house):
    """A rule that is broken is an error there and then."""
    with pytest.raises(RuleBroken, match="Rule 91"):
        unit_of(house, NOTHING).state()


@pytest.mark.parametrize("name", [path.stem for path in sorted(EVENTS.glob("aasb_*.json"))])
def test_the_recorded_messages_are_no_riddle(name):
    """The referee has an opinion of each, whatever it is answered."""
    event = json.loads((EVENTS / f"{name}.json").read_text())
    assert isinstance(judge_exchange(Exchange(event, NOTHING, sources=frozenset(AUTO_SOURCES))), list)

"""Every event file, answered by the function's own entry, and judged by the rules of Alexa."""

import copy
import importlib
import io
import json
import logging
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from music_assistant_alexa.stream_token import StreamToken
from simulator.envelopes import APPLICATION_ID
from simulator.rules import judge

EVENTS = {path.stem: json.loads(path.read_text()) for path in sorted(Path(__file__).parents[2].glob("events/*.json"))}
EVENTS.pop("env", None)  # written by `make local-env`; no event
SPOKEN = {"LaunchRequest", "IntentRequest"}
BEGINNING = {"PlaybackController.PlayCommandIssued", "PlaybackController.NextCommandIssued"}
TOKEN_KEYS = {"ma1.q7f3c2.17.9b1c": "current", "ma1.q7f3c2.18.4d20": "upcoming"}
CONTEXT = SimpleNamespace(
    function_name="skill",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:skill",
    aws_request_id="request-1",
    get_remaining_time_in_millis=lambda: 8_000,
)


@pytest.fixture(scope="module")
def entry():
    """Import lambda_function as Lambda does: once, from its environment alone."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ALEXA_SKILL_ID", APPLICATION_ID)
        environment.setenv("PLAYBACK_TABLE_NAME", "playback")
        environment.setenv("HOME_URL", "https://home.example.com")
        environment.setenv("SECRET_NAME", "/music-assistant-alexa/secrets")
        environment.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        environment.setenv("POWERTOOLS_SERVICE_NAME", "music_assistant_alexa")
        environment.setenv("POWERTOOLS_METRICS_NAMESPACE", "MusicAssistantAlexa")
        sys.modules.pop("lambda_function", None)
        module = importlib.import_module("lambda_function")
    for handler in logging.getLogger("music_assistant_alexa").handlers:
        handler.setStream(io.StringIO())  # pytest closes the one it was made with
    return module


@pytest.fixture
def handle(entry, skill, monkeypatch):
    """Call the entry, over a home and a table in memory."""
    monkeypatch.setattr(entry, "app", skill.app)
    return lambda event: entry.lambda_handler(event, CONTEXT)


def custom(event):
    return isinstance(event.get("request"), dict) and not event["request"]["type"].startswith("AlexaAudioPlayQueue")


def answer_of(handle, event):
    """Answer an event and judge it; what comes back is plain JSON."""
    answer = handle(event)
    assert json.loads(json.dumps(answer)) == answer
    if custom(event):
        breaches = [str(breach) for breach in judge(event, answer) if breach.level == "error"]
        assert breaches == []
    return answer


def walk(value, change):
    """Return a copy of a JSON value, with `change(key, value)` in place of each member's value."""
    if isinstance(value, dict):
        return {key: walk(change(key, each), change) for key, each in value.items()}
    return [walk(each, change) for each in value] if isinstance(value, list) else value


CUSTOM = [name for name, event in EVENTS.items() if custom(event)]
MUSIC = [name for name, event in EVENTS.items() if "namespace" in event.get("header", {})]
AUTO = [name for name, event in EVENTS.items() if "messageDescription" in event.get("header", {})]
QUEUE_EVENTS = [name for name, event in EVENTS.items() if "request" in event and not custom(event)]


def test_all_files_are_here():
    """Every file belongs to one dialect, and there are 143 of them."""
    assert len(EVENTS) == len(CUSTOM) + len(MUSIC) + len(AUTO) + len(QUEUE_EVENTS) == 143


@pytest.mark.parametrize("name", EVENTS)
def test_every_file_is_answered(handle, name):
    """No file raises, and no answer breaks a rule; nothing was ever played on the device."""
    answer_of(handle, EVENTS[name])


@pytest.mark.parametrize("name", MUSIC)
def test_music_directives_are_answered_in_their_own_form(handle, name):
    """A directive gets an answer of the Music Skill API; test_music_fixtures.py looks at what it says."""
    answer = handle(EVENTS[name])
    assert answer.keys() == {"header", "payload"}
    assert answer["header"].keys() == {"namespace", "name", "messageId", "payloadVersion"}
    assert [str(breach) for breach in judge(EVENTS[name], answer) if breach.level == "error"] == []


@pytest.mark.parametrize("name", QUEUE_EVENTS)
def test_music_events_are_acknowledged(handle, name):
    """Playback events of the music skill are acknowledged with an empty object, and go to no handler."""
    assert handle(EVENTS[name]) == {}


@pytest.mark.parametrize("name", AUTO)
def test_auto_messages_are_answered_in_their_own_form(handle, name):
    """What comes back are events, errors and states of our topic, within the rules."""
    answer = handle(EVENTS[name])
    assert answer.keys() == {"messages", "stream", "now_playing"}
    for message in answer["messages"]:
        assert message["header"]["messageDescription"]["topic"] == "LocalMediaSource"
        assert message["header"]["messageDescription"]["action"] in {"PlayerEvent", "PlayerError", "GetState"}
    assert judge(EVENTS[name], answer) == []


@pytest.mark.parametrize("name", CUSTOM)
def test_foreign_tokens_do_nothing(handle, skill, name):
    """The files' tokens are another skill's: events about them go nowhere, and nothing is stored.

    The buttons that begin music ask home what waits for the device, and nothing does.
    """
    kind = EVENTS[name]["request"]["type"]
    if kind in SPOKEN:
        return
    handle(EVENTS[name])
    assert skill.home.names == (["resume"] if kind in BEGINNING else [])
    assert skill.store.writes == []


@pytest.fixture
def live(handle, skill):
    """Make a device that plays our own stream: its tokens by the name of the fixture's."""
    device = EVENTS["audioplayer_playback_started"]["context"]["System"]["device"]["deviceId"]
    skill.sender = type(skill.sender)(device_id=device)
    current = skill.play_album()
    answer = skill.event("AudioPlayer.PlaybackNearlyFinished", current)
    upcoming = answer["response"]["directives"][0]["audioItem"]["stream"]["token"]
    skill.home.calls.clear()
    skill.store.writes.clear()
    return {"current": current, "upcoming": upcoming}


@pytest.mark.parametrize("name", CUSTOM)
def test_every_file_with_live_tokens(handle, live, name):
    """With our own tokens in them and a row behind them, the files are answered within the rules."""
    answer_of(handle, with_tokens(EVENTS[name], live))


def with_tokens(event, live):
    return walk(
        event, lambda _key, value: live[TOKEN_KEYS[value]] if isinstance(value, str) and value in TOKEN_KEYS else value
    )


AUDIO_EVENTS = [name for name in CUSTOM if name.startswith("audioplayer_") and "foreign" not in name]


@pytest.mark.parametrize("name", AUDIO_EVENTS)
def test_live_events_reach_home(handle, skill, live, name):
    """An AudioPlayer event about our stream makes one round trip home: the change of tokens above is no sham."""
    handle(with_tokens(EVENTS[name], live))
    assert len(skill.home.calls) == 1


@pytest.mark.parametrize("name", CUSTOM)
def test_without_a_session(handle, live, name):
    """A session that is null or missing changes nothing of how a file is answered."""
    event = with_tokens(EVENTS[name], live)
    answer_of(handle, {**event, "session": None})
    event.pop("session", None)
    answer_of(handle, event)


@pytest.mark.parametrize("name", [name for name in CUSTOM if EVENTS[name]["request"].get("intent")])
def test_without_slots(handle, live, name):
    """An intent whose slots are empty, null or missing is answered."""
    for slots in ({}, None, {"artist": None}, {"query": {"name": "query"}}, {"track": {"value": "  "}}):
        event = with_tokens(EVENTS[name], live)
        event["request"]["intent"]["slots"] = slots
        assert answer_of(handle, event)["response"]


@pytest.mark.parametrize("name", CUSTOM)
def test_with_properties_nobody_knows(handle, live, name):
    """Extra properties anywhere change no answer; certification sends some."""
    event = with_tokens(EVENTS[name], live)
    extra = extended(event)
    slots = extra["request"].get("intent", {}).get("slots")
    if slots:
        slots.pop("new")
    assert speech_of(answer_of(handle, extra)) == speech_of(answer_of(handle, event))


def extended(value):
    """Return a JSON value with a new property in each of its objects."""
    if isinstance(value, dict):
        return {**{key: extended(each) for key, each in value.items()}, "new": {"x": [1]}}
    return [extended(each) for each in value] if isinstance(value, list) else value


def speech_of(answer):
    return answer["response"].get("outputSpeech")


def enumerated(value, path=()):
    """Yield the path of each word in capitals that is Alexa's own, not a listener's or a type."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in members:
        if isinstance(each, str) and each.isupper() and each.replace("_", "").isalpha():
            yield (*path, key)
        yield from enumerated(each, (*path, key))


def with_word(event, path, word="BRAND_NEW"):
    changed = copy.deepcopy(event)
    part = changed
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = word
    return changed


# one file for each word of each kind of request
WORDS = {
    (EVENTS[name]["request"]["type"], *(key for key in path if isinstance(key, str))): (name, path)
    for name in CUSTOM
    for path in enumerated(EVENTS[name])
}


@pytest.mark.parametrize(
    ("name", "path"), list(WORDS.values()), ids=lambda part: part if isinstance(part, str) else ".".join(map(str, part))
)
def test_with_words_nobody_knows(handle, skill, live, name, path):
    """A word of Alexa's that is newer than the SDK changes no answer: it fails closed, we do not."""
    event = with_tokens(EVENTS[name], live)
    before, calls = copy.deepcopy((vars(skill.home), skill.store._rows)), []
    for each in (event, with_word(event, path)):
        vars(skill.home).update(copy.deepcopy(before[0]))
        skill.store._rows = copy.deepcopy(before[1])
        answer_of(handle, each)
        calls.append(skill.home.names)
    assert calls[0] == calls[1]


def nodes(value, path=()):
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in members:
        yield (*path, key)
        yield from nodes(each, (*path, key))


REPRESENTATIVE = [
    *("custom_launch_while_own_stream_paused", "custom_intent_play_artist_dynamic_and_static"),
    *("custom_intent_multi_value_slot", "custom_amazon_next_while_playing", "audioplayer_playback_stopped"),
    *("audioplayer_playback_failed_while_buffering_next", "audioplayer_nearly_finished_late_after_finished"),
    *("playbackcontroller_next", "session_ended_error_endpoint_timeout", "can_fulfill_intent"),
    *("skillevent_permission_changed", "system_exception_internal_error", "music_getnextitem_user", "aasb_seek"),
]


@pytest.mark.parametrize("name", REPRESENTATIVE)
def test_a_broken_envelope_raises_nothing(handle, live, name):
    """Any one part of an event replaced by something of another type: an answer within the rules, or silence."""
    event = with_tokens(EVENTS[name], live)
    for path in nodes(event):
        if path in {
            ("request",),
            ("request", "type"),
            ("header",),
            ("header", "namespace"),
            ("header", "messageDescription"),
        }:
            continue  # then it is of no dialect at all
        for wrong in (None, [], {}, [[]], {"x": {}}, "", 7, -1e400, True):
            changed = with_word(event, path, wrong)
            answer = handle(changed)
            assert isinstance(answer, dict), (path, wrong)
            if custom(changed):
                assert answer["version"] == "1.0", (path, wrong)
                assert isinstance(answer["response"], dict), (path, wrong)


def test_the_token_in_the_files_is_not_ours():
    """The files' tokens decode to nothing, so that the tests above need live ones."""
    assert all(StreamToken.decode(token) is None for token in TOKEN_KEYS)

"""Whatever Alexa's JSON has become on the way, each dialect answers it legally, in its own form."""

import json
import logging
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from music_assistant_alexa.app import build_app
from music_assistant_alexa.errors import UnknownDialectError
from music_assistant_alexa.models import MediaItem, MediaType
from music_assistant_alexa.settings import Credentials, Settings
from music_assistant_alexa.telemetry import metrics
from simulator import envelopes
from simulator.envelopes import APPLICATION_ID, Conversation, PlayerReport, Sender
from simulator.memory_auto_sessions import MemoryAutoSessions
from simulator.memory_music_store import MemoryMusicStore
from simulator.memory_store import MemoryStore
from simulator.reliability import examples
from simulator.rules import Exchange, judge_exchange
from simulator.rules.music_given import ERROR_VERSIONS, ERRORS
from simulator.rules.table import mapping
from simulator.scripted_home import ScriptedHome
from simulator.scripted_queues import ScriptedQueues
from simulator.spoiling import OTHER_TYPES, WAYS, places, spoiled

FOLDER = Path(__file__).parents[1] / "events"
EVENTS = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.json")) if path.stem != "env"}
NESTED = ["custom_intent_play_artist_static_match", "audioplayer_playback_failed_current", "music_event_item_started"]
NESTED += ["music_initiate_shuffle", "aasb_getstate", "skillevent_account_linked", "system_exception_invalid_response"]
FOREIGN = {"ma1.q7f3c2.17.9b1c": 0, "ma1.q7f3c2.18.4d20": 1}
"""The tokens of the event files: of the stream that plays, and of the one after it."""
NOW = 1_795_000_000
SECRET = json.dumps({"bridge_token": "b" * 32, "stream_signing_key": "a key of the tests"})
LIBRARY = [
    MediaItem("library://artist/1", "Blue Harbor", MediaType.ARTIST, in_library=True),
    MediaItem("library://album/1", "Night Ferry", MediaType.ALBUM, "Blue Harbor", in_library=True),
    MediaItem("library://track/9", "Salt and Wire", MediaType.TRACK, "Blue Harbor", in_library=True),
]
SILENCE = {"version": "1.0", "response": {}}
OF_PYTHON = ("Traceback", 'File "', "music_assistant_alexa", "ask_sdk", "site-packages")
SPOILS = st.lists(st.tuples(st.integers(0, 400), st.sampled_from(WAYS), st.integers(0, 40)), min_size=1, max_size=4)
QUIETLY = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


class Renewed:
    """Stands for a part of the app that is made anew for every example."""

    def __init__(self, make):
        self._make = make
        self.renew()

    def renew(self):
        self._part = self._make()

    def __getattr__(self, name):
        return getattr(self._part, name)


class Findings(logging.Handler):
    """Keeps what the package logged with a traceback: the user heard a sentence, but it is a bug of ours."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        if record.exc_info:
            self.lines.append(self.format(record))


class Skill:
    """The wired skill, over a home and a table in memory, with an album playing."""

    def __init__(self, findings):
        self.home = Renewed(lambda: ScriptedHome(library=list(LIBRARY)))
        self.store = Renewed(lambda: MemoryStore(lambda: NOW))
        self.queues = Renewed(ScriptedQueues)
        self.music_store = Renewed(lambda: MemoryMusicStore(lambda: NOW))
        self.auto_sessions = Renewed(lambda: MemoryAutoSessions(lambda: NOW))
        self.findings = findings
        self._app = build_app(
            Settings(APPLICATION_ID, "playback", "https://home.example.com", "/secrets"),
            music=self.home,
            players=self.home,
            queues=self.queues,
            store=self.store,
            music_store=self.music_store,
            auto_sessions=self.auto_sessions,
            credentials=Credentials("/secrets", lambda _name: SECRET),
            now=lambda: NOW,
        )

    def play(self, event):
        """Let the event's device play an album and ask what follows; returns both tokens."""
        self.home.renew()
        self.store.renew()
        self.queues.renew()
        self.music_store.renew()
        self.auto_sessions.renew()
        system = event.get("context", {}).get("System", {})
        self._sender = Sender(device_id=system.get("device", {}).get("deviceId", "kitchen"))
        said = envelopes.intent("PlayAlbumIntent", {"album": envelopes.slot("album", "Night Ferry")})
        playing = self._token(
            self._ask("IntentRequest", Conversation("session-1", new=True, attributes={}), intent=said)
        )
        self._ask("AudioPlayer.PlaybackStarted", token=playing, offsetInMilliseconds=0)
        upcoming = self._token(self._ask("AudioPlayer.PlaybackNearlyFinished", token=playing, offsetInMilliseconds=9))
        return playing, upcoming

    def answer(self, event):
        self.findings.lines.clear()
        try:
            return self._app.answer(event)
        finally:
            metrics.clear_metrics()  # as the entry function does when it has published them

    def _ask(self, kind, conversation=None, **fields):
        head = envelopes.request_head(kind, "request-1", NOW - 60, "en-US")
        return self.answer(envelopes.envelope(self._sender, head | fields, PlayerReport(), conversation))

    @staticmethod
    def _token(answer):
        return answer["response"]["directives"][0]["audioItem"]["stream"]["token"]


@pytest.fixture(scope="module")
def skill():
    logger, findings = logging.getLogger("music_assistant_alexa"), Findings()
    logger.addHandler(findings)
    yield Skill(findings)
    logger.removeHandler(findings)


def alive(text, tokens):
    """Return an event whose tokens are of the streams that play."""
    for foreign, which in FOREIGN.items():
        text = text.replace(foreign, tokens[which])
    return json.loads(text)


def check(skill, name, spoils):
    """Spoil an event file and send it: nothing is raised, and what comes back is legal."""
    event = alive(EVENTS[name], skill.play(json.loads(EVENTS[name])))
    event = spoiled(event, spoils)
    try:
        answer = skill.answer(event)
    except UnknownDialectError:
        return
    text = json.dumps(answer, allow_nan=False)
    assert skill.findings.lines == []
    assert [word for word in OF_PYTHON if word in text] == []
    legal(event, answer)


def legal(event, answer):
    """Judge an answer in the form of its dialect; silence is always one to what cannot be read."""
    request = event.get("request")
    if "header" in answer:
        header = answer["header"]
        assert header.keys() == {"namespace", "name", "messageId", "payloadVersion"}
        if header["name"] == "ErrorResponse":
            assert answer["payload"]["type"] in ERRORS[header["namespace"]]
            assert header["payloadVersion"] == ERROR_VERSIONS[header["namespace"]]
        assert answer["payload"].get("type") != "INTERNAL_ERROR", "home and table are there: nothing is to blame but us"
    elif "messages" in answer:
        errors = [each["payload"] for each in answer["messages"] if "errorName" in each["payload"]]
        assert {error["errorName"] for error in errors} <= {"INTERNAL_ERROR"}
    elif answer not in ({}, SILENCE):
        # Where only the session names the skill, the referee, which looks at the context, would call it another's.
        system = mapping(mapping(event.get("context")).get("System"))
        named = "applicationId" in mapping(system.get("application"))
        exchange = Exchange(event, answer, application_id=APPLICATION_ID if named else None)
        assert isinstance(request["type"], str), "only a request with a type is answered with more than silence"
        assert [str(breach) for breach in judge_exchange(exchange) if breach.level == "error"] == []


@given(st.sampled_from(sorted(EVENTS)), SPOILS)
@settings(max_examples=350, derandomize=True, **QUIETLY)
def test_a_spoiled_event_is_answered_legally(skill, tried, name, spoils):
    """Dropped, retyped, nested, enlarged or odd: no exception, no traceback, an answer of the dialect's own form."""
    check(skill, name, spoils)
    tried["events"] += 1


@pytest.mark.fuzz
@pytest.mark.timeout(1_200)
@given(st.sampled_from(sorted(EVENTS)), SPOILS)
@settings(max_examples=examples(12_000), **QUIETLY)
def test_spoiled_events_for_long(skill, tried, name, spoils):
    """The same, for longer."""
    check(skill, name, spoils)
    tried["events"] += 1


@pytest.mark.parametrize("name", NESTED)
def test_each_place_nested_deeply(skill, tried, name):
    """Five thousand levels at any place of an event: answered in its dialect, whichever part it is."""
    for number in range(len(places(json.loads(EVENTS[name])))):
        check(skill, name, [(number, "nest", 4)])
        tried["events"] += 1


@pytest.mark.parametrize("event", OTHER_TYPES, ids=ascii)
def test_what_is_no_event(skill, event):
    """What is no event in any dialect is refused by one error, which shows none of its values."""
    with pytest.raises(UnknownDialectError) as refused:
        skill.answer(event)
    assert len(str(refused.value)) < 2_000

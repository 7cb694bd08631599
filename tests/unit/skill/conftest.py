"""The skill in memory: its real wiring over a scripted home and a store in a dict."""

import json
import logging
from dataclasses import dataclass, field, replace

import pytest

from music_assistant_alexa import app as app_module
from music_assistant_alexa import telemetry
from music_assistant_alexa.app import App, build_app
from music_assistant_alexa.models import Device, Heard, MediaItem, MediaType, Moment
from music_assistant_alexa.playback import Playback
from music_assistant_alexa.playback_events import PlaybackEvents, Reported
from music_assistant_alexa.settings import Credentials, Settings
from music_assistant_alexa.stream_token import StreamToken
from music_assistant_alexa.stream_urls import PublicUrls
from simulator import envelopes
from simulator.envelopes import APPLICATION_ID, Conversation, PlayerReport, Sender
from simulator.memory_store import MemoryStore
from simulator.scripted_home import ScriptedHome, tracks

NOW = 1_795_000_000
BASE_URL = "https://home.example.com"
SIGNING_KEY = "a key of the tests"
ALBUM = MediaItem("library://album/1", "Night Ferry", MediaType.ALBUM, "Blue Harbor", in_library=True)
SECRET = json.dumps({"bridge_token": "bridge-token-of-the-tests", "stream_signing_key": SIGNING_KEY})


@dataclass
class Clock:
    """A wall clock that moves only when it is told to; whole seconds, as Alexa's."""

    now: int = NOW

    def __call__(self) -> float:
        return float(self.now)


@dataclass
class Core:
    """Playback and its events for one device, at a clock of its own."""

    home: ScriptedHome
    store: MemoryStore
    clock: Clock
    device: Device = field(default_factory=lambda: Device("amzn1.ask.device.KITCHEN"))

    def __post_init__(self):
        urls = PublicUrls(BASE_URL, lambda: SIGNING_KEY, self.clock)
        self.playback = Playback(self.home, self.store, urls)
        self.events = PlaybackEvents(self.home, self.store, urls)

    @property
    def state(self):
        return self.store.load(self.device.device_id)

    @property
    def running(self):
        return self.state.running

    def moment(self, heard=None, after=0):
        """Return now, or so many seconds later; the device plays `heard`, (token, offset in ms)."""
        self.clock.now += after
        return Moment(self.device, self.clock.now, Heard(*heard) if heard else Heard())

    def play(self, *media):
        """Play an album of three tracks; returns the token of the first."""
        return self.token_of(self.playback.play(self.moment(), list(media) or [ALBUM]))

    @staticmethod
    def token_of(outcome):
        """Return the token of an outcome's only order to play."""
        (play,) = outcome.actions
        return StreamToken.decode(play.token)

    @property
    def reports(self):
        """What home was told the device did, in order."""
        return [call.args["event"] for call in self.home.calls if call.name == "report"]

    def started(self, token, offset_ms=0, after=0):
        return self.events.started(self.moment(after=after), Reported(token, offset_ms))

    def stopped(self, token, offset_ms, after=0):
        return self.events.stopped(self.moment(after=after), Reported(token, offset_ms))

    def finished(self, token, offset_ms=200_000, after=0):
        return self.events.finished(self.moment(after=after), Reported(token, offset_ms))

    def nearly_finished(self, token, offset_ms=130, after=0):
        return self.events.nearly_finished(self.moment(after=after), Reported(token, offset_ms))

    def failed(self, token, current=None, at_ms=0, after=0):
        """Break the stream of `token` while the device plays `current`."""
        return self.events.failed(self.moment(after=after), Reported(token), Heard(current or token, at_ms))


@dataclass
class Skill:
    """The whole skill, asked as Alexa asks it."""

    app: App
    home: ScriptedHome
    store: MemoryStore
    clock: Clock
    sender: Sender = field(default_factory=Sender)
    report: PlayerReport = field(default_factory=PlayerReport)
    attributes: dict = field(default_factory=dict)

    def ask(self, name, **slots):
        """Send an intent in a session."""
        filled = {slot: envelopes.slot(slot, value) for slot, value in slots.items()}
        return self.spoken("IntentRequest", intent=envelopes.intent(name, filled))

    def spoken(self, kind, **fields):
        conversation = Conversation("session-1", new=True, attributes=self.attributes)
        return self.app.answer(self.envelope(kind, conversation, **fields))

    def event(self, kind, token=None, **fields):
        """Send a request without a session, with a stream's token if it is about one."""
        about = {"token": token, "offsetInMilliseconds": 0} if token else {}
        return self.app.answer(self.envelope(kind, None, **about | fields))

    def envelope(self, kind, conversation=None, **fields):
        head = envelopes.request_head(kind, "request-1", self.clock.now, self.sender.locale)
        return envelopes.envelope(self.sender, {**head, **fields}, self.report, conversation)

    def speaking(self, locale):
        self.sender = replace(self.sender, locale=locale)
        return self

    @staticmethod
    def said(answer):
        """Return what an answer says, without its root element."""
        ssml = answer["response"]["outputSpeech"]["ssml"]
        return ssml.removeprefix("<speak>").removesuffix("</speak>")

    def play_album(self):
        """Play an album and let the device start it; returns the token."""
        answer = self.ask("PlayAlbumIntent", album="Night Ferry")
        token = answer["response"]["directives"][0]["audioItem"]["stream"]["token"]
        self.report = PlayerReport("PLAYING", token, 0)
        self.event("AudioPlayer.PlaybackStarted", token)
        self.home.calls.clear()
        return token


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def home():
    return ScriptedHome(library=[ALBUM])


@pytest.fixture
def store(clock):
    return MemoryStore(clock)


@pytest.fixture
def core(home, store, clock):
    return Core(home, store, clock)


@pytest.fixture
def settings():
    return Settings(APPLICATION_ID, "playback", BASE_URL, "/secrets")


@pytest.fixture
def skill(settings, home, store, clock, monkeypatch):
    monkeypatch.setattr(app_module, "HomeHttp", lambda *_: None)  # replaced below, and its certificates take 40 ms
    credentials = Credentials("/secrets", lambda _name: SECRET)
    app = build_app(settings, music=home, players=home, store=store, credentials=credentials, now=clock)
    return Skill(app, home, store, clock)


@pytest.fixture(name="tracks")
def _tracks():
    return tracks


@pytest.fixture(autouse=True)
def counted(monkeypatch):
    """Collect the names of what telemetry counts; CloudWatch's own form of it is forgotten after the test."""
    names, metrics = [], telemetry.metrics
    add = metrics.add_metric
    monkeypatch.setattr(metrics, "add_metric", lambda **metric: names.append(metric["name"]) or add(**metric))
    monkeypatch.setattr(metrics.provider, "namespace", "MusicAssistantAlexa")
    monkeypatch.setattr(metrics.provider, "service", "music_assistant_alexa")
    yield names
    metrics.clear_metrics()


class Records(logging.Handler):
    """Keeps every line of the package's loggers, tracebacks included, as it would be written."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))

    @property
    def text(self):
        return "\n".join(self.lines)


@pytest.fixture
def logs():
    """Everything the package logs. Not caplog: Powertools hides the package's records from the root's handlers."""
    logger, records = logging.getLogger("music_assistant_alexa"), Records()
    level = logger.level
    logger.addHandler(records)
    logger.setLevel(logging.DEBUG)
    yield records
    logger.removeHandler(records)
    logger.setLevel(level)

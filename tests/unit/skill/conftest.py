"""The skill in memory: its real wiring over a scripted home and a store in a dict."""

import json
import logging
from dataclasses import dataclass, field, replace

import pytest

from music_assistant_alexa import app as app_module
from music_assistant_alexa import telemetry
from music_assistant_alexa.account_linking.grants import Grants
from music_assistant_alexa.account_linking.household import Household
from music_assistant_alexa.account_linking.routes import routes
from music_assistant_alexa.account_linking.tries import Tries
from music_assistant_alexa.app import App, build_app
from music_assistant_alexa.entity_ids import entity_id
from music_assistant_alexa.models import Device, Heard, MediaItem, MediaType, Moment
from music_assistant_alexa.playback import Playback
from music_assistant_alexa.playback_events import PlaybackEvents, Reported
from music_assistant_alexa.settings import Credentials, Settings
from music_assistant_alexa.stream_token import StreamToken
from music_assistant_alexa.stream_urls import PublicUrls
from music_assistant_alexa.web import Web
from simulator import account_linking, envelopes
from simulator.envelopes import APPLICATION_ID, Conversation, PlayerReport, Sender
from simulator.head_unit import HeadUnit
from simulator.memory_auto_sessions import MemoryAutoSessions
from simulator.memory_house import AUTO_SOURCES
from simulator.memory_linking import MemoryLinkingStore
from simulator.memory_music_store import MemoryMusicStore
from simulator.memory_store import MemoryStore
from simulator.scripted_home import ScriptedHome, queue_item, tracks
from simulator.scripted_queues import ScriptedQueues
from simulator.silent_ear import SilentEar

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
    auto_sessions: MemoryAutoSessions
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
    return Settings(APPLICATION_ID, "playback", BASE_URL, "/secrets", auto_sources=AUTO_SOURCES)


@pytest.fixture
def queues():
    return ScriptedQueues()


@pytest.fixture
def music_store(clock):
    return MemoryMusicStore(clock)


@pytest.fixture
def auto_sessions(clock):
    return MemoryAutoSessions(clock)


@pytest.fixture
def skill(settings, home, queues, store, music_store, auto_sessions, clock, monkeypatch):
    monkeypatch.setattr(app_module, "HomeHttp", lambda *_: None)  # replaced below, and its certificates take 40 ms
    credentials = Credentials("/secrets", lambda _name: SECRET)
    app = build_app(
        settings,
        music=home,
        players=home,
        queues=queues,
        store=store,
        music_store=music_store,
        auto_sessions=auto_sessions,
        credentials=credentials,
        now=clock,
    )
    return Skill(app, home, store, clock, auto_sessions)


@dataclass
class Road:
    """The skill's clock, as a head unit moves it."""

    clock: Clock

    def time(self):
        return self.clock.now

    def advance(self, seconds):
        self.clock.now += seconds


STATIONS = ("Harbour 98.7 FM", "News 98.7 AM", "SiriusXM 22")


@pytest.fixture
def car(skill):
    """Return a vehicle: preset 1 is an album of three tracks, as far as home is concerned, and so is each station."""
    skill.home.library += [
        MediaItem(f"library://radio/{number}", name, MediaType.RADIO, in_library=True)
        for number, name in enumerate(STATIONS, 1)
    ]
    return HeadUnit(skill.app.answer, ear=SilentEar(), clock=Road(skill.clock), sources=AUTO_SOURCES)


@pytest.fixture
def driving(car, skill):
    """Return a vehicle that plays the first of three tracks at DEFAULT, for ten seconds now."""
    car.play("DEFAULT", "PRESET", "1")
    car.listen(10)
    skill.home.calls.clear()
    return car


@pytest.fixture
def tuned(car, skill):
    """Return a vehicle that plays a station."""
    skill.home.contents["library://radio/1"] = [
        queue_item("library://radio/1", "Harbour", duration_ms=None, media_type=MediaType.RADIO)
    ]
    car.play("FM_RADIO", "FREQUENCY", "98.7")
    skill.home.calls.clear()
    return car


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


HARBOR = MediaItem("library://artist/1", "Blue Harbor", MediaType.ARTIST, in_library=True)
SONG = MediaItem("library://track/9", "Summit", MediaType.TRACK, "Blue Harbor", in_library=True, album="Night Ferry")
RUDE = MediaItem("library://track/13", "Rude", MediaType.TRACK, "Blue Harbor", in_library=True, explicit=True)
NEWEST = MediaItem("library://album/2", "Salt and Wire", MediaType.ALBUM, "Blue Harbor", in_library=True)
PARTY = MediaItem("library://playlist/3", "Party Hits", MediaType.PLAYLIST, in_library=True)
ROCK = MediaItem("library://genre/4", "Rock", MediaType.GENRE, in_library=True)
SUMMER = MediaItem("library://radio/5", "Summertime", MediaType.RADIO, in_library=True)


@dataclass
class Music:
    """The music skill, asked as Alexa's music service asks it."""

    app: App
    home: ScriptedHome
    queues: ScriptedQueues
    store: MemoryMusicStore
    clock: Clock
    sent: int = 0

    def ask(self, key, *, message_id="", version="1.0", **payload):
        """Send a directive; what is None in its payload is left out."""
        self.sent += 1
        namespace, _, name = key.rpartition(".")
        header = {"namespace": namespace, "name": name, "payloadVersion": version}
        payload = {name: value for name, value in payload.items() if value is not None}
        head = {**header, "messageId": message_id or f"message-{self.sent}"}
        return self.app.answer({"header": head, "payload": payload})

    def search(self, *attributes, explicit=True):
        """Ask for content; an attribute is (type, item to name by its id) or (type, words)."""
        sent = [
            {"type": kind, "entityId": entity_id(named.uri)}
            if isinstance(named, MediaItem)
            else {"type": kind, "value": named}
            for kind, named in attributes
        ]
        filters = {"explicitLanguageAllowed": explicit}
        asked = {"filters": filters, "selectionCriteria": {"attributes": sent}}
        return self.ask("Alexa.Media.Search.GetPlayableContent", **asked)

    def initiate(self, content_id=ALBUM.uri, **payload):
        """Begin a queue; returns its playbackMethod."""
        answer = self.ask("Alexa.Media.Playback.Initiate", contentId=content_id, **payload)
        return answer["payload"]["playbackMethod"]

    def queue(self, name, reference, **payload):
        """Ask something of a queue; `reference` is what Alexa calls the item."""
        return self.ask(f"Alexa.{name}", currentItemReference=reference, **payload)

    @staticmethod
    def reference(method, entry_id="1"):
        return {"id": entry_id, "queueId": method["id"], "contentId": ALBUM.uri}

    @staticmethod
    def error(answer):
        """Return namespace, version and type of an error."""
        assert answer["header"]["name"] == "ErrorResponse"
        return answer["header"]["namespace"], answer["header"]["payloadVersion"], answer["payload"]["type"]

    @property
    def trips(self):
        """What was asked of home, in order."""
        return [*self.home.names, *self.queues.names]

    def event(self, name, reference, **body):
        """Report what a speaker did."""
        system = {"application": {"applicationId": APPLICATION_ID}}
        request = {"type": f"AlexaAudioPlayQueueEvent.{name}", "timestamp": "2026-11-21T20:15:30Z"}
        request["body"] = {"item": reference, "offsetInMilliseconds": 0, **body}
        return self.app.answer({"version": "1.0", "context": {"System": system}, "request": request})


@pytest.fixture
def music(skill, queues, music_store):
    skill.home.library += [HARBOR, NEWEST, SONG, RUDE, PARTY, SUMMER, ROCK]
    return Music(skill.app, skill.home, queues, music_store, skill.clock)


@dataclass
class Linking:
    """Account linking in memory, and an Amazon account that wants to be linked."""

    clock: Clock
    secret: dict = field(default_factory=lambda: {**json.loads(SECRET), **account_linking.LINKING_SECRET})
    fetched: int = 0

    def __post_init__(self):
        self.store = MemoryLinkingStore(self.clock)
        self.web, self.grants = self.sandbox()
        self.alexa = account_linking.Linker(self.web.answer)

    def sandbox(self):
        """Return what one more sandbox of the function has; all share the table and the secret."""
        household = Household(Credentials("/secrets", self._fetch), account_linking.VENDOR_ID, self.clock)
        grants = Grants(household, self.store, self.clock)
        return Web(routes(household, grants, Tries(self.store, self.clock), self.clock)), grants

    def _fetch(self, _name):
        self.fetched += 1
        return json.dumps(self.secret)


@pytest.fixture
def linking(clock):
    return Linking(clock)

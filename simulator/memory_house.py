"""The skill's real wiring over a scripted home and a store in memory: a house that costs nothing to move into."""

import functools
import json
import time
from collections.abc import Iterable
from typing import Any

from music_assistant_alexa.app import build_app
from music_assistant_alexa.models import MediaItem, MediaType
from music_assistant_alexa.settings import Credentials, Settings
from music_assistant_alexa.telemetry import metrics
from simulator.alexa_api import AlexaApi
from simulator.audio_device import Habits
from simulator.echo import Echo
from simulator.envelopes import APPLICATION_ID, Sender
from simulator.memory_auto_sessions import MemoryAutoSessions
from simulator.memory_music_store import MemoryMusicStore
from simulator.memory_store import MemoryStore
from simulator.music_service import MusicService
from simulator.music_utterances import Entities
from simulator.rules import Exchange, Known
from simulator.scripted_home import ScriptedHome
from simulator.scripted_queues import ScriptedQueues
from simulator.silent_ear import SilentEar
from simulator.utterances import Listener

__all__ = ["LIBRARY", "MemoryHouse"]

SECRET = json.dumps({"bridge_token": "bridge-token-of-the-house", "stream_signing_key": "a signing key of the house"})
NOW = 1_795_000_000.0
AUTO_SOURCES = ("DEFAULT", "FM_RADIO", "AM_RADIO", "SIRIUS_XM", "DAB", "COMPACT_DISC")
"""What the head unit of the house's vehicle offers; USB and BLUETOOTH are others'."""
PARTS = ("home", "queues", "store", "music_store", "auto_sessions")
STUMBLES = {"Unexpected", "BrokenEnvelope"}
"""Outcomes the skill counts when an exception it had not thought of, or an event it cannot read, was answered."""
LIBRARY = (
    MediaItem("library://artist/1", "Blue Harbor", MediaType.ARTIST, "", in_library=True),
    MediaItem("library://album/1", "Night Ferry", MediaType.ALBUM, "Blue Harbor", in_library=True),
    MediaItem("library://track/1", "Summit", MediaType.TRACK, "Blue Harbor", in_library=True),
    MediaItem("library://playlist/1", "Late Drive", MediaType.PLAYLIST, "", in_library=True),
    MediaItem("library://radio/1", "Harbor Radio", MediaType.RADIO, "", in_library=True),
)


@functools.cache
def _listener(locale: str) -> Listener:
    return Listener.of_locale(locale)


class StillClock:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def time(self) -> float:
        """Return seconds since 1970."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


class _Whatever:
    """Stands for the home or the store the house has at the moment, so that the skill is wired once."""

    def __init__(self, house: "MemoryHouse", part: str) -> None:
        self._house = house
        self._part = part

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(self._house, self._part), name)


class MemoryHouse:
    """One Echo, one home, one row; `move_in` makes all of them new."""

    def __init__(self) -> None:
        self.clock = StillClock()
        self.api = AlexaApi()
        self.move_in()
        parts: dict[str, Any] = {name: _Whatever(self, name) for name in PARTS}
        settings = Settings(
            APPLICATION_ID, "playback", "https://home.example.com", "/secrets", auto_sources=AUTO_SOURCES
        )
        credentials = Credentials("/secrets", lambda _: SECRET)
        self._app = build_app(
            settings,
            music=parts["home"],
            players=parts["home"],
            queues=parts["queues"],
            store=parts["store"],
            music_store=parts["music_store"],
            auto_sessions=parts["auto_sessions"],
            credentials=credentials,
            now=self.clock.time,
        )

    def close(self) -> None:
        """Stop what listens."""
        self.api.close()

    def move_in(self, library: Iterable[MediaItem] = LIBRARY) -> None:
        """Start anew: an empty queue, an empty table, an hour later."""
        self.clock.advance(3_600)
        self.home = ScriptedHome(library=list(library))
        self.store = MemoryStore(self.clock.time)
        self.queues = ScriptedQueues()
        self.music_store = MemoryMusicStore(self.clock.time)
        self.auto_sessions = MemoryAutoSessions(self.clock.time)
        self.ear = SilentEar()
        self._effects = self._progressive = 0
        self._stumbled = ""
        self.witness({})

    def echo(self, *, locale: str = "en-US", plays_audio: bool = True, **habits: Any) -> Echo:
        """Return the Echo of the house; it notes what breaks a rule and goes on."""
        sender = Sender(locale=locale, plays_audio=plays_audio, api_endpoint=self.api.url)
        echo = Echo(
            self.invoke,
            ear=self.ear,
            clock=self.clock,
            sender=sender,
            listener=_listener(locale),
            habits=Habits(**habits),
            strict=False,
        )
        echo.witness = self.witness
        return echo

    def music_service(self, entities: Entities | None = None) -> MusicService:
        """Return Alexa's music service in one room; it notes what breaks a rule and goes on."""
        room = MusicService(self.invoke, ear=self.ear, clock=self.clock, entities=entities, strict=False)
        room.line.witness = self.witness
        return room

    def invoke(self, event: dict[str, Any]) -> Any:
        """Answer one event as Lambda would: JSON in, JSON out; what the skill raises is raised."""
        try:
            answer = self._app.answer(json.loads(json.dumps(event)))
        finally:
            self._stumbled = next(iter(STUMBLES & metrics.metric_set.keys()), "")
            metrics.clear_metrics()  # as the entry function does when it has published them
        return json.loads(json.dumps(answer))

    def exchange(self, event: dict[str, Any], known: Iterable[Known] = ()) -> Exchange:
        """Answer an event that no device sent, and say all that is known about what it asks and the answer."""
        began = time.monotonic()
        try:
            answer = self.invoke(event)
        except Exception as error:  # noqa: BLE001  # Lambda, too, reports whatever escapes a handler
            answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
        seconds = time.monotonic() - began
        known_of_it = {
            "at": self.clock.time(),
            "sources": frozenset(AUTO_SOURCES),
            "asked_for": frozenset(known),
            **self.witness(event),
        }
        return Exchange(event, answer, seconds=seconds, application_id=APPLICATION_ID, **known_of_it)

    def witness(self, _event: dict[str, Any]) -> dict[str, Any]:
        """Return what the last answer took, what Alexa heard before it, and what plays at home after it."""
        effects, progressive = len(self.home.calls) + len(self.store.writes), len(self.api.received)
        seen = {"effects": effects - self._effects, "progressive": progressive - self._progressive}
        self._effects, self._progressive = effects, progressive
        return {**seen, "current_item": self.home.current_item, "stumbled": self._stumbled}

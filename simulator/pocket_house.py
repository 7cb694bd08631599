"""The whole house in one thread: the skill, the bridge's flows, a pocket home and any number of strict Echos.

Nothing waits and nothing listens: an evening takes milliseconds, so that thousands of them can be tried.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from home_bridge.errors import MusicAssistantError
from music_assistant_alexa.custom_skill import CustomSkill
from music_assistant_alexa.custom_skill.table import Services
from music_assistant_alexa.library import Library
from music_assistant_alexa.models import (
    Change,
    MediaItem,
    MediaType,
    PlaybackEvent,
    PlaybackState,
    PlayerState,
    QueueCommand,
    Upcoming,
)
from music_assistant_alexa.playback import Playback
from music_assistant_alexa.playback_events import PlaybackEvents
from music_assistant_alexa.stream_urls import PublicUrls, check_signed
from music_assistant_alexa.telemetry import metrics
from simulator import short_way
from simulator.audio_device import Clock, Habits
from simulator.echo import Echo
from simulator.envelopes import APPLICATION_ID, Conversation, Sender, envelope
from simulator.memory_store import MemoryStore
from simulator.pocket_bridge import PocketBridge
from simulator.pocket_clock import PocketClock
from simulator.pocket_home import PocketHome
from simulator.rules import Exchange
from simulator.sound import FetchFailed
from simulator.stand_in import music

BASE_URL = "https://home.example.com"
KEY = "a key of the tests"


class PocketMusic:
    """The library of the demonstration, to the skill."""

    @staticmethod
    @lru_cache(maxsize=256)
    def search(text: str, kinds: tuple[MediaType, ...], limit: int) -> list[MediaItem]:
        """Return what answers to `text`."""
        found = [media for kind in kinds for media in music.listed(kind.value, text)[:limit]]  # type: ignore[arg-type]
        return [MediaItem(each.uri, each.name, MediaType(each.kind), music.artist_name(each), True) for each in found]


@dataclass
class Meanwhile:
    """Something that happens in the middle of a request: in another Lambda, at the same time."""

    act: Callable[[], object]
    at: str
    """`loaded`, `asked` or `answered`: after the row was read, before home is asked, after home has answered."""


class RacingStore:
    """The store as one Lambda sees it, and the moment in which another one works."""

    def __init__(self, rows: MemoryStore, pass_by: Callable[[str], None]) -> None:
        self._rows = rows
        self._pass_by = pass_by

    def load(self, device_id: str) -> PlaybackState | None:
        """Return the row as it was before the other one worked."""
        state = self._rows.load(device_id)
        self._pass_by("loaded")
        return state

    def record(self, device_id: str, change: Change) -> bool:
        """Write one group of fields."""
        return self._rows.record(device_id, change)


class RacingPlayers:
    """The bridge as one Lambda sees it, and the moments in which another one works."""

    def __init__(self, bridge: PocketBridge, pass_by: Callable[[str], None]) -> None:
        self._bridge = bridge
        self._pass_by = pass_by

    def command(self, player: str, command: QueueCommand) -> PlayerState:
        """Do one command."""
        self._pass_by("asked")
        answer = self._bridge.command(player, command)
        self._pass_by("answered")
        return answer

    def next_stream(self, player: str, generation: int) -> Upcoming:
        """Return what follows a stream."""
        self._pass_by("asked")
        answer = self._bridge.next_stream(player, generation)
        self._pass_by("answered")
        return answer

    def report(self, player: str, event: PlaybackEvent) -> PlayerState:
        """Tell what the device did."""
        self._pass_by("asked")
        answer = self._bridge.report(player, event)
        self._pass_by("answered")
        return answer


class PocketSound:
    """One stream, all of it here at once."""

    content_type = "audio/mpeg"
    received = 1

    def __init__(self, url: str, queue_item_id: str, title: str, from_ms: int, length_ms: int | None) -> None:
        self.url = url
        self.track = title
        self.queue_item_id = queue_item_id
        self.from_ms = from_ms
        """The position in the track at which it begins."""
        self.length_ms = length_ms
        self.endless = length_ms is None
        self.buffered_ms = length_ms or 24 * 3600 * 1000
        self._broken = False

    def cut(self, at_ms: int) -> None:
        """Break off here."""
        self.buffered_ms, self._broken = at_ms, True

    def hear(self, until_ms: int) -> None:
        """Pull nothing, since all is here; raise FetchFailed beyond the point where it was cut."""
        if self._broken and until_ms > self.buffered_ms:
            raise FetchFailed("MEDIA_ERROR_SERVICE_UNAVAILABLE", "the connection was closed")

    def close(self) -> None:
        """Do nothing: there is no connection."""


class UnjudgedEcho(Echo):
    """An Echo that obeys without asking the referee."""

    def _send(self, request: dict[str, Any], conversation: Conversation | None = None) -> Exchange:
        event = envelope(self.sender, request, self.device.report(), conversation)
        exchange = Exchange(event, self._invoke(event))
        if self._step is not None:
            self._step.exchanges.append(exchange)
        if exchange.kind != "SessionEndedRequest":
            self.device.obey(exchange.directives)
        return exchange


class PocketHouse:
    """Everything that plays together."""

    def __init__(self, *, old: bool = False, whole: bool = True) -> None:
        """`whole`: ask-sdk reads and writes the envelopes, and every answer is judged; else the short way."""
        self.clock = PocketClock()
        self.whole = whole
        self.home = PocketHome(self.clock, old=old)
        self.bridge = PocketBridge(self.home)
        self.rows = MemoryStore(self.clock.time)
        self.meanwhile: Meanwhile | None = None
        store, players = RacingStore(self.rows, self._pass_by), RacingPlayers(self.bridge, self._pass_by)
        urls = PublicUrls(BASE_URL, lambda: KEY, self.clock.time)
        self._services = Services(
            Playback(players, store, urls), PlaybackEvents(players, store, urls), Library(PocketMusic())
        )
        self._skill = CustomSkill(APPLICATION_ID, self._services, self.clock.time)

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        """Answer one event of a device."""
        self.clock.settle()
        try:
            answer = self._skill.answer(event) if self.whole else short_way.answer(self._services, event)
        finally:
            metrics.clear_metrics()  # as the entry function does when it has published them
        self.clock.settle()
        return answer

    def echo(
        self,
        room: str,
        invoke: Callable[[dict[str, Any]], Any] | None = None,
        clock: Clock | None = None,
        **habits: Any,
    ) -> Echo:
        """Return an Echo of the one account."""
        sender = Sender(device_id=f"amzn1.ask.device.{room.upper()}")
        kind = Echo if self.whole else UnjudgedEcho
        return kind(invoke or self.invoke, ear=self, clock=clock or self.clock, sender=sender, habits=Habits(**habits))

    def open(self, url: str) -> PocketSound:
        """Fetch a stream, as the device's ear."""
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        name = parts.path.rpartition("/")[2]
        ref = check_signed("stream", name, query["exp"][0], query["sig"][0], keys=[KEY], now=self.clock.time())
        try:
            item, from_s = self.bridge.pull(ref["p"], ref["g"])
        except MusicAssistantError as error:
            raise FetchFailed("MEDIA_ERROR_SERVICE_UNAVAILABLE", str(error)) from error
        length_ms = (item.duration_s - from_s) * 1000 if item.duration_s else None
        sound = PocketSound(url, item.queue_item_id, item.media.name, from_s * 1000, length_ms)
        if (broken_s := self.home.broken.get(item.media.name)) is not None:
            sound.cut(max(0, broken_s - from_s) * 1000)
        return sound

    def _pass_by(self, at: str) -> None:
        meanwhile = self.meanwhile
        if meanwhile is not None and meanwhile.at == at:
            self.meanwhile = None
            meanwhile.act()

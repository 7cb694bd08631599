"""The only wiring: settings in, an app that answers events out."""

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from music_assistant_alexa import deadline
from music_assistant_alexa.adapters.breaker import Breaker
from music_assistant_alexa.adapters.dynamodb_auto_sessions import DynamoDbAutoSessions
from music_assistant_alexa.adapters.dynamodb_music_store import DynamoDbMusicStore
from music_assistant_alexa.adapters.dynamodb_store import DynamoDbStore
from music_assistant_alexa.adapters.dynamodb_table import dynamodb_client
from music_assistant_alexa.adapters.home_http import HomeHttp
from music_assistant_alexa.adapters.home_queues import HomeQueues
from music_assistant_alexa.adapters.ssm_secrets import fetch_secret
from music_assistant_alexa.auto import Auto
from music_assistant_alexa.auto.sessions import Sessions
from music_assistant_alexa.auto.table import Services as AutoServices
from music_assistant_alexa.contents import Contents
from music_assistant_alexa.custom_skill import CustomSkill
from music_assistant_alexa.custom_skill.table import Services
from music_assistant_alexa.errors import UnknownDialectError
from music_assistant_alexa.library import Library
from music_assistant_alexa.music_queues import QueuePlayback
from music_assistant_alexa.music_skill import Authorize, MusicSkill, invalid_directive
from music_assistant_alexa.music_skill.table import Services as MusicServices
from music_assistant_alexa.playback import Playback
from music_assistant_alexa.playback_events import PlaybackEvents
from music_assistant_alexa.ports import (
    AutoSessions,
    EchoPlayers,
    LinkingStore,
    MusicAssistant,
    MusicQueues,
    MusicStore,
    PlaybackStore,
)
from music_assistant_alexa.settings import Credentials, Settings
from music_assistant_alexa.stations import Stations
from music_assistant_alexa.stream_urls import PublicUrls

if TYPE_CHECKING:
    from music_assistant_alexa.web import Routes

__all__ = ["App", "build_app"]


class Dialect(Protocol):
    """One of the three ways Amazon talks to us."""

    def speaks(self, event: Mapping[str, Any]) -> bool:
        """Tell whether an event is in this dialect, by its shape alone."""
        ...

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer it."""
        ...


class App:
    """Answers events, each in its own dialect."""

    def __init__(self, dialects: tuple[Dialect, ...]) -> None:
        self._dialects = dialects

    def answer(self, event: Mapping[str, Any], context: Any = None) -> dict[str, Any]:
        """Answer one event within Alexa's time. Raises UnknownDialectError, naming the top-level keys only."""
        if not isinstance(event, Mapping):
            raise UnknownDialectError(f"an event that is no object: {type(event).__name__}")
        with deadline.spending(_budget_s(context)):
            return self._answer(event)

    def _answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        for dialect in self._dialects:
            if dialect.speaks(event):
                return dialect.answer(event)
        if isinstance(event.get("directive"), Mapping):
            return invalid_directive("This is not a smart home skill.")
        raise UnknownDialectError(f"an event of no dialect we speak; its keys: {sorted(map(str, event))[:10]}")


def build_app(  # noqa: PLR0913 - every part can be replaced, each by its name
    settings: Settings,
    *,
    music: MusicAssistant | None = None,
    players: EchoPlayers | None = None,
    queues: MusicQueues | None = None,
    store: PlaybackStore | None = None,
    music_store: MusicStore | None = None,
    auto_sessions: AutoSessions | None = None,
    linking_store: LinkingStore | None = None,
    credentials: Credentials | None = None,
    now: Callable[[], float] = time.time,
) -> App:
    """Wire the app."""
    credentials = credentials or Credentials(
        settings.secret_name, lambda name: fetch_secret(name, settings.aws_endpoint)
    )
    table = _Table(settings, now)
    store, music_store = store or table.of(DynamoDbStore), music_store or table.of(DynamoDbMusicStore)
    home = HomeHttp(settings.home_url, credentials, settings.home_ca_pem, Breaker(now))
    music, players = music or home, players or home
    urls = PublicUrls(settings.home_url, lambda: credentials.current().stream_signing_key, now)
    custom = Services(Playback(players, store, urls), PlaybackEvents(players, store, urls), Library(music))
    contents = Contents(music, music_store)
    queue_playback = QueuePlayback(queues or HomeQueues(home), music_store, contents, urls)
    sessions = Sessions(auto_sessions or table.of(DynamoDbAutoSessions))
    stations = Stations(music, settings.auto_presets)
    services = AutoServices(custom.playback, custom.events, stations, music, store, sessions)
    auto = Auto(services, settings.auto_sources, now)
    linking = _linking(settings, credentials, linking_store, table, now) if settings.linking_vendor_id else None
    skill_ids = frozenset({settings.skill_id, settings.music_skill_id})
    authorize = linking.authorize if linking else None
    dialects = (
        MusicSkill(skill_ids, MusicServices(contents, queue_playback, urls.art), now, authorize),
        CustomSkill(settings.skill_id, custom, now),
        auto,
    )
    pages = [linking.routes] if linking else []
    pages += [_auto_routes(auto, credentials, now)] if settings.auto_http else []
    return App((*_web(*pages), *dialects))


Adapter = TypeVar("Adapter")


class _Table:
    """The one table, its client made when the first adapter needs it."""

    def __init__(self, settings: Settings, now: Callable[[], float]) -> None:
        self._settings = settings
        self._now = now
        self._client = functools.cache(lambda: dynamodb_client(settings.aws_endpoint))

    def of(self, adapter: Callable[[Any, str, Callable[[], float]], Adapter]) -> Adapter:
        """Return an adapter for the table."""
        return adapter(self._client(), self._settings.table_name, self._now)


@dataclass(frozen=True, slots=True)
class _Linking:
    """What account linking adds: pages of its own, and a look at each directive's token."""

    routes: "Routes"
    authorize: Authorize


def _linking(
    settings: Settings,
    credentials: Credentials,
    store: LinkingStore | None,
    table: _Table,
    now: Callable[[], float],
) -> _Linking:
    """Load account linking: only where it is on, since a cold start is waited for."""
    from music_assistant_alexa.account_linking.grants import Grants
    from music_assistant_alexa.account_linking.household import Household
    from music_assistant_alexa.account_linking.routes import routes
    from music_assistant_alexa.account_linking.tries import Tries
    from music_assistant_alexa.adapters.dynamodb_linking import DynamoDbLinkingStore

    store = store or table.of(DynamoDbLinkingStore)
    household = Household(credentials, settings.linking_vendor_id, now)
    grants = Grants(household, store, now)
    return _Linking(routes(household, grants, Tries(store, now), now), grants.authorize)


def _auto_routes(auto: Dialect, credentials: Credentials, now: Callable[[], float]) -> "Routes":
    """Load the vehicles' way by HTTPS: only where it is on, and it leads to that dialect alone."""
    from music_assistant_alexa.auto_http.pace import Pace
    from music_assistant_alexa.auto_http.transport import Transport, routes
    from music_assistant_alexa.auto_http.vehicle_tokens import VehicleTokens

    return routes(Transport(auto, VehicleTokens(credentials, now), Pace(now)))


def _web(*pages: "Routes") -> tuple[Dialect, ...]:
    """Load what answers the function's own URL, where anything is to be found under it."""
    if not pages:
        return ()
    from music_assistant_alexa.web import Web

    return (Web({path: route for routes in pages for path, route in routes.items()}),)


def _budget_s(context: Any) -> float:
    """Return the seconds for one request: our own limit, or less when the function has less left."""
    left_ms = getattr(context, "get_remaining_time_in_millis", None)
    return float(min(deadline.BUDGET_S, left_ms() / 1000 - 0.5)) if left_ms else deadline.BUDGET_S

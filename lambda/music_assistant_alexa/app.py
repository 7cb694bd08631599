"""The only wiring: settings in, an app that answers events out."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from music_assistant_alexa import deadline
from music_assistant_alexa.adapters.breaker import Breaker
from music_assistant_alexa.adapters.dynamodb_store import DynamoDbStore, dynamodb_client
from music_assistant_alexa.adapters.home_http import HomeHttp
from music_assistant_alexa.adapters.ssm_secrets import fetch_secret
from music_assistant_alexa.auto import Auto
from music_assistant_alexa.custom_skill import CustomSkill
from music_assistant_alexa.custom_skill.table import Services
from music_assistant_alexa.errors import UnknownDialectError
from music_assistant_alexa.library import Library
from music_assistant_alexa.music_skill import MusicSkill, invalid_directive
from music_assistant_alexa.playback import Playback
from music_assistant_alexa.playback_events import PlaybackEvents
from music_assistant_alexa.ports import EchoPlayers, PlaybackStore, Search
from music_assistant_alexa.settings import Credentials, Settings
from music_assistant_alexa.stream_urls import PublicUrls

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


def build_app(
    settings: Settings,
    *,
    music: Search | None = None,
    players: EchoPlayers | None = None,
    store: PlaybackStore | None = None,
    credentials: Credentials | None = None,
    now: Callable[[], float] = time.time,
) -> App:
    """Wire the app; every part can be replaced."""
    credentials = credentials or Credentials(
        settings.secret_name, lambda name: fetch_secret(name, settings.aws_endpoint)
    )
    home = HomeHttp(settings.home_url, credentials, settings.home_ca_pem, Breaker(now))
    store = store or DynamoDbStore(dynamodb_client(settings.aws_endpoint), settings.table_name, now)
    urls = PublicUrls(settings.home_url, lambda: credentials.current().stream_signing_key, now)
    services = Services(
        Playback(players or home, store, urls),
        PlaybackEvents(players or home, store, urls),
        Library(music or home),
    )
    return App((MusicSkill(), CustomSkill(settings.skill_id, services, now), Auto()))


def _budget_s(context: Any) -> float:
    """Return the seconds for one request: our own limit, or less when the function has less left."""
    left_ms = getattr(context, "get_remaining_time_in_millis", None)
    return float(min(deadline.BUDGET_S, left_ms() / 1000 - 0.5)) if left_ms else deadline.BUDGET_S

"""The way home: Music Assistant's API and the bridge's, behind one public HTTPS host.

`HomeHttp.request` owns the network: URL, deadline, status, JSON and errors. Everything else is a named line above it.
A connect is tried twice; what was sent is never sent again, since a command may have been done. When home was away
three times in a row, `breaker` keeps everyone from waiting for it again.
"""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import certifi
import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from music_assistant_alexa import deadline, telemetry
from music_assistant_alexa.adapters.breaker import PROBE_S, Breaker
from music_assistant_alexa.adapters.media_wire import albums, is_called, media_item, media_items, stations
from music_assistant_alexa.adapters.refusals import OK, refusal
from music_assistant_alexa.adapters.wire import player_state, reported, upcoming
from music_assistant_alexa.errors import (
    HomeAuthError,
    HomeCommandError,
    HomePart,
    HomeUnreachableError,
    MediaNotFoundError,
)
from music_assistant_alexa.models import (
    Activity,
    MediaItem,
    MediaType,
    PlaybackEvent,
    PlayerId,
    PlayerState,
    QueueCommand,
    Upcoming,
)
from music_assistant_alexa.settings import Credentials

__all__ = ["HomeHttp"]

CONNECT_S = 1.5
"""Seconds for one TCP and TLS handshake with Cloudflare's edge."""

WAY_BACK_S = 0.3
"""Seconds the bridge is to answer before the request's time is up: then it can still say what it waited for."""

BODY_LIMIT = 4 * 1024 * 1024
"""Bytes of an answer at most; the largest search is a tenth of it."""


GENRES_LIMIT = 10
"""Genres looked at for a name: those whose name holds it."""

STATIONS_LIMIT = 100
"""Favourite stations asked for; presets have one or two digits."""


@dataclass(frozen=True, slots=True)
class _Message:
    """One request, as it is sent once or not at all."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)


class HomeHttp:
    """MusicAssistant and EchoPlayers over HTTPS."""

    def __init__(
        self, base_url: str, credentials: Credentials, extra_ca_pem: str = "", breaker: Breaker | None = None
    ) -> None:
        self._base_url = base_url
        self._credentials = credentials
        self._session = _session(extra_ca_pem)
        self._breaker = breaker or Breaker()

    def search(self, text: str, kinds: tuple[MediaType, ...], limit: int) -> list[MediaItem]:
        """Search the library and every provider: one round trip."""
        args = {"search_query": text, "media_types": list(kinds), "limit": limit}
        return media_items(self._ask("Search", "music/search", args))

    def item(self, uri: str) -> MediaItem:
        """Return what a uri stands for now: the library's own item, where it holds it."""
        try:
            return media_item(self._ask("Item", "music/item_by_uri", {"uri": uri}))
        except HomeCommandError as error:
            if error.details == "music_assistant_refused":  # an unknown uri is its HTTP 500
                raise MediaNotFoundError from error
            raise

    def albums_of(self, artist_uri: str) -> list[MediaItem]:
        """Return an artist's albums, the newest first. Raises MediaNotFoundError for what is no artist's uri."""
        provider, _, rest = artist_uri.partition("://")
        kind, _, item_id = rest.partition("/")
        if kind != MediaType.ARTIST or not provider or not item_id:
            raise MediaNotFoundError(kind=MediaType.ARTIST)
        args = {"item_id": item_id, "provider_instance_id_or_domain": provider}
        return albums(self._ask("Albums", "music/artists/artist_albums", args))

    def has_genre(self, name: str) -> bool:
        """Tell whether a genre has that name, as the bridge does when it is played."""
        try:
            found = self._ask("Genre", "music/genres/library_items", {"search": name, "limit": GENRES_LIMIT})
        except HomeCommandError as error:
            if error.details == "music_assistant_refused":  # one that is older than genres
                return False
            raise
        return is_called(found, name)

    def favourite_stations(self) -> list[MediaItem]:
        """Return the radio stations that are favourites, in the server's order."""
        args = {"favorite": True, "limit": STATIONS_LIMIT}
        return stations(self._ask("Favourites", "music/radios/library_items", args))

    def set_favourite(self, uri: str, *, on: bool) -> None:
        """Make something a favourite: one round trip; or no more one, which takes the number it has in the library."""
        if on:
            self._ask("Favourite", "music/favorites/add_item", {"item": uri})
            return
        provider, _, rest = (uri if uri.startswith("library://") else self.item(uri).uri).partition("://")
        kind, _, item_id = rest.partition("/")
        if provider == "library":  # what is not in the library is no favourite
            args = {"media_type": kind, "library_item_id": item_id}
            self._ask("Favourite", "music/favorites/remove_item", args)

    def command(self, player: PlayerId, command: QueueCommand) -> PlayerState:
        """Do one command of the bridge's closed list."""
        body = {"command": command.name, "args": dict(command.args)}
        return player_state(self.request("Command", "POST", f"/players/{player}/command", body))

    def next_stream(self, player: PlayerId, generation: int) -> Upcoming:
        """Ask what follows a stream."""
        return upcoming(self.request("Next", "GET", f"/players/{player}/next?generation={generation}"))

    def report(self, player: PlayerId, event: PlaybackEvent) -> PlayerState:
        """Tell what the device did. Of its reports only a failure is one whose answer it waits for."""
        path, awaited = f"/players/{player}/events", event.event is Activity.FAILED
        return player_state(self.request("Event", "POST", path, reported(event), awaited=awaited))

    def request(
        self, call: str, method: str, path: str, body: Mapping[str, Any] | None = None, *, awaited: bool = True
    ) -> Any:
        """Make one round trip home and return the JSON answer. Raises HomeError, or what a bridge's code means.

        While the breaker is open, a call that nobody awaits is not made.
        """
        if deadline.remaining() <= 0:
            raise HomeUnreachableError("no time is left for another call home", HomePart.TUNNEL)
        with self._breaker.guarding(self._probe if awaited else None):
            headers = self._access_headers() | self._token_header()
            with telemetry.timed(call):
                status, kind, content = self._exchange(_Message(method, path, headers, body))
            return self._result(status, kind, content)

    def _ask(self, call: str, command: str, args: Mapping[str, Any]) -> Any:
        return self.request(call, "POST", "/api", {"command": command, "args": args})

    def _probe(self) -> None:
        """Ask whether home is there: the bridge answers at once to anyone, and asks Music Assistant nothing."""
        message = _Message("GET", "/healthz", self._access_headers())
        self._result(*self._exchange(message, PROBE_S, tries=1))

    def _exchange(
        self, message: "_Message", most_s: float = deadline.BUDGET_S, tries: int = 2
    ) -> tuple[int, str, bytes]:
        try:
            return deadline.enforced(lambda: self._attempt(message), most_s)
        except (requests.RequestException, urllib3.exceptions.HTTPError, TimeoutError) as error:
            if tries > 1 and _is_unsent(error) and deadline.remaining() > 0:
                return self._exchange(message, most_s, tries - 1)
            raise HomeUnreachableError(_cause(error), HomePart.TUNNEL) from error

    def _attempt(self, message: "_Message") -> tuple[int, str, bytes]:
        left = max(deadline.remaining(), 0.001)  # requests takes no time-out of 0
        response = self._session.request(
            message.method,
            self._base_url + message.path,
            json=message.body,
            headers={**message.headers, "X-Answer-Within-Ms": str(max(round((left - WAY_BACK_S) * 1000), 1))},
            timeout=(min(CONNECT_S, left), left),
            allow_redirects=False,
            stream=True,
        )
        with response:
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return response.status_code, kind, _content(response)

    def _access_headers(self) -> dict[str, str]:
        secrets = self._credentials.current()
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # answers are small, and read as they come
        }
        if secrets.access_client_id:
            headers["CF-Access-Client-Id"] = secrets.access_client_id
            headers["CF-Access-Client-Secret"] = secrets.access_client_secret
        return headers

    def _token_header(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._credentials.current().bridge_token}"}

    def _result(self, status: int, kind: str, content: bytes) -> Any:
        if status == OK and kind == "application/json":
            return _json(content)
        error = refusal(status, kind, content)
        if isinstance(error, HomeAuthError):
            self._credentials.forget()
        raise error


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise HomeUnreachableError("the answer from home is not whole JSON", HomePart.TUNNEL) from error


def _content(response: requests.Response) -> bytes:
    """Read the body within the deadline: requests times out on silence only, and its chunks wait to be full."""
    content = bytearray()
    while chunk := response.raw.read1(64 * 1024):
        content += chunk
        if deadline.remaining() <= 0 or len(content) > BODY_LIMIT:
            raise requests.Timeout("the answer is too slow or too long")
    return bytes(content)


def _is_unsent(error: Exception) -> bool:
    """Tell whether no connection came about, so that nothing can have been done at home."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, urllib3.exceptions.ConnectTimeoutError)  # refused and unresolved are kinds of it


def _cause(error: Exception) -> str:
    """Name what failed without the URL, which is the household's."""
    match error:
        case requests.exceptions.SSLError():
            return "TLS to the public host name failed: its certificate or name is wrong"
        case requests.ConnectTimeout():
            return "the public host name does not answer"
        case requests.Timeout() | urllib3.exceptions.TimeoutError() | TimeoutError():
            return "home took too long to answer"
        case requests.ConnectionError() if _is_unsent(error):
            return "no connection to the public host name: DNS or network"
    return f"the exchange broke off: {type(error).__name__}"


def _session(extra_ca_pem: str) -> requests.Session:
    context = ssl.create_default_context(cafile=certifi.where())
    if extra_ca_pem:
        context.load_verify_locations(cadata=extra_ca_pem)
    session = requests.Session()
    session.trust_env = False  # or REQUESTS_CA_BUNDLE and proxies of the machine would silently win
    session.mount("https://", _OneContext(context))
    return session


class _TimelyConnection(HTTPSConnection):
    """Sends nothing once it came about too late: whoever asked has been told by then that it failed."""

    def connect(self) -> None:
        super().connect()
        if deadline.remaining() <= 0:
            self.close()
            raise urllib3.exceptions.ConnectTimeoutError(self, "the request's time was up when it was connected")


class _TimelyPool(HTTPSConnectionPool):
    ConnectionCls = _TimelyConnection


class _OneContext(HTTPAdapter):
    """One SSL context for all connections: parsing the CA bundle takes 43 ms each time requests does it."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=4)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = {"https": _TimelyPool}

    def cert_verify(self, *_args: Any, **_kwargs: Any) -> None:
        """Do nothing: the context verifies, and knows its authorities."""

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"cert_reqs": "CERT_REQUIRED"}

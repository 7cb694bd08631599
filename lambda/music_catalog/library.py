"""The whole library of Music Assistant, page by page: through the home bridge, as the skill, or from the server."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from music_catalog import wire
from music_catalog.errors import LibraryError
from music_catalog.models import Entry, Kind

__all__ = ["Ask", "Home", "Library"]

Ask = Callable[[str, Mapping[str, Any]], Any]
"""Carry out one of Music Assistant's commands. Raises LibraryError."""

PAGE = 250
"""Items of one answer: the bridge gives Music Assistant four seconds for each."""

_CONNECT_S, _READ_S = 5.0, 30.0
_OK = 200
_REFUSED = {401, 403}
_REDIRECTS = range(300, 400)


class Home:
    """One method owns the network; its calls only read, so each is tried again when home is away for a moment."""

    def __init__(self, url: str, token: str, headers: Mapping[str, str] | None = None, ca_file: str = "") -> None:
        self._url = url.rstrip("/") + "/api"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = ca_file or True
        self._session.headers.update({"Authorization": f"Bearer {token}", **(headers or {})})
        tries = Retry(total=4, backoff_factor=1, status_forcelist={502, 503, 504}, allowed_methods=None)
        tries.raise_on_status = False
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=tries))

    def __call__(self, command: str, args: Mapping[str, Any]) -> Any:
        """Return the result of a command that only reads. Raises LibraryError."""
        body = {"command": command, "args": dict(args)}
        try:
            with self._session.post(
                self._url, json=body, timeout=(_CONNECT_S, _READ_S), allow_redirects=False
            ) as response:
                return _result(response, command)
        except (requests.RequestException, ValueError) as error:
            raise LibraryError(
                f"home does not answer ({type(error).__name__}); does its address in HOME_URL or MUSIC_ASSISTANT_URL "
                "open from here, and do the bridge and Music Assistant run?"
            ) from error


def _result(response: requests.Response, command: str) -> Any:
    if response.status_code == _OK:
        return response.json()
    if response.status_code in _REFUSED or response.status_code in _REDIRECTS:
        raise LibraryError(
            f"home refused the token (HTTP {response.status_code}): check BRIDGE_TOKEN against the bridge's "
            "BRIDGE_TOKENS, or make a new MUSIC_ASSISTANT_TOKEN in Music Assistant's settings"
        )
    raise LibraryError(f"home answered {command} with HTTP {response.status_code}; its log says why")


class Library:
    """What there is to hear, read once from its start to its end; never more than a page of it in memory."""

    def __init__(self, ask: Ask, page: int = PAGE) -> None:
        self._ask = ask
        self._page = page
        self._genres: dict[str, Counter[str]] = defaultdict(Counter)
        """How often each spelling of a genre stands in the library, by the genre's uri."""

    def entries(self, kind: Kind) -> Iterator[Entry]:
        """Yield all of a kind, what was added last first; tracks: the favourites before all others.

        Something may come twice, and does when the library grows meanwhile. Genres are those of what was read before.
        """
        if kind is Kind.GENRE:
            for _, spellings in sorted(self._genres.items()):
                yield wire.genre(max(sorted(spellings), key=spellings.__getitem__))
            return
        if kind is Kind.TRACK:
            yield from self._listed(kind, favorite=True)
        yield from self._listed(kind)

    def _listed(self, kind: Kind, **args: Any) -> Iterator[Entry]:
        for offset in count(0, self._page):
            page = {"limit": self._page, "offset": offset, "order_by": "timestamp_added_desc"}
            items = self._ask(f"music/{kind.shelf}/library_items", page | args)
            if not isinstance(items, list):
                raise LibraryError(f"Music Assistant's {kind} are no list: is this really Music Assistant?")
            for entry in filter(None, (wire.entry_of(kind, item) for item in items)):
                for name in entry.genres:
                    self._genres[wire.genre(name).uri][name] += 1
                yield entry
            if len(items) < self._page:
                return

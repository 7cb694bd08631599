"""From a contentId to what is to be played: what it stands for now, and what is in it, asked in parallel.

Uris of Music Assistant, and ours for what has none: `ma:library`, `ma:genre/{name}`, `ma:favourites/{kind}`,
`ma:station/{uri}`.
"""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from home_bridge.errors import (
    ContentFilteredError,
    ContentNotFoundError,
    ContentUnavailableError,
    MusicAssistantError,
)
from home_bridge.identity import Content, is_namesake, is_same, plain
from home_bridge.models import Item
from home_bridge.uris import is_fetchable

LIMIT = 500
"""Tracks of a library, a genre or favourites: more are not played in a day."""

FOUND = 10
"""Results of a search that are looked at."""

Api = Callable[..., Awaitable[Any]]
"""Calls Music Assistant: a command, and its arguments by name."""

_URI = re.compile(r"(?P<provider>[^:/]+)://(?P<kind>[a-z_]+)/(?P<item_id>.+)", re.DOTALL)
_LISTINGS = {
    "album": "music/albums/album_tracks",
    "artist": "music/artists/artist_tracks",
    "playlist": "music/playlists/playlist_tracks",
    "podcast": "music/podcasts/podcast_episodes",
}
_PLAYABLE = {"track", "radio", "audiobook", "podcast_episode"}
_SHELVES = ("tracks", "albums", "artists", "playlists", "radios", "podcasts", "audiobooks")
_LIBRARY, _GENRE, _FAVOURITES, _STATION = "ma:library", "ma:genre/", "ma:favourites/", "ma:station/"


@dataclass(frozen=True, slots=True)
class Listing:
    """What is to be played, in order."""

    items: tuple[Item, ...]
    more: tuple[str, ...] = ()
    """Uris of records and the like that come after them."""

    seed: str = ""
    """The uri of what everything after the first item is to be like: a station."""

    def playable(self, *, explicit_allowed: bool) -> "Listing":
        """Return what of it may be played. Raises ContentNotFoundError, -UnavailableError, -FilteredError."""
        if not self.items:
            raise ContentNotFoundError("there is nothing in it to play")
        items = tuple(item for item in self.items if item.available)
        if not items:
            raise ContentUnavailableError("none of Music Assistant's providers plays it")
        items = tuple(item for item in items if explicit_allowed or not item.explicit)
        if not items:
            raise ContentFilteredError("all of it is explicit")
        return replace(self, items=items)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a listing is loaded."""

    first: Item
    rest: tuple[str, ...] = ()
    seed: str = ""
    shuffle: bool = False
    repeat: str = "off"


def planned(listing: Listing, *, shuffle: bool, repeat: str) -> Plan:
    """Choose what comes first of a listing that is not empty: the first of all, in a shuffled queue any."""
    at = secrets.randbelow(len(listing.items)) if shuffle else 0
    rest = [item.uri for index, item in enumerate(listing.items) if index != at]
    return Plan(listing.items[at], (*rest, *listing.more), listing.seed, shuffle, repeat)


async def resolve(api: Api, content: Content, *, explicit_allowed: bool = True) -> Listing:
    """Return what of a content may be played now.

    Raises ContentNotFoundError rather than to return anything else's, ContentUnavailableError, ContentFilteredError.
    """
    shelves = _Shelves(api, explicit_allowed)
    if content.uri.startswith(_STATION):
        listing = await _station(shelves, content)
    elif content.uri.startswith("ma:"):
        listing = await shelves.listing(content.uri)
    else:
        listing = (await _resolved(api, content)).listing
    return listing.playable(explicit_allowed=explicit_allowed)


@dataclass(frozen=True, slots=True)
class _Resolved:
    found: Mapping[str, Any]
    listing: Listing


async def _resolved(api: Api, content: Content) -> _Resolved:
    """Return what a content of MA is now and what is in it; found again where its uri means something else by now."""
    found, listed = await asyncio.gather(_known(api, content.uri), _listed(api, content.uri))
    if found is None or not is_same(content, found) or is_namesake(content, found):
        here, found = found, await _found_again(api, content, found)
        listed = listed if found is here else await _listed(api, str(found["uri"]))
    if found.get("media_type") in _PLAYABLE:
        return _Resolved(found, Listing((Item.from_media(found),)))
    if listed is None:  # its uri did not say what it is, or the listing failed where the item is known
        listed = await _listed_of(api, found)
    return _Resolved(found, Listing(tuple(map(Item.from_media, listed))))


async def _known(api: Api, uri: str) -> Mapping[str, Any] | None:
    """Return what a uri stands for; None where MA refuses it, which it does with what it does not find.

    An address on the web or a path is none of MA's own: it is not asked for, since MA would fetch or read it.
    """
    if is_fetchable(uri):
        return None
    found = await _unless_refused(api("music/item_by_uri", uri=uri))
    return found if isinstance(found, dict) else None


async def _listed(api: Api, uri: str) -> list[dict[str, Any]] | None:
    """Return what is in the thing of a uri, None where it has nothing in it or MA refuses it."""
    match = _URI.fullmatch(uri)
    if match is None or match["kind"] in _PLAYABLE or is_fetchable(uri):
        return None
    listed: list[dict[str, Any]] | None = await _unless_refused(
        _listed_by(api, match["kind"], match["item_id"], match["provider"])
    )
    return listed


async def _unless_refused(call: Awaitable[Any]) -> Any:
    """Return what MA answers, None where it refuses. Not being able to ask is the caller's error."""
    try:
        return await call
    except MusicAssistantError as error:
        if type(error) is not MusicAssistantError:
            raise
        return None


async def _listed_of(api: Api, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    return await _listed_by(api, str(found.get("media_type")), str(found["item_id"]), str(found["provider"])) or []


async def _listed_by(api: Api, kind: str, item_id: str, provider: str) -> list[dict[str, Any]] | None:
    if kind == "genre" and item_id.isdecimal():
        listed = await api("music/tracks/library_items", genre=int(item_id), order_by="random", limit=LIMIT)
    elif kind in _LISTINGS:
        listed = await api(_LISTINGS[kind], item_id=item_id, provider_instance_id_or_domain=provider)
    else:
        return None
    listed = [each for each in listed or [] if isinstance(each, dict)]
    if kind == "artist":
        secrets.SystemRandom().shuffle(listed)  # as Music Assistant plays an artist
    if kind == "podcast":
        listed = [each for each in listed if not each.get("fully_played")] or listed
    return listed


async def _found_again(api: Api, content: Content, here: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return what was meant, by its providers' uris or else by its names; `here`: what its own uri is now.

    Raises ContentNotFoundError.
    """
    for uri in content.other_uris:
        found = await _known(api, uri)
        if found is not None and is_same(content, found):
            return found
    if here is not None and is_same(content, here):
        return here
    if content.name and content.media_type:
        for found in await _searched(api, content):
            if is_same(content, found):
                return found
    raise ContentNotFoundError("what was meant is gone from Music Assistant, or has another name")


async def _searched(api: Api, content: Content) -> list[dict[str, Any]]:
    query = f"{content.artist} - {content.name}" if content.artist else content.name
    found = await _unless_refused(
        api("music/search", search_query=query, media_types=[content.media_type], limit=FOUND)
    )
    lists = found.values() if isinstance(found, dict) else ()
    results = (each for results in lists for each in results or [])
    return [each for each in results if isinstance(each, dict) and each.get("media_type") == content.media_type]


async def _station(shelves: "_Shelves", content: Content) -> Listing:
    """Return the station of something: it, or any track of it, and then what is like it."""
    seed = replace(content, uri=content.uri.removeprefix(_STATION), media_type="")
    if seed.uri.startswith("ma:"):
        listing = await shelves.listing(seed.uri)
        return replace(listing, seed=listing.items[0].uri if listing.items else "")
    kind = _URI.fullmatch(seed.uri)
    resolved = await _resolved(shelves.api, replace(seed, media_type=kind["kind"] if kind else ""))
    items = list(resolved.listing.items)
    secrets.SystemRandom().shuffle(items)
    return Listing(tuple(items), seed=str(resolved.found["uri"]))


@dataclass(frozen=True, slots=True)
class _Shelves:
    """What has no uri of its own in Music Assistant: parts of its library."""

    api: Api
    explicit_allowed: bool

    async def listing(self, uri: str) -> Listing:
        """Return what one of our uris means now. Raises ContentNotFoundError."""
        if uri == _LIBRARY:
            return Listing(await self._items("tracks", order_by="random"))
        if uri.startswith(_GENRE):
            return await self._genre(uri.removeprefix(_GENRE))
        shelf = uri.removeprefix(_FAVOURITES).removesuffix("s") + "s"
        if not uri.startswith(_FAVOURITES) or shelf not in _SHELVES:
            raise ContentNotFoundError(f"{uri} means nothing here")
        return await self._favourites(shelf)

    async def _genre(self, name: str) -> Listing:
        genres = await self.api("music/genres/library_items", search=name, limit=FOUND)
        known = [each for each in genres or [] if isinstance(each, dict)]
        genre = next((each for each in known if _is_called(each, name)), None)
        if genre is None:
            raise ContentNotFoundError(f"no genre of Music Assistant is called {name}")
        return Listing(await self._items("tracks", genre=int(genre["item_id"]), order_by="random"))

    async def _favourites(self, shelf: str) -> Listing:
        if shelf in {"tracks", "radios", "audiobooks"}:
            return Listing(await self._items(shelf, favorite=True))
        return await self._first_of(await self._listed(shelf, favorite=True))

    async def _first_of(self, holders: list[dict[str, Any]]) -> Listing:
        """Return what is in the first of several records with anything that may be heard; those after it come later."""
        items: list[Item] = []
        for count, holder in enumerate(holders, 1):
            listed = await _unless_refused(_listed_of(self.api, holder))
            items += map(Item.from_media, listed or [])
            if any(may_be_heard(item, explicit_allowed=self.explicit_allowed) for item in items):
                return Listing(tuple(items), tuple(str(each["uri"]) for each in holders[count:]))
        return Listing(tuple(items))

    async def _items(self, shelf: str, **which: Any) -> tuple[Item, ...]:
        return tuple(map(Item.from_media, await self._listed(shelf, **which)))

    async def _listed(self, shelf: str, **which: Any) -> list[dict[str, Any]]:
        listed = await self.api(f"music/{shelf}/library_items", limit=LIMIT, **which)
        return [each for each in listed or [] if isinstance(each, dict)]


def may_be_heard(item: Item, *, explicit_allowed: bool) -> bool:
    """Tell whether a provider plays an item, and the listener's filter lets it pass."""
    return item.available and (explicit_allowed or not item.explicit)


def _is_called(genre: Mapping[str, Any], name: str) -> bool:
    names = [genre.get("name"), *(genre.get("genre_aliases") or [])]
    return plain(name) in {plain(str(each)) for each in names if each}

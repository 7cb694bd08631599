"""Which of Music Assistant's own commands the skill may send, and with what."""

from collections.abc import Iterator, Mapping
from typing import Any

from home_bridge.errors import CommandNotAllowedError
from home_bridge.uris import checked_uri, is_fetchable

_LIBRARIES = ("artists", "albums", "tracks", "playlists", "radios", "podcasts", "audiobooks", "genres")

ALLOWED = frozenset(
    {
        "music/search",
        "music/item_by_uri",
        "music/albums/album_tracks",
        "music/playlists/playlist_tracks",
        "music/artists/artist_tracks",
        "music/artists/artist_albums",
        "music/recently_played_items",
        "music/favorites/add_item",
        "music/favorites/remove_item",
        "players/all",
        "players/get",
        "players/get_by_name",
        *(f"music/{kind}/library_items" for kind in _LIBRARIES),
        *(
            f"players/cmd/{name}"
            for name in (
                *("play", "pause", "stop", "next", "previous"),
                *("volume_set", "volume_up", "volume_down", "volume_mute"),
                *("group", "ungroup", "set_members"),
            )
        ),
        *(
            f"player_queues/{name}"
            for name in (
                *("all", "get", "items", "get_active_queue", "play_media", "play_index"),
                *("next", "previous", "pause", "resume", "stop", "seek"),
                *("shuffle", "repeat", "transfer", "dont_stop_the_music", "autoplay"),
            )
        ),
    }
)
"""What later parts of the skill need beyond this is added here by name."""

_MEDIA_TYPES = {
    *("artist", "album", "track", "playlist", "radio", "podcast", "podcast_episode"),
    *("audiobook", "genre", "folder", "unknown"),
}

_CHOICES: Mapping[str, set[str]] = {
    "option": {"play", "replace", "next", "replace_next", "add"},
    "repeat_mode": {"off", "one", "all"},
    "media_type": _MEDIA_TYPES,
    "media_types": _MEDIA_TYPES,
}
"""Arguments with a closed list of values: MA swallows a wrong one and does nothing."""

_URIS = {"uri", "media", "item"}
_MAY_BE_ID = {"start_item", "item_id"}
_OTHERS = {"username", "userid", "user_id"}
"""Arguments by which one user acts as another."""


def check_command(command: object, args: object) -> tuple[str, dict[str, Any]]:
    """Return the command and its arguments if both may be sent, or raise CommandNotAllowedError."""
    if not isinstance(command, str) or command not in ALLOWED:
        raise CommandNotAllowedError("this command of Music Assistant is not for the skill")
    if args is None:
        return command, {}
    if not isinstance(args, dict):
        raise CommandNotAllowedError("args must be an object")
    for name, value in args.items():
        _check_argument(name, value)
    return command, args


def _check_argument(name: str, value: Any) -> None:
    if name in _OTHERS:
        raise CommandNotAllowedError(f"{name} is not allowed: the token's own user acts")
    if name in _CHOICES and value is not None:
        _check_choice(name, value)
    if name in _URIS:
        _check_media(value)
    elif name in _MAY_BE_ID and any(map(is_fetchable, _texts(value))):
        raise CommandNotAllowedError(f"{name} must name something of Music Assistant, not an address or a path")


def _check_choice(name: str, value: Any) -> None:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) and one in _CHOICES[name] for one in values):
        raise CommandNotAllowedError(f"{name} must be of {', '.join(sorted(_CHOICES[name]))}")


def _check_media(value: Any) -> None:
    """Check uris at any depth: MA takes lists and whole items too."""
    if isinstance(value, str):
        checked_uri(value)
    elif isinstance(value, list):
        for one in value:
            _check_media(one)
    elif any(map(is_fetchable, _texts(value))):
        raise CommandNotAllowedError("an item with a web address or a path in it; send its uri instead")


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            pending += one.values()
        elif isinstance(one, list):
            pending += one

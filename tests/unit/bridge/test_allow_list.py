"""What the skill may send to Music Assistant itself."""

import json
from pathlib import Path

import pytest

from home_bridge.allow_list import ALLOWED, check_command
from home_bridge.errors import CommandNotAllowedError
from home_bridge.uris import checked_uri

NEW_COMMANDS = Path(__file__).parents[2] / "fixtures" / "music-assistant" / "new-commands.json"


def test_what_the_skill_needs_is_allowed():
    """Searching, looking things up, controlling players and queues are allowed, with their arguments as they came."""
    args = {"search_query": "https://not.a.uri/", "media_types": ["artist", "album"], "limit": 5}
    assert check_command("music/search", args) == ("music/search", args)
    assert check_command("players/all", None) == ("players/all", {})


@pytest.mark.parametrize(
    "command",
    [
        *("auth/token/create", "config/players/save", "players/create_group_player", "music/sync", "auth/users"),
        *(
            "player_queues/delete_item",
            "player_queues/clear",
            "players/cmd/play_announcement",
            "builtin_player/register",
        ),
        *("", "music/search/../x", "MUSIC/SEARCH", "music/evil/library_items", None, 7, ["music/search"]),
    ],
)
def test_everything_else_is_not(command):
    """Nothing that is not on the list by name is sent."""
    with pytest.raises(CommandNotAllowedError):
        check_command(command, {})


def test_allowed_commands_exist():
    """Every allowed command is one a server has (autoplay is the newest server's)."""
    known = {entry["command"] for entry in json.loads(NEW_COMMANDS.read_text())}
    assert {name for name in ALLOWED if name not in known} <= {"player_queues/autoplay"}


@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("player_queues/play_media", {"option": "bogus"}),
        ("player_queues/play_media", {"option": 1}),
        ("player_queues/repeat", {"repeat_mode": "bogus"}),
        ("music/search", {"media_types": ["artist", "bogus"]}),
        ("music/favorites/remove_item", {"media_type": "bogus"}),
        ("player_queues/play_media", {"username": "admin"}),
        ("music/recently_played_items", {"userid": "1"}),
        ("music/search", ["not", "an", "object"]),
    ],
)
def test_wrong_values_are_refused(command, args):
    """MA swallows wrong enum values and does nothing; they are refused here. So is acting as another user."""
    with pytest.raises(CommandNotAllowedError):
        check_command(command, args)


FETCHABLE = [
    "http://evil.example/a.mp3",
    "HTTPS://evil.example/a.mp3",
    " https://evil.example/a.mp3",
    "file:///etc/passwd",
    "/etc/passwd",
    "../../etc/passwd",
    "~/secret.mp3",
    "\\\\nas\\share\\x.mp3",
    "C:\\music\\x.mp3",
    "rtsp://camera/1",
    "builtin://track/https://evil.example/a.mp3",
    "ftp://nas/x",
]


@pytest.mark.parametrize("uri", FETCHABLE)
@pytest.mark.parametrize(
    "wrapped",
    [
        lambda uri: {"media": uri},
        lambda uri: {"media": ["library://track/1", uri]},
        lambda uri: {"media": [["library://track/1", [uri]]]},
        lambda uri: {"media": {"uri": uri, "name": "x"}},
        lambda uri: {"media": [{"name": "x", "provider_mappings": [{"url": uri}]}]},
        lambda uri: {"media": "library://track/1", "start_item": uri},
    ],
    ids=["text", "list", "nested", "item", "deep", "start"],
)
def test_what_ma_would_fetch_is_refused(uri, wrapped):
    """A web address, a file or a path is refused at any depth."""
    with pytest.raises(CommandNotAllowedError):
        check_command("player_queues/play_media", wrapped(uri))


@pytest.mark.parametrize("name", ["uri", "item"])
@pytest.mark.parametrize("uri", FETCHABLE)
def test_lookups_are_checked_too(name, uri):
    """Looking up or favouring an address would make MA fetch it as well."""
    with pytest.raises(CommandNotAllowedError):
        check_command("music/favorites/add_item", {name: uri})


@pytest.mark.parametrize(
    "uri",
    [
        "library://track/8",
        "filesystem_local--RvnmN74n://track/Blue Harbor/Night Ferry/02 - Summit.mp3",
        "spotify:track:4uLU6hMCjMI75M1A2tKUQC",
        "tidal--abc://album/12",
    ],
)
def test_mas_own_uris_pass(uri):
    """Uris as MA gives them pass."""
    assert checked_uri(uri) == uri


def test_start_item_may_be_an_item_id():
    """A start_item may be the item id of a file, which is only compared, never opened."""
    args = {"media": ["library://playlist/1"], "start_item": "Blue Harbor/Night Ferry/02.mp3", "option": "replace"}
    assert check_command("player_queues/play_media", args)[1] == args

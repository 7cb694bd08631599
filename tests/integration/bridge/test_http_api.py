"""The HTTP API's own promises: who may call, what errors look like, and that nothing is lost by them."""

import asyncio
import contextlib
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from urllib.parse import urlsplit

import pytest

from home_bridge.errors import UnknownPlayerError
from simulator.faulty import FaultyCable, WireFault
from simulator.stand_in import StandIn
from simulator.tls import HOST
from simulator.waiting import eventually

pytestmark = pytest.mark.slow

MAC = "02:00:00:00:bb:01"
PLAYERS = f"/players/{MAC}"


@pytest.fixture(scope="module")
def home():
    """Start a home for all tests of this module; each allows again what it refused."""
    with StandIn() as running:
        yield running


@pytest.fixture(autouse=True)
def _allow_again(home):
    yield
    home.allow()


@pytest.fixture
def playing(home, bridge):
    """Play an album."""
    uri = home.api("music/search", search_query="Morning Tide", media_types=["album"])["albums"][0]["uri"]
    state = bridge.echo(MAC).command("play", media=[uri])
    bridge.echo(MAC).report("started", state["stream"])
    return state["stream"]


CALLS = [
    ("POST", "/api", {"command": "players/all"}),
    ("PUT", PLAYERS, {"name": "Kitchen"}),
    ("GET", PLAYERS, None),
    ("DELETE", PLAYERS, None),
    ("POST", f"{PLAYERS}/command", {"command": "stop"}),
    ("GET", f"{PLAYERS}/next?generation=1", None),
    ("POST", f"{PLAYERS}/events", {"event": "started"}),
]


@pytest.mark.parametrize("token", [None, "wrong", "bridge-token-of-the-test"])
@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_token_is_needed(bridge, method, path, body, token):
    """Every JSON call needs the bridge token; without it nothing happens."""
    status, answer = bridge.ask(method, path, body, token=token)
    assert (status, answer["error"]) == (HTTPStatus.UNAUTHORIZED, "unauthorized")


def test_health(bridge):
    """Anyone may ask whether the bridge runs; only the skill learns what it sees."""
    status, answer = bridge.ask("GET", "/healthz", token=None)
    assert status == HTTPStatus.OK
    assert set(answer) == {"status", "version"}
    assert set(bridge.ask("GET", "/healthz", token="wrong")[1]) == {"status", "version"}
    bridge.ok("PUT", PLAYERS, {"name": "Kitchen"})
    answer = bridge.ok("GET", "/healthz")
    assert answer["music_assistant"]["reachable"]
    assert answer["music_assistant"]["schema"] >= 28
    assert answer["players"] == [{"player_id": MAC, "name": "Kitchen", "available": True}]


def test_api_is_passed_on(home, bridge):
    """A command of MA's own gives MA's raw result."""
    args = {"search_query": "Blue Harbor", "media_types": ["artist"], "limit": 3}
    assert bridge.ok("POST", "/api", {"command": "music/search", "args": args}) == home.api("music/search", **args)


def test_api_null(bridge):
    """MA's null comes through as null."""
    assert bridge.ok("POST", "/api", {"command": "players/get", "args": {"player_id": "nobody"}}) is None


@pytest.mark.parametrize(
    "body",
    [
        {"command": "config/players/save"},
        {"command": "music/item_by_uri", "args": {"uri": "http://169.254.169.254/"}},
        {"command": "player_queues/repeat", "args": {"queue_id": MAC, "repeat_mode": "bogus"}},
        {"args": {}},
    ],
)
def test_api_is_a_closed_list(bridge, body):
    """What is not allowed is 403 command_not_allowed."""
    status, answer = bridge.ask("POST", "/api", body)
    assert (status, answer["error"]) == (HTTPStatus.FORBIDDEN, "command_not_allowed")


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        ({"status": 401}, "music_assistant_auth"),
        ({"status": 403}, "music_assistant_auth"),
        ({"status": 500}, "music_assistant_refused"),
        ({"status": 404}, "music_assistant_refused"),
        ({"status": 429}, "music_assistant_refused"),
        ({"status": 502}, "music_assistant_unreachable"),
        ({"status": 530}, "music_assistant_unreachable"),
    ],
)
def test_what_ma_refuses(home, bridge, refusal, error):
    """MA's refusals are 502 with a code of their own, and a sentence that names the remedy."""
    home.refuse("api", **refusal)
    status, answer = bridge.ask("POST", "/api", {"command": "players/all"})
    assert (status, answer["error"]) == (HTTPStatus.BAD_GATEWAY, error)
    assert len(answer["detail"]) > 20


@pytest.mark.parametrize("call", ["search", "command"])
def test_an_answer_that_is_cut_off(home, bridge_beside, tmp_path, call):
    """Half an answer of MA's, or another server's page, is not passed on: it is MA that does not answer."""
    cable = FaultyCable((HOST, urlsplit(home.url).port))
    with bridge_beside(home, tmp_path, ma_url=f"http://{HOST}:{cable.port}") as bridge:
        cable.break_with(WireFault(spoil="truncated"))
        if call == "search":
            status, answer = bridge.ask("POST", "/api", {"command": "players/all"})
            assert (status, answer["error"]) == (502, "music_assistant_unreachable")
        else:
            refused = bridge.echo(MAC).refused("play", media=["library://track/1"])
            assert refused == (502, "music_assistant_unreachable")
    cable.close()


@pytest.mark.parametrize("within_ms", ["150", "0150"])
def test_an_answer_comes_while_the_skill_waits(home, bridge, within_ms):
    """The skill says how long it will wait: by then it is told that it is MA everyone waits for."""
    home.refuse("api", stall_s=30, status=500)
    asked = {"X-Answer-Within-Ms": within_ms}
    status, answer = bridge.ask("POST", "/api", {"command": "players/all"}, headers=asked)
    assert (status, answer["error"]) == (504, "stream_timeout")


@pytest.mark.parametrize("within_ms", ["", "soon", "-1", "1.5", "9" * 30])
def test_odd_waits_are_none(bridge, within_ms):
    """What is no number of milliseconds limits nothing."""
    status, _ = bridge.ask("POST", "/api", {"command": "players/all"}, headers={"X-Answer-Within-Ms": within_ms})
    assert status == HTTPStatus.OK


def test_commands_are_refused_alike(home, bridge, playing):
    """A command that MA refuses says the same, and loses nothing."""
    home.refuse("api", status=401, command="player_queues/play_index")
    echo = bridge.echo(MAC)
    assert echo.refused("next", queue_item_id=playing["queue_item_id"]) == (502, "music_assistant_auth")
    home.allow()
    assert echo.state()["stream"] == playing
    assert echo.command("next", queue_item_id=playing["queue_item_id"])["stream"]


def test_ma_is_away(bridge_beside, home, tmp_path):
    """With MA away commands say so within Alexa's time, and events are taken all the same."""
    with bridge_beside(home, tmp_path, ma_url="http://127.0.0.1:9", slimproto_port=9) as bridge:
        assert bridge.echo(MAC).refused("play", media=["library://track/1"]) == (502, "music_assistant_unreachable")
        status, answer = bridge.ask("POST", "/api", {"command": "players/all"})
        assert (status, answer["error"]) == (502, "music_assistant_unreachable")
        assert bridge.ok("GET", "/healthz")["music_assistant"]["reachable"] is False
        state = bridge.echo(MAC).state()
        assert (state["available"], state["stream"], state["queue"]["items"]) == (False, None, 0)
        stranger = {"generation": 5, "queue_item_id": "0" * 32}
        assert bridge.echo(MAC).report("started", stranger)["wanted"] == "play"


def test_no_stream_in_time(home, bridge, playing):
    """If MA stalls, 504 stream_timeout or 502 comes in time, never nothing."""
    home.refuse("api", stall_s=30, status=500, command="player_queues/play_index")
    status, error = bridge.echo(MAC).refused("next", queue_item_id=playing["queue_item_id"])
    assert (status, error) in {(504, "stream_timeout"), (502, "music_assistant_unreachable")}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        ("GET", PLAYERS, None, 404, "unknown_player"),
        ("DELETE", PLAYERS, None, 404, "unknown_player"),
        ("GET", "/players/02:00:00:00:00", None, 400, "bad_request"),
        ("GET", "/players/AA:00:00:00:00:01", None, 400, "bad_request"),
        ("PUT", PLAYERS, {"name": ""}, 400, "bad_request"),
        ("PUT", PLAYERS, {"name": "x" * 65}, 400, "bad_request"),
        ("PUT", PLAYERS, {"name": "a\nb"}, 400, "bad_request"),
        ("PUT", PLAYERS, {}, 400, "bad_request"),
        ("PUT", PLAYERS, b"{", 400, "bad_request"),
        ("PUT", PLAYERS, b"[1]", 400, "bad_request"),
        ("PUT", PLAYERS, b"\xff\xfe", 400, "bad_request"),
        ("PUT", PLAYERS, b"[" * 100_000, 400, "bad_request"),
        ("POST", f"{PLAYERS}/command", {"command": "explode"}, 400, "bad_request"),
        ("POST", f"{PLAYERS}/command", {"command": "stop", "args": []}, 400, "bad_request"),
        ("POST", f"{PLAYERS}/command", {"command": ["stop"]}, 400, "bad_request"),
        ("POST", f"{PLAYERS}/command", {"command": "stop", "args": {"name": "\x00"}}, 400, "bad_request"),
        ("GET", f"{PLAYERS}/next", None, 400, "bad_request"),
        ("GET", f"{PLAYERS}/next?generation=x", None, 400, "bad_request"),
        ("GET", f"{PLAYERS}/next?generation=-1", None, 400, "bad_request"),
        ("POST", f"{PLAYERS}/events", {"event": "exploded"}, 400, "bad_request"),
        ("POST", f"{PLAYERS}/events", {"event": "started", "generation": "1"}, 400, "bad_request"),
        ("GET", "/nothing", None, 404, "not_found"),
        ("PATCH", PLAYERS, None, 405, "method_not_allowed"),
    ],
)
def test_errors_are_json(bridge, method, path, body, status, error):
    """Whatever is wrong with a request, the answer is JSON with a code and a sentence."""
    answered, answer = bridge.ask(method, path, body)
    assert (answered, answer["error"]) == (status, error)
    assert answer["detail"]


def test_large_bodies(bridge):
    """A body over 256 kB is 413."""
    status, answer = bridge.ask("POST", "/api", b" " * (256 * 1024 + 1))
    assert (status, answer["error"]) == (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")


def test_an_unknown_echo_has_no_next(bridge):
    """A question what follows is never 404: for an Echo nobody has heard of, nothing does."""
    assert bridge.ok("GET", f"{PLAYERS}/next?generation=5") == {"wanted": "play", "upcoming": None}


def test_player_state(home, bridge, playing):
    """The player state has the fields the skill reads, and no more of MA than that."""
    state = bridge.echo(MAC).state()
    assert set(state) == {
        *("player_id", "queue_id", "name", "available", "wanted", "replace_enqueued"),
        *("stream", "upcoming", "queue"),
    }
    assert set(state["stream"]) == {"url", "queue_item_id", "position_ms", "offset_ms", "generation"}
    assert set(state["queue"]) == {
        *("state", "current_index", "items", "shuffle", "repeat", "current_item", "stream_title", "elapsed_ms")
    }
    assert home.token not in json.dumps(state)


def test_events_are_idempotent(bridge, playing):
    """The same event posted twice gives the same answer."""
    echo = bridge.echo(MAC)
    first = echo.report("stopped", playing, 4_000, occurred_at=2_000_000_000)
    again = echo.report("stopped", playing, 4_000, occurred_at=2_000_000_000)
    for state in (first, again):
        del state["queue"]["state"]  # MA's own view, which follows a little later
    assert first == again


def test_forget(home, bridge, playing):
    """A forgotten player is gone from the bridge; MA keeps it, as one that is not there."""
    assert bridge.ask("DELETE", PLAYERS)[0] == HTTPStatus.NO_CONTENT
    assert bridge.ask("GET", PLAYERS)[0] == HTTPStatus.NOT_FOUND

    def away():
        seen = home.api("players/get", player_id=MAC)
        return seen is None or not seen["available"]

    eventually(away, what="MA to notice")


def test_forgotten_twice_at_once(bridge, playing):
    """One of them forgets it, the other finds nothing: neither meets a fault."""

    async def twice():
        return await asyncio.gather(*(bridge.bridge.forget(MAC) for _ in range(2)), return_exceptions=True)

    first, second = bridge._call(twice())
    assert first is None
    assert isinstance(second, UnknownPlayerError)


def test_forgotten_while_a_command_runs(home, bridge, playing):
    """What still goes on with a forgotten player brings it back neither now nor after a restart."""
    uri = home.api("music/tracks/library_items", limit=1)[0]["uri"]
    bridge.echo(MAC).next(playing)
    session = bridge.bridge._sessions[MAC]
    assert session._prefetch._timer is not None
    home.refuse("api", stall_s=0.3, command="player_queues/items", times=1)
    command = {"command": "play", "args": {"media": [uri]}}
    begun = session.player.generation
    with ThreadPoolExecutor() as beside:
        beside.submit(bridge.ask, "POST", f"{PLAYERS}/command", command)
        eventually(lambda: session.player.generation > begun, what="the command to run")
        assert bridge.ask("DELETE", PLAYERS)[0] == HTTPStatus.NO_CONTENT
        assert session._lock.locked(), "it still runs"
    assert bridge.ask("GET", PLAYERS)[0] == HTTPStatus.NOT_FOUND
    with contextlib.closing(sqlite3.connect(bridge.settings.cache_dir / "players.sqlite3")) as file:
        assert file.execute("SELECT count(*) FROM players").fetchone() == (0,)
    assert session._timer is session._prefetch._timer is None


def test_name_of_a_new_player(home, bridge):
    """A command that makes a player may name it; a second one does not rename it."""
    path = "/players/02:00:00:00:bb:99/command"
    uri = home.api("music/tracks/library_items", limit=1)[0]["uri"]
    state = bridge.ok("POST", path, {"command": "play", "args": {"media": [uri], "name": "Küche"}})
    assert state["name"] == "Küche"
    assert bridge.ok("POST", path, {"command": "stop", "args": {"name": "Bad"}})["name"] == "Küche"


def test_another_stream_port_is_remarked(home, bridge_beside, tmp_path, caplog):
    """When MA streams on another port than is set, the log names the setting."""
    with bridge_beside(home, tmp_path, stream_url="http://127.0.0.1:8097") as bridge:
        uri = home.api("music/tracks/library_items", limit=1)[0]["uri"]
        bridge.echo("02:00:00:00:bb:98").command("play", media=[uri])
    assert "set MUSIC_ASSISTANT_STREAM_URL" in caplog.text


def test_256_players_at_most(bridge):
    """The 257th player is refused, and says how to make room."""
    players = bridge.bridge._sessions
    some = bridge.ok("PUT", PLAYERS, {"name": "Kitchen"})
    session = players[some["player_id"]]
    players.update({f"filled {number}": session for number in range(255)})
    status, answer = bridge.ask("PUT", "/players/02:00:00:00:bb:02", {"name": "One too many"})
    assert (status, answer["error"]) == (HTTPStatus.BAD_REQUEST, "bad_request")
    for number in range(255):
        del players[f"filled {number}"]

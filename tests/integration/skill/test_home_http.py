"""The way home over real TLS: one connection, one try for what was sent, and a named error for each way to fail."""

import contextlib
import json
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import requests
import trustme
import urllib3
from aws_lambda_powertools.metrics import MetricUnit

from music_assistant_alexa import deadline, telemetry
from music_assistant_alexa.adapters import home_http
from music_assistant_alexa.errors import (
    HomeAuthError,
    HomeCommandError,
    HomePart,
    HomeRateLimitError,
    HomeUnreachableError,
    NothingPlayingError,
    QueueFinishedError,
)
from music_assistant_alexa.models import Activity, MediaType, PlaybackEvent, QueueCommand, Wanted
from music_assistant_alexa.stream_token import StreamToken
from simulator.toolchain import free_port
from simulator.waiting import eventually

PLAYER = "02:00:00:00:00:01"
ITEM = {
    "queue_item_id": "i",
    "uri": "library://track/1",
    "title": "Salt",
    "duration_ms": 200_000,
    "media_type": "track",
}
STREAM = {"url": "http://192.0.2.1:8097/single/s/q/i/p.flac", "queue_item_id": "i", "position_ms": 0, "generation": 7}
STATE = {"player_id": PLAYER, "queue_id": PLAYER, "stream": STREAM, "queue": {"current_item": ITEM}}
TUNNEL, BRIDGE, SERVER = HomePart.TUNNEL, HomePart.BRIDGE, HomePart.MUSIC_ASSISTANT
PAGE = b"<!DOCTYPE html><html><title>Sign in</title></html>"


def ask(client):
    return client.next_stream(PLAYER, 7)


def failure(client, kind, budget_s=5.5):
    """Return the error of one call, which holds neither address nor token."""
    with deadline.spending(budget_s), pytest.raises(kind) as caught:
        ask(client)
    for secret in ("localhost", "127.0.0.1", str(client._base_url), "Bearer", "the-bridge-token", PLAYER):
        assert secret not in str(caught.value)
    return caught.value


# One connection


def test_ten_calls_make_one_handshake(home, client, answer):
    """The connection is kept between calls."""
    home.script = lambda _request: answer(body=STATE)
    for _ in range(10):
        client.command(PLAYER, QueueCommand("shuffle", {"on": True}))
    assert (home.handshakes, len(home.requests)) == (1, 10)


def test_chunked_answers_keep_the_connection_too(home, client):
    """An answer without a length is read to its end, and the next call uses the same connection."""
    body = json.dumps({"wanted": "pause", "upcoming": None}).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[at : at + 9]), body[at : at + 9]) for at in range(0, len(body), 9))
    head = b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    home.script = lambda _request: head + chunks + b"0\r\n\r\n"
    assert [ask(client).wanted for _ in range(3)] == [Wanted.PAUSE] * 3
    assert home.handshakes == 1


def test_certificates_are_read_once(home, client, answer, monkeypatch):
    """A new connection does not parse the list of authorities again, which takes 43 ms each time."""

    def reread(*_args, **_kwargs):
        raise AssertionError("the authorities were read again")

    for name in ("load_verify_locations", "load_default_certs", "set_default_verify_paths"):
        monkeypatch.setattr(ssl.SSLContext, name, reread)
    monkeypatch.setattr(ssl, "create_default_context", reread)

    def answer_and_close(secure):
        secure.sendall(answer(body={"wanted": "play", "upcoming": None}, Connection="close"))

    home.script = lambda _request: answer_and_close
    for _ in range(2):
        ask(client)
    assert home.handshakes == 2


def test_a_connection_that_home_closed_is_replaced(home, client, answer):
    """Between two invocations the tunnel may close the connection: the next call makes a new one."""
    reply = answer(body={"wanted": "play", "upcoming": None})
    home.script = lambda _request: lambda secure: secure.sendall(reply)
    ask(client)
    pool = client._session.get_adapter(home.url).poolmanager.connection_from_url(
        home.url, {"cert_reqs": "CERT_REQUIRED"}
    )
    eventually(
        lambda: all(each is None or not each.is_connected for each in pool.pool.queue), what="the end to be seen"
    )
    ask(client)
    assert (home.handshakes, len(home.requests)) == (2, 2)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_machines_authorities_do_not_count(credentials, authority, home, answer, monkeypatch, tmp_path, name):
    """Whatever CA file the machine's environment names, ours is used."""
    (tmp_path / "none.pem").write_text("")
    monkeypatch.setenv(name, str(tmp_path / "none.pem"))
    home.script = lambda _request: answer(body={"wanted": "play", "upcoming": None})
    client = home_http.HomeHttp(home.url, credentials, authority.cert_pem.bytes().decode())
    assert ask(client).wanted is Wanted.PLAY


def test_without_the_machines_environment(credentials, authority, home, answer, monkeypatch):
    """It works the same with none of these variables set, and proxies of the machine are not used."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    home.script = lambda _request: answer(body={"wanted": "play", "upcoming": None})
    client = home_http.HomeHttp(home.url, credentials, authority.cert_pem.bytes().decode())
    assert ask(client).wanted is Wanted.PLAY


# What is sent


def test_every_call_names_itself(home, client, answer):
    """Path, method and body of each call are those of the bridge's HTTP API; the token goes along."""
    home.script = lambda _request: answer(body={**STATE, "wanted": "play", "upcoming": None})
    client.search("salt", (MediaType.TRACK,), 5)
    client.command(PLAYER, QueueCommand("play", {"media": ["library://track/1"], "option": "replace"}))
    client.next_stream(PLAYER, 7)
    client.report(PLAYER, PlaybackEvent(Activity.STARTED, StreamToken("q", "i", 0, 7), 0, 1_795_000_000))
    sent = [(each.method, each.path) for each in home.requests]
    assert sent == [
        ("POST", "/api"),
        ("POST", f"/players/{PLAYER}/command"),
        ("GET", f"/players/{PLAYER}/next?generation=7"),
        ("POST", f"/players/{PLAYER}/events"),
    ]
    assert home.requests[0].json == {
        "command": "music/search",
        "args": {"search_query": "salt", "media_types": ["track"], "limit": 5},
    }
    assert home.requests[1].json == {"command": "play", "args": {"media": ["library://track/1"], "option": "replace"}}
    assert home.requests[3].json == {
        "event": "started",
        "generation": 7,
        "queue_item_id": "i",
        "offset_ms": 0,
        "occurred_at": 1_795_000_000,
    }
    assert {each.headers["authorization"] for each in home.requests} == {"Bearer the-bridge-token-of-the-tests"}
    assert not [each for each in home.requests if "cf-access-client-id" in each.headers]


def test_a_failure_says_what_was_audible(home, client, answer):
    """Only `failed` does: the failed stream may be one that was only buffered."""
    home.script = lambda _request: answer(body=STATE)
    client.report(PLAYER, PlaybackEvent(Activity.FAILED, StreamToken("q", "i", 0, 7), 5, 1, 6))
    assert home.requests[0].json["current_generation"] == 6


def test_a_path_of_the_base_url_is_kept(home, make_client, answer):
    """A bridge under a path of its host is found there."""
    home.script = lambda _request: answer(body={"wanted": "play", "upcoming": None})
    ask(make_client(home.url + "/ma/bridge"))
    assert home.requests[0].path == f"/ma/bridge/players/{PLAYER}/next?generation=7"


def test_access_is_shown_its_service_token(home, client, answer, credentials, monkeypatch):
    """Where Cloudflare Access stands before the bridge, its two headers go along."""
    secrets = {"bridge_token": "t", "stream_signing_key": "k", "access_client_id": "id", "access_client_secret": "s"}
    monkeypatch.setattr(credentials, "_fetch", lambda _name: json.dumps(secrets))
    home.script = lambda _request: answer(body={"wanted": "play", "upcoming": None})
    ask(client)
    assert home.requests[0].headers["cf-access-client-id"] == "id"
    assert home.requests[0].headers["cf-access-client-secret"] == "s"


# Connecting


@pytest.fixture
def connects(monkeypatch):
    """Count attempts to connect; let the first `refused` of them fail."""
    real, seen = socket.create_connection, {"count": 0, "refused": 0}

    def create_connection(address, *args, **kwargs):
        seen["count"] += 1
        if seen["count"] <= seen["refused"]:
            raise ConnectionRefusedError
        return real(address, *args[:1])

    monkeypatch.setattr("urllib3.util.connection.create_connection", create_connection)
    return seen


def test_a_connect_is_tried_twice(home, client, answer, connects):
    """A connection that is refused once is tried again; the request is sent once."""
    connects["refused"] = 1
    home.script = lambda _request: answer(body={"wanted": "play", "upcoming": None})
    assert ask(client).wanted is Wanted.PLAY
    assert (connects["count"], len(home.requests)) == (2, 1)


def test_a_connect_is_not_tried_thrice(client, connects):
    """After two refusals home is unreachable."""
    connects["refused"] = 99
    assert "DNS or network" in str(failure(client, HomeUnreachableError))
    assert connects["count"] == 2


def test_refused(make_client):
    """Nothing listens there: no connection."""
    error = failure(make_client(f"https://localhost:{free_port()}"), HomeUnreachableError)
    assert (error.part, "DNS or network" in str(error)) == (TUNNEL, True)


def test_no_such_host(make_client, monkeypatch):
    """The name does not resolve: no connection."""

    def unresolved(*_args, **_kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unresolved)
    assert "DNS or network" in str(failure(make_client("https://home.invalid"), HomeUnreachableError))


def test_a_host_that_does_not_answer(client, monkeypatch):
    """A connect that times out is named so; both tries stay within the time that is left."""
    waits = []

    def silent(_address, timeout, *_args, **_kwargs):
        waits.append(timeout)
        raise TimeoutError

    monkeypatch.setattr("urllib3.util.connection.create_connection", silent)
    assert "does not answer" in str(failure(client, HomeUnreachableError, budget_s=1.0))
    assert len(waits) == 2
    assert max(waits) <= 1.0


def test_the_second_try_has_only_the_time_that_is_left(client, monkeypatch):
    """Time lost in connecting is not there for the answer any more."""
    given = []

    def request(_method, _url, *, timeout, **_options):
        given.append(timeout)
        return real(_method, _url, timeout=timeout, **_options)

    def refused(*_args, **_kwargs):
        raise ConnectionRefusedError

    real = client._session.request
    monkeypatch.setattr(client._session, "request", request)
    monkeypatch.setattr("urllib3.util.connection.create_connection", refused)
    with deadline.spending(5.0), pytest.raises(HomeUnreachableError):
        ask(client)
    (first_connect, first_answer), (second_connect, second_answer) = given
    assert first_connect == second_connect == home_http.CONNECT_S
    assert second_answer < first_answer <= 5.0


def test_time_that_runs_out_just_before_sending_is_a_time_out(client):
    """Between asking whether time is left and using it, the last of it may pass: no crash on a time-out of 0."""
    with deadline.spending(0), pytest.raises((requests.RequestException, urllib3.exceptions.HTTPError)):
        client._attempt(home_http._Message("GET", "/", {}))


def other_name(authority):
    return authority.issue_cert("another.example")


def expired(authority):
    return authority.issue_cert("localhost", not_after=datetime.now(UTC) - timedelta(days=1))


def unknown(_authority):
    return trustme.CA().issue_cert("localhost")


@pytest.mark.parametrize("certificate", [other_name, expired, unknown])
def test_a_wrong_certificate(make_home, make_client, authority, certificate):
    """A certificate for another name, an expired one, one of a stranger: TLS failed, and nothing was sent."""
    home = make_home(certificate(authority))
    error = failure(make_client(home.url), HomeUnreachableError)
    assert "certificate" in str(error)
    assert home.requests == []


def test_the_tests_authority_is_not_trusted_by_itself(credentials, home):
    """Without the extra CA the loopback home is a stranger: verification is on."""
    assert "certificate" in str(failure(home_http.HomeHttp(home.url, credentials), HomeUnreachableError))


def test_plain_http_behind_an_https_address(make_client):
    """A server that speaks no TLS is named as a TLS failure."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = make_client(f"https://localhost:{listener.getsockname()[1]}")

        def speak():
            connection, _ = listener.accept()
            with connection:
                connection.recv(64)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=speak, daemon=True)
        thread.start()
        assert "TLS" in str(failure(client, HomeUnreachableError))
        thread.join(5)


# What was sent is never sent again


def vanish(secure):
    secure.shutdown(socket.SHUT_RDWR)


def reset(secure):
    secure.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def garbage(secure):
    """Break TLS itself, under the answer."""
    socket.socket(fileno=socket.dup(secure.fileno())).sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)


def nonsense(secure):
    secure.sendall(b"\x00\x01\x02 this is no HTTP\r\n\r\n")


@pytest.mark.parametrize("misbehave", [vanish, reset, garbage, nonsense])
def test_a_command_that_was_sent_is_not_sent_again(home, client, misbehave):
    """The connection breaks after the request: it may have been done, so it is not repeated."""
    home.script = lambda _request: misbehave
    with deadline.spending(3), pytest.raises(HomeUnreachableError):
        client.command(PLAYER, QueueCommand("next", {"queue_item_id": "i"}))
    assert len(home.requests) == 1


# Answers that are none


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        *((302, "text/html", b""), (307, "text/html", PAGE), (200, "text/html", PAGE), (200, "", b"")),
        *((403, "text/html", PAGE), (401, "text/html", PAGE), (403, "application/json", b'{"message":"x"}')),
        (429, "text/html", PAGE),
    ],
)
def test_someone_else_answers(home, client, answer, status, kind, body):
    """A login page or a redirect to one, a firewall, a rate limit: Cloudflare stands before the bridge, and says so."""
    home.script = lambda _request: answer(status, body, kind, Location="https://localhost:1/login")
    error = failure(client, HomeAuthError)
    assert (error.part, "Access" in str(error)) == (TUNNEL, True)
    assert len(home.requests) == 1


def test_a_rate_limit_is_no_refused_token(home, client, answer):
    """Of those who stand before the bridge, the one that counts requests has an error of its own: waiting helps."""
    home.script = lambda _request: answer(429, PAGE, "text/html")
    assert "rate limit" in str(failure(client, HomeRateLimitError))
    home.script = lambda _request: answer(403, PAGE, "text/html")
    assert type(failure(client, HomeAuthError)) is HomeAuthError


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 522, 525, 530, 404])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=UTF-8", PAGE),
        ("text/plain", b"error code: 1033"),
        ("application/json", b'{"type":"x","title":"Error 1033","status":530,"error_code":1033}'),
        ("application/problem+json", b'{"error":"origin_unreachable"}'),
        ("application/json", b'{"error": {"x": 1}}'),
        ("application/json", b'{"error": "tru'),
    ],
)
def test_the_tunnel_answers_for_the_bridge(home, client, answer, status, kind, body):
    """Cloudflare's own pages, in whatever form, mean that the tunnel or the bridge is down."""
    home.script = lambda _request: answer(status, body, kind)
    error = failure(client, HomeUnreachableError)
    assert (error.part, str(status) in str(error)) == (TUNNEL, True)


@pytest.mark.parametrize(
    ("status", "code", "kind", "part"),
    [
        (401, "unauthorized", HomeAuthError, BRIDGE),
        (403, "unauthorized", HomeAuthError, BRIDGE),
        (403, "command_not_allowed", HomeCommandError, BRIDGE),
        (400, "bad_request", HomeCommandError, BRIDGE),
        (404, "unknown_player", HomeCommandError, BRIDGE),
        (413, "too_large", HomeCommandError, BRIDGE),
        (500, "internal", HomeCommandError, BRIDGE),
        (502, "music_assistant_unreachable", HomeUnreachableError, SERVER),
        (502, "music_assistant_auth", HomeAuthError, SERVER),
        (502, "music_assistant_refused", HomeCommandError, SERVER),
        (504, "stream_timeout", HomeUnreachableError, SERVER),
    ],
)
def test_the_bridge_says_what_failed(home, client, answer, status, code, kind, part):
    """Each code of the bridge is an error of its own, which knows the part that failed."""
    home.script = lambda _request: answer(status, {"error": code, "detail": "a private detail"})
    error = failure(client, kind)
    assert error.part is part
    assert "private" not in str(error)
    if kind is HomeCommandError:
        assert (error.status, error.details) == (status, code)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(409, "queue_finished", QueueFinishedError), (404, "unknown_item", NothingPlayingError)],
)
def test_what_is_no_failure_of_home(home, client, answer, status, code, kind):
    """The end of the queue and an item that is gone are no errors of the way home."""
    home.script = lambda _request: answer(status, {"error": code, "detail": ""})
    with pytest.raises(kind):
        ask(client)


def test_a_refused_token_is_read_anew(home, client, answer, credentials):
    """After 401 the secret is fetched again: it may just have been replaced."""
    fetched = []
    fetch = credentials._fetch
    credentials._fetch = lambda name: fetched.append(name) or fetch(name)
    home.script = lambda _request: answer(401, {"error": "unauthorized"})
    failure(client, HomeAuthError)
    failure(client, HomeAuthError)
    assert len(fetched) == 2


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"wanted": "play", "upcoming"', b"\xff\xfe", b"[" * 100_000, b"not json", b'{"wanted": NaN'],
    ids=lambda body: repr(body[:20]),
)
def test_json_that_is_not_whole(home, client, answer, body):
    """A cut or broken answer is home's failure, not a crash."""
    home.script = lambda _request: answer(body=body)
    assert failure(client, HomeUnreachableError).part is TUNNEL


@pytest.mark.parametrize("status", [200, 502])
def test_a_call_is_timed(home, client, answer, status, monkeypatch):
    """How long a call home took is a metric in milliseconds under its name, also where it brought nothing."""
    seen, took = [], iter([1.0, 1.25])
    monkeypatch.setattr(telemetry.metrics, "add_metric", lambda **metric: seen.append(metric))
    monkeypatch.setattr(telemetry, "time", SimpleNamespace(perf_counter=lambda: next(took)))
    home.script = lambda _request: answer(status, {"wanted": "play", "upcoming": None})
    with contextlib.suppress(HomeUnreachableError):
        ask(client)
    assert seen == [{"name": "HomeNext", "unit": MetricUnit.Milliseconds, "value": 250.0}]


def test_an_answer_cut_short(home, client, answer):
    """A body shorter than it said is home's failure."""
    home.script = lambda _request: lambda secure: secure.sendall(answer(body=STATE)[:-20])
    failure(client, HomeUnreachableError)


@pytest.mark.parametrize(
    "body",
    [
        *(
            None,
            [],
            7,
            "x",
            {},
            {"wanted": "dance", "upcoming": None},
            {"wanted": "play"},
            {"wanted": "play", "upcoming": 7},
        ),
        *(
            {"wanted": "play", "upcoming": {"item": [1], "stream": {}}},
            {"wanted": "play", "upcoming": {"stream": {"url": "x"}}},
        ),
        {"wanted": "play", "upcoming": {"stream": {**STREAM, "generation": "x"}}},
        {"wanted": "play", "upcoming": {"item": {"title": "no id"}}},
    ],
    ids=repr,
)
def test_an_answer_of_another_version(home, client, answer, body):
    """JSON of another shape says that skill and bridge differ in version."""
    home.script = lambda _request: answer(body=body)
    assert "version" in str(failure(client, HomeCommandError))


@pytest.mark.parametrize(
    "body",
    [*(None, [], 7, {}), {**STATE, "queue": [1]}, {**STATE, "stream": 7}, {"player_id": PLAYER}],
    ids=repr,
)
def test_a_player_state_of_another_version(home, client, answer, body):
    """The same holds for a player state."""
    home.script = lambda _request: answer(body=body)
    with pytest.raises(HomeCommandError, match="version"):
        client.command(PLAYER, QueueCommand("clear"))


# Time and size


HEAD = b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_home_that_says_nothing(home, client):
    """An answer that never begins is given up at the deadline."""
    home.script = lambda _request: home.drip(b"", b"", pause_s=0.1)
    assert "too long" in str(failure(client, HomeUnreachableError, budget_s=0.2))


@pytest.mark.parametrize(("head", "piece"), [(HEAD, b" "), (CHUNKED, b"1\r\n \r\n")], ids=["length", "chunked"])
def test_a_slow_drip_ends_at_the_deadline(home, client, head, piece):
    """An answer that comes in drops, each in time, is given up at the deadline all the same."""
    home.script = lambda _request: home.drip(head, piece)
    assert "too long" in str(failure(client, HomeUnreachableError, budget_s=0.2))
    assert eventually(home.cut.is_set, within=5, what="the client to hang up")


@pytest.mark.parametrize(
    "head", [HEAD.replace(b"1000000", b"99999999"), b"HTTP/1.0 200 X\r\nContent-Type: application/json\r\n\r\n"]
)
def test_an_endless_answer_is_cut(home, client, head, monkeypatch):
    """More than the limit is not read, whatever length was promised."""
    monkeypatch.setattr(home_http, "BODY_LIMIT", 300_000)
    home.script = lambda _request: home.drip(head, b" " * 100_000, pause_s=0)
    failure(client, HomeUnreachableError)
    assert eventually(home.cut.is_set, within=5, what="the client to hang up")


@pytest.mark.parametrize("drops", [b"H", b"HTTP/1.1 200 X\r\nA: b"], ids=["status line", "headers"])
def test_headers_in_drops_end_at_the_deadline(home, client, drops):
    """A status line or headers that never end, each drop in time, are given up at the deadline, too."""
    home.script = lambda _request: home.drip(drops, b"x")
    assert "too long" in str(failure(client, HomeUnreachableError, budget_s=0.2))
    home.closing.set()


def test_a_name_that_takes_for_ever(client, monkeypatch):
    """Names are resolved without a time-out: what hangs there is left behind at the deadline."""
    hangs = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: hangs.wait(20))
    assert "too long" in str(failure(client, HomeUnreachableError, budget_s=0.2))
    hangs.set()


def test_what_connects_too_late_sends_nothing(home, client, monkeypatch):
    """A command that was left behind while its name was resolved is not done after the person heard that it failed."""
    hangs, real = threading.Event(), socket.getaddrinfo

    def slow(*args, **kwargs):
        hangs.wait(20)
        return real(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    failure(client, HomeUnreachableError, budget_s=0.2)
    hangs.set()
    assert eventually(lambda: home.ended, what="the end of a connection that came too late")
    assert home.requests == []


def test_the_bridge_is_told_how_long_it_may_take(home, client, answer):
    """What is left of the request's time goes along, so that the bridge can say what it waited for."""
    home.script = lambda _request: answer(body={"wanted": "play", "upcoming": None})
    with deadline.spending(2):
        ask(client)
    assert 0 < int(home.requests[0].headers["x-answer-within-ms"]) <= 1_700


def test_without_time_left_nothing_is_sent(home, client):
    """Past the deadline home is not asked."""
    assert "no time" in str(failure(client, HomeUnreachableError, budget_s=0))
    assert home.handshakes == 0


# What comes in


def test_long_texts_are_cut(home, client, answer):
    """A title of 9,000 characters is cut where it comes in, and an address too long is none."""
    item = {
        **ITEM,
        "title": "x" * 9_000,
        "artist": "y" * 9_000,
        "uri": "z" * 9_000,
        "image_url": "https://" + "i" * 9_000,
    }
    home.script = lambda _request: answer(body={**STATE, "queue": {"current_item": item}})
    read = client.command(PLAYER, QueueCommand("clear")).item
    assert (len(read.title), len(read.artist), read.uri, read.image_url) == (300, 300, "", "")


def test_a_search_is_read_in_its_order(home, client, answer):
    """Each kind's list is read, what cannot be played is left out, and the library is told from the providers."""
    found = {
        "tracks": [{"uri": "spotify://track/1", "name": "Salt", "artists": [{"name": "Blue Harbor"}, {"name": "Ada"}]}],
        "albums": [{"uri": "library://album/1", "name": "Salt", "artists": []}, {"uri": "x://2", "is_playable": False}],
        "radio": [{"uri": "library://radio/1", "name": "Harbour FM"}],
    }
    home.script = lambda _request: answer(body=found)
    items = client.search("salt", (MediaType.TRACK, MediaType.ALBUM), 5)
    assert [(item.media_type, item.in_library) for item in items] == [
        (MediaType.ALBUM, True),
        (MediaType.TRACK, False),
        (MediaType.RADIO, True),
    ]
    assert items[1].artist == "Blue Harbor, Ada"


@pytest.mark.parametrize(
    "found",
    [
        *(None, [], {}, 7, "x", {"tracks": None}, {"tracks": 7}, {"tracks": {"a": 1}}, {"tracks": [None, 7, [], {}]}),
        *({"tracks": [{"uri": 7, "name": "x"}]}, {"tracks": [{"uri": "", "name": "x"}]}, {"tracks": [{"name": "x"}]}),
    ],
    ids=repr,
)
def test_a_search_without_results(home, client, answer, found):
    """Null, as MA answers a kind it does not know, and every other shape is an empty result."""
    home.script = lambda _request: answer(body=found)
    assert client.search("x", (MediaType.TRACK,), 5) == []


def test_odd_fields_of_a_search(home, client, answer):
    """Names and artists of other types are read as empty."""
    odd = {"uri": "library://track/1", "name": 7, "artists": "x"}
    home.script = lambda _request: answer(body={"tracks": [odd, {**odd, "artists": [None, {"name": 7}, {}]}]})
    assert [(item.name, item.artist) for item in client.search("x", (MediaType.TRACK,), 5)] == [("", "")] * 2

"""`POST /aasb`: a vehicle that comes by HTTPS with its token is answered as by an invoke, and nobody else is."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from music_assistant_alexa import app as app_module
from music_assistant_alexa.app import App, build_app
from music_assistant_alexa.auto.words import Report
from music_assistant_alexa.auto_http import __main__ as command
from music_assistant_alexa.auto_http.pace import WINDOW_S
from music_assistant_alexa.auto_http.transport import BODY_LIMIT, MOST_MESSAGES, MOST_REFUSALS
from music_assistant_alexa.auto_http.vehicle_tokens import WAIT_S, hashed, new_token
from music_assistant_alexa.errors import ConfigurationError, UnknownDialectError
from music_assistant_alexa.models import MediaItem, MediaType
from music_assistant_alexa.settings import FRESH_S, Credentials
from simulator import account_linking
from simulator.account_linking import http_event
from simulator.envelopes import APPLICATION_ID
from simulator.head_unit import HeadUnit
from simulator.memory_auto_sessions import MemoryAutoSessions
from simulator.memory_house import AUTO_SOURCES
from simulator.memory_linking import MemoryLinkingStore
from simulator.memory_music_store import MemoryMusicStore
from simulator.memory_store import MemoryStore
from simulator.scripted_home import ScriptedHome
from simulator.scripted_queues import ScriptedQueues
from simulator.silent_ear import SilentEar

ROOT = Path(__file__).parents[3]
EVENTS = ROOT / "tests" / "events"
CAR, VAN = "car-token-of-the-tests-00000000000000000000000", "van-token-of-the-tests-00000000000000000000000"
JSON = {"content-type": "application/json"}
SECRET = {"bridge_token": "bridge-token-of-the-tests", "stream_signing_key": "a key of the tests"}
LIBRARY = [
    MediaItem("library://radio/1", "Harbour 98.7 FM", MediaType.RADIO, in_library=True),
    MediaItem("library://radio/2", "BBC Radio Extra 4", MediaType.RADIO, in_library=True),
]


def message(action="GetState", **payload):
    description = {"topic": "LocalMediaSource", "action": action}
    header = {"version": "4.0", "messageType": "Publish", "id": "m-1", "messageDescription": description}
    return {"header": header, "payload": {"source": "DEFAULT", **payload}}


@dataclass
class Parameters:
    """SSM's one parameter: the household's secret."""

    secret: dict
    away: bool = False
    """Nobody can read it while this is set."""

    reads: int = 0

    def fetch(self, _name):
        """Return it as JSON."""
        self.reads += 1
        if self.away:
            raise ConfigurationError("SSM cannot be reached: TimeoutError")
        return json.dumps(self.secret)


@dataclass
class Garage:
    """The function with its URL, and the household's vehicles."""

    app: App
    parameters: Parameters
    clock: object
    sessions: MemoryAutoSessions

    @property
    def secret(self):
        return self.parameters.secret

    def invoked(self, event):
        """Return the same function's answer to a Lambda invoke."""
        return self.app.answer(event)

    def post(self, body, token=CAR, **changes):
        """Send a body as a vehicle does, its token in the header; with what is to be different about it."""
        given = {**JSON, "authorization": f"Bearer {token}"} | changes.pop("headers", {})
        headers = {name: value for name, value in given.items() if value is not None}
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        request = {"method": "POST", "path": "/aasb", "headers": headers, "body": text} | changes
        return self.app.answer(http_event(request.pop("method"), request.pop("path"), **request))

    def status(self, *arguments, **named):
        return self.post(*arguments, **named)["statusCode"]

    def driven(self, token=CAR):
        """Answer a head unit by HTTPS, as its own code would."""

        def answer(event):
            got = self.post(event, token)
            assert (got["statusCode"], got["headers"]["content-type"]) == (200, "application/json"), got
            return json.loads(got["body"])

        return answer


@dataclass
class Road:
    """The function's clock, as a head unit moves it."""

    clock: object

    def time(self):
        return self.clock.now

    def advance(self, seconds):
        self.clock.now += seconds


@pytest.fixture
def make(settings, clock, monkeypatch):
    """Wire functions with the URL on, each over a home and stores of its own."""
    monkeypatch.setattr(app_module, "HomeHttp", lambda *_: None)  # replaced below, and its certificates take 40 ms

    def build(**changed):
        home, sessions = ScriptedHome(library=list(LIBRARY)), MemoryAutoSessions(clock)
        secret = {**SECRET, "vehicle_tokens": {"car": hashed(CAR), "van": hashed(VAN)}}
        secret.update(account_linking.LINKING_SECRET)
        parameters = Parameters(secret)
        app = build_app(
            replace(settings, **{"auto_http": True, **changed}),
            music=home,
            players=home,
            queues=ScriptedQueues(),
            store=MemoryStore(clock),
            music_store=MemoryMusicStore(clock),
            auto_sessions=sessions,
            linking_store=MemoryLinkingStore(clock),
            credentials=Credentials("/secrets", parameters.fetch),
            now=clock,
        )
        return Garage(app, parameters, clock, sessions)

    return build


@pytest.fixture
def garage(make):
    return make()


# Who is let in


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (401, {"headers": {"authorization": None}}),
        (401, {"headers": {"authorization": ""}}),
        (401, {"headers": {"authorization": CAR}}),
        (401, {"headers": {"authorization": "Bearer"}}),
        (401, {"headers": {"authorization": "Bearer "}}),
        (401, {"headers": {"authorization": f"Basic {CAR}"}}),
        (401, {"headers": {"authorization": f"Bearer {CAR} x"}}),
        (401, {"headers": {"authorization": f"Bearer {CAR}, Bearer {VAN}"}}),
        (401, {"headers": {"authorization": f"Bearer {CAR}\n"}}),
        (401, {"headers": {"authorization": f"Bearer {CAR[:-1]}"}}),
        (401, {"headers": {"authorization": f"Bearer {CAR.upper()}"}}),
        (401, {"headers": {"authorization": f"Bearer {hashed(CAR)}"}}),
        (401, {"headers": {"authorization": "Bearer bridge-token-of-the-tests"}}),
        (401, {"headers": {"authorization": "Bearer " + "é" * 43}}),
        (401, {"headers": {"authorization": None}, "query": f"access_token={CAR}"}),
        (401, {"headers": {"authorization": None}, "cookies": [f"token={CAR}"]}),
        (401, {"headers": {"authorization": None, "content-type": "text/plain"}}),
        (403, {"token": VAN}),
        (404, {"path": "/aasb/"}),
        (404, {"path": "/AASB"}),
        (404, {"path": "/"}),
        (404, {"path": "/authorize"}),
        (404, {"path": "/token"}),
        *((405, {"method": method}) for method in ("GET", "PUT", "DELETE", "OPTIONS", "HEAD", "post")),
        (415, {"headers": {"content-type": None}}),
        (415, {"headers": {"content-type": "text/plain"}}),
        (415, {"headers": {"content-type": "application/x-www-form-urlencoded"}}),
        (200, {}),
        (200, {"headers": {"content-type": "Application/JSON; charset=utf-8"}}),
        (200, {"headers": {"authorization": f"bearer  {CAR}"}}),
    ],
)
def test_who_is_answered(garage, status, changes):
    """POST, the path letter by letter, JSON, and the token of the vehicle that the envelope names."""
    assert garage.status({"vehicleId": "car", "message": message()}, **changes) == status


@pytest.mark.parametrize(
    "sent", [None, "", "Basic x", "Bearer " + "x" * 43, f"Bearer {CAR[:-1]}", f"Bearer {hashed(CAR)}"]
)
def test_every_refused_token_is_refused_alike(garage, sent):
    """Missing, broken or wrong: the same answer letter by letter, which names no vehicle and no secret."""
    refused = garage.post(message(), headers={"authorization": sent})
    assert refused == garage.post("{", headers={"authorization": None}, source="198.51.100.1")
    assert refused["headers"]["www-authenticate"] == 'Bearer realm="aasb"'
    assert not [word for word in ("car", "van", "sha", "hash") if word in refused["body"].replace("a vehicle's", "")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ("null", 400),
        ("7", 400),
        ('"text"', 400),
        ("\ufeff{}", 400),
        (b"\xff\xfe{\x00}\x00", 400),
        (b'{"vehicleId":"\xed\xa0\x80"}', 400),
        ("[" * 200_000, 400),
        ("1" * 200_000, 400),
        ({"vehicleId": "van", "message": message()}, 403),
        ({"vehicleId": "CAR", "message": message()}, 403),
        ({"vehicleId": " car", "message": message()}, 403),
        ({"vehicleId": "default", "message": message()}, 403),
        ({"vehicleId": "", "message": message()}, 403),
        ({"vehicleId": None, "message": message()}, 403),
        ({"vehicleId": ["car"], "message": message()}, 403),
        ({"vehicleId": "\ud800", "message": message()}, 403),
        ({"vehicleId": "van", "request": {"type": "LaunchRequest"}}, 403),
    ],
)
def test_a_body_that_is_none_of_the_vehicles_is_refused(garage, body, status, logs):
    """What is no JSON object, or names another vehicle; nothing secret is said or logged."""
    answer = garage.post(body)
    assert answer["statusCode"] == status
    assert not [secret for secret in (CAR, VAN, hashed(CAR)) if secret in logs.text + answer["body"]]


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"vehicleId": "car"}, {"vehicleId": "car", "message": "{}"}, {"message": None}, {"event": []}),
        *({"header": {}}, {"header": {"version": "4.0"}, "payload": {"source": "DEFAULT"}}, {"payload": "{}"}),
    ],
    ids=str,
)
def test_a_damaged_message_is_a_player_error(garage, body):
    """The token says that it is a vehicle's, so that it gets a vehicle's answer."""
    (error,) = garage.driven()(body)["messages"]
    assert error["payload"]["code"] == 100


def padded(length):
    """Return a body of so many bytes."""
    body = {"vehicleId": "car", "message": message(), "x": ""}
    return json.dumps({**body, "x": "x" * (length - len(json.dumps(body)))})


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (padded(BODY_LIMIT), 200),
        (padded(BODY_LIMIT).encode(), 200),
        (padded(BODY_LIMIT + 1), 413),
        (padded(BODY_LIMIT + 1).encode(), 413),
        (padded(BODY_LIMIT - 10).replace("xx", "éé"), 413),
        ("x" * 6_000_000, 413),
    ],
    ids=["limit", "limit, base64", "over", "over, base64", "over in bytes", "Lambda's limit"],
)
def test_a_body_has_256_kilobytes_at_most(garage, body, status):
    """262,144 bytes, measured before it is read and whoever sends it."""
    assert garage.status(body) == status
    if status == 413:
        assert garage.status(body, headers={"authorization": None}) == 413


def test_the_other_pages_keep_their_own_limit(make):
    """What a vehicle may send is not what a browser may."""
    garage = make(linking_vendor_id=account_linking.VENDOR_ID)
    assert garage.status("x" * 20_000, path="/token") == 413
    assert garage.status("x" * 20_000) == 400


# How often


def test_a_vehicle_that_goes_round_in_circles_is_told_to_wait(garage):
    """Over 600 a minute are 429; another vehicle is not kept waiting, and the next minute is a new one."""
    assert {garage.status(message()) for _ in range(MOST_MESSAGES)} == {200}
    refused = garage.post(message())
    assert (refused["statusCode"], refused["headers"]["retry-after"]) == (429, str(WINDOW_S))
    assert garage.status(message(), VAN) == 200
    garage.clock.now += WINDOW_S
    assert garage.status(message()) == 200


def test_wrong_tokens_from_one_address_are_told_to_wait(garage, counted):
    """Over 20 a minute are 429; a good token from there is let in all the same, and another address is told 401."""
    assert {garage.status(message(), new_token()) for _ in range(MOST_REFUSALS)} == {401}
    assert garage.status(message(), new_token()) == 429
    assert garage.status(message(), headers={"authorization": None}) == 429
    assert garage.status(message()) == 200
    assert garage.status(message(), new_token(), source="198.51.100.1") == 401
    assert counted.count("VehicleRefused") == MOST_REFUSALS + 3


# What is answered


def masked(node):
    """Return an answer without what is new in each: ids of messages, and of sessions that RESUME opens."""
    if isinstance(node, dict):
        return {key: "" if key in {"id", "sessionId"} else masked(value) for key, value in node.items()}
    return [masked(each) for each in node] if isinstance(node, list) else node


FIXTURES = sorted(path for path in EVENTS.glob("aasb_*.json") if not path.stem.startswith("aasb_out"))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_every_message_is_answered_as_by_an_invoke(make, path):
    """Two functions in the same state, the one invoked and the other called by HTTPS, say the same."""
    called, invoked = make(), make()
    tuned = message("Play", contentSelectorType="PRESET", payload="1")
    for each in (tuned, json.loads(path.read_text()), message()):
        event = {"vehicleId": "car", "message": each}
        assert masked(called.driven()(event)) == masked(invoked.invoked(event))


@pytest.mark.parametrize("name", Report)
def test_every_event_is_answered_as_by_an_invoke(make, name):
    """What a head unit did means the same, whichever way it is told."""
    called, invoked = make(), make()
    tuned = {"vehicleId": "car", "message": message("Play", contentSelectorType="PRESET", payload="1")}
    tokens = [answer(tuned)["stream"]["token"] for answer in (called.driven(), invoked.invoked)]
    answers = [
        answer({"vehicleId": "car", "event": {"name": name, "token": token, "offset_ms": 5_000}})
        for answer, token in zip((called.driven(), invoked.invoked), tokens, strict=True)
    ]
    assert masked(answers[0]) == masked(answers[1])


def test_a_body_need_not_name_its_vehicle(garage):
    """Bare, in an envelope without a name, or with it: the token says whose it is, never "default"."""
    garage.post({"vehicleId": "car", "message": message("Play", contentSelectorType="PRESET", payload="1")})
    wanted = masked(garage.driven()({"vehicleId": "car", "message": message()}))
    assert wanted["now_playing"]
    for body in (message(), {"message": message()}):
        assert masked(garage.driven()(body)) == wanted
    assert garage.driven()({"event": {"name": "progress", "offset_ms": 5_000}})["now_playing"]
    assert garage.invoked(message())["now_playing"] is None


def test_a_drive_by_https(garage):
    """The strict head unit plays, skips, pauses, resumes and switches away, as it does by invoke."""
    car = HeadUnit(garage.driven(), ear=SilentEar(), clock=Road(garage.clock), sources=AUTO_SOURCES)
    car.play("DEFAULT", "PRESET", "1")
    assert car.device.playing
    assert not car.control("NEXT").errors
    assert car.control("PAUSE").events == ["PlaybackStopped DEFAULT"]
    assert "PlaybackStarted DEFAULT" in car.control("RESUME").events
    assert car.state()["state"] == "PLAYING"


# What it leads to


@pytest.mark.parametrize(
    "body",
    [
        {"request": {"type": "LaunchRequest"}},
        {"request": {"type": "AlexaAudioPlayQueueEvent.ItemPlaybackStarted"}},
        {"header": {"namespace": "Alexa.Media.Search", "name": "GetPlayableContent"}, "payload": {}},
        {"directive": {"header": {"namespace": "Alexa.Discovery"}}},
        http_event("POST", "/aasb", headers=JSON, body="{}"),
    ],
    ids=["custom skill", "queue event", "music skill", "smart home", "web"],
)
def test_no_other_dialect_is_reached(garage, body):
    """With a good token too: what is another dialect's is a damaged message, and around a vehicle's it is nothing."""
    application = {"context": {"System": {"application": {"applicationId": APPLICATION_ID}}}}
    (error,) = garage.driven()({**body, **application})["messages"]
    assert error["payload"]["code"] in {100, 103}
    (state,) = garage.driven()({**body, **application, "vehicleId": "car", "message": message()})["messages"]
    assert state["header"]["messageType"] == "Reply"


@pytest.mark.parametrize("linking", [True, False])
def test_off_there_is_no_such_path(make, linking):
    """Off, which is the default, a good token gets 404 beside linking's pages; without those nothing answers."""
    garage = make(auto_http=False, linking_vendor_id=account_linking.VENDOR_ID if linking else "")
    if linking:
        assert garage.status(message()) == 404
    else:
        with pytest.raises(UnknownDialectError):
            garage.post(message())


def test_both_have_their_pages(make):
    """Where linking and vehicles are on, each is found, and a vehicle's token opens the other's pages for nobody."""
    garage = make(linking_vendor_id=account_linking.VENDOR_ID)
    assert garage.status(message()) == 200
    assert garage.post("", path="/authorize", method="GET")["headers"]["content-type"].startswith("text/html")
    assert garage.status("grant_type=x", path="/token", headers={"content-type": account_linking._FORM}) == 401


def test_it_is_loaded_only_where_it_is_on():
    """A cold start without it imports neither the room nor what reads HTTP."""
    code = """
import sys
from music_assistant_alexa.app import build_app
from music_assistant_alexa.settings import Settings
build_app(Settings.from_env())
print(*sorted(name for name in sys.modules if name.endswith((".auto_http.transport", "alexa.web", "g.tokens"))))
"""
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "lambda"), "AWS_DEFAULT_REGION": "eu-west-1"}
    environ |= {"PLAYBACK_TABLE_NAME": "playback", "HOME_URL": "https://home.example.com", "SECRET_NAME": "/secrets"}
    for switch, loaded in (("off", []), ("on", ["auto_http.transport", "web"])):
        run = [sys.executable, "-W", "ignore", "-c", code]
        done = subprocess.run(run, env={**environ, "AUTO_HTTP": switch}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == [f"music_assistant_alexa.{name}" for name in loaded]


# The secret


def test_tokens_come_and_go_within_a_minute(garage):
    """A new vehicle is let in and one that was taken out is not, without a new deployment."""
    new = new_token()
    assert (garage.status(message()), garage.status(message(), new)) == (200, 401)
    garage.secret["vehicle_tokens"] = {"bus": hashed(new)}
    garage.clock.now += FRESH_S
    assert (garage.status(message()), garage.status(message(), new)) == (401, 200)


def test_a_secret_that_cannot_be_read_anew_keeps_the_vehicles_it_had(garage, logs):
    """What was read last goes on to count, is not asked for again with every request, and is read when it can be."""
    assert garage.status(message()) == 200
    garage.clock.now += FRESH_S
    garage.parameters.away = True
    assert [garage.status(message()) for _ in range(3)] == [200, 200, 200]
    assert garage.status(message(), new_token()) == 401
    assert garage.parameters.reads == 2
    assert "not read anew" in logs.text
    garage.secret["vehicle_tokens"] = {"van": hashed(VAN)}
    garage.parameters.away = False
    garage.clock.now += WAIT_S
    assert (garage.status(message()), garage.status(message(), VAN)) == (401, 200)


def test_a_secret_that_was_never_read_lets_nobody_in(garage):
    """There is nothing to go on with; the first who comes when it can be read is let in."""
    garage.parameters.away = True
    assert garage.status(message()) == 500
    garage.parameters.away = False
    assert garage.status(message()) == 200


@pytest.mark.parametrize(
    "tokens",
    [
        *(None, {}, [], "text", {"car": CAR}, {"car": hashed(CAR).upper()}, {"car": 7}, {"car": hashed(CAR) + "\n"}),
        *({"car": hashed(CAR), "van": ""}, {"car": hashed(CAR), "van": hashed(CAR)}),
    ],
    ids=repr,
)
def test_a_secret_that_cannot_be_used_lets_nobody_in_and_names_the_remedy(garage, tokens, logs):
    """500 without a cause to whoever asks; the log says which field and where to read on, never an id or a hash."""
    garage.secret["vehicle_tokens"] = tokens
    if tokens is None:
        del garage.secret["vehicle_tokens"]
    answer = garage.post(message())
    assert answer["statusCode"] == 500
    assert "vehicle" not in answer["body"]
    assert "vehicle_tokens" in logs.text
    assert "alexa-auto.md" in logs.text
    assert not [word for word in (hashed(CAR), CAR, "'car'", '"car"') if word in logs.text]


def test_a_broken_field_of_the_vehicles_is_nobody_elses(garage):
    """Alexa and invokes are answered as ever."""
    garage.secret["vehicle_tokens"] = "text"
    assert garage.invoked({"vehicleId": "car", "message": message()})["messages"]
    asked = {"vehicleId": "car", "message": message("Play", contentSelectorType="PRESET", payload="1")}
    assert garage.invoked(asked)["stream"]["url"].startswith("https://home.example.com/stream/")


# The command


def test_the_command_makes_a_token_that_is_let_in(garage, capsys):
    """What it prints for the head unit is let in by what it prints for the secret."""
    assert command.main(["bus é"]) == 0
    token, entry = capsys.readouterr().out.splitlines()[1::2]
    garage.secret.update(json.loads("{" + entry + "}"))
    assert garage.secret["vehicle_tokens"].keys() == {"bus é"}
    assert token.strip() not in entry
    assert garage.driven(token=token.strip())({"vehicleId": "bus é", "message": message()})["messages"]


@pytest.mark.parametrize("arguments", [[], [""], [" "], ["a", "b"], ["x" * 201]])
def test_the_command_wants_one_vehicle(arguments, capsys):
    """Anything else makes nothing, and says so."""
    assert command.main(arguments) == 1
    assert capsys.readouterr().out == ""


def test_no_two_tokens_are_the_same():
    """256 bits each, in a form that a header takes."""
    tokens = {new_token() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert {len(token) for token in tokens} == {43}


def test_the_command_needs_python_and_nothing_else():
    """It runs on a PC that has none of the function's packages."""
    run = [sys.executable, "-I", "-S", "-c"]
    code = f"import sys; sys.path.insert(0, {str(ROOT / 'lambda')!r}); import music_assistant_alexa.auto_http.__main__"
    assert subprocess.run([*run, code], capture_output=True, check=False).returncode == 0

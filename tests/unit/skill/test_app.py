"""The wiring: which dialect an event is in, and what starting the function costs."""

import json
import os
import subprocess
import sys
from functools import reduce
from pathlib import Path

import pytest

from music_assistant_alexa.errors import UnknownDialectError
from simulator.envelopes import APPLICATION_ID

ROOT = Path(__file__).parents[3]
INTENT = {"request": {"type": "IntentRequest"}}
MESSAGE = {
    "header": {"messageDescription": {"topic": "LocalMediaSource", "action": "Play"}},
    "payload": {"source": "USB"},
}
MUSIC_ERROR = {"header", "payload"}


@pytest.mark.parametrize(
    ("event", "keys"),
    [
        (INTENT, {"version", "response"}),
        ({"request": {"type": "Never.Heard"}, "header": "x"}, {"version", "response"}),
        ({"request": {"type": "AlexaAudioPlayQueueEvent.ItemPlaybackStarted"}}, set()),
        ({"header": {"namespace": "Alexa.Media.Search", "name": "GetPlayableContent"}}, MUSIC_ERROR),
        ({"header": {"namespace": "Alexa.Media.Search"}, "payload": None}, MUSIC_ERROR),
        (MESSAGE, {"messages", "stream", "now_playing"}),
        ({"vehicleId": "car-1", "message": MESSAGE}, {"messages", "stream", "now_playing"}),
        ({"vehicleId": "car-1", "message": {"payload": {}}}, {"messages", "stream", "now_playing"}),
        ({"vehicleId": "car-1", "event": {"name": "finished"}}, {"messages", "stream", "now_playing"}),
        ({"vehicleId": "x"}, {"messages", "stream", "now_playing"}),
        ({"vehicleId": "x", "message": []}, {"messages", "stream", "now_playing"}),
        ({"directive": {"header": {"namespace": "Alexa.Authorization", "name": "AcceptGrant"}}}, MUSIC_ERROR),
    ],
)
def test_dialects_are_told_apart_by_shape(skill, event, keys):
    """Each shape is answered in its dialect's own form."""
    assert skill.app.answer(event).keys() == keys


def test_a_smart_home_directive_is_refused_cleanly(skill):
    """The fourth shape is nobody's: INVALID_DIRECTIVE in Alexa's general error."""
    answer = skill.app.answer({"directive": {"header": {"namespace": "Alexa.Discovery"}}})
    assert answer["header"]["namespace"] == "Alexa"
    assert answer["payload"]["type"] == "INVALID_DIRECTIVE"


@pytest.mark.parametrize(
    "event",
    [
        *({}, {"request": None}, {"request": []}, {"request": {}}, {"header": None}, {"header": {}}, {"header": []}),
        *({"message": MESSAGE}, {"directive": "x"}),
        *({"token": "secret-token", "requestContext": {"http": {}}}, [], [INTENT], "text", None, 7),
    ],
    ids=repr,
)
def test_no_dialect_is_an_error_that_names_keys_only(skill, event):
    """An event of no shape we know raises, so that the error metric moves; no value of it is in the message."""
    with pytest.raises(UnknownDialectError) as caught:
        skill.app.answer(event)
    assert "secret-token" not in str(caught.value)
    assert "KITCHEN" not in str(caught.value)


def test_the_keys_of_an_unknown_event_are_named(skill):
    """Who reads the log learns what kind of thing called the function."""
    with pytest.raises(UnknownDialectError, match="rawPath"):
        skill.app.answer({"rawPath": "/", "body": "x"})


@pytest.mark.parametrize("skill_id", ["", "amzn1.ask.skill.another"])
def test_without_its_own_id_the_skill_refuses_everything(skill, skill_id):
    """A stack deployed before its skill answers nobody."""
    skill.app._dialects[1]._skill_id = skill_id
    assert skill.spoken("LaunchRequest") == {"version": "1.0", "response": {}}


DEEP = reduce(lambda inner, _: [inner], range(5_000), [])
"""Nothing that can be shown as text."""


@pytest.mark.parametrize(
    "other",
    ["amzn1.ask.skill.another", APPLICATION_ID + "\u2028", " " + APPLICATION_ID, None, 7, DEEP],
    ids=["another", "behind", "before", "none", "number", "deep"],
)
@pytest.mark.parametrize("where", ["context", "session"])
def test_both_application_ids_must_be_ours(skill, where, other):
    """Session and context both name the application: one of another skill, or nearly ours, is enough to refuse."""
    event = skill.envelope("LaunchRequest")
    event["session"] = {"application": dict(event["context"]["System"]["application"])}
    part = event["context"]["System"] if where == "context" else event["session"]
    assert skill.app.answer(event)["response"]
    part["application"]["applicationId"] = other
    assert skill.app.answer(event) == {"version": "1.0", "response": {}}


UNWANTED = ("ask_sdk", "aws_xray_sdk", "pydantic", "ask_sdk_core.api_client", "home_bridge", "simulator", "moto")
ENVIRON = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": str(ROOT / "lambda"),
    "ALEXA_SKILL_ID": "amzn1.ask.skill.1",
    "PLAYBACK_TABLE_NAME": "playback",
    "HOME_URL": "https://home.example.com",
    "SECRET_NAME": "/music-assistant-alexa/secrets",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "music_assistant_alexa",
}


def started(code, **environ):
    """Run Python as Lambda would: the function's folder and environment, nothing else."""
    command = [sys.executable, "-W", "ignore", "-c", code]
    return subprocess.run(command, env={**ENVIRON, **environ}, capture_output=True, text=True, check=False, timeout=60)


def test_a_cold_start_imports_what_it_needs():
    """`import lambda_function` drags in none of the slow packages, and makes one client: DynamoDB's."""
    code = """
import botocore.session, json, sys
made = []
create = botocore.session.Session.create_client
botocore.session.Session.create_client = lambda self, name, *a, **k: made.append(name) or create(self, name, *a, **k)
import lambda_function
print(json.dumps({"modules": sorted(sys.modules), "clients": made}))
"""
    done = started(code)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert [name for name in UNWANTED if name in seen["modules"]] == []
    assert "music_assistant_alexa.custom_skill.handlers" in seen["modules"]
    assert seen["clients"] == ["dynamodb"]
    off = [
        name for name in seen["modules"] if "account_linking" in name or "auto_http" in name or name.endswith(".web")
    ]
    assert off == []  # what is off costs nothing


def test_a_wrong_setting_stops_the_function_at_its_start():
    """A missing setting fails the import, and the last line says which and where it is set."""
    done = started("import lambda_function", HOME_URL="http://home.example.com")
    assert done.returncode != 0
    assert "ConfigurationError: HOME_URL (template parameter HomeUrl)" in done.stderr.splitlines()[-1]

"""The function as it is uploaded, in AWS's own runtime emulator, against the house that `make serve` runs.

Its variables come from the file that `make local-env` writes for `sam local invoke`.
"""

import json

import pytest

from simulator import local_env, toolchain
from simulator.runtime_emulator import FunctionFailedError, RuntimeEmulator
from simulator.serve import addresses
from simulator.stack import Stack
from simulator.waiting import eventually

pytestmark = [pytest.mark.toolchain, pytest.mark.slow, pytest.mark.timeout(600)]  # the first to come builds

EVENTS = toolchain.ROOT / "tests" / "events"
EMPTY = {"version": "1.0", "response": {}}

SPOKEN = [
    "custom_launch",
    "custom_launch_no_audioplayer_device",
    "custom_intent_search_query_xml_chars",
    "custom_intent_play_artist_static_match",
    "custom_intent_play_album_no_match",
    "custom_intent_empty_slot_value",
    "custom_amazon_help",
    "custom_amazon_fallback",
    "custom_amazon_resume_nothing_played",
]
SILENT = [
    "audioplayer_playback_started",
    "audioplayer_nearly_finished_immediately",
    "audioplayer_playback_stopped",
    "audioplayer_playback_finished",
    "audioplayer_event_foreign_token",
    "system_exception_internal_error",
    "session_ended_user_initiated",
    "skillevent_enabled",
    "session_resumed",
    "unknown_request_type",
    "wrong_application_id",
]


def event(name):
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def house():
    with Stack() as house:
        yield house


@pytest.fixture(scope="module")
def function(house, built, template, tmp_path_factory, skipping_without_tools):
    """Start the built function with the template's variables, those of env.json put over them as SAM does."""
    path = local_env.write_env(addresses(house, ""), tmp_path_factory.mktemp("env") / "env.json")
    given = json.loads(path.read_text(encoding="utf-8"))["SkillFunction"]
    declared = template["Resources"]["SkillFunction"]["Properties"]["Environment"]["Variables"]
    defaults = {name: each.get("Default", "") for name, each in template["Parameters"].items()}
    values = {
        name: defaults.get(value["Ref"], "") if isinstance(value, dict) else value for name, value in declared.items()
    }
    assert given.keys() <= values.keys()
    with skipping_without_tools():
        running = RuntimeEmulator(
            {**values, **given}, function=built / "SkillFunction", layer=built / "DependenciesLayer"
        ).__enter__()
    yield running
    running.__exit__(None, None, None)


@pytest.mark.parametrize("name", SPOKEN)
def test_who_asks_is_answered(function, name):
    """A launch or an intent gets speech or music, in an answer Alexa accepts."""
    response = function.invoke(event(name))["response"]
    assert "outputSpeech" in response or response.get("directives")


@pytest.mark.parametrize("name", SILENT)
def test_who_reports_hears_nothing(function, name):
    """Events, strangers and unknown requests are answered without a word and without an error."""
    answer = function.invoke(event(name))
    assert answer["version"] == "1.0"
    assert "outputSpeech" not in answer["response"]


def test_a_stranger_gets_the_empty_answer(function):
    """The id of env.json is the one that counts."""
    assert function.invoke(event("wrong_application_id")) == EMPTY


def test_every_fixture_is_answered(function):
    """All event files go through the built function; only a dialect nobody speaks is an error."""
    failed = {}
    for path in sorted(EVENTS.glob("*.json")):
        if path.name == "env.json":
            continue
        try:
            function.invoke(json.loads(path.read_text(encoding="utf-8")))
        except FunctionFailedError as error:
            failed[path.stem] = str(error)
    assert failed == {}


def test_an_echo_hears_music(function, house):
    """A strict Echo asks, hears the right tracks through the bridge, skips, and pauses."""
    echo = house.echo("emulated kitchen")
    echo._invoke = function.invoke
    echo.say("ask music assistant to play the album night ferry")
    assert echo.track == "Stairs of Rain"
    echo.say("next")
    assert echo.track == "Summit"
    assert eventually(lambda: house.believed(echo).current_item == "Summit", what="Music Assistant to follow")
    echo.say("stop")
    assert echo.breaches == []


def test_a_cold_start_is_told_and_no_secret_is_logged(function, house):
    """The emulator says how long the first start took; tokens, keys and utterances are not in the log."""
    function.invoke(event("custom_intent_search_query_xml_chars"))
    assert function.init_ms()
    said = function.log()
    assert house.secrets.bridge_token not in said
    assert house.secrets.stream_signing_key not in said
    assert "tom & jerry" not in said


def test_a_vehicle_gets_its_state(function, house):
    """Alexa Auto speaks to the same function: what plays in the vehicle is told from the table, by all the rules."""
    (station,) = house.home.api("music/radios/library_items", search="Lighthouse FM")
    house.home.api("music/favorites/add_item", item=station["uri"])
    car = house.head_unit("emulated")
    car._invoke = function.invoke
    car.play("DEFAULT", "PRESET", "1")
    state = car.state()
    assert (state["state"], state["trackName"]) == ("PLAYING", "Lighthouse FM")
    car.control("STOP")
    assert car.judge_all() == []

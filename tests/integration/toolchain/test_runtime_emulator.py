"""What the emulator itself does, with a function of a few lines in place of ours."""

import threading

import pytest

from simulator.runtime_emulator import FunctionFailedError, RuntimeEmulator

pytestmark = [pytest.mark.toolchain, pytest.mark.slow, pytest.mark.timeout(600)]  # the first to come builds

STUB = """
import os, sys, ask_sdk_core, boto3

def lambda_handler(event, context):
    if event.get("raise"):
        raise ValueError("told to")
    if event.get("die"):
        os._exit(1)
    return {
        "event": event,
        "arn": context.invoked_function_arn,
        "left_ms": context.get_remaining_time_in_millis(),
        "environment": dict(os.environ),
        "layer": ask_sdk_core.__file__,
    }
"""


@pytest.fixture(scope="module")
def function(stub):
    return stub(STUB)


@pytest.fixture(scope="module")
def emulator(function, built, skipping_without_tools):
    with skipping_without_tools():
        running = RuntimeEmulator(
            {"ALEXA_SKILL_ID": "x"}, function=function, layer=built / "DependenciesLayer"
        ).__enter__()
    yield running
    running.__exit__(None, None, None)


def test_an_event_goes_in_and_its_answer_comes_out(emulator):
    """JSON goes through unchanged, with Lambda's context beside it."""
    answer = emulator.invoke({"said": "Café <&>"})
    assert answer["event"] == {"said": "Café <&>"}
    assert answer["arn"].endswith(":function:music-assistant-alexa")
    assert 0 < answer["left_ms"] <= 8000


def test_the_function_sees_its_own_variables_and_none_of_this_machine(emulator, built, monkeypatch):
    """As in Lambda: what the template sets, what Lambda sets, the layer on the path."""
    answer = emulator.invoke({})
    assert answer["environment"]["ALEXA_SKILL_ID"] == "x"
    assert not {"HOME", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "VIRTUAL_ENV"} & answer["environment"].keys()
    assert answer["layer"].startswith(str(built / "DependenciesLayer"))


def test_what_the_function_raises_is_an_error_and_the_next_event_is_answered(emulator):
    """The emulator calls an exception a success; here it is none."""
    with pytest.raises(FunctionFailedError, match="ValueError: told to"):
        emulator.invoke({"raise": True})
    assert emulator.invoke({"n": 2})["event"] == {"n": 2}


def test_a_function_that_dies_is_started_again(emulator):
    """A dead process is an error once, and cold at the next event."""
    starts = len(emulator.init_ms())
    with pytest.raises(FunctionFailedError):
        emulator.invoke({"die": True})
    assert emulator.invoke({"n": 3})["event"] == {"n": 3}
    assert len(emulator.init_ms()) > starts


def test_two_events_at_once_take_turns(emulator):
    """The emulator is one sandbox and breaks when two call it; each gets its own answer."""
    answers = {}

    def ask(n):
        answers[n] = emulator.invoke({"n": n})["event"]["n"]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {n: n for n in range(8)}


def test_code_is_not_written_to(emulator, function):
    """Lambda's folders are read-only: no cache appears beside the code."""
    emulator.invoke({})
    assert [path.name for path in function.iterdir()] == ["lambda_function.py"]

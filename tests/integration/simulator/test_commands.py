"""`make play` and `make serve`, as programs."""

import json
import os
import signal
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest
import requests

from simulator.local_env import SERVED

ROOT = Path(__file__).parents[3]
EVENTS = ROOT / "tests" / "events"
EVENING = "play blue harbor; next; pause; resume; what's playing; stop"

pytestmark = pytest.mark.slow


def play(said, **environment):
    return subprocess.run(
        [sys.executable, "-m", "simulator.play"],
        cwd=ROOT,
        env={**os.environ, "SAY": said, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_evening_ends_well():
    """The demonstration ends 0, with Music Assistant at the Echo's track after every step."""
    ended = play(EVENING, JSON="1")
    assert ended.returncode == 0, ended.stderr
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [line["said"] for line in lines] == EVENING.split("; ")
    for line in lines:
        assert line["audio"]["track"] == line["music_assistant"]["current_item"], line["said"]
        assert line["audio"]["url"].startswith("https://")
        assert line["audio"]["bytes"] > 0
        assert line["audio"]["content_type"].startswith("audio/")
    states = {line["said"]: line["music_assistant"]["state"] for line in lines}
    assert states["play blue harbor"] == states["resume"] == "playing"
    assert states["pause"] == "paused"


def test_an_evening_of_the_music_service_ends_well():
    """`MUSIC=1` speaks to the music skill: it ends 0 too, and home follows what is heard."""
    said = "play the album night ferry; next; jump to lantern; pause; resume; stop"
    ended = play(said, JSON="1", MUSIC="1")
    assert ended.returncode == 0, ended.stderr
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    heard = [line["audio"]["track"] for line in lines]
    assert heard == ["Stairs of Rain", "Summit", "Lantern", "Lantern", "Lantern", "Lantern"]
    assert heard == [line["music_assistant"]["current_item"] for line in lines]
    assert lines[0]["speech"] == "Night Ferry by Blue Harbor, on Music Assistant."
    assert "Alexa.Media.Playback.Initiate" in lines[0]["requests"]


@pytest.fixture(scope="module")
def served():
    """Return what `make serve` prints, while it runs."""
    command = [sys.executable, "-X", "faulthandler", "-m", "simulator.serve"]
    program = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    yield json.loads(program.stdout.readline())
    program.send_signal(signal.SIGTERM)
    try:
        assert program.wait(20) == 0
    except subprocess.TimeoutExpired:
        program.send_signal(signal.SIGABRT)  # faulthandler prints where each thread is
        raise
    finally:
        program.stdout.close()
    assert not SERVED.exists()


@pytest.fixture
def client(served):
    with requests.Session() as session:
        session.trust_env = False
        session.verify = served["ca_file"]
        yield session


def test_serve_says_where_everything_is(served):
    """One line of JSON names every address another client needs, and the file for `make local-env` holds the same."""
    for key in ("invoke_url", "bridge_url", "stream_url", "music_assistant_url", "aws_endpoint"):
        assert served[key].startswith(("http://127.0.0.1:", "https://127.0.0.1:")), key
    assert served["application_id"] == "amzn1.ask.skill.00000000-1111-4222-8333-444444444444"
    assert json.loads(SERVED.read_text(encoding="utf-8")) == served


def test_serve_answers_events(served, client):
    """An event posted to the invoke address is answered as by Lambda."""
    event = json.loads((EVENTS / "custom_launch.json").read_text(encoding="utf-8"))
    answer = client.post(served["invoke_url"], json=event, timeout=10)
    assert answer.status_code == 200
    assert answer.json()["response"]["outputSpeech"]


def test_serve_has_a_bridge(served, client):
    """The bridge answers over HTTPS, to its token."""
    headers = {"Authorization": f"Bearer {served['bridge_token']}"}
    health = client.get(f"{served['bridge_url']}/healthz", headers=headers, timeout=10).json()
    assert health["status"] == "ok"
    found = client.post(
        f"{served['bridge_url']}/api",
        json={"command": "music/search", "args": {"search_query": "blue harbor"}},
        headers=headers,
        timeout=10,
    )
    assert found.json()["artists"][0]["name"] == "Blue Harbor"


def test_serve_plays(served, client):
    """A Play answered to an event names a stream that can be fetched with the CA that was printed."""
    event = json.loads((EVENTS / "custom_intent_search_query_xml_chars.json").read_text(encoding="utf-8"))
    event["request"]["intent"]["slots"]["query"]["value"] = "blue harbor"
    answer = client.post(served["invoke_url"], json=event, timeout=10).json()
    url = answer["response"]["directives"][0]["audioItem"]["stream"]["url"]
    assert url.startswith(served["stream_url"])
    with client.get(url, stream=True, timeout=10) as audio:
        assert audio.status_code == 200
        assert sum(map(len, islice(audio.iter_content(1_000), 5))) > 1_000

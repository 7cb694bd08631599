"""Resume and seek land where they should: measured in the sound itself, which says its own position.

What is decoded of an MP3 body lies a constant time behind its place in the track: the delay of encoder and decoder,
25 ms of LAME alone, 30 ms of a real server. It is measured at the first start. A resume is compared with what was heard
when the music stopped, so it cancels out there; from the goal of a seek it is taken off.
"""

import contextlib
import json
import os
import statistics
import urllib.request
from urllib.parse import urlsplit

import pytest

from music_assistant_alexa.stream_urls import public_stream_url
from simulator import tones
from simulator.real_home import RealHome
from simulator.stack import Stack

pytestmark = [pytest.mark.audio, pytest.mark.timeout(300)]

WITHIN_MS = 100
STOPS_S = (1.337, 7.777, 12.05, 23.4, 29.999, 36.001, 41.5)
"""Of the track, each after the one before."""

SAID_S = (7, 23, 12)
"""What people ask for: "go to ..." knows whole seconds."""

SEEKS_MS = (1_337, 7_777, 12_050, 23_400, 40_999)
"""What a car's screen may ask for."""

DECODABLE_MS = 1_000
"""More than is listened to for a position."""

HOMES = ["stand-in"]
if RealHome.from_env(os.environ):
    HOMES.append(pytest.param("real", marks=pytest.mark.live))


@pytest.fixture(scope="module", params=HOMES)
def house(request):
    with contextlib.ExitStack() as parts:
        if request.param == "stand-in":
            environ = parts.enter_context(pytest.MonkeyPatch.context())
            environ.delenv("MUSIC_ASSISTANT_URL", raising=False)
        yield parts.enter_context(Stack())


class Listener:
    """Someone who tells positions by ear."""

    def __init__(self, stack, room):
        self.echo = stack.echo(room)
        self.resumed_at_s = 0.0
        """Where in the track it went on last."""

    @property
    def played_s(self):
        """Return how far into the track the music is."""
        device = self.echo.device
        return self.resumed_at_s + (device.position_ms - device.current.offset_ms) / 1000

    def heard_s(self, at_ms=None):
        """Return the position of the track that sounds where the Echo is in its stream, or at `at_ms` of it."""
        device = self.echo.device
        at_ms = device.position_ms if at_ms is None else at_ms
        device.current.sound.hear(at_ms + DECODABLE_MS)
        position = tones.position(device.current.sound.audio, at_ms / 1000)
        assert position is not None, "the track with the time code is heard"
        return position


def test_resume_and_seek(house, shown, request):
    """Paused at odd positions and resumed, or sent to one, the Echo goes on within 100 ms of it."""
    listener = Listener(house, f"study {request.node.callspec.id}")
    echo = listener.echo
    echo.ask("PlayTrackIntent", track=tones.TIME_CODED.title, artist=tones.TIME_CODED.artist.name)
    delay_ms = (DECODABLE_MS / 1000 - listener.heard_s(DECODABLE_MS)) * 1000
    resumes = [_resumed(listener, stop_s) for stop_s in STOPS_S]
    said = [_said(listener, goal_s) + delay_ms for goal_s in SAID_S]
    sought = [_sought(house, echo, goal_ms) + delay_ms for goal_ms in SEEKS_MS]
    home = request.node.callspec.id
    shown(f"MP3 delay of encoder and decoder, {home}", delay_ms, "ms", detail="constant, taken off below")
    kept = {"ms_resume_error": round(_worst(resumes))} if home == "stand-in" else {}
    for what, errors, figures in (("resume", resumes, kept), ("seek", said + sought, {})):
        median = statistics.median(map(abs, errors))
        detail = f"median {median:.1f}, {len(errors)} positions"
        shown(f"{what} error, {home}, worst", _worst(errors), "ms", limit=WITHIN_MS, detail=detail, **figures)


def _worst(errors):
    return max(map(abs, errors))


def _resumed(listener, stop_s):
    """Listen on to a position, pause there and resume; return by how many ms the sound has jumped."""
    echo = listener.echo
    echo.listen(stop_s - listener.played_s)
    echo.ask("AMAZON.PauseIntent")
    stopped_s, listener.resumed_at_s = listener.heard_s(), listener.played_s
    before = echo.device.current
    echo.ask("AMAZON.ResumeIntent")
    assert echo.device.playing
    assert echo.device.current is not before
    return (listener.heard_s(echo.device.current.offset_ms) - stopped_s) * 1000


def _said(listener, goal_s):
    """Ask for a position by voice; return by how many ms what is heard is off."""
    listener.echo.ask("SeekIntent", duration=f"PT{goal_s}S")
    return (listener.heard_s(listener.echo.device.current.offset_ms) - goal_s) * 1000


def _sought(stack, echo, goal_ms):
    """Have the bridge seek, as a car's screen will; return by how many ms what its stream holds there is off."""
    body = json.dumps({"command": "seek", "args": {"position_ms": goal_ms}}).encode()
    headers = {"Authorization": f"Bearer {stack.secrets.bridge_token}", "Content-Type": "application/json"}
    player = f"{stack.bridge.url}/players/{stack.player_id(echo)}"
    stream = _got(urllib.request.Request(f"{player}/command", body, headers), json.load)["stream"]
    public = public_stream_url(
        stream["url"],
        stream["generation"],
        base_url="https://home.example",
        key=stack.secrets.stream_signing_key,
        now=stack.clock.time(),
    )
    parts = urlsplit(public)
    audio = _got(urllib.request.Request(f"{stack.bridge.url}{parts.path}?{parts.query}"), lambda answer: answer.read())
    return (tones.position(audio, stream["offset_ms"] / 1000) - goal_ms / 1000) * 1000


def _got(request, read):
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        return read(answer)

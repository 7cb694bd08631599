"""A home, a skill and a clock that are scripts: enough to drive the strict Echo without any of the real ones."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from simulator.audio_device import Habits
from simulator.echo import Echo
from simulator.music_service import MusicService
from simulator.scripted_music import ScriptedMusicSkill
from simulator.silent_ear import SilentSound
from simulator.sound import FetchFailed
from simulator.stack import Belief
from simulator.utterances import Listener

EMPTY: dict[str, Any] = {"version": "1.0", "response": {}}


class StillClock:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def time(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class ScriptedEar:
    """Opens `https://music.test/<track>`; `failing` maps a track to the error its stream ends in."""

    whole_ms: int = 60_000
    failing: dict[str, str] = field(default_factory=dict)
    breaking: dict[str, int] = field(default_factory=dict)
    endless: set[str] = field(default_factory=set)
    opened: list[str] = field(default_factory=list)

    def open(self, url: str) -> SilentSound:
        track = url.rsplit("/", maxsplit=1)[-1]
        self.opened.append(track)
        if track in self.failing:
            raise FetchFailed(self.failing[track], "scripted")
        return SilentSound(url, self.whole_ms, self.breaking.get(track), track=track, endless=track in self.endless)

    def go_on(self, url: str, begun: SilentSound, at_ms: int) -> SilentSound:
        sound = self.open(url)
        self.opened[-1] += f" from {at_ms}"
        assert begun.track == sound.track
        return sound


class ScriptedSkill:
    """Answers by intent name or request type; anything not in the script is answered empty."""

    def __init__(self) -> None:
        self.script: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []

    def __call__(self, event: dict[str, Any]) -> Any:
        self.events.append(event)
        request = event["request"]
        answer = self.script.get(request.get("intent", {}).get("name", request["type"]), EMPTY)
        return answer(event) if callable(answer) else answer

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["request"]["type"].endswith(kind)]


_tokens = count(1)


def play(track: str, behavior: str = "REPLACE_ALL", *, expected: str | None = None, **stream: Any) -> dict[str, Any]:
    """Return a Play directive whose token is the track's name unless said otherwise."""
    body = {"url": f"https://music.test/{track}", "token": track, "offsetInMilliseconds": 0, **stream}
    if expected is not None:
        body["expectedPreviousToken"] = expected
    return {"type": "AudioPlayer.Play", "playBehavior": behavior, "audioItem": {"stream": body}}


def answer(*directives: dict[str, Any], say: str | None = None, end: bool | None = None) -> dict[str, Any]:
    """Return an answer of version 1.0; `end` is shouldEndSession."""
    response: dict[str, Any] = {"directives": list(directives)} if directives else {}
    if say is not None:
        response["outputSpeech"] = {"type": "SSML", "ssml": f"<speak>{say}</speak>"}
    if end is not None:
        response["shouldEndSession"] = end
    return {"version": "1.0", "response": response}


def album(*tracks: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Answer NearlyFinished with the next of the tracks, nothing after the last."""

    def nearly_finished(event: dict[str, Any]) -> dict[str, Any]:
        token = event["request"]["token"]
        place = tracks.index(token) + 1
        return answer(play(tracks[place], "ENQUEUE", expected=token)) if place < len(tracks) else EMPTY

    return nearly_finished


@pytest.fixture
def build():
    """Return the makers of answers: play, answer, album."""
    return type("Build", (), {"play": staticmethod(play), "answer": staticmethod(answer), "album": staticmethod(album)})


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def ear():
    return ScriptedEar()


@pytest.fixture
def skill():
    return ScriptedSkill()


@pytest.fixture
def echo(skill, ear, clock):
    return Echo(skill, ear=ear, clock=clock)


@pytest.fixture
def echo_with(skill, ear, clock):
    """Return a maker of Echos with other habits."""
    return lambda **habits: Echo(skill, ear=ear, clock=clock, habits=Habits(**habits))


SMALL_MODEL = {
    "interactionModel": {
        "languageModel": {
            "invocationName": "music assistant",
            "intents": [
                {
                    "name": "PlayQueryIntent",
                    "slots": [{"name": "query", "type": "AMAZON.SearchQuery"}],
                    "samples": ["play {query}"],
                }
            ],
        }
    }
}


class ScriptedStack:
    """A house of scripts; Music Assistant believes whatever the Echo plays, unless `believes` says otherwise."""

    real = False

    def __init__(self, skill: ScriptedSkill, ear: ScriptedEar, clock: StillClock) -> None:
        self.skill, self.ear, self.clock = skill, ear, clock
        self.believes: Belief | None = None
        self.calls: list[Any] = []
        self.home = self

    def echo(self, room: str, *, locale: str, clock: Any) -> Echo:
        return Echo(self.skill, ear=self.ear, clock=clock, listener=Listener(SMALL_MODEL, locale))

    def music_service(self, *, clock: Any) -> MusicService:
        return MusicService(ScriptedMusicSkill(), ear=self.ear, clock=clock)

    def believed(self, echo: Echo) -> Belief:
        state = "playing" if echo.device.playing else "idle"
        return self.believes or Belief(state, echo.track, echo.device.position_ms)

    def player_id(self, echo: Echo) -> str:
        return "02:00:00:00:00:01"

    def api(self, command: str, **args: Any) -> None:
        self.calls.append((command, args))

    def unplug(self) -> None:
        self.calls.append("unplug")

    def plug(self) -> None:
        self.calls.append("plug")


@pytest.fixture
def stack(skill, ear, clock):
    skill.script["PlayQueryIntent"] = answer(play("one"), say="One.", end=True)
    skill.script["AMAZON.NextIntent"] = answer(play("two"), end=True)
    skill.script["AMAZON.StopIntent"] = answer({"type": "AudioPlayer.Stop"}, end=True)
    return ScriptedStack(skill, ear, clock)

"""The head unit's side as docs/alexa-auto.md shows it: its Python sample, run against the skill."""

import io
import json
import re
import time
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs" / "alexa-auto.md").read_text()
FM = {"source": "FM_RADIO", "contentSelectorType": "FREQUENCY", "payload": "98.7"}
PRESET = {"source": "DEFAULT", "contentSelectorType": "PRESET", "payload": "1"}


class Player:
    """The head unit's own player."""

    def __init__(self):
        self.playing = False
        self.token = self.source = None
        self.on_event = lambda *_: None

    def play(self, _url, token, start_ms):
        self.playing, self.token, self.at = True, token, start_ms
        self.on_event("started", token, start_ms)

    def stop(self):
        self.playing = False
        self.on_event("stopped", self.token, self.at)


class Broker:
    """The Engine's message broker: what was published, and who is told."""

    def __init__(self):
        self.published = []
        self.tell = None

    def publish(self, message):
        self.published.append(message["payload"].get("eventName"))

    def subscribe(self, topic, tell):
        assert topic == "LocalMediaSource"
        self.tell = tell


class Lambda:
    """The function, asked as boto3 asks it."""

    def __init__(self, app):
        self.app = app
        self.away = False

    def invoke(self, FunctionName, Payload):  # noqa: N803 - boto3's names
        assert FunctionName == "music-assistant-alexa:live"
        if self.away:
            raise OSError
        return {"Payload": io.BytesIO(json.dumps(self.app.answer(json.loads(Payload))).encode())}


class Sample:
    """The sample's names, and the parts of a head unit it is given."""

    def __init__(self, app):
        (code,) = (each for each in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "def on_player" in each)
        self.player, self.broker, self.function = Player(), Broker(), Lambda(app)
        parts = {"player": self.player, "broker": self.broker, "aws_lambda": self.function, "VEHICLE": "car"}
        self.names = {"json": json, "time": time, "BotoCoreError": OSError, "ClientError": OSError, **parts}
        exec(code, self.names)


@pytest.fixture
def sample(skill, car):
    sample = Sample(skill.app)
    sample.say = lambda action, payload: sample.broker.tell(car._message(action, payload))
    return sample


@pytest.mark.parametrize("control", ["PAUSE", "STOP"])
@pytest.mark.parametrize("plays", [[PRESET], [FM], [PRESET, FM], [FM, PRESET]])
def test_the_source_that_plays_can_be_silenced(sample, control, plays):
    """Whichever of several sources it is: the sample takes it from what is published."""
    for payload in plays:
        sample.say("Play", payload)
    assert (sample.player.playing, sample.player.source) == (True, plays[-1]["source"])
    sample.say("PlayControl", {"source": plays[-1]["source"], "controlType": control})
    assert not sample.player.playing


def test_another_source_that_is_silenced_leaves_the_music(sample):
    """DEFAULT is paused while FM plays."""
    sample.say("Play", FM)
    sample.say("PlayControl", {"source": "DEFAULT", "controlType": "PAUSE"})
    assert sample.broker.published[-1] == "PlaybackStopped"
    assert sample.player.playing


def test_a_source_that_is_chosen_with_what_plays_goes_on(sample):
    """The session of the source before is stopped, and the music is the new one's."""
    sample.say("Play", FM)
    event = {"name": "gui_started", "source": "DEFAULT", "token": sample.player.token, "offset_ms": 0}
    assert sample.names["answer"]({"vehicleId": "car", "event": event})
    assert (sample.player.playing, sample.player.source) == (True, "DEFAULT")


def test_the_next_track_is_played(sample):
    """The end of one is answered with the next."""
    sample.say("Play", PRESET)
    before = sample.player.token
    sample.player.playing = False
    sample.player.on_event("finished", before, 200_000)
    assert sample.player.playing
    assert sample.player.token != before


def test_what_plays_goes_on_without_an_answer(sample):
    """Out of coverage nothing stops."""
    sample.say("Play", PRESET)
    sample.function.away = True
    assert sample.names["answer"]({"vehicleId": "car", "event": {"name": "progress"}}) is False
    assert sample.player.playing

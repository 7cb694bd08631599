"""A strict head unit with Alexa Auto SDK: the Engine that speaks AASB, and a player that fetches what it is told.

It reads replies as the SDK does: a state that lacks a key, has another type or an unknown word, or comes after 500 ms,
is an empty one. A call can be lost: what plays goes on, and the end of a stream is told again. Answers are judged by
`simulator.rules`, and the Engine's own view of the sessions must hold: one has focus, and what was opened is closed.
"""

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from simulator.audio_device import AudioDevice, Clock, Habits
from simulator.rules import Breach, Exchange, RuleBroken, judge_exchange, judge_trace
from simulator.rules.auto import is_readable
from simulator.rules.auto_given import action_of, events, messages, player_errors, state_of
from simulator.rules.table import mapping
from simulator.sound import Ear

__all__ = ["CallLost", "EngineRefused", "HeadUnit", "Step"]

Invoke = Callable[[dict[str, Any]], Any]
STATE_WITHIN_S = 0.5
AGAIN_AFTER_S = 2.0
TRIES = 30
"""So often the end of a stream is told before the head unit gives up."""
EVENTS = {
    "AudioPlayer.PlaybackStarted": "started",
    "AudioPlayer.PlaybackStopped": "stopped",
    "AudioPlayer.PlaybackFinished": "finished",
    "AudioPlayer.PlaybackFailed": "failed",
}


class EngineRefused(Exception):  # noqa: N818  # that is what happened
    """An event about a session that the Engine does not have, or has already."""


class CallLost(Exception):  # noqa: N818  # that is what happened
    """Raised by `invoke`: the car was in a tunnel, and whether the call arrived nobody knows."""


@dataclass(slots=True)
class Step:
    """What one thing that happened led to: every message that was sent for it, in order, and its answer."""

    said: str
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def events(self) -> list[str]:
        """Return what the Engine was told, by the names of the events and the sources."""
        told = (event for exchange in self.exchanges for event in events(exchange))
        return [f"{event['eventName']} {event['source']}" for event in told]

    @property
    def errors(self) -> list[dict[str, Any]]:
        """Return the payloads of PlayerErrors."""
        return [error for exchange in self.exchanges for error in player_errors(exchange)]


class HeadUnit:
    """One vehicle: who drives it, the Engine, and the player behind the loudspeakers."""

    def __init__(  # the parts of a vehicle, each by name
        self,
        invoke: Invoke,
        *,
        ear: Ear,
        clock: Clock,
        vehicle_id: str = "car",
        version: str = "4.0",
        sources: Sequence[str] = ("DEFAULT",),
        strict: bool = True,
    ) -> None:
        self.vehicle_id = vehicle_id
        self.version = version
        self.sources = tuple(sources)
        self.clock = clock
        self.device = AudioDevice(ear, clock, self._emit, Habits(nearly_finished="late"))
        self.trace: list[Exchange] = []
        self.focus = ""
        """The source that has Alexa's focus, by the Engine's account."""
        self.session_id = ""
        """The session that is open there."""
        self.now_playing: dict[str, Any] = {}
        """What the screen shows."""
        self.witness: Callable[[dict[str, Any]], dict[str, Any]] | None = None
        """Asked when a message was answered for more that is known about it: fields of an Exchange."""
        self._invoke = invoke
        self._strict = strict
        self._step: Step | None = None
        self._lost = False
        """Since a session was last opened here, an answer was lost: the skill cannot know what the Engine has."""

    @property
    def device_id(self) -> str:
        """Return the name under which the skill keeps what plays here."""
        return f"vehicle#{self.vehicle_id}"

    @property
    def track(self) -> str | None:
        """Return the title of the track that is heard, or was last."""
        sound = self.device.current.sound if self.device.current else None
        return sound.track if sound else None

    # What the driver says to Alexa

    def play(self, source: str, selector: str, payload: str) -> Step:
        """Have a source tuned to something."""
        asked: dict[str, Any] = {"source": source, "contentSelectorType": selector, "payload": payload}
        if self.version >= "3.3":
            asked["sessionId"] = str(uuid.uuid4())
        return self.send("Play", asked)

    def control(self, kind: str, source: str = "") -> Step:
        """Ask for one of the fifteen controls, of the source in focus."""
        return self.send("PlayControl", {"source": source or self._source(), "controlType": kind})

    def seek(self, offset_ms: int) -> Step:
        """Go to a position."""
        return self.send("Seek", {"source": self._source(), "offset": offset_ms})

    def adjust_seek(self, delta_ms: int) -> Step:
        """Go by so much."""
        return self.send("AdjustSeek", {"source": self._source(), "deltaOffset": delta_ms})

    def change_volume(self, volume: float) -> Step:
        """Change the volume, from 0 to 1."""
        return self.send("VolumeChanged", {"source": self._source(), "volume": volume})

    def mute(self, *, on: bool) -> Step:
        """Mute, or sound again."""
        return self.send("MutedStateChanged", {"source": self._source(), "state": "MUTED" if on else "UNMUTED"})

    def state(self, source: str = "") -> dict[str, Any]:
        """Ask for a state, as the Engine does with every request; empty where the reply is late or cannot be read."""
        step = self.send("GetState", {"source": source or self._source()})
        exchange = step.exchanges[0]
        late = exchange.seconds is None or exchange.seconds > STATE_WITHIN_S
        if late or not is_readable(exchange):
            return {}
        return {**state_of(exchange, "sessionState"), **state_of(exchange, "playbackState")}

    # What the driver does on the screen, and what happens in the car

    def choose(self, source: str) -> Step:
        """Bring a source of ours to the loudspeakers by the screen."""
        with self._stepping(f"choose {source}") as step:
            self._report("gui_started", source=source)
        return step

    def press_stop(self) -> Step:
        """Stop by the screen."""
        with self._stepping("press stop") as step:
            self.device.notice()
            at = self._place()
            self.device.activity = "STOPPED"
            self._report("gui_stopped", source=self._source(), **at)
        return step

    def switch_away(self) -> Step:
        """Give the loudspeakers to a source that is not ours."""
        with self._stepping("switch away") as step:
            self.device.notice()
            at = self._place()
            self.device.activity = "STOPPED"
            self._report("switched_away", source=self._source(), **at)
        return step

    def announce(self) -> Step:
        """Let the navigation speak over the music."""
        with self._stepping("announcement") as step:
            self.device.pause_to_listen()
            self.device.play_on()
        return step

    def progress(self) -> Step:
        """Tell where in the stream it is."""
        with self._stepping("progress") as step:
            self._report("progress", **self._place())
        return step

    def listen(self, seconds: float) -> Step:
        """Drive on with the music."""
        with self._stepping(f"wait {seconds:g}") as step:
            self.device.listen(seconds)
        return step

    def play_to_end(self) -> Step:
        """Let the current track play to its end."""
        with self._stepping("(to the end)") as step:
            self.device.play_to_end()
        return step

    def send(self, action: str, payload: Any) -> Step:
        """Publish any message of the Engine, however odd, and obey its answer."""
        with self._stepping(action) as step:
            if action != "GetState":
                self.device.notice()
            self._sent({"vehicleId": self.vehicle_id, "message": self._message(action, payload)})
        return step

    def invoke(self, event: dict[str, Any]) -> Step:
        """Forward anything at all, and obey its answer."""
        with self._stepping("forward") as step:
            self._sent(event)
        return step

    def judge_all(self) -> list[Breach]:
        """Return what is wrong with everything so far taken together."""
        return judge_trace(self.trace)

    def _message(self, action: str, payload: Any) -> dict[str, Any]:
        description = {"topic": "LocalMediaSource", "action": action}
        header = {"version": self.version, "messageType": "Publish", "id": str(uuid.uuid4())}
        return {"header": {**header, "messageDescription": description}, "payload": payload}

    def _source(self) -> str:
        return self.focus or self.sources[0]

    def _place(self) -> dict[str, Any]:
        report = self.device.report()
        return {"token": report.token, "offset_ms": report.offset_ms} if report.token else {}

    def _emit(self, kind: str, fields: dict[str, Any]) -> None:
        """Tell what the player did; it asks for nothing ahead, since the end is answered with what follows."""
        if kind in EVENTS:
            offset = fields.get("offsetInMilliseconds", self.device.position_ms)
            self._report(EVENTS[kind], token=fields["token"], offset_ms=offset)

    def _report(self, name: str, **fields: Any) -> None:
        """Tell what happened, now: without a time, since a vehicle's clock may be wrong."""
        left = TRIES if name == "finished" else 1
        while not self._sent({"vehicleId": self.vehicle_id, "event": {"name": name, **fields}}) and left > 1:
            left -= 1
            self.clock.advance(AGAIN_AFTER_S)

    def _sent(self, event: dict[str, Any]) -> bool:
        """Send it and obey the answer; False if none came."""
        began = time.monotonic()
        raised: Exception | None = None
        try:
            answer = self._invoke(event)
        except CallLost:
            self._lost = True
            return False
        except Exception as error:  # noqa: BLE001  # Lambda, too, reports whatever escapes a handler
            raised, answer = error, {"errorType": type(error).__name__, "errorMessage": str(error)}
        seen = self.witness(event) if self.witness else {}
        exchange = Exchange(event, answer, seconds=time.monotonic() - began, sources=frozenset(self.sources), **seen)
        self.trace.append(exchange)
        if self._step is not None:
            self._step.exchanges.append(exchange)
        broken = [breach for breach in judge_exchange(exchange) if breach.level == "error"]
        if broken and self._strict:
            raise RuleBroken(broken, str(event.get("event") or event.get("message"))) from raised
        if not broken:
            self._obey(exchange)
        return True

    def _obey(self, exchange: Exchange) -> None:
        """Publish what is to be published, in order; then play what is to be played, or fall silent."""
        playing = self.focus
        for message in messages(exchange):
            if action_of(message) == "PlayerEvent":
                self._hear(mapping(message["payload"]))
        stream = mapping(exchange.answer).get("stream")
        if mapping(exchange.answer).get("now_playing"):
            self.now_playing = exchange.answer["now_playing"]
        if stream and self.device.playing and self._place().get("token") == stream["token"]:
            return  # two answers had it, and by the first it plays
        if stream:
            wire = {"url": stream["url"], "token": stream["token"], "offsetInMilliseconds": stream["offset_ms"]}
            self.device.obey(
                [{"type": "AudioPlayer.Play", "playBehavior": "REPLACE_ALL", "audioItem": {"stream": wire}}]
            )
        elif self.device.playing and _silences(events(exchange), playing):
            self.device.obey([{"type": "AudioPlayer.Stop"}])

    def _hear(self, event: dict[str, Any]) -> None:
        """Follow an event as the Engine does: one session has focus."""
        name, source, session_id = event["eventName"], event["source"], event["sessionId"]
        if name == "PlaybackSessionStarted":
            if self.session_id not in ("", session_id):
                raise EngineRefused(f"{source} opens a session while {self.focus} has one")
            self.focus, self.session_id, self._lost = source, session_id, False
        elif session_id and session_id != self.session_id:
            if self._lost and name != "PlaybackStarted":
                return  # the SDK hands on whatever it is told
            raise EngineRefused(f"{name} of {source} is about a session that is not open")
        elif name == "PlaybackSessionEnded":
            self.focus = self.session_id = ""

    @contextmanager
    def _stepping(self, said: str) -> Iterator[Step]:
        outer, step = self._step, Step(said)
        self._step = step
        try:
            yield step
        finally:
            self._step = outer


def _silences(told: Sequence[dict[str, Any]], playing: str) -> bool:
    """Say whether events silence the source that plays: the last of them counts."""
    silent = False
    for event in told:
        if event["eventName"] == "PlaybackStarted":
            playing, silent = event["source"], False
        elif event["eventName"] == "PlaybackStopped" and playing in ("", event["source"]):
            silent = True
    return silent

"""The part of an Echo that plays: a queue of streams, obeying directives and telling what happens.

It follows the AudioPlayer document, and Amazon's own device code (avs-device-sdk, AudioPlayer) where that is
silent: a stream is dropped when it does not expect the last one of the queue, and what is enqueued while
nothing plays is played at once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from simulator.envelopes import Activity, PlayerReport
from simulator.sound import FIRST_MS, LONGEST_MS, Ear, FetchFailed, Sound

NEAR_END_MS = 4_000
MOST_FAILURES = 20
NO_END = "This stream has no end to play to."
QUICKEST_S = 0.3
"""Nobody speaks or presses a button in the very millisecond in which a stream begins."""


class Clock(Protocol):
    """A wall clock that can be moved."""

    def time(self) -> float:
        """Return seconds since 1970."""

    def advance(self, seconds: float) -> None:
        """Let time pass."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How a device behaves where devices differ."""

    nearly_finished: Literal["early", "late", "after"] = "early"
    """Right after Started, near the end, or after Finished: all three have been seen."""
    stopped: Literal["before", "late", "both"] = "before"
    """When someone speaks: Stopped before the request, or only when the answer stopped or replaced the
    stream (and then after Started of the next), or both."""
    buffers_next: bool = True
    """Begin to pull an enqueued stream at once, so that its failure is noticed while another one plays."""


@dataclass(slots=True)
class Stream:
    """One stream of the queue."""

    url: str
    token: str
    offset_ms: int
    metadata: dict[str, Any] = field(default_factory=dict)
    sound: Sound | None = None


class Stuck(Exception):  # noqa: N818  # seen in a test, it says what happened
    """The device cannot go on: stream after stream fails, there is none, or the one that plays has no end."""


Emit = Callable[[str, dict[str, Any]], None]


class AudioDevice:
    """A player with a queue; `emit` sends an AudioPlayer event and has its answer obeyed."""

    def __init__(self, ear: Ear, clock: Clock, emit: Emit, habits: Habits) -> None:
        self.habits = habits
        self.activity: Activity = "IDLE"
        self.current: Stream | None = None
        self.upcoming: list[Stream] = []
        self.position_ms = 0
        self.dropped: list[str] = []
        """Tokens of streams that were dropped because they expected another one before them."""
        self._ear = ear
        self._clock = clock
        self._emit = emit
        self._interrupted = False
        self._asked_for_next = False
        self._started_ms = 0
        self._failures = 0

    @property
    def playing(self) -> bool:
        """Say whether something is audible."""
        return self.activity == "PLAYING"

    def report(self) -> PlayerReport:
        """Return what `context.AudioPlayer` says now."""
        token = self.current.token if self.current else None
        return PlayerReport(self.activity, token, self.position_ms)

    def obey(self, directives: Iterable[dict[str, Any]]) -> None:
        """Carry out the AudioPlayer directives of an answer, in order."""
        for directive in directives:
            match directive["type"]:
                case "AudioPlayer.Play":
                    self._play(directive["playBehavior"], directive["audioItem"])
                case "AudioPlayer.Stop":
                    self._stop()
                case "AudioPlayer.ClearQueue":
                    self._clear(directive["clearBehavior"])

    def notice(self) -> None:
        """Let the moment pass that a person needs to do anything about a stream that has just begun."""
        while self.playing and self.position_ms == self._started_ms:
            self.listen(QUICKEST_S)

    def pause_to_listen(self) -> None:
        """Fall silent because someone speaks."""
        self.notice()
        if self.playing:
            self._interrupted = True
            self.activity = "PAUSED"
            if self.habits.stopped != "late":
                self._tell("Stopped", self.current)

    def play_on(self) -> None:
        """Go on after speech, unless the answer stopped or replaced the stream."""
        if not self._interrupted:
            return
        self._interrupted = False
        if self.habits.stopped == "late":
            self._tell("Stopped", self.current)
        self.activity = "PLAYING"
        self._tell("Started", self.current)

    def listen(self, seconds: float) -> None:
        """Let the music play on for `seconds`, over ends of tracks and into silence."""
        left_ms = round(seconds * 1_000)
        while left_ms > 0:
            if not self.playing:
                self._clock.advance(left_ms / 1_000)
                return
            left_ms -= self._play_up_to_mark(left_ms)

    def ask_for_next(self) -> None:
        """Ask what follows the current stream, as a device does once."""
        self._asked_for_next = True
        self._tell("NearlyFinished", self.current)

    def buffer_all(self) -> None:
        """Pull the current stream and the enqueued ones to their ends, so that the device needs no network for them."""
        for stream in filter(None, (self.current, *self.upcoming)):
            self._sound(stream).hear(LONGEST_MS)

    def begin_next(self) -> None:
        """Begin the enqueued stream and tell no Finished of the current one, as when that event is lost on its way."""
        self._next()

    def break_off(self, error_type: str = "MEDIA_ERROR_SERVICE_UNAVAILABLE") -> None:
        """Lose the current stream in its middle, and say so."""
        self._failures = 0
        self.activity = "BUFFER_UNDERRUN"
        self._failed(self._held(), FetchFailed(error_type, "broke off"))
        if self.activity == "BUFFER_UNDERRUN":
            self.activity = "STOPPED"

    def break_next(self, error_type: str = "MEDIA_ERROR_SERVICE_UNAVAILABLE") -> None:
        """Lose the stream that comes next while it is buffered, and say so."""
        self._failures = 0
        self._failed(self.upcoming.pop(0), FetchFailed(error_type, "broke off"))

    def hand_over(self) -> tuple[Stream, int]:
        """Stop; return the current stream and its position in ms, for another device to go on with."""
        stream = self._held()
        self._forget_upcoming()
        self._stop()
        return stream, self.position_ms

    def take_over(self, stream: Stream) -> None:
        """Go on with a stream that was begun over another connection, from its offset on."""
        self._forget_upcoming()
        self._interrupted = False
        self._begin(stream)

    def play_to_end(self) -> None:
        """Let the current track play to its end, and what follows begin."""
        stream = self._held()
        if stream.sound and stream.sound.endless:
            raise Stuck(NO_END)
        self._hear(stream, LONGEST_MS)
        if not self.playing or stream is not self.current:
            return
        length = self._sound(stream).length_ms
        if length is None:
            raise Stuck(NO_END)
        self.listen((length - self.position_ms) / 1_000)

    def _play_up_to_mark(self, most_ms: int) -> int:
        """Play to the next thing that happens, at most `most_ms`; return how long that was."""
        stream, start_ms = self._held(), self.position_ms
        target = start_ms + most_ms
        asks = self.habits.nearly_finished == "late" and not self._asked_for_next
        if not self._hear(stream, target, ahead_ms=NEAR_END_MS if asks else 0):
            return min(most_ms, self._sound(stream).buffered_ms - start_ms)
        length = self._sound(stream).length_ms
        near = None if length is None else max(start_ms, length - NEAR_END_MS)
        marks = [mark for mark in (length, near if asks else None) if mark is not None]
        reached = min([target, *marks])
        played = self._pass_to(reached)
        if asks and near == reached:
            self.ask_for_next()
        elif length == reached:
            self._finish()
        return played

    def _pass_to(self, position_ms: int) -> int:
        played = max(0, position_ms - self.position_ms)
        self._clock.advance(played / 1_000)
        self.position_ms += played
        return played

    def _play(self, behavior: str, item: dict[str, Any]) -> None:
        wire = item["stream"]
        stream = Stream(wire["url"], wire["token"], wire["offsetInMilliseconds"], item.get("metadata") or {})
        if behavior == "REPLACE_ALL":
            self._replace(stream)
            return
        if behavior == "REPLACE_ENQUEUED":
            self._forget_upcoming()
        last = self.upcoming[-1] if self.upcoming else self.current
        if behavior == "ENQUEUE" and (last is None or last.token != wire["expectedPreviousToken"]):
            self.dropped.append(stream.token)
            return
        self.upcoming.append(stream)
        if self.activity in ("IDLE", "STOPPED", "FINISHED"):
            self._next()
        elif self.habits.buffers_next:
            self._buffer(stream)

    def _replace(self, stream: Stream) -> None:
        replaced, at_ms, owed = self.current, self.position_ms, self._owes_stopped()
        self._forget_upcoming()
        if replaced and replaced.sound:
            replaced.sound.close()
        if owed and self.habits.stopped == "before":
            self.activity = "STOPPED"
            self._tell("Stopped", replaced)
            owed = False
        self._begin(stream)
        if owed:
            self._tell("Stopped", replaced, at_ms)

    def _owes_stopped(self) -> bool:
        """Say whether the skill has yet to hear Stopped of the current stream; end the interruption by speech."""
        told = self._interrupted and self.habits.stopped == "before"
        owes = (self.playing or self._interrupted) and not told
        self._interrupted = False
        return owes

    def _stop(self) -> None:
        owed = self._owes_stopped()
        # FINISHED with a stream enqueued: that one was about to begin, and now does not.
        if self.activity in ("PLAYING", "PAUSED", "BUFFER_UNDERRUN") or (self.activity == "FINISHED" and self.upcoming):
            self.activity = "STOPPED"
        if owed:
            self._tell("Stopped", self.current)

    def _clear(self, behavior: str) -> None:
        self._forget_upcoming()
        if behavior == "CLEAR_ALL":
            self._stop()

    def _begin(self, stream: Stream) -> None:
        self.current, self.position_ms, self._asked_for_next = stream, stream.offset_ms, False
        self.activity = "IDLE"
        if not self._hear(stream, stream.offset_ms + FIRST_MS):
            return
        self._failures = 0
        self.activity = "PLAYING"
        self._tell("Started", stream)
        if self.habits.nearly_finished == "early" and self.playing and self.current is stream:
            self.ask_for_next()

    def _next(self) -> None:
        self._begin(self.upcoming.pop(0))

    def _finish(self) -> None:
        finished = self._held()
        self.activity = "FINISHED"
        self._tell("Finished", finished)
        if self.upcoming and self.activity == "FINISHED":
            self._next()
        elif self.habits.nearly_finished == "after" and self.current is finished:
            self.ask_for_next()

    def _hear(self, stream: Stream, until_ms: int, *, ahead_ms: int = 0) -> bool:
        """Pull a stream to `until_ms` and a bit further; if it breaks, play what is here, tell Failed, return False."""
        try:
            stream.sound = stream.sound or self._ear.open(stream.url)
            stream.sound.hear(until_ms + ahead_ms)
        except FetchFailed as failure:
            if self.playing and self._sound(stream).buffered_ms >= until_ms:
                return True
            if self.playing:
                self._pass_to(self._sound(stream).buffered_ms)
                self.activity = "BUFFER_UNDERRUN"
            self._failed(stream, failure)
            if self.activity == "BUFFER_UNDERRUN":
                self.activity = "STOPPED"
            return False
        return True

    def _buffer(self, stream: Stream) -> None:
        try:
            stream.sound = self._ear.open(stream.url)
            stream.sound.hear(stream.offset_ms + FIRST_MS)
        except FetchFailed as failure:
            self.upcoming.remove(stream)
            self._failed(stream, failure)

    def _failed(self, stream: Stream, failure: FetchFailed) -> None:
        self._failures += 1
        if self._failures > MOST_FAILURES:
            raise Stuck(f"{MOST_FAILURES} streams failed one after the other, the last with {failure}")
        error = {"type": failure.error_type, "message": failure.message}
        state = self.report().as_json()
        self._emit("AudioPlayer.PlaybackFailed", {"token": stream.token, "error": error, "currentPlaybackState": state})

    def _tell(self, event: str, stream: Stream | None, at_ms: int | None = None) -> None:
        if event == "Started":
            self._started_ms = self.position_ms
        if stream is not None:
            offset = self.position_ms if at_ms is None else at_ms
            self._emit(f"AudioPlayer.Playback{event}", {"token": stream.token, "offsetInMilliseconds": offset})

    def _forget_upcoming(self) -> None:
        for stream in self.upcoming:
            if stream.sound:
                stream.sound.close()
        self.upcoming.clear()

    def _held(self) -> Stream:
        if self.current is None:
            raise Stuck("There is no stream to play.")
        return self.current

    @staticmethod
    def _sound(stream: Stream) -> Sound:
        assert stream.sound is not None  # `_hear` opened it
        return stream.sound

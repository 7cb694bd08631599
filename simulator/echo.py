"""A strict Echo: it drives a skill through one callable, as Alexa and a device do together.

It knows nothing of the skill but its answers. Every answer is judged by `simulator.rules`; a broken rule is
told to the skill as Alexa tells it and then raised as RuleBroken.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from xml.etree import ElementTree as ET

from simulator import envelopes
from simulator.audio_device import AudioDevice, Clock, Habits
from simulator.envelopes import Conversation, Sender
from simulator.rules import Breach, Exchange, RuleBroken, judge_exchange, judge_trace
from simulator.sound import Ear
from simulator.utterances import Listener, Spoken

Invoke = Callable[[dict[str, Any]], Any]
Button = Literal["next", "previous", "play", "pause"]
BUTTONS: tuple[Button, ...] = ("next", "previous", "play", "pause")
ANSWERED_ALOUD = ("LaunchRequest", "IntentRequest")


@dataclass(slots=True)
class Step:
    """What one thing that happened led to: every request that was sent for it, in order, and its answer."""

    said: str
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def requests(self) -> list[str]:
        """Return the types of the requests."""
        return [exchange.kind for exchange in self.exchanges]

    @property
    def directives(self) -> list[dict[str, Any]]:
        """Return the directives of all answers."""
        return [directive for exchange in self.exchanges for directive in exchange.directives]

    @property
    def speech(self) -> str:
        """Return what Alexa said, as text without markup; empty when nothing was said."""
        return " ".join(filter(None, (_plain(exchange.speech) for exchange in self.exchanges)))


class Echo:
    """One device in one room, and Alexa behind it."""

    def __init__(  # the parts of a device, each by name
        self,
        invoke: Invoke,
        *,
        ear: Ear,
        clock: Clock,
        sender: Sender | None = None,
        listener: Listener | None = None,
        habits: Habits | None = None,
        strict: bool = True,
    ) -> None:
        self.sender = sender or Sender()
        self.clock = clock
        self.listener = listener
        self.device = AudioDevice(ear, clock, self._emit, habits or Habits())
        self.trace: list[Exchange] = []
        self.breaches: list[Breach] = []
        """Every rule that was broken or, as a warning, bent."""
        self.witness: Callable[[dict[str, Any]], dict[str, Any]] | None = None
        """Called with each event when it was answered; returns what else its Exchange is to hold, by field."""
        self._invoke = invoke
        self._strict = strict
        self._conversation: Conversation | None = None
        self._step: Step | None = None
        self._raised: Exception | None = None

    @property
    def track(self) -> str | None:
        """Return the title of the track that is heard, or was last."""
        sound = self.device.current.sound if self.device.current else None
        return sound.track if sound else None

    @property
    def in_session(self) -> bool:
        """Say whether Alexa waits for more to be said."""
        return self._conversation is not None

    def say(self, utterance: str) -> Step:
        """Say a sentence; raise NotUnderstood, which holds a hint, where it is none Alexa would understand."""
        if self.listener is None:
            raise ValueError("This Echo was given no Listener, so it understands no sentences; use ask().")
        return self._speak(self.listener.understand(utterance), utterance)

    def ask(self, intent: str, **slots: str | None) -> Step:
        """Send an intent as if it had been understood; a slot without a value is None."""
        values = dict(slots)
        filled = self.listener.fill(intent, values) if self.listener else _bare(values)
        return self._speak(Spoken("IntentRequest", envelopes.intent(intent, filled)), intent)

    def open(self) -> Step:
        """Open the skill without asking for anything."""
        return self._speak(Spoken("LaunchRequest"), "open")

    def end_session(self, reason: str = "USER_INITIATED") -> Step:
        """Say no more: the session ends, if there is one, and the music plays on."""
        with self._stepping("(silence)") as step:
            self._end_session({"reason": reason})
            self.device.play_on()
        return step

    def press(self, button: Button) -> Step:
        """Press a button of the device or its remote control."""
        with self._stepping(f"press {button}") as step:
            self.device.notice()
            self._send(self._head(f"PlaybackController.{button.capitalize()}CommandIssued"))
        return step

    def listen(self, seconds: float) -> Step:
        """Let the music play on."""
        with self._stepping(f"wait {seconds:g}") as step:
            self.device.listen(seconds)
        return step

    def play_to_end(self) -> Step:
        """Let the current track play to its end."""
        with self._stepping("(to the end)") as step:
            self.device.play_to_end()
        return step

    def send(self, kind: str, **fields: Any) -> Step:
        """Send any event of the device, however odd, and obey its answer."""
        with self._stepping(kind) as step:
            self._send({**self._head(kind), **fields})
        return step

    def judge_all(self) -> list[Breach]:
        """Return what is wrong with everything so far taken together."""
        return judge_trace(self.trace)

    def _speak(self, spoken: Spoken, said: str) -> Step:
        with self._stepping(said) as step:
            self.device.pause_to_listen()
            if spoken.kind == "LaunchRequest" or self._conversation is None:
                self._conversation = Conversation(_new_id("amzn1.echo-api.session"), new=True, attributes={})
            fields = {"intent": spoken.intent} if spoken.intent else {"shouldLinkResultBeReturned": False}
            exchange = self._send({**self._head(spoken.kind), **fields}, self._conversation)
            self._go_on_with(exchange)
        return step

    def _go_on_with(self, exchange: Exchange) -> None:
        """Keep the session for the next sentence, or close it and let the music play on."""
        # An answer without shouldEndSession ends the session on a device without a screen.
        if self._conversation and exchange.response.get("shouldEndSession") is False:
            attributes = exchange.answer.get("sessionAttributes") or {}
            self._conversation = Conversation(self._conversation.session_id, new=False, attributes=attributes)
            return
        self._conversation = None
        self.device.play_on()

    def _end_session(self, fields: dict[str, Any]) -> None:
        conversation, self._conversation = self._conversation, None
        if conversation:
            ended = Conversation(conversation.session_id, new=False, attributes=conversation.attributes)
            self._send({**self._head("SessionEndedRequest"), **fields}, ended)

    def _emit(self, kind: str, fields: dict[str, Any]) -> None:
        self._send({**self._head(kind), **fields})

    def _send(self, request: dict[str, Any], conversation: Conversation | None = None) -> Exchange:
        event = envelopes.envelope(self.sender, request, self.device.report(), conversation)
        exchange = self._exchange(event)
        breaches = judge_exchange(exchange)
        self.breaches += breaches
        broken = [breach for breach in breaches if breach.level == "error"]
        if broken:
            self._reject(exchange, broken)
        elif exchange.kind != "SessionEndedRequest":
            self.device.obey(exchange.directives)
        return exchange

    def _exchange(self, event: dict[str, Any]) -> Exchange:
        began = time.monotonic()
        try:
            answer = self._invoke(event)
        except Exception as error:  # noqa: BLE001  # Lambda, too, reports whatever escapes a handler
            self._raised = error
            answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
        seconds = time.monotonic() - began
        seen = self.witness(event) if self.witness else {}
        exchange = Exchange(event, answer, seconds=seconds, application_id=self.sender.application_id, **seen)
        self.trace.append(exchange)
        if self._step is not None:
            self._step.exchanges.append(exchange)
        return exchange

    def _reject(self, exchange: Exchange, broken: list[Breach]) -> None:
        """Ignore the answer and tell the skill so, as Alexa does."""
        error = {"type": "INVALID_RESPONSE", "message": "; ".join(breach.sentence for breach in broken)}
        if exchange.kind in ANSWERED_ALOUD:
            self._end_session({"reason": "ERROR", "error": error})
        elif exchange.kind.startswith(("AudioPlayer.", "PlaybackController.")):
            cause = {"requestId": exchange.request["requestId"]}
            self._send({**self._head("System.ExceptionEncountered"), "error": error, "cause": cause})
        if self._strict:
            raise RuleBroken(broken, exchange.kind) from (self._raised if exchange.crashed else None)

    def _head(self, kind: str) -> dict[str, Any]:
        request_id = _new_id("amzn1.echo-api.request")
        return envelopes.request_head(kind, request_id, self.clock.time(), self.sender.locale)

    @contextmanager
    def _stepping(self, said: str) -> Iterator[Step]:
        step = self._step = Step(said)
        try:
            yield step
        finally:
            self._step = None


def _bare(values: dict[str, str | None]) -> dict[str, dict[str, Any]]:
    return {name: envelopes.slot(name, value) for name, value in values.items()}


def _new_id(prefix: str) -> str:
    return f"{prefix}.{uuid.uuid4()}"


def _plain(speech: str) -> str:
    if not speech.lstrip().startswith("<"):
        return speech
    try:
        return " ".join("".join(ET.fromstring(speech).itertext()).split())
    except ET.ParseError:
        return speech

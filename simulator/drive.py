"""Drive a car whose head unit has Alexa Auto: `make play CAR=1`, or `make play CAR=1 SAY="resume; preset 2; next"`.

SAY     what to say or press, with semicolons between; without it there is a prompt.
JSON    1: one JSON object per step on standard output, and nothing else.
"""

import contextlib
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from typing import IO, Any

from prompt_toolkit import PromptSession

from simulator.audio_device import Stuck
from simulator.evening import PassingClock, begins_ms
from simulator.head_unit import EngineRefused, Step
from simulator.real_home import UnusableHomeError
from simulator.rules import RuleBroken
from simulator.rules.auto_given import WORDS, events, player_errors
from simulator.show import clock
from simulator.stack import Stack
from simulator.waiting import eventually

__all__ = ["Drive", "NotKnown", "main"]

HEARD_PER_STEP_S = 1.0
AGREES_WITHIN_S = 2.0
SOURCES = {"fm": "FM_RADIO", "am": "AM_RADIO", "sxm": "SIRIUS_XM", "dab": "DAB", "default": "DEFAULT"}
SELECTORS = {"fm": "FREQUENCY", "am": "FREQUENCY", "sxm": "CHANNEL", "dab": "CHANNEL"}
CONTROLS = {control.lower().replace("_", " "): control for control in WORDS["PlayControl"]["controlType"]}
GREETING = "Music Assistant in a car, on this machine alone. `help` lists what can be said and pressed."
HELP = """\
Alexa:   resume · pause · stop · next · previous · start over · fast forward · rewind · favorite · enable shuffle ...
         preset 2 · fm preset 1 · fm 98.7 · dab lighthouse fm · seek 61 · forward 30 · back 30
         volume 0.4 · mute · unmute
Screen:  choose default|fm|am|sxm|dab · press stop · switch away (another source takes the loudspeakers)
Or:      announce (the navigation speaks) · wait 10 · end (of the track) · unplug · plug in · state · help · quit"""


class NotKnown(Exception):  # noqa: N818  # that is what happened
    """What was typed is nothing that the car or the demonstration can do."""


PROBLEMS = (RuleBroken, EngineRefused, NotKnown, Stuck)


class Drive:
    """One car in front of one house, and someone who types."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.clock = PassingClock(stack.clock)
        self.unit = stack.head_unit(clock=self.clock)
        self.heard = False
        """Whether any audio was recognised so far."""
        self._words = dict(self._said())

    def act(self, said: str) -> Step:
        """Do what was typed; raise NotKnown for a slip."""
        if said in CONTROLS:
            return self.unit.control(CONTROLS[said])
        for pattern, action in self._words.items():
            if found := re.fullmatch(pattern, said):
                step = action(*found.groups())
                return step if isinstance(step, Step) else Step(said)
        raise NotKnown(f"{said!r} is nothing this car knows; `help` lists what is.")

    def pass_by(self, seconds: float) -> Step:
        """Let music play for time that has passed by itself."""
        self.clock.skips = False
        try:
            return self.unit.listen(seconds)
        finally:
            self.clock.skips = True

    def shown(self, step: Step) -> dict[str, Any]:
        """Return what a step led to, for a screen."""
        device, stream = self.unit.device, self.unit.device.current
        sound, at_ms = stream.sound if stream else None, begins_ms(stream) + device.position_ms
        self.heard = self.heard or bool(sound and sound.track and sound.received)
        belief = self.stack.believed(self.unit)
        return {
            "said": step.said,
            "events": step.events,
            "errors": [f"{error['code']} {error['description']}" for error in step.errors],
            "car": {"activity": device.activity, "track": self.unit.track, "position_ms": at_ms},
            "music_assistant": {"state": belief.state, "current_item": belief.current_item},
        }

    def settle(self) -> None:
        """Wait until Music Assistant is where the car is, where it can be."""
        with contextlib.suppress(AssertionError):
            eventually(self._agrees, within=AGREES_WITHIN_S, what="agreement")

    def _agrees(self) -> bool:
        return not self.unit.device.playing or self.stack.believed(self.unit).current_item == self.unit.track

    def _said(self) -> Iterator[tuple[str, Callable[..., Any]]]:
        unit, names = self.unit, "|".join(SOURCES)
        yield r"(?:play )?preset (\d+)", lambda number: unit.play("DEFAULT", "PRESET", number)
        yield rf"({names}) preset (\d+)", lambda source, number: unit.play(SOURCES[source], "PRESET", number)
        tuned = "|".join(SELECTORS)
        yield rf"({tuned}) (.+)", lambda source, text: unit.play(SOURCES[source], SELECTORS[source], text)
        yield r"seek (\d+)", lambda seconds: unit.seek(int(seconds) * 1_000)
        yield r"forward (\d+)", lambda seconds: unit.adjust_seek(int(seconds) * 1_000)
        yield r"back (\d+)", lambda seconds: unit.adjust_seek(-int(seconds) * 1_000)
        yield r"volume ([01](?:\.\d+)?)", lambda volume: unit.change_volume(float(volume))
        yield r"(un)?mute", lambda off: unit.mute(on=not off)
        yield rf"choose ({names})", lambda source: unit.choose(SOURCES[source])
        yield r"press stop", unit.press_stop
        yield r"switch away", unit.switch_away
        yield r"announce", unit.announce
        yield r"wait (\d+(?:\.\d+)?)", lambda seconds: unit.listen(float(seconds))
        yield r"end", unit.play_to_end
        yield r"unplug", self.stack.unplug
        yield r"plug in", self.stack.plug
        yield r"state", lambda: unit.send("GetState", {"source": unit.focus or "DEFAULT"})


def main() -> int:
    """Run the demonstration; return the exit status."""
    out, as_json = sys.stdout, os.environ.get("JSON") == "1"
    if os.environ.get("MUSIC") == "1":
        print("CAR=1 and MUSIC=1 are two demonstrations; choose one of them.", file=sys.stderr)
        return 2
    with contextlib.redirect_stdout(sys.stderr):  # whatever libraries print belongs beside the result, not in it
        try:
            with Stack() as stack:
                drive, said = Drive(stack), os.environ.get("SAY", "")
                if said.strip():
                    return _say_all(said, drive, out, as_json=as_json)
                return _converse(drive, out, as_json=as_json)
        except UnusableHomeError as error:
            print(error, file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            return 130


def _say_all(said: str, drive: Drive, out: IO[str], *, as_json: bool) -> int:
    """Do one thing after another; 0 only if no rule was broken and audio was heard."""
    for sentence in filter(None, map(str.strip, said.lower().split(";"))):
        if sentence in ("quit", "exit"):
            break
        try:
            _step(sentence, drive, out, as_json=as_json)
        except PROBLEMS as problem:
            print(problem, file=sys.stderr)
            return 1
    broken = [str(breach) for breach in drive.unit.judge_all() if breach.level == "error"]
    if broken or not drive.heard:
        print("; ".join(broken) or "No audio was heard.", file=sys.stderr)
        return 1
    print("No rule was broken, and audio was heard.", file=sys.stderr if as_json else out)
    return 0


def _converse(drive: Drive, out: IO[str], *, as_json: bool) -> int:
    print(GREETING, file=sys.stderr if as_json else out)
    before = time.monotonic()
    for sentence in _typed():
        if sentence in ("quit", "exit"):
            break
        try:
            meanwhile = drive.pass_by(time.monotonic() - before)
            if meanwhile.exchanges:
                _show(drive.shown(meanwhile), meanwhile, out, as_json=as_json)
            if sentence:
                _step(sentence, drive, out, as_json=as_json)
        except PROBLEMS as problem:
            print(problem, file=sys.stderr if as_json else out)
        before = time.monotonic()
    return 0


def _typed() -> Iterator[str]:
    """Yield what is typed at a prompt, or comes on standard input when that is no terminal."""
    if not sys.stdin.isatty():
        yield from (line.strip().lower() for line in sys.stdin)
        return
    session: PromptSession[str] = PromptSession("\ncar> ")
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            yield session.prompt().strip().lower()


def _step(sentence: str, drive: Drive, out: IO[str], *, as_json: bool) -> None:
    if sentence == "help":
        print(HELP, file=sys.stderr if as_json else out)
        return
    step = drive.act(sentence)
    step.said = sentence
    if drive.unit.device.playing and not sentence.startswith("wait"):
        step.exchanges += drive.unit.listen(HEARD_PER_STEP_S).exchanges
    drive.settle()
    _show(drive.shown(step), step, out, as_json=as_json)


def _show(shown: dict[str, Any], step: Step, out: IO[str], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(shown, ensure_ascii=False), file=out, flush=True)
        return
    print(f"\n> {shown['said']}", file=out)
    for exchange in step.exchanges:
        sent = exchange.event.get("event", {}).get("name") or _named(exchange.event["message"])
        told = [f"{event['eventName']} ({event['source']})" for event in events(exchange)]
        told += [f"PlayerError {error['code']}: {error['description']}" for error in player_errors(exchange)]
        stream = "a stream" if exchange.answer.get("stream") else ""
        print(f"  {sent:<24} → {', '.join(filter(None, (*told, stream))) or '-'}", file=out)
    car, home = shown["car"], shown["music_assistant"]
    print(f"  car              {car['activity'].lower()} · {car['track']} · {clock(car['position_ms'])}", file=out)
    print(f"  Music Assistant  {home['state']} · {home['current_item']}", file=out, flush=True)


def _named(message: dict[str, Any]) -> str:
    payload, action = message["payload"], message["header"]["messageDescription"]["action"]
    word = payload.get("controlType") or payload.get("contentSelectorType") or ""
    return " ".join(filter(None, (action, word)))


if __name__ == "__main__":
    sys.exit(main())

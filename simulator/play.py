"""Talk to Alexa on a terminal, and hear it work: `make play`, or `make play SAY="play blue harbor; next"`.

SAY     what to say, with semicolons between; without it there is a prompt.
JSON    1: one JSON object per step on standard output, and nothing else.
LOCALE  the language of the Echo (default en-US).
MUSIC   1: Alexa's music service asks the music skill, instead of someone asking the custom skill.
"""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import IO, Self

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout

from simulator.audio_device import Stuck
from simulator.evening import Disagreement, Evening
from simulator.real_home import UnusableHomeError
from simulator.rules import RuleBroken
from simulator.show import JsonScreen, Screen, TextScreen, clock
from simulator.stack import Stack
from simulator.utterances import LOCALES, NotUnderstood

HEARD_PER_STEP_S = 1.0
TICK_S = 0.5
PROBLEMS = (RuleBroken, Disagreement, NotUnderstood, Stuck)
GREETING = "Music Assistant for Alexa, on this machine alone. Type what you would say; `help` lists more."


def main() -> int:
    """Run the demonstration; return the exit status."""
    out, locale = sys.stdout, os.environ.get("LOCALE") or "en-US"
    if locale not in LOCALES:
        print(f"LOCALE must be one of {', '.join(LOCALES)}, not {locale!r}.", file=sys.stderr)
        return 2
    # Whatever libraries print belongs beside the result, not in it.
    with contextlib.redirect_stdout(sys.stderr):
        screen = JsonScreen(out, sys.stderr) if os.environ.get("JSON") == "1" else TextScreen(out)
        try:
            with Stack() as stack:
                evening = Evening.of(stack, locale, music=os.environ.get("MUSIC") == "1")
                said = os.environ.get("SAY", "")
                return _say_all(said, evening, screen) if said.strip() else _converse(evening, screen, out)
        except UnusableHomeError as error:
            print(error, file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            return 130


def _say_all(said: str, evening: Evening, screen: Screen) -> int:
    """Say one thing after another; 0 only if no rule was broken and audio was heard."""
    for sentence in filter(None, map(str.strip, said.split(";"))):
        screen.tell(f"\n> {sentence}")
        try:
            outcome = evening.act(sentence, then_listen_s=HEARD_PER_STEP_S)
        except PROBLEMS as problem:
            return _failed(screen, str(problem))
        screen.show(outcome, evening)
        if outcome.quits:
            break
    broken = [breach for breach in evening.echo.judge_all() if breach.level == "error"]
    if broken:
        return _failed(screen, "; ".join(map(str, broken)))
    if not evening.heard:
        return _failed(screen, "No audio was heard.")
    screen.tell("\nNo rule was broken, and audio was heard.")
    return 0


def _failed(screen: Screen, sentence: str) -> int:
    screen.tell(sentence)
    return 1


def _converse(evening: Evening, screen: Screen, out: IO[str]) -> int:
    """Take sentences from a prompt, or from standard input when that is no terminal."""
    screen.tell(GREETING)
    if sys.stdin.isatty() and out.isatty():
        with contextlib.redirect_stdout(out), patch_stdout(raw=True), RealTime(evening, screen) as music:
            for sentence in _typed(evening):
                with music.paused():
                    if sentence and not _answered(sentence, evening, screen):
                        break
        return 0
    for sentence in filter(None, map(str.strip, sys.stdin)):
        if not _answered(sentence, evening, screen, listen_s=HEARD_PER_STEP_S):
            break
    return 0


def _answered(sentence: str, evening: Evening, screen: Screen, *, listen_s: float = 0) -> bool:
    """Show what became of a sentence; return whether the conversation goes on."""
    try:
        outcome = evening.act(sentence, then_listen_s=listen_s)
    except PROBLEMS as problem:
        screen.tell(str(problem))
        return True
    screen.show(outcome, evening)
    return not outcome.quits


def _typed(evening: Evening) -> Iterator[str]:
    def toolbar() -> str:
        device = evening.echo.device
        heard = evening.echo.track or "nothing"
        return f" {device.activity.lower()} · {heard} · {clock(evening.position_ms())}"

    session: PromptSession[str] = PromptSession("\nyou> ", bottom_toolbar=toolbar, refresh_interval=TICK_S)
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            yield session.prompt().strip()


class RealTime:
    """Lets the Echo play while someone thinks what to type, and tells what happens meanwhile."""

    def __init__(self, evening: Evening, screen: Screen) -> None:
        self._evening = evening
        self._screen = screen
        self._one_at_a_time = threading.Lock()
        self._played_until = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="music", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._ended.set()
        self._thread.join()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Let nothing play by itself; the time this takes is not caught up with."""
        with self._one_at_a_time:
            self._catch_up()
            try:
                yield
            finally:
                self._played_until = time.monotonic()

    def _tick(self) -> None:
        while not self._ended.wait(TICK_S):
            with self._one_at_a_time:
                self._catch_up()

    def _catch_up(self) -> None:
        now = time.monotonic()
        passed, self._played_until = now - self._played_until, now
        try:
            outcome = self._evening.play_on(passed)
        except PROBLEMS as problem:
            self._screen.tell(str(problem))
        else:
            if outcome:
                self._screen.show(outcome, self._evening)


if __name__ == "__main__":
    sys.exit(main())

"""The fault matrix: every fault against everything an Echo can want of the skill while it lasts.

One row is one fault; its six cells are six Echos in six rooms that do six things at once while it lasts, each served by
a sandbox of its own. When the fault has ended each says one more thing, and must hear what it would have heard
without the fault.
"""

import html
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from simulator.demo_library import LIBRARY
from simulator.echo import Echo, Invoke
from simulator.faulty_stack import Fault, FaultyStack
from simulator.rules import Exchange, judge_exchange
from simulator.waiting import eventually

MOST_S = 6.0
"""Alexa waits 8 s, of which a cold start and the way back take their part."""

LISTENED_S = 5
BEHIND_MS = 1_500
"""A position is kept in whole seconds, and the second in which someone began to speak is heard again."""

AGREED_WITHIN_S = 2
BEFORE, ASKED = "Night Ferry", "Morning Tide"
"""The record that plays before the fault, and the one that is asked for while it lasts."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one operation under one fault."""

    fault: Fault
    operation: str
    wrong: tuple[str, ...] = ()
    """Empty when the cell is green."""


@dataclass(frozen=True, slots=True)
class Operation:
    """Something an Echo wants, how it comes to want it, and what it says when the fault has ended."""

    name: str
    prepare: Callable[[Echo], object]
    act: Callable[[Echo], object]
    request: str
    """The request that is judged: an intent's name or a request's type."""
    afterwards: str
    spoken: bool = True


def _nothing(_echo: Echo) -> None:
    """Prepare nothing."""


def _stop(echo: Echo) -> None:
    echo.say("stop")


OPERATIONS = (
    Operation(
        "play", _nothing, lambda echo: echo.say(f"play the album {ASKED}"), "PlayAlbumIntent", f"play the album {ASKED}"
    ),
    Operation("next", _nothing, lambda echo: echo.say("next"), "AMAZON.NextIntent", "next"),
    Operation("resume", _stop, lambda echo: echo.say("resume"), "AMAZON.ResumeIntent", "resume"),
    Operation(
        "NearlyFinished",
        _nothing,
        lambda echo: echo.device.ask_for_next(),
        "AudioPlayer.PlaybackNearlyFinished",
        "next",
        spoken=False,
    ),
    Operation(
        "Started",
        lambda echo: echo.device.ask_for_next(),
        lambda echo: echo.device.begin_next(),
        "AudioPlayer.PlaybackStarted",
        "next",
        spoken=False,
    ),
    Operation(
        "Failed",
        _nothing,
        lambda echo: echo.device.break_off(),
        "AudioPlayer.PlaybackFailed",
        "resume",
        spoken=False,
    ),
)


class Journal(logging.Handler):
    """What the skill logs, by the thread that logs it: each Echo has one to itself while it acts."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._lines: dict[int, list[str]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self._lines.setdefault(record.thread or 0, []).append(record.getMessage())

    def begin(self) -> list[str]:
        """Return the list that this thread's lines go into from now on."""
        lines: list[str] = []
        self._lines[threading.get_ident()] = lines
        return lines


class Room:
    """One Echo that asks for one thing while a fault lasts; `wrong` holds what is wrong with what it gets."""

    def __init__(self, operation: Operation, fault: Fault, echo: Echo, journal: Journal) -> None:
        self.operation = operation
        self.echo = echo
        self.wrong: list[str] = []
        self._fault = fault
        self._journal = journal
        self._track, self._position_ms = "", 0

    def prepare(self) -> None:
        """Begin to play, and do all that comes before the operation's request."""
        echo, device = self.echo, self.echo.device
        echo.say(f"play the album {BEFORE}")
        echo.listen(LISTENED_S)
        self.operation.prepare(echo)
        if self._fault.slow and self.operation.spoken:
            echo.say("stop")
        device.buffer_all()
        self._track, self._position_ms = _title(echo), device.position_ms

    def act(self) -> None:
        """Make the operation's request while the fault lasts, and look at the answer."""
        lines, begun = self._journal.begin(), len(self.echo.trace)
        self.operation.act(self.echo)
        exchanges = self.echo.trace[begun:]
        self.wrong += [str(breach) for each in exchanges for breach in judge_exchange(each) if breach.level == "error"]
        self.wrong += [f"{each.kind} took {each.seconds:.1f} s" for each in exchanges if (each.seconds or 0) > MOST_S]
        asked = [each for each in exchanges if self.operation.request in {each.intent, each.kind}]
        if not asked:
            self.wrong.append("it was never asked")
        elif not self._is_told(asked[0], exchanges, lines):
            said = _spoken(asked[0])
            self.wrong.append(f"the cause is not told: said {said!r}, logged {lines}")

    def go_on(self) -> None:
        """Say one more thing when the fault has ended: what then plays must be what it would be without the fault."""
        echo, before = self.echo, _title(self.echo)
        words = "resume" if self._fault.ends_queue and self.operation.name != "play" else self.operation.afterwards
        said = echo.say(words).speech
        expected = {"next": _after(before), "resume": before}.get(words, _first(ASKED))
        if not echo.device.playing or echo.track != expected:
            self.wrong.append(f"afterwards {words!r} plays {echo.track!r}, not {expected!r}; said {said!r}")

    def agree(self, stack: FaultyStack) -> None:
        """Compare with what Music Assistant believes, once its process has caught up with its clock."""

        def agrees() -> bool:
            believed = stack.believed(self.echo)
            return (believed.current_item, believed.state) == (self.echo.track, "playing")

        try:
            eventually(agrees, within=AGREED_WITHIN_S, what="agreement")
        except AssertionError:
            self.wrong.append(f"Music Assistant believes {stack.believed(self.echo)}, {self.echo.track!r} is heard")
        believed = stack.believed(self.echo)
        kept = self.operation.afterwards == "resume" and self.echo.track == self._track
        if kept and believed.position_ms < self._position_ms - BEHIND_MS:
            self.wrong.append(f"the position is lost: {believed.position_ms} ms after {self._position_ms} ms")

    def finish(self) -> None:
        """Hear a track to its end, after which failures of streams are counted from zero."""
        if any(each.kind == "AudioPlayer.PlaybackFailed" for each in self.echo.trace):
            self.echo.play_to_end()

    def attempt(self, step: Callable[["Room"], object]) -> None:
        """Take a step, unless an earlier one went wrong in a way that leaves nothing to go on with."""
        try:
            step(self)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the cell
            self.wrong.append(f"{type(error).__name__}: {error}")

    def cell(self) -> Cell:
        """Return what became of it."""
        return Cell(self._fault, self.operation.name, tuple(self.wrong))

    def _is_told(self, asked: Exchange, exchanges: Sequence[Exchange], lines: Sequence[str]) -> bool:
        """Say whether the request worked, where the fault allows that, or the skill said or logged the true cause."""
        from music_assistant_alexa.custom_skill.speech import plain_text

        fault, logged = self._fault, " ".join(lines)
        noted = any(text in logged for text in fault.logs)
        if self.operation.spoken and _spoken(asked) in {plain_text("en-US", name) for name in fault.says}:
            return True
        if noted and (fault.may_pass or not self.operation.spoken):
            return True
        failed = [each for each in exchanges if each.kind == "AudioPlayer.PlaybackFailed"]
        if fault.always_logged or (failed and self.operation.name != "Failed"):
            return False
        may_pass = fault.may_pass or self.operation.request in fault.passes
        silent = self.operation.name == "Started" or (fault.ends_queue and not self.operation.spoken)
        return may_pass and (silent or bool(asked.plays))


class Matrix:
    """Runs row after row on one stack."""

    def __init__(self, stack: FaultyStack) -> None:
        self._stack = stack
        self._sandboxes: dict[str, Invoke] = {}
        self._journal = Journal()
        self._skill = logging.getLogger("music_assistant_alexa")
        self._skill.addHandler(self._journal)
        self._skill.setLevel(logging.INFO)

    def close(self) -> None:
        """Listen to the log no more."""
        self._skill.removeHandler(self._journal)

    def row(self, fault: Fault) -> list[Cell]:
        """Return the cells of one fault, in the order of the operations."""
        rooms = [self._room(operation, fault) for operation in OPERATIONS]
        with ThreadPoolExecutor(len(rooms)) as pool:

            def each(step: Callable[[Room], object]) -> None:
                list(pool.map(lambda room: room.attempt(step), rooms))

            each(Room.prepare)
            self._stack.clock.advance(LISTENED_S)
            with fault.during(self._stack, [room.echo for room in rooms]):
                each(Room.act)
            each(Room.go_on)
            self._stack.clock.advance(AGREED_WITHIN_S)
            each(lambda room: room.agree(self._stack))
            each(Room.finish)
        return [room.cell() for room in rooms]

    def _room(self, operation: Operation, fault: Fault) -> Room:
        on_table = fault.where == "memory"
        name = f"{operation.name} on table" if on_table else operation.name
        if name not in self._sandboxes:
            self._sandboxes[name] = self._stack.lonely_sandbox(on_table=on_table)
        return Room(operation, fault, self._stack.echo_of(name, self._sandboxes[name]), self._journal)


def _title(echo: Echo) -> str:
    """Return what is heard, or would be if its stream could be pulled."""
    stream = echo.device.current
    return echo.track or (stream.metadata.get("title", "") if stream else "")


def _first(album: str) -> str:
    return next(track.title for track in LIBRARY.tracks if track.album.title == album)


def _after(title: str) -> str | None:
    titles = [track.title for track in LIBRARY.tracks]
    return titles[titles.index(title) + 1] if title in titles else None


def _spoken(exchange: Exchange) -> str:
    return html.unescape(exchange.speech.removeprefix("<speak>").removesuffix("</speak>"))

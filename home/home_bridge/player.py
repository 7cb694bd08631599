"""The sans-IO player: what MA sends and what an Echo reports in, slimproto packets out. The clock is injected.

Two streams matter. `current` is what MA wants heard (the last `strm s`, or the enqueued one that was started),
`audible` is what the Echo started last. While they differ, nothing about the audible one is told to MA: its clock
belongs to `current`.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from home_bridge.models import Following, Item, Loaded, Memory, Stream, Wanted, derived_path, item_of, stream_path
from home_bridge.packets import FromServer, Name, NameQuery, Response, Stat, Strm, ToServer

STOP_AFTER_S = 1.0
"""A `strm q` this long without a `strm s` after it is a stop."""

GIVES_UP_AFTER_S = (29.0, 32.0)
"""MA stops by itself what its screen paused and nobody resumed; it looks once a second for thirty."""

START_WITHIN_S = 10.0
"""How long a Finished waits for the Started of what was enqueued."""

NEXT_WITHIN_S = 0.3
"""Between STMd and STMu at the end: both at once leave MA "playing" for ever."""


class Player:
    """One Echo as a player of Music Assistant."""

    given_twice: int | None = None
    """Generation of a stream that the Echo was given to follow, and then in place of a failed one as well."""

    def __init__(self, memory: Memory, now: Callable[[], float], codec: str = "mp3") -> None:
        self.mac = memory.mac
        self.name = memory.name
        self.generation = memory.generation
        """The last one assigned."""

        self.wanted = memory.wanted
        self.current = memory.current
        self.audible = memory.audible and memory.audible.after_restart()
        self.following = memory.following
        self.loaded: Loaded | None = None
        self.commanding = False
        """A command of ours runs: what MA sends is its effect."""

        self.asked_ms: int | None = None
        """The position that command asked for."""

        self.taking_over: int | None = None
        """Generation of the stream that a command's answer told the Echo to play instead of everything it had."""

        self.superseded: Stream | None = None
        """The stream the Echo was given before `current`, of the same item and position: it may have begun that."""

        self.reattaching: int | None = None
        """The track position at which the audible item is loaded again, not to be handed out."""

        self.astray = False
        """MA has another item loaded than the one the Echo has begun, and goes on showing it."""

        self.greeted = False
        """MA's first `strm t` was answered: before that its unpause would fail."""

        self.paused_at: float | None = None
        """When MA's screen said pause last."""

        self.stop_at: float | None = None
        self.start_by: float | None = None
        self.end_at: float | None = None
        self.now = now
        self._codec = codec

    @property
    def memory(self) -> Memory:
        """What must outlive a restart, as it is now."""
        return Memory(self.mac, self.name, self.generation, self.wanted, self.current, self.audible, self.following)

    @property
    def in_step(self) -> bool:
        """Whether what MA has loaded is what the Echo plays or played last."""
        current, audible = self.current, self.audible
        return current is not None and audible is not None and current.generation == audible.stream.generation

    @property
    def playing(self) -> bool:
        """Whether the Echo is heard, as far as it said."""
        return self.audible is not None and self.audible.playing

    @property
    def pending_item(self) -> str:
        """The item MA sent ahead, or an empty text."""
        return item_of(self.loaded.pending) if self.loaded and self.loaded.pending else ""

    @property
    def next_was_served(self) -> bool:
        """Whether the Echo has asked what follows the stream it plays: a change of the queue replaces that answer."""
        if self.audible is None or self.following is None or self.current is None or self.ending:
            return False
        if self.current.generation == self.taking_over and not self.in_step:
            return False
        return self.following.after_generation == self.audible.stream.generation

    @property
    def ending(self) -> bool:
        """Whether the end was reached, and MA is being told."""
        return self.end_at is not None

    @property
    def lost(self) -> bool:
        """Whether the Echo plays what MA no longer has loaded, and MA does not know where it is."""
        if self.current is None or self.loaded is not None or not self.in_step:
            return False
        if not self.playing and not self.astray:
            return False
        duration_ms = self.current.item.duration_ms if self.current.item else None
        over = duration_ms is not None and self.position_ms >= duration_ms
        return self.wanted is Wanted.PLAY and not over

    @property
    def position_ms(self) -> int:
        """The track position of the Echo, or where the current stream begins."""
        if self.audible is not None and self.in_step:
            return self.audible.stream.position_ms + self.audible.offset_at(self.now())
        return self.current.position_ms + self.current.offset_ms if self.current else 0

    @property
    def _given_up(self) -> bool:
        """Whether this `strm q` is MA's 30-second time-out of a pause, not a person's stop."""
        if self.paused_at is None or self.wanted is not Wanted.PLAY or self.in_step:
            return False
        earliest, latest = GIVES_UP_AFTER_S
        return earliest <= self.now() - self.paused_at <= latest

    @property
    def deadline(self) -> float | None:
        """When `tick` is due, in seconds of `now`."""
        due = [moment for moment in (self.stop_at, self.start_by, self.end_at) if moment is not None]
        return min(due, default=None)

    def hand_out(self, queue_item_id: str, path: str, item: Item | None = None, position_ms: int = 0) -> Stream:
        """Give a stream a generation of its own; MA's audio begins at the whole second before `position_ms`."""
        self.generation += 1
        rest_ms = position_ms % 1000
        return Stream(self.generation, queue_item_id, path, position_ms - rest_ms, item, rest_ms)

    def answer_next(self, after_generation: int, stream: Stream | None) -> None:
        """Remember what the Echo was told to play after a stream."""
        self.following = Following(after_generation, stream)

    def describe(self, item: Item, position_ms: int | None = None) -> None:
        """Learn what the current stream's item is, and where the stream begins."""
        if self.current is None:
            return
        self.current = self.current.described(item, position_ms)
        if self.loaded is not None and position_ms is not None:
            self.loaded.seek_ms = position_ms

    def stream_of(self, generation: int) -> Stream | None:
        """Return the stream of a generation, if it is the current, the upcoming or the audible one."""
        upcoming = self.following.stream if self.following else None
        audible = self.audible.stream if self.audible else None
        return next((s for s in (self.current, upcoming, audible) if s and s.generation == generation), None)

    def pull_path(self, path: str, generation: int) -> str:
        """Return where to pull a stream that the Echo was given: an upcoming one from the session MA has now."""
        upcoming = self.following.stream if self.following else None
        if upcoming is None or upcoming.generation != generation or self.loaded is None:
            return path
        return derived_path(self.loaded.path, upcoming.queue_item_id)

    @contextlib.contextmanager
    def commanded(self, *, asked_ms: int | None = None, reattaching: int | None = None) -> Iterator[None]:
        """Take what MA sends for the effect of a command of ours: a stream from a position, or one loaded again."""
        self.commanding, self.asked_ms, self.reattaching = True, asked_ms, reattaching
        try:
            yield
        finally:
            self.commanding, self.asked_ms, self.reattaching = False, None, None

    def disconnected(self) -> None:
        """Forget what MA forgets with a connection."""
        self.loaded = None
        self.astray = False
        self.greeted = False
        self.reattaching = None
        self.stop_at = self.start_by = self.end_at = None

    def receive(self, packet: FromServer) -> list[ToServer]:
        """Take a packet of MA; return what is answered."""
        match packet:
            case NameQuery():
                return [Name(self.name)]
            case Strm("t"):
                self.greeted = True
                return [Stat("STMt", self.elapsed_ms(), packet.time)]
            case Strm("s"):
                return self._stream(packet)
            case Strm("u"):
                return self._started_by_ma() if packet.time else self.want_play()
            case Strm("p", time=0):
                return self._pause_pressed()
            case Strm("q") if self.loaded is not None and self.loaded.begun and not self.commanding:
                # Before `begun` it belongs to the new stream: over a paused one 3.3 sends f, q, s, q, u.
                if self._given_up:
                    self.loaded = None  # loaded again once the Echo gets there
                else:
                    self.stop_at = self.now() + STOP_AFTER_S
        return []

    def tick(self) -> list[ToServer]:
        """Do what is due by now; return what MA is told."""
        now = self.now()
        if self.stop_at is not None and now >= self.stop_at:
            self.stop()
        if self.start_by is not None and now >= self.start_by:
            self.start_by = None
            return self.end()
        if self.end_at is not None and now >= self.end_at:
            return self._ended()
        return []

    def elapsed_ms(self) -> int:
        """Return the Echo's position on MA's clock for the stream; while silence is wanted, what it was told last."""
        if self.loaded is None:
            return 0
        if self.audible is not None and self.in_step and self.loaded.begun and self.wanted is Wanted.PLAY:
            self.loaded.told_ms = max(0, self.position_ms - self.loaded.seek_ms)
        return self.loaded.told_ms

    def status(self) -> Stat:
        """Return STMt with the Echo's position."""
        return Stat("STMt", self.elapsed_ms())

    def decoded(self) -> list[ToServer]:
        """Return STMd: "decoded, not yet heard", which MA answers with the next item."""
        if self.loaded is None:
            return []
        self.loaded.decoded = True
        return [Stat("STMd")]

    def end(self) -> list[ToServer]:
        """Return the first half of an end: STMd unless it was sent, and STMu 0.3 s later."""
        if self.loaded is None or self.loaded.decoded:
            return self._ended()
        self.end_at = self.now() + NEXT_WITHIN_S
        return self.decoded()

    def want_play(self) -> list[ToServer]:
        """Note that music is wanted; return what MA, which shows "playing" at once, is told of what is really heard."""
        self.wanted = Wanted.PLAY
        if self.loaded is None or not self.loaded.begun:
            return []
        return [self.status(), Stat("STMr" if self.in_step and self.playing else "STMp")]

    def stop(self) -> None:
        """Note that MA has stopped, by its screen or a command of ours."""
        self.stop_at = self.start_by = self.end_at = None
        self.wanted = Wanted.STOP
        self.loaded = None
        self.current = None

    def _stream(self, packet: Strm) -> list[ToServer]:
        path = stream_path(packet.path, self._codec)
        if path is None:
            return []
        return self._next_stream(path) if packet.autostart in {"1", "3"} else self._new_stream(path)

    def _next_stream(self, path: str) -> list[ToServer]:
        if self.ending:
            return self._ended()
        if self.loaded is None:
            # 3.3 sends an item enqueued late even after the end; without this MA stays "playing".
            return [Stat("STMu")] if self.audible and self.audible.ended else []
        if derived_path(path, item_of(self.loaded.path)) != self.loaded.path:
            return []  # of a session that has ended: aioslimproto 3.1.5 keeps what was enqueued in it
        self.loaded.pending = path
        silent = self.in_step and not self.playing
        # MA takes the answer for "playing"; while the Echo is silent it is told at once that nothing is heard.
        return [Stat("STMc"), Response(), *([self.status(), Stat("STMp")] if silent else [])]

    def _new_stream(self, path: str) -> list[ToServer]:
        self.stop_at = self.start_by = self.end_at = None
        reattached, self.reattaching = self.reattaching, None
        self.wanted, self.astray = Wanted.PLAY, False
        if reattached is not None and self.current and self.current.queue_item_id == item_of(path):
            self.loaded = Loaded(path, reattached)
        else:
            self.current = self.hand_out(item_of(path), path, position_ms=self.asked_ms or 0)
            self.loaded = Loaded(path, self.current.position_ms, since=self.now())
        return [Stat("STMc"), Response(), Stat("STMl")]

    def _started_by_ma(self) -> list[ToServer]:
        if self.loaded is None or self.loaded.begun:
            return []
        self.loaded.begun = True
        heard = self.in_step and self.playing
        started: list[ToServer] = [Stat("STMs"), self.status()]
        return started if heard else [*started, Stat("STMp")]

    def _pause_pressed(self) -> list[ToServer]:
        status = self.status()
        self.wanted, self.paused_at = Wanted.PAUSE, self.now()
        return [status, Stat("STMp")] if self.loaded else []

    def _ended(self) -> list[ToServer]:
        self.end_at = self.start_by = None
        self.loaded = None
        self.current = None
        self.astray = False
        if self.audible is not None:
            self.audible = replace(self.audible, playing=False, ended=True)
        return [Stat("STMu")]

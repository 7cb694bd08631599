"""One connected player as Music Assistant's slimproto library keeps it, in typed packets and without a socket.

What happens to its state, and when it speaks, is that of aioslimproto's `SlimClient`, both generations.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from home_bridge.packets import FromServer, Stat, Strm, ToServer
from simulator.pocket_clock import PocketClock

HEARTBEAT_S = 5.0


class State(Enum):
    """What the library believes."""

    STOPPED = auto()
    BUFFERING = auto()
    READY = auto()
    PLAYING = auto()
    PAUSED = auto()

    @property
    def word(self) -> str:
        """Return Music Assistant's word."""
        return {State.STOPPED: "idle", State.PAUSED: "paused"}.get(self, "playing")


@dataclass(frozen=True, slots=True)
class Media:
    """One URL, and the queue item it is of."""

    path: str
    queue_item_id: str


class PocketClient:
    """The server's end of one connection."""

    def __init__(
        self, clock: PocketClock, send: Callable[[FromServer], None], updated: Callable[[bool], None], *, old: bool
    ) -> None:
        self.state = State.STOPPED
        self.current: Media | None = None
        self._clock = clock
        self._send = send
        self._updated = updated
        """Called with True for a heartbeat, which alone moves nothing."""
        self._old = old
        """As aioslimproto 3.1.5: what was enqueued outlives its session, readiness is not remembered."""
        self._buffering: Media | None = None
        self._upcoming: Media | None = None
        self._decoder_ready = False
        self._awaits_start = False
        self._elapsed_ms = 0
        self._since = clock.time()

    @property
    def elapsed_ms(self) -> int:
        """Return the position in the stream, counted on while it plays."""
        passed = self._clock.time() - self._since if self.state is State.PLAYING else 0
        return self._elapsed_ms + int(passed * 1000)

    def beat(self) -> None:
        """Ask for the status."""
        self._send(Strm("t", time=1))

    def stop(self) -> None:
        """Stop, unless it has stopped."""
        if not self._old:
            self._upcoming, self._decoder_ready = None, False
        if self.state is not State.STOPPED:
            self._send(Strm("q"))
            self._become(State.STOPPED)

    def play(self) -> None:
        """Go on after a pause."""
        if self.state is State.PAUSED:
            self._since = self._clock.time()
            self._send(Strm("u"))
            self._become(State.PLAYING)

    def pause(self) -> None:
        """Pause what plays."""
        if self.state in {State.PLAYING, State.BUFFERING}:
            self._send(Strm("p"))
            self._hold()
            self._become(State.PAUSED)

    def play_url(self, media: Media, *, enqueue: bool, flush: bool, autostart: bool) -> None:
        """Have a stream played at once, or after the current one."""
        if flush:
            self._send(Strm("f"))
            self._send(Strm("q"))
            if not self._old:
                self._upcoming = None
                self._elapsed_ms, self._since, self._awaits_start = 0, self._clock.time(), True
        if enqueue and not self._decoder_ready:
            self._upcoming = media
            self._updated(False)
            return
        self._decoder_ready = False
        self._buffering = media
        self._become(State.BUFFERING)
        start = "3" if autostart else "0" if self._old else "2"
        self._send(Strm("s", autostart=start, path=media.path))

    def hear(self, packet: ToServer) -> None:
        """Take a packet of the player."""
        if isinstance(packet, Stat):
            heard = getattr(self, f"_{packet.event.lower()}", None)
            if heard is not None:
                heard(packet)

    def _become(self, state: State) -> None:
        self.state = state
        self._updated(False)

    def _hold(self) -> None:
        if not self._old:
            self._elapsed_ms, self._since = self.elapsed_ms, self._clock.time()

    def _stmc(self, _: Stat) -> None:
        self._become(State.BUFFERING)

    def _stml(self, _: Stat) -> None:
        self.state = State.READY
        self._clock.soon(lambda: self._send(Strm("u", time=1)))

    def _stmd(self, _: Stat) -> None:
        if self._upcoming is not None:
            self._promote()
        elif not self._old and self.state is not State.STOPPED:
            self._decoder_ready = True

    def _stmp(self, _: Stat) -> None:
        self._hold()
        self._become(State.PAUSED)

    def _stmr(self, _: Stat) -> None:
        if self.state is State.PAUSED and not self._old:
            self._since = self._clock.time()
        self._become(State.PLAYING)

    def _stms(self, _: Stat) -> None:
        if not self._old:
            self._elapsed_ms, self._since, self._awaits_start = 0, self._clock.time(), False
        if self._buffering is not None:
            self.current, self._buffering = self._buffering, None
        self._become(State.PLAYING)

    def _stmt(self, packet: Stat) -> None:
        self._elapsed_ms = 0 if self._awaits_start else packet.elapsed_ms
        self._since = self._clock.time()
        self._updated(True)

    def _stmu(self, _: Stat) -> None:
        if self._upcoming is not None and not self._old:
            self._promote()
            return
        self.current = self._buffering = self._upcoming = None
        self._become(State.STOPPED)

    def _promote(self) -> None:
        upcoming, self._upcoming = self._upcoming, None
        if upcoming is not None:
            self.play_url(upcoming, enqueue=False, flush=False, autostart=True)

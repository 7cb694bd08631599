"""The whole house with a cable that can be broken in every link, and every fault there is for each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self, get_args
from urllib.parse import urlsplit

from simulator.audio_device import Clock
from simulator.cloud import TABLE_NAME
from simulator.echo import Echo, Invoke
from simulator.faulty import FaultyCable, FaultyFront, FaultyTable, Names, TableFault, WireFault
from simulator.stack import Stack
from simulator.stand_in import StandIn
from simulator.tls import HOST, TlsFront

if TYPE_CHECKING:
    from home_bridge.settings import Settings

PUBLIC_NAME, SERVER_NAME = "localhost", "music-assistant.test"
"""What the public host and Music Assistant are called here: names, so that they can be lost."""


class StandingClock:
    """The house's time, which does not pass by what one Echo does."""

    def __init__(self, house: Clock) -> None:
        self.time = house.time

    def advance(self, seconds: float) -> None:
        """Pass no time: it passes for everyone at once, when the house's clock is moved."""


class FaultyStack(Stack):
    """A stack on stand-ins. Each of its Echos is served by a sandbox of its own, as Lambda may do."""

    home: StandIn
    front: FaultyFront
    api: FaultyCable
    """Between the bridge and Music Assistant's API."""
    streams: FaultyCable
    """Between the bridge and Music Assistant's stream server."""

    def __enter__(self) -> Self:
        """Start all parts."""
        self.names = self._closing(Names(PUBLIC_NAME, SERVER_NAME))
        super().__enter__()
        from music_assistant_alexa.adapters.dynamodb_store import DynamoDbStore
        from music_assistant_alexa.adapters.dynamodb_table import dynamodb_client
        from simulator.memory_store import MemoryStore

        client = dynamodb_client(self.cloud.endpoint)
        self.table = FaultyTable(client)
        self._on_table = DynamoDbStore(client, TABLE_NAME, self.clock.time)
        self._in_memory = MemoryStore(self.clock.time)
        return self

    @property
    def public_url(self) -> str:
        """Return the address the home is reached by from outside."""
        return f"https://{PUBLIC_NAME}:{self.front.port}"

    def bridge_settings(self) -> "Settings":
        """Return what the bridge is told: Music Assistant is behind cables."""
        if not hasattr(self, "api"):
            self.api, self.streams = (self._cable_to(url) for url in (self.home.url, self.home.stream_url))
        ma_url, stream_url = f"http://{SERVER_NAME}:{self.api.port}", f"http://{HOST}:{self.streams.port}"
        return replace(super().bridge_settings(), ma_url=ma_url, stream_url=stream_url)

    def lonely_sandbox(self, *, on_table: bool) -> Invoke:
        """Return one more sandbox, on the table that can be broken or on a quick memory with the same contract."""
        return self.sandbox(store=self._on_table if on_table else self._in_memory)

    def echo_of(self, room: str, sandbox: Invoke) -> Echo:
        """Return an Echo that only a sandbox of its own answers; it asks for the next stream near the end of each."""
        return self.echo(room, clock=StandingClock(self.clock), invoke=sandbox, nearly_finished="late")

    def lose(self, *names: str) -> None:
        """Make the resolution of these names fail, and of no others."""
        self.names.lost = set(names)
        for cable in (self.front, self.api):
            cable.mend()  # cuts what is connected
        # The bridge keeps addresses for 10 s.
        self.bridge._http.connector.clear_dns_cache()  # type: ignore[union-attr]  # noqa: SLF001

    def _start_home(self) -> StandIn:
        return self._parts.enter_context(StandIn())

    def _make_front(self, port: int) -> TlsFront:
        return FaultyFront(port, self.authority, host=self.host)

    def _cable_to(self, url: str) -> FaultyCable:
        return self._closing(FaultyCable((HOST, urlsplit(url).port or 0)))  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that breaks, and what it may lead to."""

    name: str
    where: str
    during: Callable[[FaultyStack, list[Echo]], Any]
    """Return a context: the fault lasts as long as that is entered."""
    says: tuple[str, ...] = ()
    """Names of the sentences that tell the true cause; a person hears one of them."""
    logs: tuple[str, ...] = ()
    """Texts of which one stands in the log when an event could not be answered."""
    may_pass: bool = False
    """Whether a command may work all the same."""
    passes: tuple[str, ...] = ()
    """Requests that work all the same."""
    always_logged: bool = False
    """Whether it is to be found in the log also when all works."""
    slow: bool = False
    """Whether each call takes seconds: then nothing plays, so that a command is not three calls."""
    ends_queue: bool = False
    """Whether the queue is gone afterwards, as someone at home wanted it."""


def _wire(link: str, fault: WireFault) -> Callable[[FaultyStack, list[Echo]], Any]:
    @contextmanager
    def during(stack: FaultyStack, _echos: list[Echo]) -> Iterator[None]:
        cable: FaultyCable = getattr(stack, link)
        cable.break_with(fault)
        try:
            yield
        finally:
            cable.mend()

    return during


def _table(fault: TableFault) -> Callable[[FaultyStack, list[Echo]], Any]:
    @contextmanager
    def during(stack: FaultyStack, _echos: list[Echo]) -> Iterator[None]:
        stack.table.break_with(fault)
        try:
            yield
        finally:
            stack.table.mend()

    return during


def _name(name: str) -> Callable[[FaultyStack, list[Echo]], Any]:
    @contextmanager
    def during(stack: FaultyStack, _echos: list[Echo]) -> Iterator[None]:
        stack.lose(name)
        try:
            yield
        finally:
            stack.lose()

    return during


def _bridge_restarted(stack: FaultyStack, _echos: list[Echo]) -> Any:
    return stack.without_bridge()


def _server_restarted(stack: FaultyStack, _echos: list[Echo]) -> Any:
    stack.home.restart(0.2)
    return nullcontext()


def _players_dropped(stack: FaultyStack, _echos: list[Echo]) -> Any:
    stack.drop_players()
    return nullcontext()


def _queue_cleared(stack: FaultyStack, echos: list[Echo]) -> Any:
    for echo in echos:
        stack.home.api("player_queues/clear", queue_id=stack.player_id(echo))
    return nullcontext()


_AWAY, _TURNED_AWAY = ("home_tunnel",), ("auth_tunnel",)
_SERVER_AWAY, _SERVER_REFUSED, _TOKEN = ("home_music_assistant",), ("refused",), ("auth_music_assistant",)
_TOLD_ANYWAY = ("AudioPlayer.PlaybackStarted",)
"""Requests that work while Music Assistant's API is away: what they report goes to it by slimproto."""

_NOT_OURS = ("Cloudflare Access or a firewall",)
_RATE_LIMIT = ("a rate limit of Cloudflare's rules or Access",)
_TURNS_AWAY, _BREAKS = (401, 403, 429), (500, 502, 504, 530)
_HELD = (1, 3, 7)
_BROKEN_STREAM = ("the device could not play a stream",)
_UNREADABLE_ROW = ("playback state not", "a newer stream was handed out")


def _way_home() -> Iterator[Fault]:
    def fault(name: str, wire: WireFault, says: tuple[str, ...], *logs: str, may_pass: bool = False) -> Fault:
        return Fault(name, "way home", _wire("front", wire), says, logs, may_pass=may_pass, slow=wire.hold_s > 0)

    yield fault("refused", WireFault(refuse=True), _AWAY, "no connection to the public host name")
    yield fault("reset", WireFault(spoil="reset"), _AWAY, "broke off", "too long")
    yield fault("truncated", WireFault(spoil="truncated"), _AWAY, "not whole JSON")
    yield fault("mistyped", WireFault(spoil="mistyped"), _TURNED_AWAY, *_NOT_OURS)
    for status in _TURNS_AWAY:
        cause = _RATE_LIMIT if status == HTTPStatus.TOO_MANY_REQUESTS else _NOT_OURS
        yield fault(str(status), WireFault(status=status), _TURNED_AWAY, *cause)
    for status in _BREAKS:
        yield fault(str(status), WireFault(status=status), _AWAY, f"HTTP {status} from the tunnel")
    for name in ("another name", "expired"):
        yield fault(name, WireFault(certificate=name), _AWAY, "its certificate or name is wrong")
    yield Fault("no DNS", "way home", _name(PUBLIC_NAME), _AWAY, ("DNS",))
    for seconds in _HELD:
        held = WireFault(hold_s=seconds)
        yield fault(f"{seconds} s", held, _AWAY, "took too long", may_pass=seconds < max(_HELD))


def _server() -> Iterator[Fault]:
    def fault(name: str, wire: WireFault, says: tuple[str, ...], log: str, *, may_pass: bool = False) -> Fault:
        logs = (f"the bridge says {log}",)
        return Fault(name, "server", _wire("api", wire), says, logs, may_pass=may_pass, passes=_TOLD_ANYWAY)

    away, refused, token = "music_assistant_unreachable", "music_assistant_refused", "music_assistant_auth"
    yield fault("refused", WireFault(refuse=True), _SERVER_AWAY, away)
    yield fault("reset", WireFault(spoil="reset"), _SERVER_AWAY, away)
    yield fault("truncated", WireFault(spoil="truncated"), _SERVER_AWAY, away)
    yield fault("mistyped", WireFault(spoil="mistyped"), _SERVER_AWAY, away, may_pass=True)
    for status in (401, 403):
        yield fault(str(status), WireFault(status=status), _TOKEN, token)
    for status in (429, 500):
        yield fault(str(status), WireFault(status=status), _SERVER_REFUSED, refused)
    for status in (502, 504, 530):
        yield fault(str(status), WireFault(status=status), _SERVER_AWAY, away)
    logs: tuple[str, ...] = (f"the bridge says {away}",)
    yield Fault("no DNS", "server", _name(SERVER_NAME), _SERVER_AWAY, logs, passes=_TOLD_ANYWAY)
    for seconds in _HELD:
        held = WireFault(hold_s=seconds)
        logs = (f"the bridge says {away}", "the bridge says stream_timeout")
        yield Fault(f"{seconds} s", "server", _wire("api", held), _SERVER_AWAY, logs, may_pass=True, slow=True)


def _streams() -> Iterator[Fault]:
    spoiled = {"refused": WireFault(refuse=True), "reset": WireFault(spoil="reset")}
    statuses = {str(status): WireFault(status=status) for status in (*_TURNS_AWAY, *_BREAKS)}
    for name, wire in (spoiled | statuses).items():
        yield Fault(name, "streams", _wire("streams", wire), (), _BROKEN_STREAM, may_pass=True)
    for seconds in _HELD:
        held = _wire("streams", WireFault(hold_s=seconds))
        yield Fault(f"{seconds} s", "streams", held, (), _BROKEN_STREAM, may_pass=True, slow=True)


def _memory() -> Iterator[Fault]:
    for name in get_args(TableFault):
        slow = name == "hanging"
        logged = name != "conflict"  # a conflict is everyday: something newer is stored
        yield Fault(
            name, "memory", _table(name), ("store",), _UNREADABLE_ROW, may_pass=True, slow=slow, always_logged=logged
        )
    logs = (*_UNREADABLE_ROW, "took too long")
    yield Fault("hanging, as home", "memory", _all_hangs, ("store", *_AWAY), logs, slow=True, always_logged=True)


@contextmanager
def _all_hangs(stack: FaultyStack, echos: list[Echo]) -> Iterator[None]:
    with _table("hanging")(stack, echos), _wire("front", WireFault(hold_s=max(_HELD)))(stack, echos):
        yield


def _lives() -> Iterator[Fault]:
    logs: tuple[str, ...] = ("broke off", "no connection")
    yield Fault("bridge restarted", "lives", _bridge_restarted, _AWAY, logs)
    logs = ("the bridge says music_assistant_unreachable", "the bridge says stream_timeout")
    yield Fault("server restarted", "lives", _server_restarted, _SERVER_AWAY, logs, may_pass=True)
    yield Fault("players dropped", "lives", _players_dropped, _SERVER_AWAY, logs, may_pass=True)
    empty = ("nothing_playing", "finished")
    yield Fault("queue cleared", "lives", _queue_cleared, empty, (), may_pass=True, ends_queue=True)


FAULTS = (*_way_home(), *_server(), *_streams(), *_memory(), *_lives())
"""Every fault of the matrix."""

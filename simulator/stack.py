"""The whole house on loopback: Music Assistant, the bridge behind HTTPS, a cloud, and the skill in-process."""

import json
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from simulator import tones
from simulator.audio_device import Clock, Habits
from simulator.clock import MovableClock, MovableLoop
from simulator.cloud import SECRET_NAME, TABLE_NAME, LocalCloud, LocalSecrets
from simulator.echo import Echo, Invoke
from simulator.envelopes import APPLICATION_ID, Sender
from simulator.head_unit import HeadUnit
from simulator.house_clock import HouseClock, RealClock
from simulator.loop_thread import LoopThread
from simulator.music_directives import Account
from simulator.music_household import catalogues, player_of
from simulator.music_service import MusicService
from simulator.real_home import RealHome
from simulator.sound import HttpsEar
from simulator.stand_in import StandIn
from simulator.tls import HOST, Authority, Cable, TlsFront
from simulator.utterances import Listener

if TYPE_CHECKING:
    from home_bridge.service import Bridge
    from home_bridge.settings import Settings
    from music_assistant_alexa.app import App
    from simulator.music_utterances import Entities

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("lambda", "home")
"""Folders of the packages that are not installed anywhere."""
AUTO_SOURCES = ("DEFAULT", "FM_RADIO", "AM_RADIO", "SIRIUS_XM", "DAB")
AUTO_PRESETS = "Lighthouse FM; album Night Ferry; playlist Late Drive; FM_RADIO=Radio Caracola; FM_RADIO=Lighthouse FM"
"""What a vehicle of the house can be asked for by number."""
TIME_TO_ANSWER_MS = 8_000
POWERTOOLS = {
    "POWERTOOLS_SERVICE_NAME": "music_assistant_alexa",
    "POWERTOOLS_METRICS_NAMESPACE": "MusicAssistantAlexa",
    "POWERTOOLS_LOGGER_LOG_EVENT": "false",
}


@dataclass(frozen=True, slots=True)
class Belief:
    """What Music Assistant believes of one Echo."""

    state: str
    current_item: str | None
    """Its plain title."""
    position_ms: int
    duration_ms: int | None = None


class LambdaContext:
    """What Lambda hands the function beside the event."""

    function_name = "function"
    function_version = "$LATEST"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-west-1:000000000000:function:function"
    log_group_name = "/aws/lambda/function"
    log_stream_name = "local"

    def __init__(self) -> None:
        self.aws_request_id = str(uuid.uuid4())
        self._ends = time.monotonic() + TIME_TO_ANSWER_MS / 1_000

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the function may still run."""
        return max(0, round((self._ends - time.monotonic()) * 1_000))


class Stack:
    """Everything that plays together, started by entering it.

    A real server is used when MUSIC_ASSISTANT_URL and MUSIC_ASSISTANT_TOKEN are set, else the stand-in; one that
    cannot be used raises UnusableHomeError.
    """

    home: StandIn | RealHome
    bridge: "Bridge"
    front: TlsFront
    cloud: LocalCloud
    clock: Clock
    app: "App"

    def __init__(self, *, aioslimproto: str | None = None, host: str = HOST) -> None:
        self.host = host
        """What listens for clients listens here; everything else stays on loopback."""
        self.application_id = APPLICATION_ID
        self.secrets = LocalSecrets()
        self.authority = Authority()
        self._aioslimproto = aioslimproto
        self._parts = ExitStack()
        self._players_cable: Cable | None = None
        self._listeners: dict[str, Listener] = {}
        self._catalogues: Entities = {}

    @property
    def real(self) -> bool:
        """Say whether a real server plays."""
        return isinstance(self.home, RealHome)

    @property
    def public_url(self) -> str:
        """Return the address the home is reached by from outside."""
        return self.front.url

    @property
    def ca_file(self) -> str:
        """Return the path of the certificate authority's PEM file."""
        return str(self._folder / "ca.pem")

    def __enter__(self) -> Self:
        """Start all parts, those that are slow beside each other."""
        try:
            self._folder = Path(self._parts.enter_context(tempfile.TemporaryDirectory(prefix="music-assistant-")))
            Path(self.ca_file).write_text(self.authority.pem, encoding="ascii")
            sys.path[:0] = [str(ROOT / folder) for folder in PACKAGES if str(ROOT / folder) not in sys.path]
            with ThreadPoolExecutor() as pool:
                home, cloud = pool.submit(self._start_home), pool.submit(LocalCloud, self.secrets, host=self.host)
                skill = pool.submit(_import_skill)
                self.home = home.result()
                self.clock = self._start_bridge()
                self.cloud = self._closing(cloud.result())
                self.app = self._build_app(skill.result())
        except BaseException:
            self._parts.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop all parts, the last first."""
        self._parts.close()

    def invoke(self, event: dict[str, Any]) -> Any:
        """Answer one event as Lambda would: JSON in, JSON out; what the skill raises is raised."""
        return _invoked(self.app, event)

    def sandbox(self, **parts: Any) -> Invoke:
        """Return the `invoke` of one more sandbox of the function, which shares nothing with any other.

        Parts of the app can be replaced, by the names of `build_app`.
        """
        return partial(_invoked, self._build_app(partial(_import_skill(), **parts)))

    @contextmanager
    def without_bridge(self) -> Iterator[None]:
        """End the bridge for a while; afterwards it is back on the same port, with what it kept."""
        settings = replace(self.bridge_settings(), port=self.bridge.port)
        self._bridge_thread.run(self.bridge.close())
        try:
            yield
        finally:
            self._run_bridge(settings)

    def echo(
        self,
        room: str = "kitchen",
        *,
        locale: str = "en-US",
        clock: Clock | None = None,
        invoke: Invoke | None = None,
        **habits: Any,
    ) -> Echo:
        """Return a new Echo of the one account, in a room of its own.

        Its time is the house's and it is answered by the one sandbox, unless given others.
        """
        ear = self._closing(HttpsEar(self.ca_file, tones.identify))
        sender = Sender(device_id=f"amzn1.ask.device.{room.upper()}", application_id=self.application_id, locale=locale)
        listener = self._listeners.setdefault(locale, Listener.of_locale(locale, self.application_id))
        return Echo(
            invoke or self.invoke,
            ear=ear,
            clock=clock or self.clock,
            sender=sender,
            listener=listener,
            habits=Habits(**habits),
        )

    def music_service(
        self, *, clock: Clock | None = None, invoke: Invoke | None = None, account: Account | None = None, **habits: Any
    ) -> MusicService:
        """Return Alexa's music service in one more room of the one account; it knows the home's library by catalogues.

        Its time is the house's and it is answered by the one sandbox, unless given others.
        """
        self._catalogues = self._catalogues or catalogues(self.home)
        return MusicService(
            invoke or self.invoke,
            ear=self._closing(HttpsEar(self.ca_file, tones.identify)),
            clock=clock or self.clock,
            account=account or Account(application_id=self.application_id),
            entities=self._catalogues,
            habits=Habits(**habits),
        )

    def head_unit(self, vehicle_id: str = "car", *, clock: Clock | None = None, version: str = "4.0") -> HeadUnit:
        """Return a new vehicle's head unit; its time is the house's, unless given another."""
        ear = self._closing(HttpsEar(self.ca_file, tones.identify))
        more: dict[str, Any] = {"vehicle_id": vehicle_id, "version": version, "sources": AUTO_SOURCES}
        return HeadUnit(self.invoke, ear=ear, clock=clock or self.clock, **more)

    def unplug(self, how: Literal["refused", "tunnel"] = "refused") -> None:
        """Cut the way home: connections are refused, or answered as a tunnel without its connector does."""
        self.front.unplug(how)

    def plug(self) -> None:
        """Join the way home again."""
        self.front.plug()

    def drop_players(self) -> None:
        """Break every player's connection to Music Assistant; it can be made again at once."""
        if isinstance(self.home, StandIn):
            self.home.drop_connections()
        elif self._players_cable is None:
            raise RuntimeError(f"only a server on {HOST} has a cable that can be pulled")
        else:
            self._players_cable.unplug()
            self._players_cable.plug()

    def believed(self, echo: Echo | MusicService | HeadUnit) -> Belief:
        """Return what Music Assistant believes of an Echo, or of the player that a room's music was given."""
        queue = self.home.api("player_queues/get", queue_id=self.player_id(echo)) or {}
        item = queue.get("current_item") or {}
        title = (item.get("media_item") or {}).get("name") or item.get("name")
        position = float(queue.get("elapsed_time") or 0)
        if queue.get("state") == "playing":
            position += max(0.0, self.clock.time() - float(queue["elapsed_time_last_updated"]))
        duration = item.get("duration")
        return Belief(
            queue.get("state", "idle"), title, round(position * 1_000), duration * 1_000 if duration else None
        )

    def player_id(self, echo: Echo | MusicService | HeadUnit) -> str:
        """Return the id of an Echo's or vehicle's player at home; empty for a room whose music has none (any more)."""
        from music_assistant_alexa.models import Device

        if isinstance(echo, MusicService):
            return player_of(echo.queue_id, self.cloud.endpoint, TABLE_NAME, self.clock.time)
        return str(Device(echo.device_id if isinstance(echo, HeadUnit) else echo.sender.device_id).player_id)

    def _closing(self, part: Any) -> Any:
        self._parts.callback(part.close)
        return part

    def _start_home(self) -> StandIn | RealHome:
        real = RealHome.from_env(os.environ)
        if real:
            self._closing(real)
            real.check()
            return real
        home = StandIn(self._aioslimproto) if self._aioslimproto else StandIn()
        return self._parts.enter_context(home)

    def bridge_settings(self) -> "Settings":
        """Return what the bridge is told."""
        from home_bridge.settings import Settings

        return Settings(
            ma_url=self.home.url,
            ma_token=self.home.token,
            bridge_tokens=(self.secrets.bridge_token,),
            signing_keys=(self.secrets.stream_signing_key,),
            stream_url=self.home.stream_url,
            slimproto_port=self._player_port(),
            cache_dir=self._folder / "bridge",
            host=HOST,
            port=0,
        )

    def _start_bridge(self) -> Clock:
        self._here = MovableClock()
        self._bridge_thread = self._closing(LoopThread(MovableLoop(self._here), name="bridge"))
        self._run_bridge(self.bridge_settings())
        self._parts.callback(lambda: self._bridge_thread.run(self.bridge.close()))
        self.front = self._closing(self._make_front(self.bridge.port))
        return RealClock() if isinstance(self.home, RealHome) else HouseClock(self._here, self.home)

    def _run_bridge(self, settings: "Settings") -> None:
        from home_bridge.service import Bridge

        self.bridge = Bridge(settings, clock=self._here)
        self._bridge_thread.run(self.bridge.start())

    def _make_front(self, port: int) -> TlsFront:
        return TlsFront(port, self.authority, host=self.host)

    def _player_port(self) -> int:
        """Return where players connect to; a server on this machine is reached by a cable that can be pulled."""
        if not isinstance(self.home, RealHome) or self.home.host != HOST:
            return self.home.slimproto_port
        self._players_cable = self._closing(Cable((HOST, self.home.slimproto_port)))
        return self._players_cable.port

    def _build_app(self, build: Callable[..., "App"]) -> "App":
        from music_assistant_alexa.settings import Settings

        return build(Settings.from_env(self.skill_environment()), now=self.clock.time)

    def skill_environment(self) -> dict[str, str]:
        """Return the function's environment, as the template would set it."""
        return {
            "ALEXA_SKILL_ID": self.application_id,
            "PLAYBACK_TABLE_NAME": TABLE_NAME,
            "HOME_URL": self.public_url,
            "SECRET_NAME": SECRET_NAME,
            "HOME_CA_PEM": self.authority.pem,
            "AWS_ENDPOINT_URL": self.cloud.endpoint,
            "AUTO_SOURCES": ",".join(AUTO_SOURCES),
            "AUTO_PRESETS": AUTO_PRESETS,
        }


def _invoked(app: "App", event: dict[str, Any]) -> Any:
    from music_assistant_alexa.telemetry import metrics

    try:
        answer = app.answer(json.loads(json.dumps(event)), LambdaContext())
    finally:
        metrics.clear_metrics()  # as the entry function does when it has published them
    return json.loads(json.dumps(answer))


def _import_skill() -> Callable[..., "App"]:
    os.environ.update(POWERTOOLS)  # read when the module is imported
    from music_assistant_alexa.app import build_app

    return build_app

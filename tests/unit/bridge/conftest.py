"""A player without sockets, and a Music Assistant of a few lines with a clock that only tests move."""

from dataclasses import dataclass, field

import pytest

from home_bridge import echo_events
from home_bridge.errors import MusicAssistantError
from home_bridge.models import Event, EventKind, Memory, Wanted
from home_bridge.packets import Name, Response, Stat, Strm
from home_bridge.player import Player
from home_bridge.turn import Turn

MAC = "02:00:00:00:00:01"
START = 1_800_000_000.0


def item_id(number):
    return f"{number:032x}"


def path(number, session="sessionA"):
    return f"/single/{session}/{MAC}/{item_id(number)}/{MAC}.mp3"


def shown(packets):
    """Return packets in short: STMt with its elapsed ms, the others by name."""
    return [_short(packet) for packet in packets]


def _short(packet):
    match packet:
        case Stat("STMt", elapsed):
            return f"STMt {elapsed}"
        case Stat(event):
            return event
        case Response():
            return "RESP"
        case Name(name):
            return f"SETD {name}"
    raise AssertionError(packet)


class Scene:
    """A player, driven by hand."""

    item_id = staticmethod(item_id)
    path = staticmethod(path)
    shown = staticmethod(shown)

    def __init__(self, memory=None):
        self.time = START
        self.player = Player(memory or Memory(MAC, "Kitchen", 100), lambda: self.time)

    @property
    def now(self):
        return int(self.time)

    def receive(self, packet):
        return shown(self.player.receive(packet))

    def stream(self, number=1, session="sessionA", autostart="0"):
        return self.receive(Strm("s", autostart=autostart, path=path(number, session).replace(".mp3", ".flac")))

    def load(self, number=1, session="sessionA"):
        """Let MA load a stream and start it, as it does for a command; return its generation."""
        self.stream(number, session)
        self.receive(Strm("u", time=5))
        return self.player.generation

    def play(self, number=1, session="sessionA"):
        """Let MA load a stream and the Echo start it."""
        generation = self.load(number, session)
        self.echo("started", generation)
        return generation

    def hand_out_next(self, number=2, *, offered=True):
        """Answer the Echo's question what follows, as `next` does; return the upcoming generation."""
        player = self.player
        player.decoded()
        if offered:
            self.stream(number, autostart="3")
        stream = player.hand_out(item_id(number), path(number))
        player.answer_next(player.audible.stream.generation, stream)
        return stream.generation

    def echo(self, kind, generation, offset_ms=0, at=None, **more):
        event = Event(EventKind(kind), generation, offset_ms, self.now if at is None else at, **more)
        return shown(echo_events.report(self.player, event))

    def pass_time(self, seconds):
        """Let time pass; return what MA is told when it is due."""
        self.time += seconds
        return shown(self.player.tick())


@pytest.fixture
def scene():
    return Scene()


@pytest.fixture
def new_scene():
    return Scene


@dataclass
class FakeMusicAssistant:
    """The `Home` of a flow: a queue, one slimproto player and timers; answers at once, its clock stands still.

    What it does is what facts say of the real one, in as few lines as the flows need; the stand-in home is the
    faithful one.
    """

    scene: Scene
    items: list = field(default_factory=list)
    current: int | None = None
    in_buffer: int | None = None
    repeat: str = "off"
    shuffle: bool = False
    refills: bool = False
    state: str = "idle"
    elapsed_s: float = 0.0
    enqueued: int | None = None
    session: int = 0
    calls: list = field(default_factory=list)
    told: list = field(default_factory=list)
    refused: dict = field(default_factory=dict)
    dead: set = field(default_factory=set)
    """Ids of items that it refuses to play."""

    silent: bool = False
    offers: dict = field(default_factory=dict)
    background: list = field(default_factory=list)

    def __post_init__(self):
        self._timers = []
        self.catalogue = {f"library://track/{n}": [n] for n in range(1, 100)}

    # What a flow asks

    async def api(self, command, **args):
        args.pop("queue_id", None)
        self.calls.append((command, args))
        if command in self.refused:
            raise self.refused[command]
        return getattr(self, "_" + command.replace("/", "_"))(**args)

    async def sample(self, sampled):
        self.calls.append(("sample", {"path": sampled}))
        if "sample" in self.refused:
            raise self.refused["sample"]
        self.in_buffer = self._index(sampled.split("/")[4])
        self.at(0.5, self._enqueue)

    async def pull(self, stream):
        self.calls.append(("pull", {"path": stream.path}))
        self.in_buffer = self._index(stream.queue_item_id)
        self.at(0.5, self._enqueue)

    async def until(self, check, within_s):
        deadline = self.scene.time + within_s
        while not check():
            due = min((moment for moment, _ in self._timers), default=deadline)
            self.run_until(min(due, deadline))
            if due >= deadline:
                break
        return check()

    async def pause(self, seconds):
        await self.until(lambda: False, seconds)

    def send(self, packets):
        self.told += shown(packets)
        for name in shown(packets):
            self._hear(name.split()[0])

    def later(self, work):
        self.background.append(work)

    # What a test asks

    def fill(self, *numbers):
        self.items += [raw_item(number) for number in numbers]
        return self

    def at(self, seconds, action):
        self._timers.append((self.scene.time + seconds, action))

    def run_until(self, moment):
        self._timers.sort(key=lambda timer: timer[0])
        while self._timers and self._timers[0][0] <= moment:
            due, action = self._timers.pop(0)
            self.scene.time = max(self.scene.time, due)
            action()
        self.scene.time = max(self.scene.time, moment)

    def titles(self):
        return [item["media_item"]["name"] for item in self.items]

    def commands(self):
        return [command for command, _ in self.calls if not command.endswith(("/get", "/items"))]

    # Music Assistant

    def _player_queues_get(self):
        current = self.items[self.current] if self.current is not None and self.items else None
        return {
            "state": self.state,
            "current_index": self.current,
            "items": len(self.items),
            "repeat_mode": self.repeat,
            "shuffle_enabled": self.shuffle,
            "current_item": current,
            "elapsed_time": self.elapsed_s,
            "elapsed_time_last_updated": self.scene.time,
            "dont_stop_the_music_enabled": self.refills,
        }

    def _player_queues_items(self, offset, limit):
        return self.items[offset : offset + limit]

    def _player_queues_play_index(self, index, seek_position=0):
        found = self._index(index)
        if found is None or index in self.dead:
            raise MusicAssistantError("500")
        self.current = self.in_buffer = found
        self.elapsed_s = seek_position
        self.enqueued = None
        self.session += 1
        if not self.silent:
            self._send_stream(self.items[found]["queue_item_id"], "0")

    def _player_queues_play_media(self, media, option, start_item=None):
        uris = [media] if isinstance(media, str) else media
        numbers = [n for uri in uris for n in self.catalogue.get(uri, [])]
        if option == "replace":
            self.items = []
        new = [raw_item(number) for number in numbers]
        if not new:
            raise MusicAssistantError("500")
        behind = 0 if self.in_buffer is None else self.in_buffer + 1
        if option in {"add", "replace"}:
            self.items += new
        else:
            self.items[behind:behind] = new
        if option in {"replace", "play"}:
            self._player_queues_play_index(new[0]["queue_item_id"])

    def _player_queues_delete_item(self, item_id_or_index):
        found = self._index(item_id_or_index)
        if self.in_buffer is None or found > self.in_buffer:
            self.items.pop(found)

    def _player_queues_move_item(self, queue_item_id, pos_shift):
        found = self._index(queue_item_id)
        if self.in_buffer is not None and found <= self.in_buffer:
            raise MusicAssistantError("500")
        self.items.insert(found + pos_shift, self.items.pop(found))

    def _player_queues_repeat(self, repeat_mode):
        self.repeat = repeat_mode

    def _player_queues_shuffle(self, shuffle_enabled):
        self.shuffle = shuffle_enabled

    def _player_queues_stop(self):
        self.state = "idle"

    def _player_queues_clear(self, *, skip_stop=False):
        self.items, self.current, self.in_buffer = [], None, None

    def _player_queues_dont_stop_the_music(self, dont_stop_the_music_enabled):
        self.refills = dont_stop_the_music_enabled

    def _music_item_by_uri(self, uri):
        if uri not in self.catalogue:
            raise MusicAssistantError("500")
        kind, _, number = uri.partition("://")[2].partition("/")
        return {"uri": uri, "media_type": kind, "item_id": number, "provider": "library"}

    def _music_albums_album_tracks(self, item_id, provider_instance_id_or_domain):
        numbers = self.catalogue[f"library://album/{item_id}"]
        return [raw_item(number)["media_item"] for number in numbers]

    # Its slimproto side

    def _send_stream(self, queue_item_id, autostart):
        where = f"/single/session{self.session}/{MAC}/{queue_item_id}/{MAC}.flac"
        answer = self.scene.player.receive(Strm("s", autostart=autostart, path=where))
        self.told += shown(answer)
        if "STMl" in shown(answer):
            self.told += shown(self.scene.player.receive(Strm("u", time=1)))

    def _hear(self, event):
        if event == "STMd" and self.enqueued is not None:
            enqueued, self.enqueued = self.enqueued, None
            self._send_stream(self.items[enqueued]["queue_item_id"], "3")

    def _enqueue(self):
        index = self._next_index()
        offered = self.offers.get(index, index)
        self.enqueued = offered

    def _next_index(self):
        if self.repeat == "one" or self.in_buffer is None:
            return self.in_buffer
        if self.in_buffer + 1 < len(self.items):
            return self.in_buffer + 1
        return 0 if self.repeat == "all" else None

    def _index(self, queue_item_id):
        return next((i for i, item in enumerate(self.items) if item["queue_item_id"] == queue_item_id), None)


def raw_item(number, **changes):
    """Return an item as `player_queues/items` gives it."""
    media = {
        "uri": f"library://track/{number}",
        "name": f"Track {number}",
        "item_id": str(number),
        "media_type": "track",
        "artists": [{"name": "Blue Harbor"}],
        "album": {"name": "Kelp"},
    }
    return {
        "queue_item_id": item_id(number),
        "name": f"Blue Harbor - Track {number}",
        "duration": 180,
        "available": True,
        "media_item": media | changes,
    }


def run(flow):
    """Run a flow to its end; nothing in it may really wait."""
    try:
        flow.send(None)
    except StopIteration as finished:
        return finished.value
    raise AssertionError("the flow waits for something outside")


class Flows:
    """A player in front of the little Music Assistant, with the flows to run on it."""

    raw_item = staticmethod(raw_item)
    item_id = staticmethod(item_id)
    run = staticmethod(run)

    def __init__(self, *numbers):
        self.scene = Scene()
        self.player = self.scene.player
        self.ma = FakeMusicAssistant(self.scene).fill(*numbers)
        self.turn = Turn(self.player, self.ma)

    def start(self, number=1, *, pulled=True):
        """Let the Echo play an item of the queue."""
        self.run(self.turn.play_item(self._item(number)))
        if pulled:
            self.ma.at(0.5, self.ma._enqueue)
            self.ma.run_until(self.scene.time + 0.5)
        self.report("started")
        return self.player.current

    def report(self, kind, offset_ms=0, generation=None, **more):
        number = self.player.current.generation if generation is None else generation
        event = Event(EventKind(kind), number, offset_ms, self.scene.now, **more)
        packets = echo_events.report(self.player, event)
        self.ma.send(packets)
        return shown(packets)

    def event(self, kind, generation, offset_ms=0, **more):
        return Event(EventKind(kind), generation, offset_ms, self.scene.now, **more)

    def want(self, wanted):
        self.player.wanted = Wanted(wanted)

    def _item(self, number):
        return self.run(self.turn.find(item_id(number))).item


@pytest.fixture
def flows():
    """Make a player before a queue of the given tracks."""
    return Flows

"""The pocket home behaves as the stand-in home does, for all that the model makes of it: one contract, both servers."""

import secrets

import pytest

from home_bridge.packets import NameQuery, Response, Stat, Strm
from simulator.pocket_clock import PocketClock
from simulator.pocket_home import PocketHome
from simulator.stand_in import StandIn
from simulator.stand_in.raw_player import RawPlayer
from simulator.stand_in.raw_player import Strm as RawStrm
from simulator.waiting import eventually

NIGHT_FERRY = ["Stairs of Rain", "Summit", "River Letters", "Lantern", "Last Crossing"]


class PocketRawPlayer(RawPlayer):
    """A player by hand in front of the pocket home."""

    def __init__(self, home, mac):
        super().__init__(0, mac)
        self._home, self._clock = home, home.clock
        self._at = 0.0

    def __enter__(self):
        assert self._home.connect(self.mac, self._take)
        self._clock.settle()
        return self

    def __exit__(self, *_error):
        self._home.drop(self.mac)

    def stat(self, event, elapsed_ms=None, timestamp=0):
        if elapsed_ms is not None or event == "STMs":
            self._elapsed_ms, self._at = elapsed_ms or 0, self._clock.time()
        if event in {"STMr", "STMs"}:
            self._running_since = self._at = self._clock.time()
        elif event in {"STMp", "STMu"}:
            self._elapsed_ms, self._running_since = self.elapsed_ms, None
        self._home.hear(self.mac, Stat(event, self.elapsed_ms))
        self._clock.settle()

    def resp(self):
        self._home.hear(self.mac, Response())

    def end(self):
        self.stat("STMd")
        self._clock.advance(0.3)
        self.stat("STMu")

    @property
    def elapsed_ms(self):
        return self._elapsed_ms + (0 if self._running_since is None else int((self._clock.time() - self._at) * 1000))

    def strm(self, command, *, after=0, within=5.0):
        found = lambda: [strm for strm in self.strms(after=after) if strm.command == command]  # noqa: E731
        assert self._clock.run(lambda: bool(found()), self._clock.time() + within), f"no strm {command}"
        return found()[0]

    def strms(self, *, after=0):
        return [strm for strm in self._packets[after:] if isinstance(strm, RawStrm) and strm.command != "t"]

    def _take(self, packet):
        match packet:
            case NameQuery():
                pass
            case Strm("t"):
                self.stat("STMt")
            case Strm(command, autostart, time, _, path):
                parts = path.split("/") if path else [""] * 5
                mp3 = path.replace(".flac", ".mp3")
                self._packets.append(RawStrm(command, autostart, time, 0, path, parts[2], parts[4], mp3))


class Server:
    """What the contract asks of both."""

    def queue(self, player):
        return self.api("player_queues/get", queue_id=player.mac)

    def titles(self, player):
        return [item["media_item"]["name"] for item in self.items(player)]

    def items(self, player):
        return self.api("player_queues/items", queue_id=player.mac)

    def current(self, player):
        queue = self.queue(player)
        item = queue["current_item"]
        return queue["state"], queue["current_index"], item and item["media_item"]["name"]

    def title(self, player, strm):
        found = (item for item in self.items(player) if item["queue_item_id"] == strm.queue_item_id)
        return next(found)["media_item"]["name"]

    def load(self, player, media, option):
        self.api("player_queues/play_media", queue_id=player.mac, media=media, option=option)


class Pocket(Server):
    def __init__(self, version):
        self.home = PocketHome(PocketClock(), old=version == "3.1.5")

    def connect(self, mac):
        return PocketRawPlayer(self.home, mac)

    def api(self, command, **args):
        return self.home.api(command, **args)

    def pull(self, strm):
        self.home.pull(strm.mp3_path)

    def let_pass(self, seconds, player):
        self.home.clock.advance(seconds)

    def soon(self, check):
        assert self.home.clock.run(check, self.home.clock.time() + 1.0)


class Standing(Server):
    def __init__(self, home):
        self.home = home

    def connect(self, mac):
        return RawPlayer(self.home.slimproto_port, mac)

    def api(self, command, **args):
        return self.home.api(command, **args)

    def pull(self, strm):
        import requests

        session = requests.Session()
        session.trust_env = False
        with session.get(self.home.stream_url + strm.mp3_path, stream=True, timeout=10) as answer:
            answer.raise_for_status()
            next(answer.iter_content(1000))

    def let_pass(self, seconds, player):
        while seconds > 0:
            step = min(1.0, seconds)
            seconds -= step
            player.skip_ahead(step)
            self.home.advance(step)

    def soon(self, check):
        def checked():
            assert check()
            return True

        eventually(checked, what="what the contract says")


@pytest.fixture(scope="module")
def stand_in():
    with StandIn(aioslimproto="3.3.0") as home:
        yield home


@pytest.fixture(params=["pocket-3.3.0", "pocket-3.1.5", pytest.param("stand-in-3.3.0", marks=pytest.mark.slow)])
def server(request):
    if request.param.startswith("pocket"):
        return Pocket(request.param.removeprefix("pocket-"))
    return Standing(request.getfixturevalue("stand_in"))


@pytest.fixture
def player(server):
    mac = "02:" + secrets.token_bytes(5).hex(":")
    with server.connect(mac) as player:
        server.soon(lambda: server.queue(player) is not None)
        yield player


@pytest.fixture
def playing(server, player):
    """Have a player in the first track of a record, its first bytes pulled a second ago."""
    server.load(player, "library://album/1", "replace")
    strm = player.buffer()
    server.soon(lambda: server.current(player) == ("paused", 0, NIGHT_FERRY[0]))
    server.pull(strm)
    player.start()
    server.soon(lambda: server.current(player) == ("playing", 0, NIGHT_FERRY[0]))
    server.let_pass(1, player)
    return strm


def test_what_follows_is_not_known_at_first(server, player):
    """Right after play_media next_item is empty."""
    server.load(player, "library://album/1", "replace")
    assert server.queue(player)["next_item"] is None
    assert server.titles(player) == NIGHT_FERRY


def test_the_next_stream_comes_for_the_asking_and_moves_nothing(server, player, playing):
    """STMd brings strm s of the same session with autostart 3; the index moves when it is heard."""
    strm = player.decode_next()
    assert (strm.autostart, strm.session, server.title(player, strm)) == ("3", playing.session, "Summit")
    assert server.current(player) == ("playing", 0, NIGHT_FERRY[0])
    player.start_next()
    server.soon(lambda: server.current(player) == ("playing", 1, "Summit"))


def test_play_index_rolls_the_session(server, player, playing):
    """What was handed out before is refused then."""
    seen = player.seen
    server.api("player_queues/play_index", queue_id=player.mac, index=2)
    strm = player.buffer(after=seen)
    assert strm.session != playing.session
    server.soon(lambda: server.current(player) == ("paused", 2, "River Letters"))
    with pytest.raises(Exception, match="404"):
        server.pull(playing)


def test_someone_speaks(server, player, playing):
    """STMt, STMp: paused there; STMr, STMt: it plays on from there."""
    player.stop(7000)
    server.soon(lambda: server.current(player)[0] == "paused")
    assert server.queue(player)["elapsed_time"] == 7
    player.start(7000)
    server.soon(lambda: server.current(player)[0] == "playing")


def test_what_is_loaded_is_not_deleted(server, player, playing):
    """The current item stays without an error; the one behind it goes."""
    first, second = (item["queue_item_id"] for item in server.items(player)[:2])
    for which in (first, second):
        server.api("player_queues/delete_item", queue_id=player.mac, item_id_or_index=which)
    assert server.titles(player) == [NIGHT_FERRY[0], *NIGHT_FERRY[2:]]


def test_next_and_add(server, player, playing):
    """`next` goes behind what is loaded, `add` to the end."""
    server.load(player, "library://track/10", "next")
    server.load(player, "library://track/9", "add")
    assert server.titles(player) == [NIGHT_FERRY[0], "Gulls", *NIGHT_FERRY[1:], "Long Echo"]


def test_shuffle_mixes_what_follows_and_puts_it_back(server, player, playing):
    """The first stays in front; off restores the order."""
    server.api("player_queues/shuffle", queue_id=player.mac, shuffle_enabled=True)
    titles = server.titles(player)
    assert titles[0] == NIGHT_FERRY[0]
    assert sorted(titles) == sorted(NIGHT_FERRY)
    server.api("player_queues/shuffle", queue_id=player.mac, shuffle_enabled=False)
    assert server.titles(player) == NIGHT_FERRY


def test_repeat_one_hands_over_the_same(server, player, playing):
    """Set while it plays: the item itself comes next."""
    server.api("player_queues/repeat", queue_id=player.mac, repeat_mode="one")
    server.let_pass(1, player)
    assert player.decode_next().queue_item_id == playing.queue_item_id


def test_the_end_of_the_last_empties_the_queue(server, player):
    """Five seconds after its end, when it was heard to the end."""
    server.load(player, "library://track/2", "replace")
    server.pull(player.buffer())
    player.start()
    server.soon(lambda: server.current(player)[0] == "playing")
    server.let_pass(32, player)
    player.end()
    server.soon(lambda: server.current(player)[0] == "idle")
    server.let_pass(8, player)
    server.soon(lambda: server.titles(player) == [])


def test_a_pause_on_the_screen_becomes_a_stop(server, player, playing):
    """Strm p at once, strm q half a minute later."""
    seen = player.seen
    server.api("player_queues/pause", queue_id=player.mac)
    player.strm("p", after=seen)
    player.stop()
    server.let_pass(40, player)
    player.strm("q", after=seen)
    server.soon(lambda: server.current(player) == ("idle", 0, NIGHT_FERRY[0]))


def test_a_lost_connection_takes_the_session(server, player, playing):
    """Items and index come back with the player, its streams do not."""
    player.__exit__()
    with server.connect(player.mac) as again:
        server.soon(lambda: (server.queue(again) or {}).get("items") == 5)
        assert server.current(again) == ("idle", 0, NIGHT_FERRY[0])

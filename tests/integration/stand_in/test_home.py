"""The stand-in home as a process: what tests can ask of it beside Music Assistant's own ways."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from http.client import IncompleteRead
from pathlib import Path

import pytest

from simulator import tones
from simulator.stand_in import StandIn, StandInError
from simulator.stand_in.packages import VERSIONS
from simulator.stand_in.raw_player import RawPlayer
from simulator.waiting import eventually

pytestmark = pytest.mark.slow

MAC = "02:aa:bb:cc:dd:01"
LISTENING = "0A"
LOOPBACK = "0100007F"


@pytest.fixture(scope="module", params=VERSIONS)
def shared(request):
    with StandIn(aioslimproto=request.param) as home:
        yield home


@pytest.fixture
def home(shared):
    yield shared
    shared.allow()


@pytest.fixture
def player(home):
    with RawPlayer(home.slimproto_port, MAC) as player:
        eventually(lambda: queue(home), what="the player's queue")
        yield player


def queue(home):
    return home.api("player_queues/get", queue_id=MAC)


def play(home, player):
    seen = player.seen
    home.api("player_queues/play_media", queue_id=MAC, media="library://album/1", option="replace")
    strm = player.buffer(after=seen)
    eventually(lambda: queue(home)["state"] == "paused", what="the stream, paused at its start")
    return strm


def pull(home, strm, timeout=10):
    with urllib.request.urlopen(home.stream_url + strm.mp3_path, timeout=timeout) as stream:
        return stream.read()


def test_a_record_is_played_from_the_first_packet_to_the_second_track(home, player):
    """play_media, strm s, pull, STMd, STMs: each generation of the library does it."""
    first = play(home, player)
    assert tones.identify(pull(home, first)) == "Stairs of Rain"
    player.start()
    home.advance(1)
    second = player.decode_next()
    assert tones.identify(pull(home, second)) == "Summit"
    player.start_next()
    eventually(lambda: queue(home)["current_index"] == 1, what="the second track")


def test_every_port_is_on_loopback():
    """Nothing but three sockets on 127.0.0.1: no discovery, no command lines."""
    if not Path("/proc/self/net/tcp").exists():
        pytest.skip("Sockets are listed in /proc on Linux only")
    with StandIn() as home:
        process = home._running.pid
        links = [fd.readlink() for fd in Path(f"/proc/{process}/fd").iterdir()]
        inodes = {str(link)[8:-1] for link in links if str(link).startswith("socket:")}
        rows = [
            line.split()
            for kind in ("tcp", "tcp6", "udp", "udp6")
            for line in Path(f"/proc/{process}/net/{kind}").read_text().splitlines()[1:]
        ]
        listening = {row[1] for row in rows if row[9] in inodes}
    ports = {int(address.split(":")[1], 16) for address in listening}
    assert {address.split(":")[0] for address in listening} == {LOOPBACK}
    assert len(ports) == 3
    assert home.slimproto_port in ports


def test_time_moves_for_timers_positions_and_pauses(home, player):
    """Half an hour passes in a moment, and the player is still connected."""
    play(home, player)
    player.start()
    eventually(lambda: queue(home)["state"] == "playing", what="playing")
    before = queue(home)["elapsed_time_last_updated"]
    home.advance(1800)
    assert queue(home)["elapsed_time_last_updated"] - before >= 1790
    assert not player.is_hung_up()


def test_dropped_connections_are_seen_by_the_player(home, player):
    """The end of the stream comes, and the server knows the player no more."""
    play(home, player)
    home.drop_connections()
    eventually(player.is_hung_up, what="the end of the connection")
    eventually(lambda: queue(home) is None, what="a forgotten queue")


def test_a_restart_keeps_ports_and_items_and_forgets_the_rest(home, player):
    """The same addresses answer again; the session is gone."""
    strm = play(home, player)
    home.restart(down_s=0.1)
    eventually(player.is_hung_up, what="the end of the connection")
    with pytest.raises(urllib.error.HTTPError, match="Unknown Queue"):
        pull(home, strm)
    with RawPlayer(home.slimproto_port, MAC):
        eventually(lambda: queue(home), what="the player's queue")
        assert queue(home)["items"] == 5
        assert queue(home)["current_index"] == 0
        assert queue(home)["state"] == "idle"


@pytest.mark.parametrize("status", [401, 500])
def test_the_api_refuses_what_it_is_told_to(home, status):
    """So often, and only that command."""
    home.refuse("api", status=status, command="players/all", times=1)
    assert home.api("player_queues/all") is not None
    with pytest.raises(StandInError, match=f"players/all: {status}"):
        home.api("players/all")
    assert isinstance(home.api("players/all"), list)


def test_streams_are_refused_cut_off_and_held_up(home, player):
    """A 404, a body that breaks, and silence."""
    strm = play(home, player)
    home.refuse("stream", status=404, times=1)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        pull(home, strm)
    home.refuse("stream", cut_after=50_000, times=1)
    with pytest.raises(IncompleteRead):
        pull(home, strm)
    home.refuse("stream", stall_s=60, times=1)
    with pytest.raises(TimeoutError):
        pull(home, strm, timeout=0.2)
    assert tones.identify(pull(home, strm)) == "Stairs of Rain"


def test_newer_servers_cut_off_the_streams_of_an_old_session():
    """A running pull breaks when the session rolls; after a stop nothing is served."""
    with StandIn(strict_sessions=True) as home, RawPlayer(home.slimproto_port, MAC) as player:
        eventually(lambda: queue(home), what="the player's queue")
        home.api("player_queues/play_media", queue_id=MAC, media="library://radio/1", option="replace")
        strm = player.buffer()
        with urllib.request.urlopen(home.stream_url + strm.mp3_path) as stream:
            assert stream.read(1000)
            new = play(home, player)
            with pytest.raises(IncompleteRead):
                stream.read()
        assert tones.identify(pull(home, new)) == "Stairs of Rain"
        home.api("player_queues/stop", queue_id=MAC)
        with pytest.raises(urllib.error.HTTPError, match="session"):
            pull(home, new)


def test_pulls_are_counted(home, player):
    """Path, item, bytes and whether it came to its end."""
    strm = play(home, player)
    before = len(home.pulls())
    size = len(pull(home, strm))
    eventually(lambda: home.pulls()[before:][-1]["finished"], what="the end of the pull")
    assert home.pulls()[before:] == [
        {"path": strm.mp3_path, "queue_item_id": strm.queue_item_id, "bytes": size, "finished": True}
    ]


def test_a_wrong_fault_is_an_error_in_words(home):
    """A typo in a test does not pass for a fault that never strikes."""
    with pytest.raises(StandInError, match="colour"):
        home.refuse("api", colour="blue")


def test_alone_it_prints_its_addresses_as_one_json_line():
    """`python -m simulator.stand_in` is for people; it ends with its input."""
    alone = subprocess.Popen(
        [sys.executable, "-m", "simulator.stand_in", "--aioslimproto", "3.3.0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    addresses = json.loads(alone.stdout.readline())
    assert addresses.keys() == {"url", "stream_url", "slimproto_port", "token"}
    alone.communicate(timeout=10)
    assert alone.returncode == 0


def test_it_ends_with_its_parent_even_if_that_is_killed():
    """Nobody is left to hold the port."""
    program = (
        "import time\nfrom simulator.stand_in import StandIn\n"
        "with StandIn() as home:\n    print(home.slimproto_port, flush=True)\n    time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    port = int(parent.stdout.readline())
    socket.create_connection(("127.0.0.1", port)).close()
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()
    eventually(lambda: _refuses(port), within=10, what="a closed port")


def _refuses(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return True
    return False

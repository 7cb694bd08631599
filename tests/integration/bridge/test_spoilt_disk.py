"""What the bridge still does while its disk takes nothing, and that nothing of it is lost when it does again."""

from http import HTTPStatus

import pytest

from home_bridge.session import Session
from simulator.stand_in import StandIn
from simulator.waiting import eventually

pytestmark = pytest.mark.slow

KITCHEN, BATH = "02:00:00:00:d1:01", "02:00:00:00:d1:02"


@pytest.fixture(scope="module")
def home():
    """Start a home for all tests of this module."""
    with StandIn() as running:
        yield running


@pytest.fixture
def album(home):
    return home.api("music/search", search_query="Morning Tide", media_types=["album"])["albums"][0]["uri"]


def let_write(bridge, *, on):
    """Make the players' file refuse all changes, as on a file system that has become read-only, or take them again."""

    async def switch():
        bridge.bridge._world.store._database.execute(f"PRAGMA query_only = {'OFF' if on else 'ON'}")

    bridge._call(switch())


def play_one_track(echo, stream):
    """Let the Echo play a stream to its end; return what it begins next."""
    echo.bridge.fetch(stream)
    echo.report("started", stream)
    upcoming = echo.next(stream)["upcoming"]["stream"]
    echo.report("finished", stream, 45_000)
    echo.report("started", upcoming)
    return upcoming


def test_rooms_play_on_while_nothing_can_be_written(home, bridge, album):
    """Commands, questions, reports and MA's packets are served as ever, also of a room that is new."""
    bridge.echo(KITCHEN).command("play", media=[album])
    let_write(bridge, on=False)
    for mac in (KITCHEN, BATH):
        echo = bridge.echo(mac)
        second = play_one_track(echo, echo.command("play", media=[album])["stream"])
        assert echo.state()["stream"] == second
        assert echo.state()["available"]
    home.api("player_queues/pause", queue_id=KITCHEN)
    eventually(lambda: bridge.echo(KITCHEN).state()["wanted"] == "pause", what="the bridge to hear MA's screen")


def test_what_was_handed_out_meanwhile_is_not_forgotten(home, bridge_beside, album, tmp_path):
    """When the disk takes changes again both rooms are written with their next one, and come back after a restart."""
    with bridge_beside(home, tmp_path) as bridge:
        let_write(bridge, on=False)
        for mac in (KITCHEN, BATH):
            bridge.echo(mac).command("play", media=[album])
        let_write(bridge, on=True)
        played = {
            mac: bridge.echo(mac).command("next", queue_item_id=bridge.echo(mac).state()["stream"]["queue_item_id"])
            for mac in (KITCHEN, BATH)
        }
    with bridge_beside(home, tmp_path) as bridge:
        for mac, state in played.items():
            assert bridge.echo(mac).state()["stream"] == state["stream"]


def test_no_generation_comes_twice(home, bridge_beside, album, tmp_path):
    """The bridge ends while nothing can be written: what it hands out afterwards has higher numbers all the same."""
    with bridge_beside(home, tmp_path) as bridge:
        echo = bridge.echo(KITCHEN)
        echo.command("play", media=[album])
        let_write(bridge, on=False)
        last = [echo.command("play", media=[album])["stream"]["generation"] for _ in range(3)][-1]
    with bridge_beside(home, tmp_path) as bridge:
        assert bridge.echo(KITCHEN).command("play", media=[album])["stream"]["generation"] > last


def test_a_room_that_cannot_be_written_can_be_forgotten(home, bridge):
    """It is gone at once, and hangs up."""
    bridge.ok("PUT", f"/players/{BATH}", {"name": "Bath"})
    session = bridge.bridge._sessions[BATH]
    let_write(bridge, on=False)
    assert bridge.ask("DELETE", f"/players/{BATH}")[0] == HTTPStatus.NO_CONTENT
    assert bridge.ask("GET", f"/players/{BATH}")[0] == HTTPStatus.NOT_FOUND
    assert not session.available


def test_a_room_whose_start_fails_is_none(bridge, album, monkeypatch):
    """Whatever keeps a new room from starting: it is made anew with the next command, not kept without a connection."""
    start = Session.start

    def fail(_session):
        raise RuntimeError("nothing starts today")

    monkeypatch.setattr(Session, "start", fail)
    command = {"command": "play", "args": {"media": [album]}}
    assert bridge.ask("POST", f"/players/{BATH}/command", command)[0] == HTTPStatus.INTERNAL_SERVER_ERROR
    monkeypatch.setattr(Session, "start", start)
    assert bridge.echo(BATH).command("play", media=[album])["available"]

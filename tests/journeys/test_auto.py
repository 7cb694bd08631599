"""In the car: what the driver says and presses, from the messages to the decoded audio, and Music Assistant with it."""

import pytest

from simulator.demo_library import LIBRARY
from simulator.drive import Drive, NotKnown

pytestmark = pytest.mark.slow

NIGHT_FERRY = [track.title for track in LIBRARY.tracks if track.album.title == "Night Ferry"]
OPENED = ("PlaybackSessionStarted", "PlaybackStarted")
CLOSED = ("PlaybackStopped", "PlaybackSessionEnded")


@pytest.fixture
def car(stack, request):
    """Return a vehicle no other test drives."""
    return stack.head_unit(f"car-{request.node.name}")


def told(names, source):
    return [f"{name} {source}" for name in names]


def test_the_morning_drive(house, car):
    """Alexa asks for the state, the driver for music; every step is heard, and Music Assistant is where the car is."""
    assert car.state()["state"] == "IDLE"
    assert car.control("RESUME").events == told(OPENED, "DEFAULT")
    assert car.state()["trackName"] == "Lighthouse FM"
    house.soon(lambda: house.believed(car).state == "playing", "the station plays")
    car.listen(5)
    for frequency, name in (("98.7 FM HD 1", "Harbour 98.7"), ("107.0", "Antenne 107 FM")):
        assert car.play("FM_RADIO", "FREQUENCY", frequency).events[-2:] == told(OPENED, "FM_RADIO")
        car.listen(3)
        assert car.track == car.state()["trackName"] == name
        house.agrees(car)
    assert car.control("STOP").events == told(CLOSED, "FM_RADIO")
    car.play("DEFAULT", "PRESET", "2")
    assert car.track == NIGHT_FERRY[0]
    house.agrees(car)
    car.listen(4)
    car.control("NEXT")
    assert car.track == NIGHT_FERRY[1]
    house.agrees(car)
    state = car.state()
    assert (state["state"], state["trackName"], state["albumName"]) == ("PLAYING", NIGHT_FERRY[1], "Night Ferry")
    car.listen(6)
    car.announce()
    assert car.track == NIGHT_FERRY[1]
    car.control("PAUSE")
    assert not car.device.playing
    house.agrees(car, "paused")
    asked = house.stack.clock.time()
    car.control("RESUME")
    answered = house.stack.clock.time()
    house.agrees(car)
    house.plays_since(car, answered - 6, within_ms=2_000 + round(1_000 * (answered - asked)))
    car.control("FAST_FORWARD")
    house.soon(lambda: house.believed(car).position_ms >= 19_000, "15 s further on")
    car.control("FAVORITE")
    car.change_volume(0.35)
    assert car.state()["favorites"] == "FAVORITED"
    assert car.now_playing["volume"] == 35
    assert car.control("STOP").events == told(CLOSED, "DEFAULT")
    assert not car.device.playing
    house.agrees(car, "paused")
    assert (car.session_id, car.judge_all()) == ("", [])


def test_switching_sources(house, car):
    """FM to DEFAULT by the screen, DEFAULT to another DEFAULT, and away: one session at a time, each closed."""
    assert car.play("FM_RADIO", "PRESET", "2").events == told(OPENED, "FM_RADIO")
    assert car.state("FM_RADIO")["trackName"] == "Lighthouse FM"
    car.listen(3)
    first = car.session_id
    assert car.choose("DEFAULT").events == told(CLOSED, "FM_RADIO") + told(OPENED, "DEFAULT")
    assert car.device.playing
    second = car.session_id
    car.play("DEFAULT", "PRESET", "3")
    third = car.session_id
    assert car.choose("DEFAULT").events == told(CLOSED, "DEFAULT") + told(OPENED, "DEFAULT")
    assert len({first, second, third, car.session_id}) == 4
    house.agrees(car)
    assert car.state("FM_RADIO")["state"] == "IDLE"
    assert car.switch_away().events == told(CLOSED, "DEFAULT")
    assert not car.device.playing
    house.agrees(car, "paused")
    assert (car.session_id, car.judge_all()) == ("", [])


def test_the_end_of_the_track(house, car):
    """Track after track of an album in one session; Music Assistant's index follows; silence after the last."""
    car.play("DEFAULT", "PRESET", "2")
    session_id = car.session_id
    for index, title in enumerate(NIGHT_FERRY):
        assert car.track == title
        house.soon(lambda i=index: house.index(car) == i, f"index {index} in Music Assistant")
        step = car.play_to_end()
    assert step.events == told(CLOSED[:1], "DEFAULT")
    assert not car.device.playing
    assert car.session_id == session_id
    house.soon(lambda: house.believed(car).state == "idle", "silence in Music Assistant")
    assert car.state()["state"] == "STOPPED"
    assert car.judge_all() == []


def test_home_away_and_back(house, car):
    """While home is unplugged the driver hears nothing new and what plays goes on; then everything works again."""
    car.play("DEFAULT", "PRESET", "2")
    house.stack.unplug()
    step = car.control("NEXT")
    assert [error["errorName"] for error in step.errors] == ["INTERNAL_ERROR"]
    assert car.device.playing
    assert car.state()["state"] == "PLAYING"
    house.stack.plug()
    car.control("NEXT")
    assert car.track == NIGHT_FERRY[1]
    house.agrees(car)


def test_what_can_be_typed_in_the_demonstration(stack):
    """`make play CAR=1`: what is said, pressed and happens is carried out, what nobody knows is said to be so."""
    drive = Drive(stack)
    for words in ("preset 2", "forward 30", "back 10", "seek 5", "volume 0.4", "mute", "unmute", "start over", "end"):
        assert drive.act(words).errors == []
        drive.settle()
    shown = drive.shown(drive.act("state"))
    assert shown["car"]["track"] == shown["music_assistant"]["current_item"] == NIGHT_FERRY[1]
    assert drive.heard
    assert drive.act("fm 101.1").errors[0]["code"] == 200
    assert drive.act("fm 98.7").events[-2:] == told(OPENED, "FM_RADIO")
    assert drive.act("dab lighthouse fm").events[-2:] == told(OPENED, "DAB")
    assert drive.act("choose default").events[-2:] == told(OPENED, "DEFAULT")
    assert drive.act("switch away").events == told(CLOSED, "DEFAULT")
    with pytest.raises(NotKnown):
        drive.act("open the windows")

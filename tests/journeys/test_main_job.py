"""Say it, hear it: the main job, from the words to the decoded audio."""

import base64
import json
import re

import pytest

from simulator.demo_library import LIBRARY

pytestmark = pytest.mark.slow

BLUE_HARBOR = [track.title for track in LIBRARY.tracks if track.artist.name == "Blue Harbor"]
NIGHT_FERRY = [track.title for track in LIBRARY.tracks if track.album.title == "Night Ferry"]


def path_in(url: str) -> str:
    ref = re.search(r"/stream/([^.]+)\.mp3", url).group(1)
    return json.loads(base64.urlsafe_b64decode(ref + "=" * (-len(ref) % 4)))["p"]


def urls(echo) -> list[str]:
    plays = [d for exchange in echo.trace for d in exchange.directives if d["type"] == "AudioPlayer.Play"]
    return [play["audioItem"]["stream"]["url"] for play in plays]


@pytest.mark.both_generations
def test_words_become_music(house, kitchen):
    """After every sentence of the issue's demonstration, Music Assistant's current item is the one that is heard."""
    step = kitchen.say("play blue harbor")
    assert kitchen.device.playing
    assert kitchen.track in BLUE_HARBOR
    assert step.speech == "Blue Harbor."
    house.agrees(kitchen)
    first = kitchen.track
    kitchen.listen(3)
    kitchen.say("next")
    assert kitchen.track != first
    house.agrees(kitchen)
    kitchen.listen(4)
    heard = kitchen.track
    kitchen.say("pause")
    assert not kitchen.device.playing
    house.agrees(kitchen, "paused")
    kitchen.say("resume")
    assert kitchen.track == heard
    house.agrees(kitchen)
    house.soon(lambda: abs(house.believed(kitchen).position_ms - 5_000) < 2_000, "the position at which it was paused")
    assert heard in kitchen.say("what's playing").speech
    house.agrees(kitchen)
    kitchen.say("stop")
    assert not kitchen.device.playing
    assert house.believed(kitchen).current_item == heard
    assert not kitchen.judge_all()


@pytest.mark.both_generations
def test_ten_tracks_to_the_end(house, kitchen):
    """Ten tracks follow one another by NearlyFinished and Started alone, and Music Assistant's index follows them."""
    kitchen.say("play blue harbor")
    titles = house.queue(kitchen)
    assert len(titles) == 10
    ids = house.item_ids(kitchen)
    for index, title in enumerate(titles):
        assert kitchen.track == title
        house.soon(lambda i=index: house.index(kitchen) == i, f"index {index} in Music Assistant")
        kitchen.play_to_end()
    assert not kitchen.device.playing
    handed = [path_in(url) for url in urls(kitchen)]
    assert len(handed) == 10
    assert {path.split("/")[4] for path in handed} == ids
    assert len({path.split("/")[2] for path in handed}) == 1, "all of one session, the current one"
    house.soon(lambda: house.believed(kitchen).state == "idle", "silence in Music Assistant")


def test_no_old_session_is_handed_out(house, kitchen):
    """Each command that starts a new session hands out a URL of it, and what is enqueued after it is of it too."""
    kitchen.say("play the album night ferry")
    for words in ("next", "pause", "resume", "start over", "previous"):
        kitchen.listen(2)
        kitchen.say(words)
    sessions = [path_in(url).split("/")[2] for url in urls(kitchen)]
    seen: list[str] = []
    for session in sessions:
        if not seen or seen[-1] != session:
            assert session not in seen, "an old session came back"
            seen.append(session)


@pytest.mark.parametrize(
    ("words", "track"),
    [
        ("play the album night ferry", NIGHT_FERRY[0]),
        ("play the song origami", "Origami"),
        ("play origami by the paper lanterns", "Origami"),
        ("play the playlist sunday kitchen", "Summit"),
        ("play café minuit", "Candle Cinder"),
        ("play grüner himmel", "Grüner Himmel"),
    ],
)
def test_each_kind_by_name(house, kitchen, words, track):
    """An album, a song, a playlist and names with accents are found by what is said."""
    kitchen.say(words)
    assert kitchen.track == track
    house.agrees(kitchen)


def test_a_radio_station_plays_and_refuses_what_it_has_not(house, kitchen):
    """A radio plays by name; next, shuffle and start over are refused in words, and the music goes on."""
    step = kitchen.say("play the radio station lighthouse fm")
    assert "Lighthouse" in step.speech
    assert kitchen.device.playing
    for words in ("next", "shuffle on", "start over", "loop on"):
        assert "radio" in kitchen.say(words).speech
        assert kitchen.device.playing


def test_spoken_german(house):
    """A German household hears German sentences and its music."""
    echo = house.stack.echo("küche", locale="de-DE")
    echo.say("spiele das album nordlicht")
    assert echo.track == "Polarkreis"
    assert "Das ist Polarkreis von Jürgen Weißbach" in echo.say("was läuft gerade").speech


def test_launch_offers_to_go_on(house, kitchen):
    """Opened again, the skill says what was heard and goes on with it after a yes, from the same position."""
    kitchen.say("play the song long echo")
    kitchen.listen(6)
    kitchen.say("stop")
    offer = kitchen.open()
    assert "Long Echo" in offer.speech
    assert kitchen.in_session
    kitchen.say("yes")
    assert kitchen.track == "Long Echo"
    house.agrees(kitchen)
    house.soon(lambda: 5_000 <= house.believed(kitchen).position_ms < 9_000, "the position at which it was stopped")


def test_buttons_do_what_words_do(house, kitchen):
    """Next, pause, play and previous of a remote have the same effect, without words."""
    kitchen.say("play the album night ferry")
    for button, track in (("next", 1), ("pause", 1), ("play", 1), ("previous", 0)):
        kitchen.listen(2)
        step = kitchen.press(button)
        assert step.speech == ""
        assert kitchen.track == NIGHT_FERRY[track]
        house.agrees(kitchen, "paused" if button == "pause" else "playing")


def test_shuffle_and_loop(house, kitchen):
    """Shuffle mixes what follows, what is heard next is what Music Assistant has next; loop returns to the first."""
    kitchen.say("play blue harbor")
    assert kitchen.say("shuffle on").speech == "Shuffle is on."
    order = house.queue(kitchen)
    kitchen.play_to_end()
    assert kitchen.track == order[1]
    house.agrees(kitchen)
    assert kitchen.say("loop on").speech
    order = house.queue(kitchen)
    for title in [*order[2:], order[0]]:
        kitchen.play_to_end()
        assert kitchen.track == title
    house.agrees(kitchen)


def test_two_echos_of_one_account(house):
    """Two Echos play two queues; a command to one does not touch the other."""
    one, two = house.echo("bath"), house.echo("attic")
    one.say("play the album night ferry")
    two.say("play the album mañana azul")
    one.say("next")
    two.play_to_end()
    assert (one.track, two.track) == ("Summit", "Paloma Blanca")
    house.agrees(one)
    house.agrees(two)


def test_the_screen_is_obeyed_when_the_echo_next_asks(house, kitchen):
    """Paused on Music Assistant's own screen, the Echo falls silent at the end of the track at the latest."""
    kitchen.say("play the album night ferry")
    kitchen.listen(3)
    house.screen("player_queues/pause", kitchen)
    kitchen.play_to_end()
    assert not kitchen.device.playing
    kitchen.say("resume")
    assert kitchen.device.playing
    house.agrees(kitchen)


def test_another_album_while_one_is_playing(house, kitchen):
    """Music replaced by other music goes on: the `strm q` Music Assistant sends for it is no stop of its screen's."""
    kitchen.say("play the album night ferry")
    kitchen.listen(3)
    kitchen.say("play the album nordlicht")
    house.stack.clock.advance(2)
    kitchen.say("what's playing")
    assert kitchen.device.playing
    kitchen.play_to_end()
    assert kitchen.track == "Grüner Himmel"
    house.agrees(kitchen)


@pytest.mark.both_generations
def test_edited_while_silent(house, request):
    """A queue that is changed while nothing plays does not make Music Assistant believe that something does."""
    echo = house.echo(f"kitchen-{request.node.name}", nearly_finished="early")
    echo.say("play the playlist late drive")
    echo.listen(2)
    echo.say("next")
    echo.listen(1.3)
    echo.say("cancel")
    for words in ("play the song summit next", "add the song origami to the queue", "shuffle on"):
        echo.say(words)
        assert not echo.device.playing
        house.stack.clock.advance(2)
        house.agrees(echo, "paused")
    echo.say("resume")
    house.agrees(echo)

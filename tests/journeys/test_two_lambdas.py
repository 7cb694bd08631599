"""Two Lambdas for one device at once: one wins, the other answers correctly, and the row and the home agree."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from music_assistant_alexa.stream_token import StreamToken
from simulator import envelopes
from simulator.demo_library import LIBRARY
from simulator.envelopes import Conversation
from simulator.rules import Exchange, judge_exchange
from simulator.waiting import eventually

pytestmark = pytest.mark.slow

NIGHT_FERRY = [track.title for track in LIBRARY.tracks if track.album.title == "Night Ferry"]


@pytest.fixture
def at_once(house, kitchen):
    """Answer events of one Echo in Lambdas of their own, all at the same time; every answer is judged."""

    def invoke(events):
        with ThreadPoolExecutor(len(events)) as lambdas:
            answers = list(lambdas.map(house.stack.invoke, events))
        for event, answer in zip(events, answers, strict=True):
            exchange = Exchange(event, answer, application_id=kitchen.sender.application_id)
            assert [str(breach) for breach in judge_exchange(exchange) if breach.level == "error"] == []
        return [directive for answer in answers for directive in answer["response"].get("directives", [])]

    return invoke


def event_of(echo, kind, **fields):
    report = echo.device.report()
    return envelopes.envelope(echo.sender, {**echo._head(f"AudioPlayer.Playback{kind}"), **fields}, report)


def streams(directives):
    return [play["audioItem"]["stream"] for play in directives if play["type"] == "AudioPlayer.Play"]


def row_of(house, echo):
    rows = house.stack.cloud.rows()
    return next(row for row in rows if row["device_id"]["S"] == echo.sender.device_id)


def test_two_play_commands_at_once(house, kitchen, at_once):
    """Home and row keep the later of the two, which plays; the other plays until then, or, if it is too late, never."""
    events = []
    for number, album in enumerate(("Night Ferry", "Morning Tide")):
        slot = {"album": envelopes.slot("album", album)}
        said = {**kitchen._head("IntentRequest"), "intent": envelopes.intent("PlayAlbumIntent", slot)}
        conversation = Conversation(f"session-{number}", new=True, attributes={})
        events.append(envelopes.envelope(kitchen.sender, said, kitchen.device.report(), conversation))
    plays = streams(at_once(events))
    generations = [_generation_of(stream) for stream in plays]
    assert len(generations) in {1, 2}
    assert len(set(generations)) == len(generations), "each stream has a number of its own"
    last = max(plays, key=_generation_of)
    assert int(row_of(house, kitchen)["generation"]["N"]) == _generation_of(last)
    kitchen.device.obey([{"type": "AudioPlayer.Play", "playBehavior": "REPLACE_ALL", "audioItem": {"stream": last}}])
    assert kitchen.device.playing
    house.agrees(kitchen)


def test_nearly_finished_in_two_lambdas_at_once(house, kitchen, at_once):
    """The doubled event gets the same answer twice: one stream, expected after the one that plays."""
    kitchen.say("play the album night ferry")
    kitchen.listen(2)
    playing = kitchen.device.current.token
    about = {"token": playing, "offsetInMilliseconds": 2_000}
    plays = streams(at_once([event_of(kitchen, "NearlyFinished", **about) for _ in range(4)]))
    assert len({stream["token"] for stream in plays}) == 1
    assert {stream["expectedPreviousToken"] for stream in plays} == {playing}


def test_the_end_of_one_and_the_start_of_the_next_at_once(house, kitchen, at_once):
    """Finished of the one and Started of the next, in either order or together: the next one is what is kept."""
    kitchen.say("play the album night ferry")
    kitchen.listen(2)
    first = kitchen.device.current.token
    about = {"token": first, "offsetInMilliseconds": 2_000}
    (upcoming,) = streams(at_once([event_of(kitchen, "NearlyFinished", **about)]))
    ended = event_of(kitchen, "Finished", token=first, offsetInMilliseconds=30_000)
    started = event_of(kitchen, "Started", token=upcoming["token"], offsetInMilliseconds=0)
    assert at_once([ended, started, ended, started]) == []
    assert row_of(house, kitchen)["token"]["S"] == upcoming["token"]
    house.stack.clock.advance(1)
    eventually(lambda: house.believed(kitchen).current_item == NIGHT_FERRY[1], what="the next track at home")


def _generation_of(stream):
    return StreamToken.decode(stream["token"]).generation

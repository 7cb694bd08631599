"""The closed list of commands: index arithmetic, fallbacks, and what is answered."""

import pytest

from home_bridge.commands import COMMANDS, run
from home_bridge.errors import (
    AuthError,
    BadRequestError,
    BridgeError,
    CommandNotAllowedError,
    MusicAssistantError,
    QueueFinishedError,
    StreamTimeoutError,
    UnknownItemError,
)
from home_bridge.look_ahead import next_stream
from home_bridge.models import Wanted


def command(at, name, **args):
    at.run(run(at.turn, name, args))
    return at.player.current


def titles_and_position(stream):
    return stream.item.title, stream.position_ms


def test_the_list_is_closed(flows):
    """The commands are those of the design, and an unknown one is refused by a sentence that lists them."""
    assert set(COMMANDS) == {
        *("play", "resume", "seek", "next", "previous", "jump", "shuffle", "repeat"),
        *("add", "play_next", "remove", "move", "clear", "stop", "autoplay"),
    }
    with pytest.raises(BadRequestError, match="play_next"):
        command(flows(1), "explode")


def test_play_replaces(flows):
    """Play empties the queue, loads the media and hands out the first item."""
    at = flows(1, 2)
    stream = command(at, "play", media=["library://track/7"], option="replace")
    assert titles_and_position(stream) == ("Track 7", 0)
    assert at.ma.titles() == ["Track 7"]


def test_a_play_takes_over(flows):
    """After a play the Echo is told to replace everything, so nothing enqueued needs replacing."""
    at = flows(1, 2)
    first = at.start(1)
    at.run(next_stream(at.turn, first.generation))
    assert at.player.next_was_served
    command(at, "play", media="library://track/7")
    assert not at.player.next_was_served


def test_unplayable_media_leave_the_queue_alone(flows):
    """MA empties the queue before a replace that then fails, so media are checked first."""
    at = flows(1, 2)
    with pytest.raises(MusicAssistantError):
        command(at, "play", media=["library://track/777"])
    assert at.ma.titles() == ["Track 1", "Track 2"]


def test_empty_album_leaves_the_queue_alone(flows):
    """An album without tracks would empty the queue too."""
    at = flows(1)
    at.ma.catalogue["library://album/3"] = []
    with pytest.raises(MusicAssistantError, match="nothing in it"):
        command(at, "play", media=["library://album/3"])
    assert at.ma.titles() == ["Track 1"]


def test_start_item_must_be_listed(flows):
    """A start_item that is not listed would empty the queue; it is refused before."""
    at = flows(1)
    at.ma.catalogue["library://album/3"] = [4, 5]
    with pytest.raises(UnknownItemError):
        command(at, "play", media=["library://album/3"], start_item="Track 5")
    command(at, "play", media=["library://album/3"], start_item="library://track/5")


def test_one_of_a_list_is_enough(flows):
    """A list plays if something of it can be played."""
    at = flows()
    assert command(at, "play", media=["library://track/777", "library://track/4"]).item.title == "Track 4"


def test_long_lists_are_sent_in_parts(flows):
    """Over 100 uris: the first hundred start, the rest is added behind."""
    at = flows()
    at.ma.catalogue = {f"library://track/{n}": [n] for n in range(250)}
    command(at, "play", media=[f"library://track/{n}" for n in range(250)])
    (rest,) = at.ma.background
    at.run(rest)
    sizes = [len(args["media"]) for name, args in at.ma.calls if name == "player_queues/play_media"]
    assert sizes == [100, 100, 50]
    assert at.ma.titles() == [f"Track {n}" for n in range(250)]


def test_no_stream_is_a_timeout(flows):
    """If MA takes the command and sends no stream, that is said; nothing waits for ever."""
    at = flows(1)
    at.ma.silent = True
    with pytest.raises(StreamTimeoutError):
        command(at, "jump", index=0)
    assert not at.player.commanding


@pytest.mark.parametrize("failure", [MusicAssistantError("500"), AuthError("401")])
def test_refusal_is_passed_on(flows, failure):
    """What MA refuses is raised, and the player listens to MA's screen again."""
    at = flows(1)
    at.ma.refused["player_queues/play_index"] = failure
    with pytest.raises(type(failure)):
        command(at, "jump", index=0)
    assert not at.player.commanding


@pytest.mark.parametrize(
    ("repeat", "of", "title"),
    [("off", 1, "Track 2"), ("one", 1, "Track 2"), ("all", 3, "Track 1"), ("all", 2, "Track 3")],
)
def test_next(flows, repeat, of, title):
    """next: the item behind the given one, also with repeat one; behind the last the first with repeat all."""
    at = flows(1, 2, 3)
    at.ma.repeat = repeat
    assert command(at, "next", queue_item_id=at.item_id(of)).item.title == title


@pytest.mark.parametrize("repeat", ["off", "one"])
def test_next_of_the_last(flows, repeat):
    """There is nothing behind the last: 409."""
    at = flows(1, 2)
    at.ma.repeat = repeat
    with pytest.raises(QueueFinishedError):
        command(at, "next", queue_item_id=at.item_id(2))


def test_next_of_the_last_with_its_uri(flows):
    """With its uri the last item plays again, from its start and as the item it is in the queue."""
    at = flows(1, 2)
    stream = command(at, "next", queue_item_id=at.item_id(2), uri="library://track/2")
    assert (stream.queue_item_id, stream.position_ms) == (at.item_id(2), 0)
    assert at.ma.titles() == ["Track 1", "Track 2"]


@pytest.mark.parametrize("uri", [{}, {"uri": "library://track/5"}])
@pytest.mark.parametrize(("current", "title"), [(None, "Track 1"), (0, "Track 1"), (1, "Track 2")])
def test_next_after_the_queue_was_emptied(flows, current, title, uri):
    """MA has emptied the ended queue and something was added since: that plays, none of it is passed over."""
    at = flows(1, 2)
    at.ma.current = current
    assert command(at, "next", queue_item_id=f"{99:032x}", **uri).item.title == title
    assert at.ma.titles() == ["Track 1", "Track 2"]


def test_resume_of_what_waits(flows):
    """Without arguments: the queue's current item, from where MA starts it; what was put next has no index yet."""
    at = flows(1, 2)
    assert titles_and_position(command(at, "resume")) == ("Track 1", 0)
    at = flows()
    at.ma.items, at.ma.current = [at.raw_item(1), at.raw_item(2, resume_position_ms=600_200)], 1
    assert titles_and_position(command(at, "resume")) == ("Track 2", 599_000)


@pytest.mark.parametrize(("titles", "current"), [((), None), ((1, 2), 2)])
def test_resume_where_nothing_waits(flows, titles, current):
    """An empty queue, or one whose last item was removed while it played, has nothing to begin with: 404."""
    at = flows(*titles)
    at.ma._player_queues_get = lambda: {"current_index": current, "items": len(titles)}
    with pytest.raises(UnknownItemError):
        command(at, "resume")


@pytest.mark.parametrize(("of", "title"), [(3, "Track 2"), (2, "Track 1"), (1, "Track 1")])
def test_previous(flows, of, title):
    """previous: the item before, always; before the first is the first."""
    assert command(flows(1, 2, 3), "previous", queue_item_id=f"{of:032x}").item.title == title


def test_next_goes_by_the_given_item(flows):
    """What the Echo plays decides, not MA's current index, which may lag."""
    at = flows(1, 2, 3, 4)
    at.ma.current = 0
    assert command(at, "next", queue_item_id=at.item_id(3)).item.title == "Track 4"


def test_items_of_a_long_queue_are_found(flows):
    """An item far from the current one is found, page by page."""
    at = flows(*range(1, 1300))
    at.ma.current = 0
    assert command(at, "next", queue_item_id=at.item_id(1200)).item.title == "Track 1201"


@pytest.mark.parametrize(("asked", "answered", "rest"), [(0, 0, 0), (700, 0, 700), (61_700, 61_000, 700)])
@pytest.mark.parametrize("name", ["resume", "seek"])
def test_position_is_the_whole_second(flows, name, asked, answered, rest):
    """Resume and seek answer the whole second asked for, which is what MA is told, and the rest for the Echo."""
    at = flows(1, 2)
    stream = command(at, name, queue_item_id=at.item_id(2), position_ms=asked)
    assert (*titles_and_position(stream), stream.offset_ms) == ("Track 2", answered, rest)
    assert at.ma.calls[-1][0] != "player_queues/seek"
    played = next(args for called, args in at.ma.calls if called == "player_queues/play_index")
    assert played["seek_position"] == answered // 1000


def test_seek_without_an_item(flows):
    """Seek alone is about what plays; while nothing does, 404."""
    at = flows(1, 2)
    with pytest.raises(UnknownItemError):
        command(at, "seek", position_ms=1000)
    at.start(2)
    assert titles_and_position(command(at, "seek", position_ms=90_000)) == ("Track 2", 90_000)


@pytest.mark.parametrize("kind", ["podcast_episode", "audiobook"])
def test_start_over_of_what_was_left_in_the_middle(flows, kind):
    """0 means "where it was left" to MA for these, so their start is second 1."""
    at = flows()
    at.ma.items = [at.raw_item(1, media_type=kind, resume_position_ms=600_000)]
    stream = command(at, "seek", queue_item_id=at.item_id(1), position_ms=0)
    assert stream.position_ms == 1000


def test_playing_what_was_left_in_the_middle(flows):
    """Without a position MA starts where it was left, half a second earlier; the answer says so."""
    at = flows()
    at.ma.items = [at.raw_item(1, media_type="audiobook", resume_position_ms=600_200)]
    assert command(at, "jump", index=0).position_ms == 599_000


@pytest.mark.parametrize(
    ("name", "held"), [("resume", [1]), ("seek", [1]), ("next", []), ("previous", [1]), ("jump", [1])]
)
def test_unknown_item(flows, name, held):
    """An item the queue no longer holds: 404 unknown_item without a uri; of next only where nothing else waits."""
    with pytest.raises(UnknownItemError):
        command(flows(*held), name, queue_item_id=f"{99:032x}", position_ms=5000)


@pytest.mark.parametrize("name", ["resume", "seek"])
def test_uri_as_fallback(flows, name):
    """MA has emptied the ended queue: the item is played by its uri, from the position, in the same round trip."""
    at = flows()
    stream = command(at, name, queue_item_id=f"{99:032x}", uri="library://track/5", position_ms=42_300)
    assert (*titles_and_position(stream), stream.offset_ms) == ("Track 5", 42_000, 300)


@pytest.mark.parametrize("name", ["resume", "previous"])
def test_uri_as_fallback_loses_nothing(flows, name):
    """MA puts a uri behind the first that waits, and would pass that over: it is put behind the uri once more."""
    at = flows(1, 2)
    position = {"position_ms": 5_000} if name == "resume" else {}
    command(at, name, queue_item_id=f"{99:032x}", uri="library://track/5", **position)
    assert at.player.current.item.title == "Track 5"
    assert at.ma.titles()[at.ma.current + 1] == "Track 1"
    assert at.ma.calls[-1] == ("player_queues/play_media", {"media": "library://track/1", "option": "next"})


@pytest.mark.parametrize("name", ["next", "previous", "jump"])
def test_uri_as_fallback_from_the_start(flows, name):
    """Commands without a position play the uri from its start."""
    stream = command(flows(), name, queue_item_id=f"{99:032x}", uri="library://track/5")
    assert titles_and_position(stream) == ("Track 5", 0)


def test_jump(flows):
    """Jump plays an item by id or index; an index that is not there is 404."""
    at = flows(1, 2, 3)
    assert command(at, "jump", index=2).item.title == "Track 3"
    assert command(at, "jump", queue_item_id=at.item_id(2)).item.title == "Track 2"
    for index in (3, -1):
        with pytest.raises(UnknownItemError):
            command(at, "jump", index=index)


def test_stop(flows):
    """stop: nothing is to be streamed, silence is wanted, the queue stays."""
    at = flows(1, 2)
    at.start(1)
    assert command(at, "stop") is None
    assert at.player.wanted is Wanted.STOP
    assert at.ma.titles() == ["Track 1", "Track 2"]


def test_autoplay(flows):
    """Autoplay is MA's own setting."""
    at = flows(1)
    command(at, "autoplay", on=True)
    assert at.ma.refills


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("play", {}),
        ("play", {"media": []}),
        ("play", {"media": [7]}),
        ("play", {"media": ["library://track/1"], "option": "bogus"}),
        ("play", {"media": ["library://track/1"], "option": "replace_next"}),
        ("resume", {"queue_item_id": "x"}),
        ("resume", {"queue_item_id": "x", "position_ms": -1}),
        ("resume", {"queue_item_id": "x", "position_ms": "5"}),
        ("resume", {"position_ms": 5}),
        ("seek", {"position_ms": True}),
        ("next", {"queue_item_id": 5}),
        ("jump", {"index": "1"}),
        ("shuffle", {}),
        ("shuffle", {"on": 1}),
        ("repeat", {"mode": "bogus"}),
        ("move", {"queue_item_id": "x"}),
        ("autoplay", {"on": "yes"}),
    ],
)
def test_wrong_arguments(flows, name, args):
    """A missing or wrong argument is refused before MA hears of it."""
    at = flows(1)
    with pytest.raises(BadRequestError):
        command(at, name, **args)
    assert at.ma.commands() == []


@pytest.mark.parametrize("uri", ["http://evil.example/x.mp3", "file:///etc/passwd", "/etc/passwd", "C:\\x.mp3", "x"])
def test_only_mas_own_uris(flows, uri):
    """MA would fetch a web address or read a path: refused in media and in uri."""
    at = flows(1)
    with pytest.raises(CommandNotAllowedError):
        command(at, "play", media=["library://track/1", uri])
    with pytest.raises(CommandNotAllowedError):
        command(at, "resume", queue_item_id="x", uri=uri, position_ms=0)
    assert at.ma.commands() == []


def test_every_error_has_a_status():
    """Every error of the tree says its status and code."""
    pending, seen = [BridgeError], []
    while pending:
        kind = pending.pop()
        seen.append(kind)
        pending += kind.__subclasses__()
    assert all(400 <= kind.status <= 504 and kind.code for kind in seen)
    assert len({kind.code for kind in seen}) == len(seen)


def test_a_commands_position_is_its_own(flows):
    """What MA's screen starts after a seek of ours does not begin at the second we asked for."""
    at = flows(1, 2)
    command(at, "resume", queue_item_id=at.item_id(1), position_ms=50_000)
    at.ma._player_queues_play_index(at.item_id(2))
    assert at.player.current.position_ms == 0

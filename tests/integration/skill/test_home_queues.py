"""The music skill's queues over real TLS: what each call asks of the bridge, and what its answers and refusals mean."""

import json
import re

import pytest

from music_assistant_alexa import deadline
from music_assistant_alexa.adapters.breaker import TRIES
from music_assistant_alexa.adapters.home_queues import HomeQueues
from music_assistant_alexa.adapters.wire import TEXT_LIMIT
from music_assistant_alexa.errors import (
    ContentFilteredError,
    ContentUnavailableError,
    HomeAuthError,
    HomeCommandError,
    HomePart,
    HomeUnreachableError,
    ItemNotFoundError,
    MediaNotFoundError,
)
from music_assistant_alexa.models import Activity, MediaItem, MediaType, QueueCommand, QueueItem
from music_assistant_alexa.music_queue import ItemEvent, ItemReference, MusicQueue, QueueEntry, QueueOrder, QueueView

QUEUE = MusicQueue("0b5c7d1e-3f0a-5a57-9d2b-6f1f0c6f9a11", 3)
PLAYER, QUEUE_ID = QUEUE.player_id, QUEUE.queue_id
PATH = f"/players/{PLAYER}/queue"
ITEM = {
    "queue_item_id": "",
    "uri": "library://track/8",
    "title": "Candle Cinder",
    "artist": "Élodie Marchand",
    "album": "Café Minuit",
    "image_url": "/imageproxy?path=a%252Fb.flac&provider=files&size=512&fmt=jpeg",
    "duration_ms": 75_000,
    "media_type": "track",
    "explicit": True,
    "favourite": True,
}
ENTRY = {"entry_id": "1", "item": ITEM, "first": True, "offset_ms": 61_900}
READ = QueueEntry("1", QueueItem(**{**ITEM, "media_type": MediaType.TRACK}), first=True, offset_ms=61_900)
ALBUM = MediaItem(
    "library://album/2",
    "Café Minuit",
    MediaType.ALBUM,
    "Élodie Marchand",
    in_library=True,
    other_uris=("files--1://album/Élodie Marchand/Café Minuit",),
)
EVENT = ItemEvent(Activity.STOPPED, "4", 61_900, 1_795_000_000)
CALLS = {
    "start": lambda queues: queues.start(PLAYER, QueueOrder(QUEUE_ID, QUEUE.player_name, ALBUM)),
    "following": lambda queues: queues.following(PLAYER, QUEUE_ID, "4", skip=False),
    "previous": lambda queues: queues.previous(PLAYER, QUEUE_ID, "4"),
    "jump": lambda queues: queues.jump(PLAYER, QUEUE_ID, "4"),
    "view": lambda queues: queues.view(PLAYER, QUEUE_ID, "4"),
    "change": lambda queues: queues.change(PLAYER, QUEUE_ID, QueueCommand("shuffle", {"on": True})),
    "tell": lambda queues: queues.tell(PLAYER, QUEUE_ID, EVENT),
}
BRING_AN_ENTRY = ["start", "following", "previous", "jump"]


@pytest.fixture
def queues(client):
    return HomeQueues(client)


@pytest.fixture
def answering(home, answer):
    """Let home answer everything with one body."""

    def with_body(body, status=200):
        home.script = lambda _request: answer(status, body)

    return with_body


@pytest.fixture(params=CALLS)
def call(request, queues):
    return lambda: CALLS[request.param](queues)


# What is sent


def test_a_new_queue_is_ordered_whole(home, queues, answering):
    """Everything home needs goes along: whose player, what is meant and how it is known otherwise, in what order."""
    answering({"queue_id": QUEUE_ID, "entry": ENTRY})
    order = QueueOrder(QUEUE_ID, QUEUE.player_name, ALBUM, shuffle=True, loop=True, explicit_allowed=False)
    assert queues.start(PLAYER, order) == READ
    (sent,) = home.requests
    assert (sent.method, sent.path) == ("POST", PATH)
    assert sent.json == {
        "queue_id": QUEUE_ID,
        "name": "Alexa music 3",
        "content": {
            "uri": "library://album/2",
            "name": "Café Minuit",
            "artist": "Élodie Marchand",
            "media_type": "album",
            "other_uris": ["files--1://album/Élodie Marchand/Café Minuit"],
        },
        "shuffle": True,
        "loop": True,
        "repeat_one": False,
        "explicit_allowed": False,
        "goes_on": False,
    }


@pytest.mark.parametrize(
    ("heard", "sent"),
    [
        (ItemReference("q0", "4"), {"goes_on": True, "heard": {"queue_id": "q0", "entry_id": "4"}}),
        (ItemReference("q0", "the fourth"), {"goes_on": False}),
        (ItemReference("q" * 256, "4"), {"goes_on": False}),
    ],
    ids=["an entry", "no entry of ours", "no queue of ours"],
)
def test_what_a_queue_goes_on_with_is_named(home, queues, answering, heard, sent):
    """Home is told which entry is heard; what it would not take for one it never sees."""
    answering({"queue_id": QUEUE_ID, "entry": ENTRY})
    queues.start(PLAYER, QueueOrder(QUEUE_ID, QUEUE.player_name, ALBUM, goes_on=heard))
    asked = home.requests[0].json
    assert {name: asked[name] for name in ("goes_on", "heard") if name in asked} == sent


@pytest.mark.parametrize(("skip", "sent"), [(False, "0"), (True, "1")])
def test_what_follows_is_asked_for(home, queues, answering, skip, sent):
    """The entry is named, and whether someone asked or the one before has ended."""
    answering({"entry": ENTRY})
    assert queues.following(PLAYER, QUEUE_ID, "4", skip=skip) == READ
    assert (home.requests[0].method, home.requests[0].path) == (
        "GET",
        f"{PATH}/next?queue_id={QUEUE_ID}&entry_id=4&skip={sent}",
    )


def test_a_view_is_asked_for(home, queues, answering):
    """From the entry on that is named, with the modes of the queue."""
    answering({"entries": [ENTRY, {**ENTRY, "entry_id": "2", "first": False}], "shuffle": True, "loop": True})
    view = queues.view(PLAYER, QUEUE_ID, "1")
    assert [entry.entry_id for entry in view.entries] == ["1", "2"]
    assert (view.shuffle, view.loop, view.repeat_one) == (True, True, False)
    assert (home.requests[0].method, home.requests[0].path) == ("GET", f"{PATH}?queue_id={QUEUE_ID}&entry_id=1")


def test_moving_in_the_queue_is_a_command(home, queues, answering):
    """Previous and jump name the entry they are about, and bring the one to be played."""
    answering({"entry": ENTRY})
    assert queues.previous(PLAYER, QUEUE_ID, "2") == queues.jump(PLAYER, QUEUE_ID, "1") == READ
    assert [(each.method, each.path) for each in home.requests] == [("POST", f"{PATH}/command")] * 2
    assert [each.json for each in home.requests] == [
        {"queue_id": QUEUE_ID, "command": "previous", "args": {"entry_id": "2"}},
        {"queue_id": QUEUE_ID, "command": "jump", "args": {"entry_id": "1"}},
    ]


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("shuffle", {"on": True}),
        ("loop", {"on": False}),
        ("repeat_one", {"on": True}),
        ("favourite", {"entry_id": "4"}),
    ],
)
def test_a_change_brings_nothing(home, queues, answering, name, args):
    """A mode or a favourite is a command without an entry for an answer."""
    answering({"entry": None})
    assert queues.change(PLAYER, QUEUE_ID, QueueCommand(name, args)) is None
    assert home.requests[0].json == {"queue_id": QUEUE_ID, "command": name, "args": args}


@pytest.mark.parametrize("activity", [Activity.STARTED, Activity.STOPPED, Activity.FINISHED, Activity.FAILED])
def test_an_event_is_told_whole(home, queues, answering, activity):
    """What, of which entry, where in it and when."""
    answering({})
    queues.tell(PLAYER, QUEUE_ID, ItemEvent(activity, "4", 61_900, 1_795_000_000))
    assert (home.requests[0].method, home.requests[0].path) == ("POST", f"{PATH}/events")
    assert home.requests[0].json == {
        "queue_id": QUEUE_ID,
        "entry_id": "4",
        "event": activity.value,
        "offset_ms": 61_900,
        "occurred_at": 1_795_000_000,
    }


def test_a_queue_id_cannot_leave_its_place(home, queues, answering):
    """Ids come from Alexa: whatever is in them stays one value of the query."""
    answering({"entry": None})
    queues.following(PLAYER, "q&skip=1#/../x ü\r\n", "4", skip=False)
    assert home.requests[0].path == f"{PATH}/next?queue_id=q%26skip%3D1%23%2F..%2Fx+%C3%BC%0D%0A&entry_id=4&skip=0"


@pytest.mark.parametrize("entry_id", ["", "0", "-1", "one", "٣", "1\n", "4&skip=1", "9" * 30])
def test_an_id_that_home_never_gave_is_no_item(home, queues, entry_id):
    """It comes from another skill or another time; home is not even asked."""
    for call in (
        lambda: queues.following(PLAYER, QUEUE_ID, entry_id, skip=False),
        lambda: queues.previous(PLAYER, QUEUE_ID, entry_id),
        lambda: queues.jump(PLAYER, QUEUE_ID, entry_id),
        lambda: queues.view(PLAYER, QUEUE_ID, entry_id),
        lambda: queues.change(PLAYER, QUEUE_ID, QueueCommand("favourite", {"entry_id": entry_id})),
        lambda: queues.tell(PLAYER, QUEUE_ID, ItemEvent(Activity.STARTED, entry_id, 0, 0)),
    ):
        with pytest.raises(ItemNotFoundError):
            call()
    assert home.requests == []


def test_every_call_is_one_round_trip(home, call, answering):
    """Nothing is asked twice, and nothing besides."""
    answering({"entry": ENTRY, "entries": [ENTRY]})
    call()
    assert len(home.requests) == 1


# What is answered


def test_nothing_follows_the_last(queues, answering):
    """No entry is an answer, too."""
    answering({"entry": None})
    assert queues.following(PLAYER, QUEUE_ID, "4", skip=True) is None


@pytest.mark.parametrize("name", ["previous", "jump"])
def test_where_nothing_stands_is_no_item(queues, answering, name):
    """Before the first there is nothing, and no entry to be chosen that the queue does not hold."""
    answering({"entry": None})
    with pytest.raises(ItemNotFoundError):
        CALLS[name](queues)


def test_an_entry_says_little_where_home_says_little(queues, answering):
    """What is not said is nothing, not first, from the start, neither explicit nor a favourite."""
    answering({"entry": {"entry_id": "7", "item": {"queue_item_id": "i"}}})
    entry = queues.following(PLAYER, QUEUE_ID, "4", skip=False)
    assert entry == QueueEntry("7", QueueItem("i", media_type=MediaType.UNKNOWN))
    answering({"entries": []})
    assert queues.view(PLAYER, QUEUE_ID, "4") == QueueView(())


def test_texts_are_cut_and_lists_too(queues, answering):
    """A title without an end is cut, an address of one is none, and a view has ten entries."""
    long = {**ITEM, "title": "x" * 50_000, "image_url": "/imageproxy?path=" + "x" * 3000, "artist": "a\ud800b"}
    answering({"entries": [{**ENTRY, "item": long}] * 50})
    view = queues.view(PLAYER, QUEUE_ID, "4")
    assert len(view.entries) == 10
    item = view.entries[0].item
    assert (len(item.title), item.image_url, item.artist) == (TEXT_LIMIT, "", "ab")


@pytest.mark.parametrize(
    "entry",
    [
        *("1", 1, [], [ENTRY], {}, True),
        *(
            {**ENTRY, "entry_id": wrong}
            for wrong in (1, None, "", "0", "-1", "1.0", "one", "٣", "1\n", "9" * 30, ["1"])
        ),
        *({**ENTRY, "item": wrong} for wrong in (None, {}, "x", [])),
        *({**ENTRY, "offset_ms": wrong} for wrong in ("x", [1], 1e400)),
        {**ENTRY, "item": {**ITEM, "duration_ms": "long"}},
    ],
    ids=lambda entry: re.sub(r"[^ -~]", "?", str(entry))[:40],
)
@pytest.mark.parametrize("name", BRING_AN_ENTRY)
def test_an_entry_that_cannot_be_read(queues, answering, name, entry):
    """An entry id is a number, since it becomes one in a URL; whatever else is wrong: the versions differ."""
    answering({"entry": entry})
    with pytest.raises(HomeCommandError, match="differ in version") as caught:
        CALLS[name](queues)
    assert caught.value.part is HomePart.BRIDGE


@pytest.mark.parametrize(
    "body", [[], "x", None, 7, {}, {"entries": [None], "entry": {}}, {"entries": ["x"], "entry": 1}]
)
@pytest.mark.parametrize("name", ["start", "following", "previous", "jump", "view"])
def test_an_answer_that_cannot_be_read(queues, answering, name, body):
    """JSON of another shape is an error of ours, never a crash."""
    answering(json.dumps(body).encode())
    with pytest.raises(HomeCommandError):
        CALLS[name](queues)


def test_a_queue_without_a_beginning_cannot_be_read(queues, answering):
    """A new queue always has a first entry."""
    answering({"entry": None})
    with pytest.raises(HomeCommandError, match="without an entry"):
        CALLS["start"](queues)


def test_an_offset_before_the_start_is_the_start(queues, answering):
    """No speaker can begin there."""
    answering({"entry": {**ENTRY, "offset_ms": -5}})
    assert queues.jump(PLAYER, QUEUE_ID, "4").offset_ms == 0


# What is refused


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "content_not_found", MediaNotFoundError),
        (403, "content_filtered", ContentFilteredError),
        (403, "content_unavailable", ContentUnavailableError),
        (404, "unknown_queue", ItemNotFoundError),
        (404, "unknown_item", ItemNotFoundError),
        (401, "unauthorized", HomeAuthError),
        (403, "unauthorized", HomeAuthError),
        (502, "music_assistant_unreachable", HomeUnreachableError),
        (504, "stream_timeout", HomeUnreachableError),
        (400, "bad_request", HomeCommandError),
    ],
)
def test_the_bridge_says_what_is_wrong(queues, answering, status, code, kind):
    """Each of its words is one error, which tells neither queue nor player."""
    answering({"error": code, "detail": f"{QUEUE_ID} {PLAYER}"}, status)
    for name in CALLS if code != "unknown_item" else CALLS.keys() - {"start"}:
        with pytest.raises(kind) as caught:
            CALLS[name](queues)
        assert QUEUE_ID not in str(caught.value)
        assert PLAYER not in str(caught.value)


def test_a_filter_is_no_refused_token(queues, answering, credentials):
    """403 for explicit content leaves the secret alone: it is not read anew."""
    secrets = credentials.current()
    answering({"error": "content_filtered"}, 403)
    with pytest.raises(ContentFilteredError):
        CALLS["start"](queues)
    assert credentials.current() is secrets


# Home away


def test_an_event_does_not_wait_for_a_home_that_is_away(home, make_client):
    """With the breaker open an event is given up at once; what someone waits for asks whether home is back."""
    queues = HomeQueues(make_client(home.url))
    home.script = lambda _request: lambda _connection: None
    for _ in range(TRIES):
        with pytest.raises(HomeUnreachableError):
            CALLS["following"](queues)
    before = len(home.requests)
    with pytest.raises(HomeUnreachableError, match="not asked"):
        CALLS["tell"](queues)
    assert len(home.requests) == before
    with pytest.raises(HomeUnreachableError):
        CALLS["following"](queues)
    assert [each.path for each in home.requests[before:]] == ["/healthz"]


def test_a_slow_home_is_left_at_the_deadline(home, queues, answer, call):
    """Every call ends when the request's time is up."""
    home.script = lambda _request: home.drip(b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\n", b"X: y\r\n")
    with deadline.spending(0.2), pytest.raises(HomeUnreachableError):
        call()

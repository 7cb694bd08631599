"""Queues of the music skill: what begins, what follows, what it looks like, and what each costs."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from music_assistant_alexa.errors import HomeUnreachableError, PlaybackStoreError
from music_assistant_alexa.models import Activity, MediaItem, MediaType
from music_assistant_alexa.music_queue import PLAYERS
from music_assistant_alexa.music_skill.responses import VIEW_LIMIT
from music_assistant_alexa.stream_urls import VALID_S, check_signed
from simulator.scripted_home import queue_item

ALBUM = MediaItem("library://album/1", "Night Ferry", MediaType.ALBUM, "Blue Harbor", in_library=True)
RUDE = MediaItem("library://track/13", "Rude", MediaType.TRACK, "Blue Harbor", in_library=True, explicit=True)
NOW = 1_795_000_000
KEY = "a key of the tests"
MODES = {"shuffle": False, "loop": False}
NEXT, PREVIOUS = "Audio.PlayQueue.GetNextItem", "Audio.PlayQueue.GetPreviousItem"
JUMP, ITEM, VIEW = "Audio.PlayQueue.JumpToItem", "Media.PlayQueue.GetItem", "Media.PlayQueue.GetView"
FEEDBACK = "Alexa.UserPreference.ReceiveFeedback"
ITEM_NOT_FOUND, INVALID_ITEM = (("Alexa.Media", "1.0", kind) for kind in ("ITEM_NOT_FOUND", "INVALID_ITEM"))


def wrapped(reference):
    return {"namespace": "Alexa.Audio.PlayQueue", "name": "item", "value": reference}


def nested(reference):
    content = {"id": reference["contentId"], "metadataType": "TRACK"}
    return {"id": reference["id"], "queueId": reference["queueId"], "content": content}


@pytest.fixture
def begun(music):
    """Begin a queue of three tracks; what it took is forgotten."""
    method = music.initiate(playbackModes=MODES)
    music.queues.calls.clear()
    return method


def like(music, method):
    liked = wrapped(music.reference(method))
    feedback = {"type": "PREFERENCE", "value": "POSITIVE"}
    return music.ask(FEEDBACK, version="2.0", activeContext={"content": [liked]}, feedback=feedback)


def speech(text):
    return {"speech": {"type": "PLAIN_TEXT", "text": text.lower()}, "display": text}


def test_initiate_in_full(music, urls):
    """The golden answer: every field group of the reference's example, and nothing that is not there."""
    music.queues.contents[ALBUM.uri] = [
        queue_item("library://track/1", "Jeremy", favourite=True, duration_ms=318_000, image_url="/imageproxy?path=a")
    ]
    method = music.initiate(playbackModes=MODES)
    stream = method["firstItem"].pop("stream")
    sources = method["firstItem"]["metadata"].pop("art")["sources"]
    queue_id = method["id"]
    assert method == {
        "type": "ALEXA_AUDIO_PLAYER_QUEUE",
        "id": queue_id,
        "controls": [
            {"type": "TOGGLE", "name": "SHUFFLE", "enabled": True, "selected": False},
            {"type": "TOGGLE", "name": "LOOP", "enabled": True, "selected": False},
            {"type": "CYCLE", "name": "REPEAT", "enabled": True, "value": {"status": "OFF"}},
        ],
        "rules": {"feedback": {"type": "PREFERENCE", "enabled": True}},
        "firstItem": {
            "id": "1",
            "playbackInfo": {"type": "DEFAULT"},
            "metadata": {
                "type": "TRACK",
                "name": speech("Jeremy"),
                "authors": [{"name": speech("Blue Harbor")}],
                "album": {"name": speech("Night Ferry")},
            },
            "durationInMilliseconds": 318_000,
            "controls": [
                {"type": "COMMAND", "name": "NEXT", "enabled": True},
                {"type": "COMMAND", "name": "PREVIOUS", "enabled": False},
                {"type": "ADJUST", "name": "SEEK_POSITION", "enabled": True},
            ],
            "rules": {"feedbackEnabled": True},
            "feedback": {"type": "PREFERENCE", "value": "POSITIVE"},
        },
    }
    assert stream.pop("uri").startswith("https://home.example.com/stream/")
    valid_until = datetime.fromtimestamp(NOW + VALID_S, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert stream == {"id": f"{queue_id}.1", "offsetInMilliseconds": 0, "validUntil": valid_until}
    pictures = urls.art("/imageproxy?path=a")
    assert [(source["size"], source["widthPixels"], source["heightPixels"]) for source in sources] == [
        ("X_SMALL", 48, 48),
        ("SMALL", 60, 60),
        ("MEDIUM", 110, 110),
        ("LARGE", 256, 256),
        ("X_LARGE", 600, 600),
    ]
    assert all(source["url"] == pictures[source["widthPixels"]] for source in sources)


@pytest.fixture
def urls(core):
    return core.playback._urls


def test_the_header_of_an_answer(music):
    """An answer has the directive's namespace, "Response", version 1.0 and a message id of its own."""
    answer = music.ask("Alexa.Media.Playback.Initiate", message_id="asked", contentId=ALBUM.uri)
    header = answer["header"]
    assert header["messageId"] != "asked"
    assert (header["namespace"], header["name"], header["payloadVersion"]) == (
        "Alexa.Media.Playback",
        "Initiate.Response",
        "1.0",
    )


def test_the_stream_is_the_entrys_own(music, begun):
    """The URL is signed, names queue and entry, and is good for just as long as `validUntil` says."""
    stream = begun["firstItem"]["stream"]
    parts = urlsplit(stream["uri"])
    query = {name: value for name, (value,) in parse_qs(parts.query).items()}
    name = parts.path.rpartition("/")[2]
    assert check_signed("stream", name, query["exp"], query["sig"], keys=[KEY], now=NOW) == {"q": begun["id"], "n": 1}
    assert datetime.fromisoformat(stream["validUntil"]).timestamp() == int(query["exp"])


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("loop", [True, False])
@pytest.mark.parametrize("repeat", [True, False])
def test_modes_are_what_was_asked_for(music, shuffle, loop, repeat):
    """Controls show what was asked, and home is told of each."""
    modes = {"shuffle": shuffle, "loop": loop, "repeat": {"status": "ON" if repeat else "OFF"}}
    controls = music.initiate(playbackModes=modes)["controls"]
    assert [control.get("selected") for control in controls[:2]] == [shuffle, loop]
    assert controls[2]["value"] == modes["repeat"]
    order = music.queues.calls[0].args["order"]
    assert (order.shuffle, order.loop, order.repeat_one) == (shuffle, loop, repeat)


def test_a_live_stream_has_no_length(music):
    """A radio has no duration, nothing to seek in and nothing after it; it is a station."""
    radio = queue_item("library://radio/5", "Summertime", duration_ms=None, media_type=MediaType.RADIO)
    music.queues.contents["library://radio/5"] = [radio]
    item = music.initiate("library://radio/5")["firstItem"]
    assert "durationInMilliseconds" not in item
    assert item["metadata"]["type"] == "STATION"
    assert [(control["name"], control["enabled"]) for control in item["controls"]] == [
        ("NEXT", False),
        ("PREVIOUS", False),
    ]


def test_what_nobody_likes_has_no_feedback(music, begun):
    """Only a favourite has feedback; its item may be rated all the same."""
    assert "feedback" not in begun["firstItem"]
    assert begun["firstItem"]["rules"] == {"feedbackEnabled": True}


# Which queue, on which player


def test_the_same_message_begins_one_queue(music):
    """A message that comes again, while the first is still being answered or later, gets the same queue and item."""
    first, second = (
        music.ask("Alexa.Media.Playback.Initiate", message_id="m-1", contentId=ALBUM.uri)["payload"] for _ in range(2)
    )
    assert first == second
    assert len(music.store._seats) == 1


def test_another_message_begins_another_queue(music):
    """Playing the same album again is a fresh queue, on another player where nothing is said to be replaced."""
    first, second = music.initiate(), music.initiate()
    assert first["id"] != second["id"]
    assert {queue.seat for queue in music.store._seats.values()} == {1, 2}


def test_what_plays_there_is_replaced(music, begun):
    """With a currentItemReference its queue ends, and the new one has its player."""
    after = music.initiate("library://album/2", currentItemReference=wrapped(music.reference(begun)))
    (queue,) = music.store._seats.values()
    assert (queue.queue_id, queue.seat) == (after["id"], 1)
    assert music.error(music.queue(NEXT, music.reference(begun))) == ITEM_NOT_FOUND


@pytest.mark.parametrize("cause", ["gone", "away"])
def test_what_plays_keeps_its_player_when_nothing_begins(music, begun, cause):
    """A queue that could not be begun takes no player: "next" still goes on with what plays."""
    music.queues.missing.update({"library://album/9"} if cause == "gone" else ())
    music.queues.failure = HomeUnreachableError("no route") if cause == "away" else None
    current = wrapped(music.reference(begun))
    music.error(music.ask("Alexa.Media.Playback.Initiate", contentId="library://album/9", currentItemReference=current))
    music.queues.failure = None
    assert music.queue(NEXT, music.reference(begun))["payload"]["item"]["id"] == "2"


def test_the_longest_idle_player_is_taken(music):
    """A fifth room takes the player nobody has listened to for longest, not the oldest; that queue is no more."""
    first, idle, *others = [music.initiate() for _ in range(PLAYERS)]
    music.clock.now += 3600
    for method in (first, *others):
        music.event("ItemPlaybackStarted", music.reference(method))
    music.initiate()
    assert music.error(music.queue(NEXT, music.reference(idle))) == ITEM_NOT_FOUND
    assert music.queue(NEXT, music.reference(first))["payload"]["item"]


def test_home_is_told_what_was_meant(music):
    """Name, artist and the providers' uris go with the contentId, so that no other record is ever played for it."""
    meant = MediaItem(
        "library://album/1", "Night Ferry", MediaType.ALBUM, "Blue Harbor", other_uris=("qobuz://album/x",)
    )
    music.store.remember(meant)
    music.initiate()
    assert music.queues.calls[0].args["order"].content == meant


def test_an_alarm_a_year_later(music):
    """What was handed out once is still known with all its names when an alarm rings 364 days later."""
    music.search(("ALBUM", ALBUM))
    music.app._dialects[0]._services.contents._remembered.clear()  # another sandbox
    music.clock.now += 364 * 24 * 3600
    music.initiate(ALBUM.uri)
    assert music.queues.calls[0].args["order"].content.name == "Night Ferry"


def test_what_is_heard_is_not_forgotten(music):
    """Every year's alarm keeps its content for another year: what is heard is kept anew."""
    music.store.remember(ALBUM)
    for _ in range(3):
        music.clock.now += 300 * 24 * 3600
        music.event("ItemPlaybackStarted", music.reference(music.initiate()))
        music.app._dialects[0]._services.contents._remembered.clear()  # another sandbox
    assert music.store.content(ALBUM.uri) == ALBUM


def test_a_content_that_is_gone(music):
    """An old contentId that means nothing any more, to home or to anyone, is not found."""
    music.queues.missing.add("library://playlist/9")
    for content_id in ("library://playlist/9", "playlist:deleted-last-year"):
        answer = music.ask("Alexa.Media.Playback.Initiate", contentId=content_id)
        assert music.error(answer) == ("Alexa.Media", "1.0", "CONTENT_NOT_FOUND")
    assert music.queues.names == ["start"]  # home was asked of the first only


@pytest.mark.parametrize("explicit", [True, False])
def test_the_filter_goes_home_with_a_queue(music, explicit):
    """Home leaves explicit tracks out, then and whenever more is loaded; all of them, and nothing plays."""
    music.queues.contents[ALBUM.uri] = [
        queue_item("library://track/1", "Rude", explicit=True),
        queue_item("library://track/2", "Polite"),
    ]
    filters = {"explicitLanguageAllowed": explicit}
    method = music.initiate(filters=filters)
    assert method["firstItem"]["metadata"]["name"]["display"] == ("Rude" if explicit else "Polite")
    music.queues.contents[ALBUM.uri].pop()
    answer = music.ask("Alexa.Media.Playback.Initiate", contentId=ALBUM.uri, filters=filters)
    assert (answer["header"]["name"] == "Initiate.Response") is explicit


def test_an_explicit_track_is_not_begun(music):
    """A track known to be explicit is refused without asking home."""
    music.store.remember(RUDE)
    filters = {"explicitLanguageAllowed": False}
    answer = music.ask("Alexa.Media.Playback.Initiate", contentId=RUDE.uri, filters=filters)
    assert music.error(answer) == ("Alexa.Media", "1.0", "CONTENT_FILTERED")
    assert music.trips == []


# Reinitiate


@pytest.mark.parametrize("form", [lambda reference: reference, wrapped, nested])
def test_reinitiate_goes_on(music, begun, form):
    """What plays is begun anew on the same player, told to go on where it is."""
    answer = music.ask("Alexa.Media.Playback.Reinitiate", currentItemReference=form(music.reference(begun)))
    assert answer["header"]["name"] == "Reinitiate.Response"
    order = music.queues.calls[0].args["order"]
    assert (order.goes_on.queue_id, order.goes_on.entry_id) == (begun["id"], begun["firstItem"]["id"])
    assert order.content.uri == ALBUM.uri
    (queue,) = music.store._seats.values()
    assert queue.queue_id == answer["payload"]["playbackMethod"]["id"] != begun["id"]


@pytest.mark.parametrize("form", [lambda reference: reference, wrapped, nested], ids=["bare", "wrapped", "nested"])
def test_reinitiate_of_a_queue_that_is_no_more(music, form):
    """Its player was given away: the contentId in the reference, in whichever shape, says what to begin anew."""
    gone = {"id": "17", "queueId": "another", "contentId": ALBUM.uri}
    music.ask("Alexa.Media.Playback.Reinitiate", currentItemReference=form(gone))
    assert music.queues.calls[0].args["order"].content.uri == ALBUM.uri


def test_reinitiate_knows_what_plays(music, begun):
    """A reference without contentId is enough: the table knows what the queue was made of."""
    reference = {"id": "1", "queueId": begun["id"]}
    music.ask("Alexa.Media.Playback.Reinitiate", currentItemReference=reference)
    assert music.queues.calls[0].args["order"].content.uri == ALBUM.uri


# What follows


@pytest.mark.parametrize("form", [lambda reference: reference, wrapped, nested], ids=["bare", "wrapped", "nested"])
@pytest.mark.parametrize("name", [NEXT, ITEM, VIEW])
def test_the_shapes_of_a_reference_are_one(music, begun, name, form):
    """Bare, wrapped and with its content in an object: the same item, the same answer."""
    reference = music.reference(begun)
    answers = [music.queue(name, each)["payload"] for each in (reference, form(reference))]
    assert answers[0] == answers[1]


def test_through_the_queue_and_over_its_end(music, begun):
    """Item after item; after the last the queue is finished and has no item, and so it stays."""
    entry_id = "1"
    titles = []
    while True:
        payload = music.queue(NEXT, music.reference(begun, entry_id), isUserInitiated=False)["payload"]
        if payload["isQueueFinished"]:
            break
        entry_id = payload["item"]["id"]
        titles.append(payload["item"]["metadata"]["name"]["display"])
    assert titles == ["1 2", "1 3"]
    assert payload == {"isQueueFinished": True, "item": None}


def test_a_loop_has_no_end(music):
    """With loop on, the first item follows the last, as an entry of its own."""
    method = music.initiate(playbackModes={"shuffle": False, "loop": True})
    item = method["firstItem"]
    for _ in range(3):
        payload = music.queue(NEXT, music.reference(method, item["id"]))["payload"]
        assert payload["isQueueFinished"] is False
        item = payload["item"]
    assert (item["id"], item["metadata"]["name"]["display"]) == ("4", "1 1")


@pytest.mark.parametrize("skip", [True, False])
def test_who_skips_leaves_the_repeated_item(music, begun, skip):
    """Repeat on: the same item again; asked for by a person, the one after it."""
    music.ask("Alexa.Media.PlayQueue.SetRepeat", currentItemReference=music.reference(begun), mode={"status": "ON"})
    item = music.queue(NEXT, music.reference(begun), isUserInitiated=skip)["payload"]["item"]
    assert item["metadata"]["name"]["display"] == ("1 2" if skip else "1 1")
    assert item["id"] == "2"


def test_previous_and_its_end(music, begun):
    """The item before; before the first there is none. Only the first has its PREVIOUS disabled."""
    second = music.queue(NEXT, music.reference(begun))["payload"]["item"]
    assert second["controls"][1] == {"type": "COMMAND", "name": "PREVIOUS", "enabled": True}
    before = music.queue(PREVIOUS, music.reference(begun, "2"))
    assert before["payload"]["item"]["id"] == "1"
    assert before["header"]["name"] == "GetPreviousItem.Response"
    assert music.error(music.queue(PREVIOUS, music.reference(begun))) == ITEM_NOT_FOUND


def test_jump(music, begun):
    """The item someone chose on a screen; one that is not there is an INVALID_ITEM."""
    answer = music.queue(JUMP, music.reference(begun), targetItemId="3")
    assert (answer["header"]["name"], answer["payload"]["item"]["id"]) == ("JumpToItem.Response", "3")
    for target in ("19", "x", "../1"):
        assert music.error(music.queue(JUMP, music.reference(begun), targetItemId=target)) == INVALID_ITEM


def test_an_item_is_renewed(music, begun):
    """GetItem gives the very item again, its URL good for as long as a new one, in the other namespace."""
    music.clock.now += VALID_S
    answer = music.ask("Alexa.Media.PlayQueue.GetItem", targetItemReference=wrapped(music.reference(begun)))
    item = answer["payload"]["item"]
    assert answer["header"]["namespace"] == "Alexa.Audio.PlayQueue"
    assert item["id"] == "1"
    assert datetime.fromisoformat(item["stream"]["validUntil"]).timestamp() == NOW + 2 * VALID_S


def test_a_view_is_short(music):
    """At most ten items from the current one on, with the queue's controls; an item has the id it is played by."""
    music.queues.contents[ALBUM.uri] = [queue_item(f"library://track/{n}", str(n)) for n in range(30)]
    method = music.initiate()
    answer = music.ask("Alexa.Media.PlayQueue.GetView", currentItemReference=wrapped(music.reference(method)))
    assert (answer["header"]["namespace"], answer["header"]["name"]) == ("Alexa.Audio.PlayQueue", "GetView.Response")
    items = answer["payload"]["items"]
    assert len(items) == VIEW_LIMIT
    assert items[0]["id"] == "1"
    jumped = music.queue(JUMP, music.reference(method), targetItemId=items[4]["id"])["payload"]["item"]
    assert jumped["metadata"] == items[4]["metadata"]


# Modes and thumbs


@pytest.mark.parametrize(
    ("name", "said", "shown"),
    [
        ("SetShuffle", {"enable": True}, (True, False, "OFF")),
        ("SetLoop", {"enable": True}, (False, True, "OFF")),
        ("SetRepeat", {"mode": {"status": "ON"}}, (False, False, "ON")),
        ("SetShuffle", {"enable": False}, (False, False, "OFF")),
        ("SetLoop", {"enable": False}, (False, False, "OFF")),
        ("SetRepeat", {"mode": {"status": "OFF"}}, (False, False, "OFF")),
    ],
)
def test_modes_are_set(music, begun, name, said, shown):
    """The plain Alexa.Response in version 3.0 with nothing in it; a view shows the mode."""
    answer = music.queue(f"Media.PlayQueue.{name}", wrapped(music.reference(begun)), **said)
    header = answer["header"]
    assert (header["namespace"], header["name"], header["payloadVersion"]) == ("Alexa", "Response", "3.0")
    assert answer["payload"] == {}
    controls = music.queue(VIEW, music.reference(begun))["payload"]["queueControls"]
    selected = (controls[0]["selected"], controls[1]["selected"], controls[2]["value"]["status"])
    assert selected == shown


@pytest.mark.parametrize("name", ["SetShuffle", "SetLoop", "SetRepeat"])
def test_a_switch_is_one_of_three(music, name):
    """Each mode is turned off, and on again, by itself: the others are shown as they were."""
    modes = {"shuffle": True, "loop": True, "repeat": {"status": "ON"}}
    method = music.initiate(playbackModes=modes)
    shown = dict(zip(("SetShuffle", "SetLoop", "SetRepeat"), method["controls"], strict=True))
    for on in (False, True):
        said = {"mode": {"status": "ON" if on else "OFF"}} if name == "SetRepeat" else {"enable": on}
        music.queue(f"Media.PlayQueue.{name}", wrapped(music.reference(method)), **said)
        shown[name] |= {"value": said["mode"]} if name == "SetRepeat" else {"selected": on}
        controls = music.queue(VIEW, music.reference(method))["payload"]["queueControls"]
        assert controls == list(shown.values())


def test_a_thumb_up_makes_a_favourite(music, begun):
    """Home makes it a favourite, and the item shows it from then on."""
    answer = like(music, begun)
    header = answer["header"]
    assert (header["namespace"], header["name"], header["payloadVersion"]) == ("Alexa", "Response", "2.0")
    item = music.queue(ITEM, music.reference(begun))["payload"]["item"]
    assert item["feedback"] == {"type": "PREFERENCE", "value": "POSITIVE"}


def test_a_thumb_down_skips(music, begun):
    """Nothing is asked of home: Alexa is told to skip, and asks for the next item by itself."""
    feedback = {"type": "PREFERENCE", "value": "NEGATIVE"}
    liked = wrapped(music.reference(begun))
    answer = music.ask(FEEDBACK, version="2.0", activeContext={"content": [liked]}, feedback=feedback)
    header = answer["header"]
    assert (header["namespace"], header["name"]) == ("Alexa.UserPreference.Audio", "ReceiveFeedback.Response")
    assert (header["payloadVersion"], answer["payload"]) == ("2.0", {"skip": True})
    assert music.trips == []


def test_a_thumb_nobody_knows_changes_nothing(music, begun):
    """Another value is accepted and means nothing."""
    answer = music.ask(FEEDBACK, version="2.0", feedback={"value": "SIDEWAYS"})
    assert answer["header"]["payloadVersion"] == "2.0"
    assert music.trips == []


# What it costs


ONE_TRIP = {
    "GetNextItem": lambda music, method: music.queue(NEXT, music.reference(method)),
    "GetPreviousItem": lambda music, method: music.queue(PREVIOUS, music.reference(method, "2")),
    "JumpToItem": lambda music, method: music.queue(JUMP, music.reference(method), targetItemId="2"),
    "GetItem": lambda music, method: music.queue(ITEM, music.reference(method)),
    "GetView": lambda music, method: music.queue(VIEW, music.reference(method)),
    "SetShuffle": lambda music, method: music.queue("Media.PlayQueue.SetShuffle", music.reference(method), enable=True),
    "ReceiveFeedback": like,
    "Reinitiate": lambda music, method: music.ask(
        "Alexa.Media.Playback.Reinitiate", currentItemReference=music.reference(method)
    ),
    "Started": lambda music, method: music.event("ItemPlaybackStarted", music.reference(method)),
    "Stopped": lambda music, method: music.event("ItemPlaybackStopped", music.reference(method)),
    "Finished": lambda music, method: music.event("ItemPlaybackFinished", music.reference(method)),
    "Failed": lambda music, method: music.event("ItemPlaybackFailed", music.reference(method)),
}


@pytest.mark.parametrize("ask", ONE_TRIP.values(), ids=list(ONE_TRIP))
def test_each_costs_one_round_trip(music, begun, ask):
    """Everything about a queue is one round trip home."""
    ask(music, begun)
    assert len(music.trips) == 1


def test_initiate_costs_one_round_trip_and_three_calls_of_the_table(music):
    """What a contentId means, which players are taken, and the one that is taken now."""
    music.initiate()
    assert music.trips == ["start"]
    assert (music.store.reads, music.store.writes) == (2, 1)


# Events


@pytest.mark.parametrize("activity", ["Started", "Stopped", "Finished", "Failed"])
def test_events_are_told_home(music, begun, activity):
    """What a speaker did, where in the item and when, reaches the queue's player; the answer is empty."""
    answer = music.event(f"ItemPlayback{activity}", music.reference(begun), offsetInMilliseconds="93000")
    assert answer == {}
    (event,) = music.queues.reports
    assert (event.activity, event.entry_id, event.offset_ms) == (Activity(activity.lower()), "1", 93_000)
    assert event.occurred_at == datetime(2026, 11, 21, 20, 15, 30, tzinfo=UTC).timestamp()


def test_events_of_a_queue_that_is_no_more(music, begun, counted):
    """They are acknowledged, and home is not asked."""
    assert music.event("ItemPlaybackFinished", {"id": "1", "queueId": "another"}) == {}
    assert music.trips == []


def test_events_while_home_is_away(music, begun, counted):
    """They are acknowledged, and counted as what was wrong."""
    counted.clear()
    music.queues.failure = HomeUnreachableError("HTTP 530 from the tunnel")
    assert music.event("ItemPlaybackStarted", music.reference(begun)) == {}
    assert counted == ["HomeUnreachable"]


def test_a_table_that_is_away_keeps_no_event_from_home(music, begun, monkeypatch):
    """That a queue is heard cannot be noted: home hears of it all the same."""
    music.clock.now += 3600
    monkeypatch.setattr(music.store, "touch", lambda *_: (_ for _ in ()).throw(PlaybackStoreError("throttled")))
    assert music.event("ItemPlaybackStarted", music.reference(begun)) == {}
    assert len(music.queues.reports) == 1


def test_all_that_is_answered_is_json(music, begun):
    """Enums and numbers included, an answer is what Lambda sends."""
    for ask in ONE_TRIP.values():
        json.dumps(ask(music, begun))

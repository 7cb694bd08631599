"""Alexa's music service, the skill, the bridge and a home: by name, by alarm, by thumbs, from room to room."""

import pytest

from simulator import tones
from simulator.demo_library import LIBRARY
from simulator.house_clock import HouseClock
from simulator.rules.music_given import GET_NEXT, INITIATE, header, method

pytestmark = pytest.mark.slow

NIGHT_FERRY = [track.title for track in LIBRARY.tracks if track.album.title == "Night Ferry"]
RUST_AND_CLOVER = [track.title for track in LIBRARY.tracks if track.album.title == "Rust & Clover"]
YEAR_S = 365 * 24 * 3_600


@pytest.fixture
def rooms(stack):
    """Return a maker of rooms, each with an Echo of its own that pulls what it enqueues only when that plays."""
    if stack.real:
        pytest.skip("the demonstration's records are not in a real library")
    return lambda **more: stack.music_service(**{"buffers_next": False, **more})


@pytest.fixture
def kitchen(rooms):
    return rooms()


@pytest.fixture
def rebuilt(stack):
    """Return what makes the library's database anew; afterwards its numbers are as they were."""
    yield stack.home.renumber
    stack.home.renumber(0)


def kinds(step):
    return [exchange.kind.rsplit(".", 1)[-1] for exchange in step.exchanges]


def pulls_of(stack, room):
    """Return how often Music Assistant was asked for the stream of its current item."""
    item = stack.home.api("player_queues/get", queue_id=stack.player_id(room))["current_item"]
    return sum(pull["queue_item_id"] == item["queue_item_id"] for pull in stack.home.pulls())


def without_message_id(answer):
    return {**answer, "header": {**answer["header"], "messageId": ""}}


def test_an_album_by_name(house, kitchen):
    """Asked for by its name, a record is heard track after track, each asked for while the one before plays."""
    step = kitchen.say("alexa, play the album night ferry by blue harbor on music assistant")
    assert kinds(step) == ["GetPlayableContent", "Initiate", "ItemPlaybackStarted", "GetNextItem"]
    assert step.speech == "Night Ferry by Blue Harbor, on Music Assistant."
    heard = []
    while kitchen.device.playing:
        heard.append(kitchen.track)
        assert kitchen.item.title == kitchen.track
        house.agrees(kitchen)
        kitchen.play_to_end()
    assert heard == NIGHT_FERRY
    assert kitchen.item is None
    assert sum(exchange.kind == GET_NEXT for exchange in kitchen.trace) == len(NIGHT_FERRY)
    assert not [breach for breach in kitchen.breaches if breach.level == "error"]


def test_words_that_no_catalogue_has(rooms):
    """What goes as text, because no catalogue was uploaded, is found by a search at home."""
    kitchen = rooms()
    kitchen.ask({"type": "ALBUM", "value": "night ferry"}, {"type": "ARTIST", "value": "blue harbor"})
    assert kitchen.track == NIGHT_FERRY[0]


def test_the_alarm_a_year_later(stack, rooms):
    """An alarm rings after a year, in a sandbox that remembers nothing, and plays its record."""
    alarm = rooms().set_alarm("wake me up to the album night ferry at seven")
    assert isinstance(stack.clock, HouseClock)
    stack.clock.skip(YEAR_S)
    bedroom = rooms(invoke=stack.sandbox())
    bedroom.play(alarm.content_id)
    assert bedroom.track == NIGHT_FERRY[0]


def test_an_alarm_of_a_number_that_is_another_record_now(stack, rooms, rebuilt):
    """Music Assistant's database was made anew: what the alarm named is found under its new number, and plays."""
    alarms = [
        rooms().set_alarm(f"wake me up to {name} at seven")
        for name in ("the album night ferry", "the song tin robot", "the playlist late drive", "iron meadow")
    ]
    rebuilt()
    for alarm in alarms:
        bedroom = rooms(invoke=stack.sandbox())
        bedroom.play(alarm.content_id)
        heard = LIBRARY.track(bedroom.track)
        assert alarm.name in (heard.album.title, heard.title, heard.artist.name, "Late Drive")
        if alarm.name == "Late Drive":
            assert heard.title == "Neon Carp"


def test_an_alarm_of_what_is_no_more(rooms):
    """What nobody has any more is not found, and nothing else plays instead."""
    bedroom = rooms()
    step = bedroom.play("library://album/4711", known={"missing"})
    assert step.error == "CONTENT_NOT_FOUND"
    assert not bedroom.device.playing


def test_thumbs(house, stack, kitchen):
    """A thumb up makes a favourite at home, which the item then says; one down plays the next."""
    kitchen.say("play the album morning tide")
    kitchen.say("thumbs up")
    uri = stack.home.api("player_queues/get", queue_id=stack.player_id(kitchen))["current_item"]["media_item"]["uri"]
    assert stack.home.api("music/item_by_uri", uri=uri)["favorite"]
    step = kitchen.say("what's next")
    assert step.exchanges[0].answer["payload"]["items"][0]["feedback"]["value"] == "POSITIVE"
    kitchen.say("thumbs down")
    assert kitchen.track == "Salt and Paper"
    house.agrees(kitchen)


def test_move_to_the_bathroom(house, stack, rooms):
    """Another room's Echo goes on with the byte the first one stopped at, and Music Assistant sends the track once."""
    kitchen, bathroom = rooms(), rooms()
    kitchen.say("play the album kites over osaka")
    kitchen.listen(9)
    track, at_ms = kitchen.track, kitchen.device.position_ms
    pulled = pulls_of(stack, kitchen)
    step = kitchen.move_to(bathroom)
    assert kinds(step) == ["ItemPlaybackStarted", "GetNextItem"]
    sound = bathroom.device.current.sound
    assert abs(sound.joined_at - at_ms * tones.BYTES_PER_SECOND / 1_000) < tones.BYTES_PER_SECOND
    bathroom.listen(2)
    assert tones.identify(sound.audio[sound.joined_at :]) == bathroom.track == track
    assert (kitchen.device.playing, bathroom.device.position_ms) == (False, at_ms + 2_000)
    house.agrees(bathroom)
    assert pulls_of(stack, bathroom) == pulled == 1
    assert not [exchange for exchange in bathroom.trace if exchange.kind == INITIATE]
    bathroom.play_to_end()
    house.agrees(bathroom)


def test_jump_in_the_queue(house, kitchen):
    """An item of the screen is chosen and plays; what followed it follows, and what was before it is before it."""
    kitchen.say("play the album small machines")
    step = kitchen.say("jump to magnet heart")
    assert kinds(step)[:2] == ["GetView", "JumpToItem"]
    assert kitchen.track == "Magnet Heart"
    house.agrees(kitchen)
    kitchen.say("previous")
    assert kitchen.track == "Solder"
    kitchen.say("next")
    kitchen.say("next")
    assert kitchen.track == "Tiny Engine"
    house.agrees(kitchen)


def test_a_loop_goes_from_the_last_to_the_first(house, kitchen):
    """With loop on the record begins again, by itself and when somebody says "next"; off, it ends."""
    kitchen.say("play the album night ferry")
    kitchen.say("loop on")
    kitchen.say("jump to last crossing")
    kitchen.play_to_end()
    assert kitchen.track == NIGHT_FERRY[0]
    house.agrees(kitchen)
    kitchen.say("jump to last crossing")
    kitchen.say("next")
    assert kitchen.track == NIGHT_FERRY[0]
    kitchen.say("loop off")
    kitchen.say("jump to last crossing")
    kitchen.play_to_end()
    assert not kitchen.device.playing


def test_a_song_again_in_a_loop(house, kitchen):
    """Repeat on leaves the loop: the first song follows the last when somebody skips that, or repeats it no more."""
    for said in ("play the album night ferry", "loop on", "repeat on", "jump to last crossing"):
        kitchen.say(said)
    kitchen.say("next")
    assert kitchen.track == NIGHT_FERRY[0]
    kitchen.say("jump to last crossing")
    kitchen.say("repeat off")
    kitchen.play_to_end()
    assert kitchen.track == NIGHT_FERRY[0]
    house.agrees(kitchen)


def test_one_song_again(kitchen):
    """With repeat on a song comes again as an item of its own; "next" leaves it."""
    kitchen.say("play the album night ferry")
    kitchen.say("repeat on")
    first = kitchen.item
    kitchen.play_to_end()
    assert kitchen.track == NIGHT_FERRY[0]
    assert kitchen.item.item_id != first.item_id
    kitchen.say("next")
    assert kitchen.track == NIGHT_FERRY[1]


def test_four_rooms_and_a_fifth(house, stack, rooms):
    """Four rooms play at once, each on a player of its own; a fifth takes that of the one longest idle."""
    records = ("night ferry", "morning tide", "small machines", "nordlicht", "mañana azul")
    five = [rooms() for _ in records]
    for room, record in zip(five[:4], records, strict=False):
        room.say(f"play the album {record}")
        stack.clock.advance(1)
    assert len({stack.player_id(room) for room in five[:4]}) == 4
    for room in five[:4]:
        house.agrees(room)
    freed = stack.player_id(five[0])
    five[4].say(f"play the album {records[4]}")
    assert stack.player_id(five[4]) == freed
    assert five[0].say("next").error == "ITEM_NOT_FOUND"
    for room in five[1:]:
        track = room.track
        assert not room.say("next").error
        assert room.track != track
        house.agrees(room)


def test_an_answer_that_was_lost(stack, kitchen):
    """The same Initiate again gets the same queue and item, and nothing is loaded again."""
    kitchen.say("play the album nordlicht")
    queue = stack.home.api("player_queues/items", queue_id=stack.player_id(kitchen))
    initiate = next(exchange for exchange in kitchen.trace if exchange.kind == INITIATE)
    again = kitchen.send(initiate.event)
    first, second = method(initiate), method(again)
    assert (first["id"], first["firstItem"]["id"]) == (second["id"], second["firstItem"]["id"])
    assert header(initiate) | {"messageId": ""} == header(again) | {"messageId": ""}
    assert stack.home.api("player_queues/items", queue_id=stack.player_id(kitchen)) == queue


def test_a_filter_for_explicit_words(kitchen):
    """A track is refused by name, and a record leaves it out."""
    kitchen.room.explicit_allowed = False
    attribute = kitchen.listener.attribute("TRACK", "nettle crown")
    assert kitchen.ask(attribute, known={"explicit"}).error == "CONTENT_FILTERED"
    kitchen.say("play the album rust & clover")
    heard = []
    while kitchen.device.playing:
        heard.append(kitchen.track)
        kitchen.play_to_end()
    assert heard == [title for title in RUST_AND_CLOVER if title != "Nettle Crown"]


def test_home_is_away_and_back(house, stack, kitchen):
    """Without a way home Alexa says that nobody answers, what plays plays on; with one, it just works."""
    kitchen.say("play the album night ferry")
    stack.unplug()
    assert kitchen.say("next").error == "INTERNAL_ERROR"
    assert kitchen.say("play the album small machines").error == "INTERNAL_ERROR"
    assert (kitchen.device.playing, kitchen.track) == (True, NIGHT_FERRY[0])
    stack.plug()
    assert not kitchen.say("next").error
    assert kitchen.track == NIGHT_FERRY[1]
    house.agrees(kitchen)


def test_a_night_in_pause(stack, kitchen):
    """When the stream's time has passed, it is asked for anew, and goes on from the byte at which it was paused."""
    kitchen.say("play the album night ferry")
    kitchen.listen(5)
    kitchen.say("pause")
    pulled = pulls_of(stack, kitchen)
    stack.clock.skip(13 * 3_600)
    step = kitchen.say("resume")
    assert kinds(step) == ["GetItem", "ItemPlaybackStarted", "GetNextItem"]
    assert (kitchen.track, kitchen.device.position_ms) == (NIGHT_FERRY[0], 5_000)
    assert kitchen.device.current.sound.joined_at > 4 * tones.BYTES_PER_SECOND
    assert pulls_of(stack, kitchen) == pulled
    kitchen.play_to_end()
    assert kitchen.track == NIGHT_FERRY[1]


@pytest.mark.parametrize(("times", "heard"), [(1, NIGHT_FERRY[0]), (3, NIGHT_FERRY[1])])
def test_a_stream_that_is_refused(house, stack, kitchen, times, heard):
    """What Music Assistant does not send once is heard by a new address, and what it never sends is passed over."""
    stack.home.refuse("stream", status=500, times=times)
    kitchen.say("play the album night ferry")
    assert kitchen.track == heard
    house.agrees(kitchen)


def test_a_station(kitchen):
    """A station has no length, no next, and is heard."""
    kitchen.ask(kitchen.listener.attribute("STATION", "lighthouse fm"), known={"live"})
    assert kitchen.track == "Lighthouse FM"
    assert kitchen.item.duration_ms is None
    assert kitchen.say("next").exchanges == []


def test_shuffle(house, kitchen):
    """A shuffled record plays all of it, each track once, in Music Assistant's order."""
    kitchen.say("shuffle the album café minuit")
    assert kitchen.room.modes.shuffle
    heard = []
    while kitchen.device.playing:
        heard.append(kitchen.track)
        house.agrees(kitchen)
        kitchen.play_to_end()
    assert sorted(heard) == sorted(track.title for track in LIBRARY.tracks if track.album.title == "Café Minuit")

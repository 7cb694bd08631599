"""The music skill in the house in memory: its event files with ids of ours, and what rooms and their listeners ask."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from music_assistant_alexa.entity_ids import entity_id
from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.models import MediaItem, MediaType, QueueItem
from simulator.evidence import Evidence
from simulator.evidence.evenings import FAILURES, HOSTILE
from simulator.memory_house import LIBRARY, MemoryHouse
from simulator.music_directives import Account, directive
from simulator.music_service import MusicService
from simulator.music_utterances import Entities
from simulator.rules import Known
from simulator.rules.music_given import GET_CONTENT, GET_DISPLAYABLE, GET_NEXT, GET_PREVIOUS, JUMP, REINITIATE
from simulator.scripted_home import queue_item, tracks

__all__ = ["music_evenings", "music_files"]

EVENTS = Path(__file__).resolve().parents[2] / "tests" / "events"
ALBUM, STATION, DELETED = "library://album/1", "library://radio/1", "library://playlist/9"
SHELF = (
    *LIBRARY,
    MediaItem("library://genre/1", "Rock", MediaType.GENRE, in_library=True),
    MediaItem("library://track/66", "Rude Words", MediaType.TRACK, "Blue Harbor", explicit=True),
)
URIS = {
    "track.4711": "library://track/1",
    "album.9": ALBUM,
    "artist.12": "library://artist/1",
    "playlist.3": "library://playlist/1",
    "station.1": STATION,
    "genre.jazz": "library://genre/1",
    "genre.rock": "library://genre/1",
    "track.explicit-1": "library://track/66",
    "track.does-not-exist": "library://track/404",
}
"""The entities in the files, which are none of ours, and what they stand for."""
CONTENTS = {"album:9": ALBUM, "playlist:deleted-last-year": DELETED}
QUEUE_ID = "76f325d5-a648-4e8f-87ad-6e53cf99e4c7"
KNOWN: dict[str, tuple[Known, ...]] = {
    "music_gpc_unknown_entity": ("missing",),
    "music_initiate_alarm_old_content_id": ("missing",),
    "music_gpc_explicit_filtered": ("explicit",),
}
"""What is known of the music that a file asks for, once its ids are ours."""
KINDS = {"artist": "ARTIST", "album": "ALBUM", "track": "TRACK", "playlist": "PLAYLIST", "radio": "STATION"}
ENTITIES: Entities = {
    word: {item.name: entity_id(item.uri) for item in LIBRARY if item.media_type == kind}
    for kind, word in KINDS.items()
}
SENTENCES = (
    "play music",
    "play blue harbor",
    "play summit by blue harbor",
    "play the album night ferry by blue harbor",
    "play the latest album by blue harbor",
    "play the playlist late drive",
    "play rock music",
    "play the harbor radio station",
    "wake me up to rock music at seven",
    "play nobody knows what",
    "shuffle night ferry",
    "thumbs up",
    "what's next",
    "jump to 1 3",
    "previous",
    "shuffle off",
    "loop on",
    "next",
    "next",
    "repeat on",
    "pause",
    "resume",
    "thumbs down",
    "repeat off",
    "loop off",
    "stop",
)
"""What is said in one evening: the eight utterances of Amazon's document, and all that can be asked of what plays."""
ALARMS = 30


def music_files(house: MemoryHouse) -> Iterator[Evidence]:
    """Yield every file of the music skill with ids of ours, while a queue plays to which its references refer."""
    for file in sorted(EVENTS.glob("music_*.json")):
        room = _moved_in(house)
        room.play(ALBUM)
        room.room.look()
        event = _with_ids(json.loads(file.read_text(encoding="utf-8")), _live_ids(room))
        yield f"{file.stem}, with live ids", [*room.trace, house.exchange(event, KNOWN.get(file.stem, ()))]


def music_evenings(house: MemoryHouse) -> Iterator[Evidence]:
    """Yield everything else; the house starts anew before each."""
    for about, evening in (
        ("a music evening", _evening),
        ("references in all forms", _forms),
        ("places that are none", _nowhere),
        ("a station", _station),
        ("thirty alarms", _alarms),
        ("one search by two accounts", _two_accounts),
        ("a filter", _filter),
        ("screens and hand-offs", _screens),
        ("words nobody expects", _odd_words),
    ):
        room = _moved_in(house)
        evening(house, room)
        yield about, room.trace
    yield from _rooms(house)
    yield from _broken_homes(house)


def _moved_in(house: MemoryHouse) -> MusicService:
    house.move_in(SHELF)
    live = QueueItem("radio", STATION, "Harbor Radio", media_type=MediaType.RADIO)
    rude = [queue_item(f"{ALBUM}/rude", "Rude Words", explicit=True)]
    house.queues.contents = {STATION: [live], ALBUM: [*tracks(ALBUM), *rude, *tracks("library://album/2", 12)]}
    house.queues.missing = {DELETED}
    return house.music_service(ENTITIES)


def _live_ids(room: MusicService) -> dict[str, str]:
    """Return what the files' ids are to be: of the queue that plays, of its first item and its third."""
    entities = {name: entity_id(uri) for name, uri in URIS.items()}
    shown = [item.item_id for item in room.room.shown] or ["", "", ""]
    queue_id = room.item.queue_id if room.item else ""
    return {**entities, **CONTENTS, QUEUE_ID: queue_id, "17": shown[0], "19": shown[2]}


def _with_ids(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _with_ids(each, ids) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_ids(each, ids) for each in value]
    return ids.get(value, value) if isinstance(value, str) else value


def _evening(house: MemoryHouse, room: MusicService) -> None:
    """Say everything, then let a record play to its end, and once more in a loop."""
    del house
    for sentence in SENTENCES:
        room.say(sentence)
        room.listen(2)
    room.play(ALBUM)
    room.listen(16 * 200)
    room.play(ALBUM, loop=True, shuffle=True)
    room.listen(20 * 200)


def _forms(house: MemoryHouse, room: MusicService) -> None:
    del house
    room.play(ALBUM)
    for form in ("bare", "wrapped", "nested"):
        room.room.ask_about(GET_NEXT, form, isUserInitiated=False)


def _nowhere(house: MemoryHouse, room: MusicService) -> None:
    """Ask for what is before the first item and after the last, and for items that never were."""
    del house
    room.play(ALBUM)
    room.room.ask_about(GET_PREVIOUS)
    for item_id in ("no such item", "4711", "-1", "x" * 10_000):
        room.room.ask_about(JUMP, targetItemId=item_id)
    room.play("library://track/1")
    room.room.ask_about(GET_NEXT, isUserInitiated=True)
    room.play(DELETED, known={"missing"})
    room.play("another service's id", known={"missing"})


def _station(house: MemoryHouse, room: MusicService) -> None:
    del house
    room.ask({"type": "STATION", "entityId": entity_id(STATION)}, known={"live"})
    room.listen(60)


def _alarms(house: MemoryHouse, room: MusicService) -> None:
    """Keep a content and play it again and again, a year later too."""
    alarm = room.set_alarm("wake me up to night ferry at seven")
    for _ in range(ALARMS):
        room.play(alarm.content_id)
        room.say("stop")
    house.clock.advance(365 * 24 * 3_600)
    room.play(alarm.content_id)


def _two_accounts(house: MemoryHouse, room: MusicService) -> None:
    """Look for the same entity as two people, one of them linked."""
    wanted = [{"type": "ALBUM", "entityId": entity_id(ALBUM)}]
    payload = {"filters": {"explicitLanguageAllowed": True}, "selectionCriteria": {"attributes": wanted}}
    for account in (Account(), Account(user_id="amzn1.ask.account.ANOTHER", access_token="token")):
        room.send(directive(account, GET_CONTENT, payload))
        house.clock.advance(60)


def _filter(house: MemoryHouse, room: MusicService) -> None:
    """Turn the filter for explicit words on: a track is refused, a record plays without it."""
    room.room.explicit_allowed = False
    room.search({"type": "TRACK", "entityId": entity_id("library://track/66")}, known={"explicit"})
    house.queues.contents["library://track/66"] = [queue_item("library://track/66", "Rude Words", explicit=True)]
    room.play("library://track/66")
    room.play(ALBUM)
    room.listen(900)


def _screens(house: MemoryHouse, room: MusicService) -> None:
    """Show things on a screen, move the music to another room, and have it begun anew there."""
    shown = [{"attributes": [{"type": "ALBUM", "entityId": entity_id(ALBUM)}]}, {"attributes": []}]
    room.send(directive(Account(), GET_DISPLAYABLE, {"selectionCriteria": shown}, "2.0"))
    room.play(ALBUM)
    room.listen(30)
    kept = room.room.held()
    bathroom = house.music_service(ENTITIES)
    room.move_to(bathroom)
    current = {"namespace": "Alexa.Audio.PlayQueue", "name": "item", "value": kept.reference}
    modes = {"shuffle": False, "loop": False}
    room.send(directive(Account(), REINITIATE, {"currentItemReference": current, "playbackModes": modes}))
    bathroom.listen(300)


def _odd_words(house: MemoryHouse, room: MusicService) -> None:
    """Say names that no home knows and no table likes, and criteria that Amazon has not invented yet."""
    del house
    for name, kind in itertools.product(HOSTILE, ("TRACK", "GENRE", "NOVEL", "MEDIA_TYPE")):
        room.search({"type": kind, "value": name})
        room.search({"type": kind, "entityId": name})
        room.play(name)


def _rooms(house: MemoryHouse) -> Iterator[Evidence]:
    """Play in four rooms and a fifth: the first one's queue is no more."""
    _moved_in(house)
    rooms = [house.music_service(ENTITIES) for _ in range(5)]
    for room in rooms:
        room.play(ALBUM)
        house.clock.advance(300)
    for number, room in enumerate(rooms, 1):
        room.say("next")
        yield f"room {number} of five", room.trace


def _broken_homes(house: MemoryHouse) -> Iterator[Evidence]:
    """Fail every call home, or every call of the table, while music plays and before."""
    for failure, at_first in itertools.product((*FAILURES, PlaybackStoreError("throttled")), (True, False)):
        room = _moved_in(house)
        if not at_first:
            room.play(ALBUM)
        if isinstance(failure, PlaybackStoreError):
            house.music_store.away = failure
        else:
            house.home.failure = house.queues.failure = failure
        for sentence in ("play rock music", "play nobody knows what", "next", "loop on", "what's next", "thumbs up"):
            room.say(sentence)
        room.listen(210)
        yield f"{type(failure).__name__} {'before' if at_first else 'while'} a queue plays", room.trace

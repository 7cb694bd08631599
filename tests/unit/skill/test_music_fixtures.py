"""Every music event file with live ids in it, answered by the whole skill and judged by rows 65 to 89."""

import json
from pathlib import Path

import pytest

from music_assistant_alexa.entity_ids import entity_id
from music_assistant_alexa.models import MediaItem, MediaType
from simulator.rules import RULES, Exchange, judge_exchange

FOLDER = Path(__file__).parents[2] / "events"
EVENTS = {path.stem: path.read_text() for path in sorted(FOLDER.glob("music_*.json"))}
LIBRARY = {
    "track.4711": MediaItem("library://track/4711", "Summit", MediaType.TRACK, "Blue Harbor"),
    "track.explicit-1": MediaItem("library://track/1", "Rude", MediaType.TRACK, "Blue Harbor", explicit=True),
    "album.9": MediaItem("library://album/9", "Night Ferry", MediaType.ALBUM, "Blue Harbor"),
    "artist.12": MediaItem("library://artist/12", "Sigur Rós", MediaType.ARTIST),
    "playlist.3": MediaItem("library://playlist/3", "Party Hits", MediaType.PLAYLIST),
    "station.1": MediaItem("library://radio/1", "Summertime", MediaType.RADIO),
    "genre.jazz": MediaItem("ma:genre/jazz", "Jazz", MediaType.GENRE),
    "genre.rock": MediaItem("ma:genre/rock", "Rock", MediaType.GENRE),
}
"""What the files' catalogue ids stand for."""
MISSING = {"music_gpc_unknown_entity": "track.does-not-exist", "music_initiate_alarm_old_content_id": "playlist:"}
ANSWERED = {
    "music_getitem_refresh_uri": "GetItem.Response",
    "music_getnextitem_auto": "GetNextItem.Response",
    "music_getnextitem_nested_content_form": "GetNextItem.Response",
    "music_getnextitem_user": "GetNextItem.Response",
    "music_getnextitem_wrapped_reference": "GetNextItem.Response",
    "music_getpreviousitem": "GetPreviousItem.Response",
    "music_getview": "GetView.Response",
    "music_gpc_album_and_artist": "library://album/9",
    "music_gpc_artist_entity_authority_sources": "library://artist/12",
    "music_gpc_empty_criteria": "ma:library",
    "music_gpc_explicit_filtered": "CONTENT_FILTERED",
    "music_gpc_genre": "ma:genre/jazz",
    "music_gpc_genre_artist_tracks_sorted": "library://artist/12",
    "music_gpc_no_access_token": "library://track/4711",
    "music_gpc_no_country": "library://track/4711",
    "music_gpc_playlist": "library://playlist/3",
    "music_gpc_station": "library://radio/1",
    "music_gpc_text_value_only": "library://artist/12",
    "music_gpc_track_entity": "library://track/4711",
    "music_gpc_unknown_attribute_type": "library://track/4711",
    "music_gpc_unknown_entity": "CONTENT_NOT_FOUND",
    "music_initiate_alarm_old_content_id": "CONTENT_NOT_FOUND",
    "music_initiate_no_current": "Initiate.Response",
    "music_initiate_repeat": "Initiate.Response",
    "music_initiate_shuffle": "Initiate.Response",
    "music_initiate_with_current": "Initiate.Response",
    "music_jumptoitem": "JumpToItem.Response",
    "music_missing_payload": "INVALID_DIRECTIVE",
    "music_receivefeedback_negative": "ReceiveFeedback.Response",
    "music_setloop_off": "Response",
    "music_setrepeat_on": "Response",
    "music_setshuffle_on": "Response",
    "music_unknown_directive": "INVALID_DIRECTIVE",
    "music_event_item_failed": "{}",
    "music_event_item_finished": "{}",
    "music_event_item_started": "{}",
    "music_event_item_stopped": "{}",
}
"""What each file is answered with: a content's id, an error's type, or the name of the answer."""


@pytest.fixture
def live(music):
    """Return the files with ids that mean something: a queue whose second item plays, and a library."""
    music.home.library[:] = LIBRARY.values()
    method = music.initiate("library://album/9")
    music.queue("Audio.PlayQueue.GetNextItem", music.reference(method))
    music.queues.calls.clear()
    ids = {f'"{known}"': f'"{entity_id(item.uri)}"' for known, item in LIBRARY.items()}
    ids |= {'"17"': '"2"', '"19"': '"3"', "album:9": "library://album/9"}
    ids["76f325d5-a648-4e8f-87ad-6e53cf99e4c7"] = method["id"]

    def event(name):
        text = EVENTS[name]
        for written, meant in ids.items():
            text = text.replace(written, meant)
        return json.loads(text)

    return event


def shown(answer):
    """Return the one word that says what an answer is."""
    payload = answer.get("payload", {})
    name = answer["header"]["name"] if answer else "{}"
    return payload.get("content", {}).get("id") or payload.get("type") or name


def known_of(name, text):
    """Return what the asker knows: what is not there, what is explicit."""
    missing = {"missing"} if name in MISSING and MISSING[name] in text else set()
    return frozenset(missing | ({"explicit"} if "explicit-1" in text else set()))


@pytest.mark.parametrize("name", EVENTS)
def test_every_file_is_answered_within_the_rules(music, live, name):
    """The right kind of answer, and nothing in it that breaks a rule or bends one."""
    event = live(name)
    answer = music.app.answer(event)
    assert json.loads(json.dumps(answer)) == answer
    assert shown(answer) == ANSWERED[name]
    exchange = Exchange(event, answer, at=music.clock.now, asked_for=known_of(name, EVENTS[name]))
    assert [str(breach) for breach in judge_exchange(exchange)] == []


def test_no_file_is_forgotten():
    """The table names each music file there is, and each has a rule of the music skill that looks at it."""
    assert EVENTS.keys() == ANSWERED.keys()
    rows = {rule.row for rule in RULES}
    assert rows >= {65, 66, 67, 68, 69, 71, 73, 74, 75, 76, 78, 79, 83, 84, 85, 87, 88, 89}


@pytest.mark.parametrize("name", EVENTS)
def test_a_file_as_it_is(music, name):
    """With ids that mean nothing here an answer is an error in its own form, a content of ours, or nothing."""
    event = json.loads(EVENTS[name])
    answer = music.app.answer(event)
    breaches = [str(breach) for breach in judge_exchange(Exchange(event, answer, at=music.clock.now))]
    assert breaches == []


def nodes(value, path=()):
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in members:
        yield (*path, key)
        yield from nodes(each, (*path, key))


def spoilt(event, path, wrong):
    changed = json.loads(json.dumps(event))
    part = changed
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = wrong
    return changed


TELLING = {("request",), ("request", "type"), ("header",), ("header", "namespace")}
"""What tells the dialect: without it an event is of another one, or of none."""


@pytest.mark.parametrize("name", EVENTS)
def test_any_part_may_be_anything(music, live, logs, name):
    """One part of a file of another type, or a text nobody expects: an answer in the dialect's form, no surprise."""
    event = live(name)
    for path in nodes(event):
        if path in TELLING:
            continue
        for wrong in (None, [], {}, [[]], {"x": {}}, "", 7, -1e400, 10**400, True, "\ud800", "a\nb", "x" * 5_000):
            answer = music.app.answer(spoilt(event, path, wrong))
            assert answer.keys() == ({"header", "payload"} if "header" in event else set()), (path, wrong)
    assert "Traceback" not in logs.text


@pytest.mark.parametrize("name", EVENTS)
def test_properties_nobody_knows_change_nothing(music, live, name):
    """Extra properties anywhere in a file change no answer."""

    def extended(value):
        if isinstance(value, dict):
            return {**{key: extended(each) for key, each in value.items()}, "new": {"x": [1]}}
        return [extended(each) for each in value] if isinstance(value, list) else value

    event = live(name)
    assert music.app.answer(event).get("payload") == music.app.answer(extended(event)).get("payload")

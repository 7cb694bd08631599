"""Each rule of the Music Skill API is broken by the answer that breaks it, and by no right one."""

import copy
import json
from pathlib import Path

import pytest

from simulator.rules import RULES, TRACE_RULES, Exchange, judge_exchange, judge_trace
from simulator.rules.music_given import GET_NEXT, SETTERS
from simulator.scripted_music import answer, content, error, item, queue_controls, queue_method

EVENTS = Path(__file__).parents[2] / "events"
MUSIC = range(65, 90)
ASKED_AS = "00000000-0000-4000-9000-000000000069"
NOW = 1_795_000_000.0
RAISED = {"errorType": "KeyError", "errorMessage": "'x'"}
INVALID = error("INVALID_DIRECTIVE", "Alexa", "3.0")


def load(name):
    return json.loads((EVENTS / f"music_{name}.json").read_text(encoding="utf-8"))


def heard(name, answered, **known):
    return Exchange(load(name), answered, at=NOW, **known)


def changed(answered, *path, to):
    """Return an answer with one thing put in another's place, or taken out."""
    answered = copy.deepcopy(answered)
    place = answered
    for key in path[:-1]:
        place = place[key]
    if to is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return answered


def found(kind="TRACK", **parts):
    return answer("Alexa.Media.Search.GetPlayableContent.Response", content(kind) | parts)


def begun(first=None, **modes):
    method = queue_method(item("17", first=True) if first is None else first, **modes)
    return answer("Alexa.Media.Playback.Initiate.Response", {"playbackMethod": method})


def following(**payload):
    return answer("Alexa.Audio.PlayQueue.GetNextItem.Response", payload)


def one(name, *, of="17", **parts):
    return answer(f"Alexa.Audio.PlayQueue.{name}.Response", {"item": item(of, **parts)})


def view(count=3):
    shown = {
        "queueControls": queue_controls(shuffle=False, loop=False),
        "items": [item(str(at)) for at in range(count)],
    }
    return answer("Alexa.Audio.PlayQueue.GetView.Response", shown)


ART = ("payload", "content", "metadata", "art")
FIRST = ("payload", "playbackMethod", "firstItem")
STREAM = (*FIRST, "stream")
LENGTH = item("17")["durationInMilliseconds"]
LASTS = following(isQueueFinished=False, item=item("18"))
OKAY = answer("Alexa.Response", version="3.0")
MISSING, EXPLICIT, LIVE = ({"asked_for": frozenset({known})} for known in ("missing", "explicit", "live"))

BROKEN = [
    (65, "gpc_track_entity", RAISED, {}),
    (65, "gpc_track_entity", None, {}),
    (65, "gpc_track_entity", changed(found(), "header", "payloadVersion", to=...), {}),
    (65, "gpc_track_entity", changed(found(), "header", "messageId", to="m" * 129), {}),
    (65, "gpc_track_entity", changed(found(), "header", "messageId", to="no/slash"), {}),
    (65, "gpc_track_entity", changed(found(), "header", "messageId", to=ASKED_AS), {}),
    (65, "gpc_track_entity", begun(), {}),
    (65, "gpc_track_entity", changed(found(), "header", "payloadVersion", to="2.0"), {}),
    (65, "receivefeedback_negative", OKAY, {}),
    (66, "gpc_track_entity", changed(found(), "payload", "content", "id", to=...), {}),
    (66, "gpc_track_entity", changed(found(), "payload", "content", "actions", to={"playable": True}), {}),
    (66, "gpc_track_entity", changed(found(), "payload", "content", "metadata", "art", to=...), {}),
    (66, "gpc_track_entity", changed(found(), *ART, "sources", 0, "url", to="http://x"), {}),
    (66, "gpc_track_entity", changed(found(), "payload", "content", "metadata", "name", "speech", to=...), {}),
    (66, "gpc_album_and_artist", changed(found("ALBUM"), "payload", "content", "metadata", "authors", to=[]), {}),
    (67, "gpc_artist_entity_authority_sources", found("TRACK"), {}),
    (67, "gpc_album_and_artist", found("ARTIST"), {}),
    (67, "gpc_station", found("TRACK"), {}),
    (68, "gpc_unknown_entity", found(), MISSING),
    (68, "gpc_unknown_entity", error("CONTENT_NOT_FOUND", "Alexa", "3.0"), {}),
    (68, "gpc_unknown_entity", error("CONTENT_NOT_FOUND", version="3.0"), {}),
    (68, "gpc_unknown_entity", INVALID, MISSING),
    (69, "gpc_explicit_filtered", found(), EXPLICIT),
    (69, "gpc_explicit_filtered", error("CONTENT_NOT_FOUND"), EXPLICIT),
    (71, "gpc_empty_criteria", error("CONTENT_NOT_FOUND"), {}),
    (72, "gpc_track_entity", found(), {"seconds": 0.6}),
    (73, "initiate_no_current", changed(begun(), "payload", "playbackMethod", "type", to="OTHER"), {}),
    (73, "initiate_no_current", changed(begun(), "payload", "playbackMethod", "id", to=""), {}),
    (73, "initiate_no_current", changed(begun(), *FIRST, to=...), {}),
    (73, "initiate_no_current", changed(begun(), *FIRST, "rules", to=...), {}),
    (73, "initiate_no_current", changed(begun(), *FIRST, "metadata", "name", to={}), {}),
    (74, "initiate_no_current", changed(begun(), *STREAM, "uri", to="http://music.test/1"), {}),
    (74, "initiate_no_current", changed(begun(), *STREAM, "offsetInMilliseconds", to=-1), {}),
    (74, "initiate_no_current", changed(begun(), *STREAM, "offsetInMilliseconds", to="0"), {}),
    (74, "initiate_no_current", changed(begun(), *STREAM, "offsetInMilliseconds", to=LENGTH), {}),
    (74, "initiate_no_current", changed(begun(), *STREAM, "endOffsetInMilliseconds", to=-1), {}),
    (74, "initiate_no_current", changed(begun(), *STREAM, "validUntil", to=...), {}),
    (74, "initiate_no_current", changed(begun(), *STREAM, "validUntil", to="2018-05-10T19:11:35Z"), {}),
    (74, "initiate_no_current", changed(begun(), *STREAM, "validUntil", to="2099-05-10T19:11:35"), {}),
    (74, "getnextitem_auto", changed(LASTS, "payload", "item", "stream", to={}), {}),
    (75, "initiate_shuffle", begun(), {}),
    (75, "initiate_repeat", begun(), {}),
    (75, "initiate_no_current", begun(shuffle=True), {}),
    (75, "initiate_no_current", changed(begun(), "payload", "playbackMethod", "controls", to=[]), {}),
    (76, "initiate_alarm_old_content_id", begun(), MISSING),
    (76, "initiate_alarm_old_content_id", error("CONTENT_NOT_FOUND", "Alexa.Audio"), {}),
    (78, "getnextitem_auto", following(isQueueFinished=True, item=item("18")), {}),
    (78, "getnextitem_auto", following(item=item("18")), {}),
    (79, "getnextitem_auto", following(isQueueFinished=False), {}),
    (83, "getitem_refresh_uri", answer("Alexa.Media.PlayQueue.GetItem.Response", {"item": item("17")}), {}),
    (83, "getitem_refresh_uri", one("GetItem", of="18"), {}),
    (83, "getview", answer("Alexa.Media.PlayQueue.GetView.Response", {"items": []}), {}),
    (84, "getview", view(11), {}),
    (84, "getview", changed(view(), "payload", "items", to=...), {}),
    (85, "setshuffle_on", answer("Alexa.Response", version="1.0"), {}),
    (85, "setrepeat_on", answer("Alexa.Response", {"x": 1}, "3.0"), {}),
    (86, "initiate_no_current", begun(), LIVE),
    (87, "missing_payload", error("INVALID_DIRECTIVE", "Alexa", "1.0"), {}),
    (87, "missing_payload", error("NO_SUCH_ERROR", "Alexa", "3.0"), {}),
    (87, "jumptoitem", error("SKIP_LIMIT_REACHED"), {}),
    (87, "missing_payload", changed(INVALID, "payload", "message", to=""), {}),
    (88, "unknown_directive", error("INTERNAL_ERROR", "Alexa", "3.0"), {}),
    (88, "unknown_directive", OKAY, {}),
    (89, "event_item_started", {"version": "1.0", "response": {"directives": []}}, {}),
    (89, "event_item_failed", RAISED, {}),
]  # fmt: skip

KEPT = [
    ("gpc_track_entity", found(), {"seconds": 0.4}),
    ("gpc_no_access_token", found(), {}),
    ("gpc_album_and_artist", found("ALBUM"), {}),
    ("gpc_genre_artist_tracks_sorted", found("ARTIST"), {}),
    ("gpc_artist_entity_authority_sources", found("ARTIST"), {}),
    ("gpc_empty_criteria", found("PLAYLIST"), {}),
    ("gpc_unknown_entity", error("CONTENT_NOT_FOUND"), MISSING),
    ("gpc_explicit_filtered", error("CONTENT_FILTERED"), EXPLICIT),
    ("initiate_no_current", begun(), {}),
    ("initiate_shuffle", begun(shuffle=True), {}),
    ("initiate_repeat", begun(loop=True), {}),
    ("initiate_alarm_old_content_id", error("CONTENT_NOT_FOUND"), MISSING),
    ("initiate_no_current", changed(begun(), *FIRST, "durationInMilliseconds", to=...), LIVE),
    ("getnextitem_auto", LASTS, {}),
    ("getnextitem_user", following(isQueueFinished=True), {}),
    ("getnextitem_user", following(isQueueFinished=True, item=None), {}),
    ("getpreviousitem", one("GetPreviousItem", of="16"), {}),
    ("getitem_refresh_uri", one("GetItem"), {}),
    ("getview", view(10), {}),
    ("setloop_off", OKAY, {}),
    ("receivefeedback_negative", answer("Alexa.Response", version="2.0"), {}),
    ("jumptoitem", error("INVALID_ITEM"), {}),
    ("missing_payload", INVALID, {}),
    ("unknown_directive", INVALID, {}),
    ("event_item_stopped", {}, {}),
]


@pytest.mark.parametrize(("row", "event", "answered", "known"), BROKEN, ids=lambda value: str(value)[:40])
def test_a_rule_is_broken(row, event, answered, known):
    """The row of a broken rule is among the breaches."""
    assert row in {breach.row for breach in judge_exchange(heard(event, answered, **known))}


@pytest.mark.parametrize(("event", "answered", "known"), KEPT, ids=lambda value: str(value)[:40])
def test_a_rule_is_kept(event, answered, known):
    """A right answer breaks nothing and is not warned about."""
    assert judge_exchange(heard(event, answered, **known)) == []


def test_every_rule_has_an_answer_that_breaks_it():
    """No row of the music skill is in the table that no test has seen broken."""
    assert {rule.row for rule in RULES if rule.row in MUSIC} == {row for row, *_ in BROKEN}


@pytest.mark.parametrize("answered", [None, [], "text", {"header": 3}, {"header": {}, "payload": {"item": 3}}], ids=str)
def test_the_referee_never_trips(answered):
    """Whatever a skill answers to whatever directive is judged, not raised about."""
    for file in EVENTS.glob("music_*.json"):
        assert judge_exchange(Exchange(json.loads(file.read_text(encoding="utf-8")), answered)), file.name


def asked(name, answered, **fields):
    event = load(name)
    event["payload"] |= fields
    return Exchange(event, answered, seconds=0.01)


def handed_out(name="17", **parts):
    """Return what gives the queue of the files an item."""
    return asked("getitem_refresh_uri", one("GetItem", of=name, **parts))


def initiates(*milliseconds):
    return [Exchange(load("initiate_no_current"), begun(), seconds=each / 1_000) for each in milliseconds]


def other_content():
    return changed(found(), "payload", "content", "id", to="another")


def initiated(**begins):
    answered = changed(begun(**begins), "payload", "playbackMethod", "id", to="a queue")
    return Exchange(load("initiate_no_current"), answered, seconds=0.01)


def of_queue(name, answered, **fields):
    """Return what is said of the queue that was begun."""
    return asked(name, answered, currentItemReference={"id": "17", "queueId": "a queue"}, **fields)


def next_of(name, answered, *, of="a queue", **fields):
    reference = {"id": name, "queueId": of}
    return asked("getnextitem_auto", answered, currentItemReference=reference, **fields)


ENDS = following(isQueueFinished=True, item=None)
LOOPED = changed(view(), "payload", "queueControls", to=queue_controls(shuffle=False, loop=True))
STATION = item("17", controls=[{"type": "COMMAND", "name": "NEXT", "enabled": False}])
WRAPPED = "getnextitem_wrapped_reference"
PREVIOUS = one("GetPreviousItem", of="16")
BROKEN_TRACES = [
    (70, [asked("gpc_track_entity", found()), asked("gpc_track_entity", other_content())]),
    (77, initiates(*[90] * 15, *[150] * 5, 500)),
    (77, initiates(*[150] * 20)),
    (77, initiates(*[90] * 17, *[300] * 4)),
    (79, [initiated(loop=True), next_of("17", ENDS)]),
    (79, [initiated(loop=True), next_of("17", ENDS, isUserInitiated=True)]),
    (79, [initiated(), of_queue("setloop_off", OKAY, enable=True), next_of("17", ENDS)]),
    (79, [initiated(), of_queue("getview", LOOPED), next_of("17", ENDS)]),
    (79, [initiated(loop=True), of_queue("setrepeat_on", OKAY, mode={"status": "OFF"}), next_of("17", ENDS)]),
    (80, [asked("getnextitem_auto", LASTS), asked(WRAPPED, following(isQueueFinished=True))]),
    (80, [asked(WRAPPED, LASTS), asked("getnextitem_nested_content_form", error("ITEM_NOT_FOUND"))]),
    (81, [handed_out(first=True), asked("getpreviousitem", PREVIOUS)]),
    (81, [handed_out(first=True), asked("getpreviousitem", error("INVALID_ITEM"))]),
    (82, [handed_out(), asked("jumptoitem", one("JumpToItem", of="19"))]),
    (82, [asked("jumptoitem", error("ITEM_NOT_FOUND"))]),
]
KEPT_TRACES = [
    [asked("gpc_no_country", found()), asked("gpc_no_access_token", found())],
    [asked("gpc_text_value_only", found("ARTIST")), asked("gpc_text_value_only", other_content())],
    initiates(*[90] * 15, *[150] * 5),
    initiates(5_000),
    [asked("getnextitem_auto", LASTS), asked(WRAPPED, LASTS)],
    [asked("getnextitem_user", following(isQueueFinished=True)), asked(WRAPPED, LASTS)],
    [initiated(), next_of("17", ENDS)],
    [initiated(loop=True), next_of("17", LASTS)],
    [initiated(loop=True), of_queue("setloop_off", OKAY), next_of("17", ENDS)],
    [initiated(loop=True), of_queue("getview", view()), next_of("17", ENDS)],
    [initiated(), of_queue("setloop_off", error("ITEM_NOT_FOUND"), enable=True), next_of("17", ENDS)],
    [initiated(loop=True), next_of("17", ENDS, of="another")],
    [initiated(first=STATION, loop=True), next_of("17", ENDS)],
    [handed_out(first=True), asked("getpreviousitem", error("ITEM_NOT_FOUND", "Alexa.Audio"))],
    [handed_out(first=True), asked("getpreviousitem", error("INTERNAL_ERROR", "Alexa", "3.0"))],
    [handed_out(first=True), asked("setloop_off", OKAY), asked("getpreviousitem", PREVIOUS)],
    [handed_out(), asked("getpreviousitem", PREVIOUS)],
    [handed_out("19"), asked("jumptoitem", one("JumpToItem", of="19"))],
    [asked("jumptoitem", error("INVALID_ITEM"))],
]


@pytest.mark.parametrize(("row", "trace"), BROKEN_TRACES, ids=lambda value: str(value)[:30])
def test_a_trace_breaks_a_rule(row, trace):
    """The row of a rule that a trace breaks is among the breaches."""
    assert row in {breach.row for breach in judge_trace(trace)}


@pytest.mark.parametrize("trace", KEPT_TRACES, ids=lambda value: str(value)[:30])
def test_a_trace_keeps_the_rules(trace):
    """What is right is not objected to."""
    assert judge_trace(trace) == []


def test_every_trace_rule_has_a_trace_that_breaks_it():
    """No row about traces of the music skill is in the table that no test has seen broken."""
    assert {rule.row for rule in TRACE_RULES if rule.row in MUSIC} == {row for row, _ in BROKEN_TRACES}


def test_every_row_is_there():
    """Rows 65 to 89, each by one exchange or by several."""
    assert {rule.row for rule in [*RULES, *TRACE_RULES]} >= set(MUSIC)


def test_times_only_warn():
    """How quick an answer is depends on the machine, and on the way home, which only a benchmark has."""
    assert {rule.row: rule.level for rule in [*RULES, *TRACE_RULES] if rule.row in (72, 77)} == {
        72: "warning",
        77: "warning",
    }


def test_a_directive_is_called_by_its_whole_name():
    """An exchange of a music directive is named by its namespace and name, of an Auto message not at all."""
    assert heard("getnextitem_auto", LASTS).kind == GET_NEXT
    assert heard("setloop_off", OKAY).kind in SETTERS
    aasb = json.loads((EVENTS / "aasb_getstate.json").read_text(encoding="utf-8"))
    assert Exchange(aasb, None).kind == ""

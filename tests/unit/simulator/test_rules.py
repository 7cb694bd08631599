"""Each rule is broken by the answer that breaks it, and by no other."""

import copy
import json
from pathlib import Path

import pytest

from simulator.rules import RULES, TRACE_RULES, Exchange, judge, judge_exchange, judge_trace

EVENTS = Path(__file__).parents[2] / "events"
EMPTY = {"version": "1.0", "response": {}}
RAISED = {"errorType": "KeyError", "errorMessage": "'x'"}
STOP = {"type": "AudioPlayer.Stop"}
CLEAR_ALL = {"type": "AudioPlayer.ClearQueue", "clearBehavior": "CLEAR_ALL"}
DIALOG = {"type": "Dialog.Delegate"}
OTHER_DIALECTS = set(range(65, 106))
"""Rows of the Music Skill API and of Alexa Auto, which have test modules of their own."""


def load(name):
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def respond(**response):
    return {"version": "1.0", "response": response}


def speak(ssml, **more):
    return respond(outputSpeech={"type": "SSML", "ssml": ssml}, **more)


def play(behavior="REPLACE_ALL", *, metadata=None, **stream):
    body = {"url": "https://music.test/1", "token": "next", "offsetInMilliseconds": 0, **stream}
    return {
        "type": "AudioPlayer.Play",
        "playBehavior": behavior,
        "audioItem": {"stream": body, "metadata": metadata or {}},
    }


def without(directive, key):
    changed = copy.deepcopy(directive)
    del changed["audioItem"]["stream"][key]
    return changed


def directives(*all_of_them, **more):
    return respond(directives=list(all_of_them), **more)


def aloud(*all_of_them):
    return directives(*all_of_them, shouldEndSession=True)


def entities(count, synonyms):
    values = [{"id": str(at), "name": {"value": str(at), "synonyms": ["x"] * synonyms}} for at in range(count)]
    types = [{"name": "MA_ARTIST", "values": values}]
    return {"type": "Dialog.UpdateDynamicEntities", "updateBehavior": "REPLACE", "types": types}


ASKED = "custom_intent_play_artist_static_match"
NEARLY = "audioplayer_nearly_finished_immediately"
NEARLY_TOKEN = load(NEARLY)["request"]["token"]
FAILED = "audioplayer_playback_failed_current"
FAILED_NEXT = "audioplayer_playback_failed_while_buffering_next"
ENQUEUE = play("ENQUEUE", expectedPreviousToken=NEARLY_TOKEN)

BROKEN = [
    (1, ASKED, None),
    (1, ASKED, {"version": "1.1", "response": {}}),
    (1, ASKED, {"version": "1.0"}),
    (1, ASKED, RAISED),
    (2, ASKED, respond(card={"x": "y" * 120_001})),
    (2, ASKED, respond(card={"x": "y" * 24_001})),
    (3, ASKED, speak(f"<speak>{'a' * 8_000}</speak>")),
    (4, ASKED, speak("<speak>a < b</speak>")),
    (4, ASKED, speak("<p>no root</p>")),
    (4, ASKED, respond(reprompt={"outputSpeech": {"ssml": "<speak>"}})),
    (5, "custom_intent_search_query_xml_chars", speak("<speak>tom & jerry <live> at the r&b club</speak>")),
    (6, ASKED, respond(card={"title": "t", "content": "c" * 8_000})),
    (6, ASKED, respond(card={"image": {"largeImageUrl": "https://" + "u" * 2_000}})),
    (7, ASKED, aloud(without(play(), "url"))),
    (7, ASKED, aloud(without(play(), "token"))),
    (7, ASKED, aloud(without(play(), "offsetInMilliseconds"))),
    (7, ASKED, aloud(play(behavior=None))),
    (8, ASKED, aloud(play("APPEND"))),
    (9, NEARLY, directives(play("ENQUEUE"))),
    (9, NEARLY, directives(play("ENQUEUE", expectedPreviousToken=""))),
    (10, ASKED, aloud(play(expectedPreviousToken=None))),
    (10, ASKED, aloud(play("REPLACE_ENQUEUED", expectedPreviousToken="x"))),
    (11, ASKED, aloud(play(url="http://music.test/1"))),
    (12, ASKED, aloud(play(url="https://" + "u" * 8_000))),
    (13, ASKED, aloud(play(token=""))),
    (13, ASKED, aloud(play(token="t" * 1_025))),
    (13, ASKED, aloud(play(token=17))),
    (14, ASKED, aloud(play(offsetInMilliseconds=-1))),
    (14, ASKED, aloud(play(offsetInMilliseconds="0"))),
    (14, ASKED, aloud(play(offsetInMilliseconds=1.5))),
    (15, ASKED, aloud(play(), play())),
    (16, ASKED, directives(play(), shouldEndSession=False)),
    (16, ASKED, directives(play())),
    (17, ASKED, aloud(play(metadata={"art": {"sources": [{"url": "http://music.test/1.jpg"}]}}))),
    (17, ASKED, aloud(play(metadata={"backgroundImage": {"sources": [{}]}}))),
    (18, ASKED, directives({"type": "AudioPlayer.ClearQueue"})),
    (19, "audioplayer_playback_started", directives(play())),
    (20, "audioplayer_playback_finished", directives(play())),
    (21, "audioplayer_playback_stopped", directives(STOP)),
    (21, "audioplayer_playback_stopped", respond(shouldEndSession=True)),
    (22, NEARLY, directives(DIALOG)),
    (23, NEARLY, directives(play())),
    (24, NEARLY, directives(play("ENQUEUE", expectedPreviousToken="another"))),
    (25, FAILED, directives(DIALOG)),
    (26, FAILED, speak("<speak>no</speak>")),
    (26, NEARLY, respond(card={"type": "Simple"})),
    (27, "audioplayer_playback_started", respond(shouldEndSession=False)),
    (28, NEARLY, directives({"type": "Alexa.Presentation.APL.RenderDocument"})),
    (29, "playbackcontroller_next", speak("<speak>no</speak>")),
    (29, "playbackcontroller_next", directives(DIALOG)),
    (30, "playbackcontroller_next", respond(card={"type": "Simple"})),
    (31, "playbackcontroller_pause", EMPTY),
    (32, "system_exception_internal_error", speak("<speak>sorry</speak>")),
    (33, "system_exception_internal_service_error", RAISED),
    (34, "session_ended_user_initiated", speak("<speak>bye</speak>")),
    (35, "skillevent_enabled", RAISED),
    (36, "unknown_request_type", RAISED),
    (36, "unknown_request_type", speak("<speak>what</speak>")),
    (39, "audioplayer_nearly_finished_string_offset_null_session", RAISED),
    (40, "audioplayer_nearly_finished_string_offset_null_session", RAISED),
    (42, "custom_launch_no_audioplayer_device", aloud(STOP)),
    (43, "custom_amazon_loopon_while_playing", RAISED),
    (44, "custom_amazon_intent_not_in_model", RAISED),
    (45, "custom_amazon_pause_while_playing", speak("<speak>ok</speak>", shouldEndSession=True)),
    (45, "custom_amazon_pause_while_playing", directives(STOP)),
    (46, "custom_amazon_resume_nothing_played", respond(shouldEndSession=True)),
    (48, "can_fulfill_intent", EMPTY),
    (48, "can_fulfill_intent", respond(canFulfillIntent={}, directives=[STOP])),
    (64, ASKED, directives(entities(100, synonyms=1))),
    (64, ASKED, directives({"type": "Dialog.UpdateDynamicEntities", "slotTypes": []})),
    (54, FAILED_NEXT, directives(STOP)),
    (54, FAILED_NEXT, directives(play())),
    (54, FAILED_NEXT, directives(CLEAR_ALL)),
]

KEPT = [
    (ASKED, aloud(play())),
    (ASKED, speak("<speak>Tom &amp; Jerry</speak>", shouldEndSession=True, directives=[play()])),
    ("custom_intent_search_query_xml_chars", speak("<speak>tom &amp; jerry &lt;live&gt; at the r&amp;b club</speak>")),
    (NEARLY, directives(ENQUEUE)),
    (NEARLY, directives(STOP)),
    (NEARLY, directives(play("REPLACE_ENQUEUED"))),
    ("audioplayer_playback_started", directives(STOP, CLEAR_ALL)),
    ("audioplayer_playback_finished", directives(STOP)),
    ("audioplayer_playback_stopped", EMPTY),
    (FAILED, directives(play())),
    (FAILED_NEXT, directives(play("REPLACE_ENQUEUED"))),
    ("playbackcontroller_pause", directives(STOP)),
    ("playbackcontroller_next", directives(play())),
    ("custom_amazon_pause_while_playing", aloud(STOP)),
    ("custom_amazon_resume_nothing_played", speak("<speak>Nothing.</speak>")),
    ("can_fulfill_intent", respond(canFulfillIntent={"canFulfill": "YES"})),
    ("unknown_request_type", EMPTY),
    (ASKED, directives(entities(50, synonyms=1))),
    (ASKED, directives({"type": "Dialog.UpdateDynamicEntities", "updateBehavior": "CLEAR"})),
]


@pytest.mark.parametrize(("row", "event", "answer"), BROKEN, ids=lambda value: str(value)[:40])
def test_a_rule_is_broken(row, event, answer):
    """The row of a broken rule is among the breaches."""
    assert row in {breach.row for breach in judge(load(event), answer)}


@pytest.mark.parametrize(("event", "answer"), KEPT, ids=lambda value: str(value)[:40])
def test_a_rule_is_kept(event, answer):
    """A right answer breaks nothing and is not warned about."""
    assert judge(load(event), answer) == []


def test_every_rule_has_an_answer_that_breaks_it():
    """No row is in the table that no test has seen broken."""
    seen_here = {row for row, _, _ in BROKEN} | {37, 38, 41, 56, 57}  # these have tests of their own below
    assert {rule.row for rule in RULES} - OTHER_DIALECTS == seen_here


def test_every_rule_names_claim_and_source():
    """A rule without a claim or a source could not be argued with."""
    for rule in [*RULES, *TRACE_RULES]:
        assert rule.claim.endswith(".")
        assert rule.source


def test_unconfirmed_rules_only_warn():
    """What is known from memory only never fails an answer."""
    assert all(rule.level == "warning" for rule in RULES if "MEM" in rule.source)


def test_a_breach_names_row_and_source():
    """One line says which rule, where it comes from, and what was wrong."""
    (breach,) = judge(load("audioplayer_playback_finished"), directives(play()))
    assert str(breach) == "Rule 20 (S004): AudioPlayer.PlaybackFinished is answered with AudioPlayer.Play"


def test_an_unknown_activity_must_not_trip_the_skill():
    """Row 37: an enum value in the context that is not known raises nothing."""
    event = load(ASKED)
    event["context"]["AudioPlayer"]["playerActivity"] = "DREAMING"
    assert 37 in {breach.row for breach in judge(event, RAISED)}
    assert judge(event, EMPTY) == []


def test_another_skills_request_is_refused():
    """Row 41: with the skill's own id known, an answer to another's request is a breach and silence is not."""
    ours = load(ASKED)["context"]["System"]["application"]["applicationId"]
    event = load("wrong_application_id")
    answered = Exchange(event, speak("<speak>Hello</speak>"), application_id=ours)
    assert 41 in {breach.row for breach in judge_exchange(answered)}
    assert judge_exchange(Exchange(event, EMPTY, application_id=ours)) == []


def test_a_slow_answer_is_too_late():
    """Row 57: eight seconds are too many."""
    slow = Exchange(load(ASKED), EMPTY, seconds=8.0)
    assert 57 in {breach.row for breach in judge_exchange(slow)}
    assert judge_exchange(Exchange(load(ASKED), EMPTY, seconds=7.9)) == []


@pytest.mark.parametrize("part", [(), ("context",), ("context", "System"), ("context", "AudioPlayer")], ids=str)
def test_an_extra_property_must_not_trip_the_skill(part):
    """Row 38: a key that is not in Amazon's model, wherever it is, raises nothing."""
    event = load(ASKED)
    place = event
    for key in part:
        place = place[key]
    place["brandNew"] = {"x": 1}
    assert 38 in {breach.row for breach in judge(event, RAISED)}
    assert judge(event, EMPTY) == []


def test_events_lead_to_no_progressive_response():
    """Row 56: what was said to Alexa before the answer is allowed for an intent, not for an event."""
    assert judge_exchange(Exchange(load(ASKED), EMPTY, progressive=1)) == []
    assert {breach.row for breach in judge_exchange(Exchange(load(NEARLY), EMPTY, progressive=1))} == {56}
    assert judge_exchange(Exchange(load(NEARLY), EMPTY, progressive=0)) == []


def test_saying_what_could_be_done_does_nothing():
    """Row 48: a call home or a write is a side effect."""
    answer = respond(canFulfillIntent={"canFulfill": "YES"})
    assert judge_exchange(Exchange(load("can_fulfill_intent"), answer, effects=0)) == []
    assert {each.row for each in judge_exchange(Exchange(load("can_fulfill_intent"), answer, effects=1))} == {48}


@pytest.mark.parametrize("answer", [None, [], "text", {"response": 3}, {"response": {"directives": 3}}], ids=str)
def test_the_referee_never_trips(answer):
    """Whatever a skill answers to whatever event is judged, not raised about."""
    for event in (load(ASKED), load(NEARLY), {}, {"request": None}, {"request": {"type": 3}}):
        assert judge(event, answer)


def test_silence_is_no_breach_of_events():
    """Every event of the device may be answered empty; only what a person asked for is owed something."""
    for file in sorted(EVENTS.glob("*.json")):
        if file.name == "env.json":
            continue
        event = json.loads(file.read_text(encoding="utf-8"))
        if not str(event.get("request", {}).get("type", "")).startswith(
            ("AudioPlayer.", "System.", "AlexaSkillEvent.")
        ):
            continue
        assert judge(event, EMPTY) == [], file.name


def heard(kind, token, answer=EMPTY, current_item=None):
    event = {"request": {"type": f"AudioPlayer.Playback{kind}", "token": token}}
    return Exchange(event, answer, current_item=current_item)


def asked(intent, answer=EMPTY):
    return Exchange({"request": {"type": "IntentRequest", "intent": {"name": intent}}}, answer)


def enqueue(token):
    return directives(play("ENQUEUE", token=token, expectedPreviousToken="a"))


BROKEN_TRACES = [
    (51, [heard("Finished", "a", current_item="a"), heard("NearlyFinished", "a", current_item="b")]),
    (49, [heard("Stopped", "a", current_item="a"), asked("X"), heard("Started", "a", current_item="b")]),
    (47, [asked("AMAZON.ResumeIntent", aloud(play()))]),
    (47, [asked("AMAZON.ResumeIntent")]),
    (49, [heard("Stopped", "a", current_item="a"), heard("Started", "a", current_item="b")]),
    (50, [heard("Started", "a", current_item="a"), heard("NearlyFinished", "a", current_item="b")]),
    (51, [heard("Started", "a"), heard("Finished", "a"), heard("NearlyFinished", "a", RAISED)]),
    (52, [heard("NearlyFinished", "a", enqueue("b")), heard("NearlyFinished", "a", enqueue("c"))]),
    (53, [heard("Started", "b"), heard("NearlyFinished", "a", directives(play("REPLACE_ENQUEUED")))]),
    (55, [heard("Started", "foreign", RAISED)]),
]


@pytest.mark.parametrize("intent", ["AddToQueueIntent", "PlayNextIntent"])
def test_what_was_added_may_be_resumed(intent):
    """Row 47 is about nothing: what was put into the queue of a silent device is something to play."""
    assert judge_trace([asked(intent), asked("AMAZON.ResumeIntent", aloud(play()))]) == []


@pytest.mark.parametrize(("row", "trace"), BROKEN_TRACES, ids=lambda value: str(value)[:30])
def test_a_trace_breaks_a_rule(row, trace):
    """The row of a rule that a trace breaks is among the breaches."""
    assert row in {breach.row for breach in judge_trace(trace)}


def test_every_trace_rule_has_a_trace_that_breaks_it():
    """No row about traces is in the table that no test has seen broken."""
    assert {rule.row for rule in TRACE_RULES} - OTHER_DIALECTS == {row for row, _ in BROKEN_TRACES}


def test_a_quiet_evening_breaks_nothing():
    """Play, speech in between, the next track, pause and resume: nothing to object to."""
    trace = [
        asked("PlayArtistIntent", aloud(play(token="a"))),
        heard("Started", "a", current_item="a"),
        heard("NearlyFinished", "a", enqueue("b"), current_item="a"),
        heard("Stopped", "a", current_item="a"),
        heard("Started", "a", current_item="a"),
        heard("Finished", "a", current_item="a"),
        heard("Started", "b", current_item="b"),
        asked("AMAZON.PauseIntent", aloud(STOP)),
        asked("AMAZON.ResumeIntent", aloud(play(token="c"))),
    ]
    assert judge_trace(trace) == []

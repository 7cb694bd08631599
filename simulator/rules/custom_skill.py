"""Rows 1-6, 16, 34-48 and 57: every answer, spoken answers, and requests that must not trip the skill."""

import json
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from simulator.rules.table import DIALOG_TYPES, Exchange, mapping, rule

MOST_BYTES, OLD_MOST_BYTES = 120_000, 24_000
MOST_SPEECH = 8_000
MOST_CARD, MOST_CARD_URL = 8_000, 2_000
MOST_SECONDS = 8.0
PLAYBACK_BUILT_INS = frozenset(
    f"AMAZON.{name}Intent"
    for name in (
        "Cancel", "LoopOff", "LoopOn", "Next", "Pause", "Previous", "Repeat", "Resume", "ShuffleOff",
        "ShuffleOn", "StartOver",
    )
)  # fmt: skip
ACTIVITIES = frozenset({"IDLE", "PLAYING", "PAUSED", "STOPPED", "FINISHED", "BUFFER_UNDERRUN"})
KNOWN_TYPES = ("AudioPlayer.", "PlaybackController.", "AlexaSkillEvent.", "System.", "Alexa.Presentation.")
KNOWN = (*DIALOG_TYPES, "SessionEndedRequest", "CanFulfillIntentRequest", "SessionResumedRequest")


@rule(1, "S004", "Every answer is a JSON object of version 1.0 with a response object.")
def _a_version_1_object(exchange: Exchange) -> Iterator[str]:
    answer = mapping(exchange.answer)
    if not answer:
        yield f"the answer is no JSON object: {exchange.answer!r}"
    elif exchange.crashed:
        yield f"the skill raised {answer['errorType']}"
    elif answer.get("version") != "1.0":
        yield f"version is {answer.get('version')!r}, not '1.0'"
    elif not isinstance(answer.get("response"), dict):
        yield "there is no response object"


@rule(2, "A4", "The serialised answer has at most 120 kB.")
def _not_too_large(exchange: Exchange) -> Iterator[str]:
    if (size := _size(exchange)) > MOST_BYTES:
        yield f"the answer has {size} bytes, {MOST_BYTES} are allowed"


@rule(2, "A4", "The serialised answer has at most the 24 kB of the older documentation.", level="warning")
def _not_larger_than_once(exchange: Exchange) -> Iterator[str]:
    if OLD_MOST_BYTES < (size := _size(exchange)) <= MOST_BYTES:
        yield f"the answer has {size} bytes; older documents allow {OLD_MOST_BYTES}"


@rule(3, "A4", "What is spoken has at most 8,000 characters.")
def _speech_short_enough(exchange: Exchange) -> Iterator[str]:
    if len(exchange.speech) > MOST_SPEECH:
        yield f"the speech has {len(exchange.speech)} characters, {MOST_SPEECH} are allowed"


@rule(4, "A4", "SSML is XML with one speak element as its root.")
def _speech_is_ssml(exchange: Exchange) -> Iterator[str]:
    for ssml in _ssml(exchange):
        try:
            root = ET.fromstring(ssml)
        except ET.ParseError as error:
            yield f"the SSML is not XML: {error}"
        else:
            if root.tag != "speak":
                yield f"the SSML's root is <{root.tag}>, not <speak>"


@rule(5, "A4 RUN", "What a listener said is escaped where it is spoken.")
def _names_are_escaped(exchange: Exchange) -> Iterator[str]:
    slots = mapping(mapping(exchange.request.get("intent")).get("slots")).values()
    said = {str(mapping(slot).get("value", "")) for slot in slots}
    for value in said:
        if set(value) & set("&<>") and any(value in ssml for ssml in _ssml(exchange)):
            yield "a slot's text stands in the SSML unescaped"


@rule(6, "A4", "A card has at most 8,000 characters of text, its image addresses 2,000.")
def _card_small_enough(exchange: Exchange) -> Iterator[str]:
    card = mapping(exchange.response.get("card"))
    text = sum(len(str(card.get(key) or "")) for key in ("title", "content", "text"))
    if text > MOST_CARD:
        yield f"the card has {text} characters, {MOST_CARD} are allowed"
    for key, url in mapping(card.get("image")).items():
        if len(str(url)) > MOST_CARD_URL:
            yield f"the card's {key} has {len(str(url))} characters, {MOST_CARD_URL} are allowed"


@rule(16, "S004", "A Play in answer to voice ends the session, or Alexa pauses it at once to listen.")
def _play_ends_the_session(exchange: Exchange) -> Iterator[str]:
    if exchange.kind in DIALOG_TYPES and exchange.plays and exchange.response.get("shouldEndSession") is not True:
        yield "a Play in answer to voice needs shouldEndSession true"


@rule(34, "MEM", "The end of a session is answered without speech and without directives.", level="warning")
def _session_end_is_quiet(exchange: Exchange) -> Iterator[str]:
    if exchange.kind == "SessionEndedRequest" and (exchange.speech or exchange.directives):
        yield "the end of a session is answered with speech or directives"


@rule(35, "PY", "A skill event has no device and no session, and is acknowledged all the same.")
def _skill_events_are_acknowledged(exchange: Exchange) -> Iterator[str]:
    if exchange.kind.startswith("AlexaSkillEvent."):
        yield from _raised(exchange, "a skill event")


@rule(36, "A4 cert, D", "A request type that is not known raises nothing and gets an empty response.")
def _unknown_requests_get_nothing(exchange: Exchange) -> Iterator[str]:
    if exchange.kind.startswith(KNOWN_TYPES) or exchange.kind in KNOWN or "request" not in mapping(exchange.event):
        return
    yield from _raised(exchange, f"the unknown request {exchange.kind}")
    if exchange.speech or exchange.directives:
        yield f"the unknown request {exchange.kind} is answered with speech or directives"


@rule(37, "D", "A word in the context that is not known raises nothing.")
def _unknown_words_do_no_harm(exchange: Exchange) -> Iterator[str]:
    if exchange.player.get("playerActivity", "IDLE") not in ACTIVITIES:
        yield from _raised(exchange, "a playerActivity that is not known")


@rule(39, "A1", "A session that is null or missing raises nothing.")
def _no_session_does_no_harm(exchange: Exchange) -> Iterator[str]:
    if mapping(exchange.event).get("session") is None:
        yield from _raised(exchange, "an event without a session")


@rule(40, "A1", "An offset sent as text is read as the number it is.")
def _text_for_a_number_does_no_harm(exchange: Exchange) -> Iterator[str]:
    if isinstance(exchange.request.get("offsetInMilliseconds"), str):
        yield from _raised(exchange, "an offset sent as text")


@rule(41, "D", "A request of another skill gets neither speech nor directives.")
def _other_skills_are_refused(exchange: Exchange) -> Iterator[str]:
    if exchange.refused and (exchange.speech or exchange.directives):
        yield "a request with another skill's application id is answered"


@rule(43, "S004", "Each of the eleven playback built-ins is handled, never with an error.")
def _playback_built_ins_are_handled(exchange: Exchange) -> Iterator[str]:
    if exchange.intent in PLAYBACK_BUILT_INS:
        yield from _raised(exchange, exchange.intent)


@rule(44, "DOC", "A built-in intent, in the model or not, is handled or answered politely.")
def _other_built_ins_are_answered(exchange: Exchange) -> Iterator[str]:
    if exchange.intent.startswith("AMAZON.") and exchange.intent not in PLAYBACK_BUILT_INS:
        yield from _raised(exchange, exchange.intent)


@rule(48, "DOC", "Whether an intent can be fulfilled is said, and nothing is done about it.")
def _can_fulfill_only_says_so(exchange: Exchange) -> Iterator[str]:
    if exchange.kind != "CanFulfillIntentRequest" or exchange.refused:
        return
    if "canFulfillIntent" not in exchange.response:
        yield "the answer has no canFulfillIntent"
    if exchange.directives:
        yield "the answer has directives"


@rule(57, "DOC", "A full answer comes within eight seconds.")
def _answered_in_time(exchange: Exchange) -> Iterator[str]:
    if exchange.seconds is not None and exchange.seconds >= MOST_SECONDS:
        yield f"the answer took {exchange.seconds:.1f} s, Alexa waits {MOST_SECONDS:.0f} s"


def _raised(exchange: Exchange, given: str) -> Iterator[str]:
    if exchange.crashed:
        yield f"{given} made the skill raise {mapping(exchange.answer)['errorType']}"


def _size(exchange: Exchange) -> int:
    return len(json.dumps(exchange.answer, default=str).encode())


def _ssml(exchange: Exchange) -> Iterator[str]:
    reprompt = mapping(mapping(exchange.response.get("reprompt")).get("outputSpeech"))
    for speech in (mapping(exchange.response.get("outputSpeech")), reprompt):
        if isinstance(speech.get("ssml"), str):
            yield speech["ssml"]

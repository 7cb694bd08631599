"""Rows 1-6, 16, 34-48, 56, 57 and 64: every answer, spoken answers, and requests that must not trip the skill."""

import json
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from simulator.rules.given import has_unknown_property, has_unknown_word, is_unknown
from simulator.rules.table import DIALOG_TYPES, Exchange, mapping, rule

MOST_BYTES, OLD_MOST_BYTES = 120_000, 24_000
MOST_SPEECH = 8_000
MOST_CARD, MOST_CARD_URL = 8_000, 2_000
MOST_SECONDS = 8.0
MOST_ENTITIES = 100
PLAYBACK_BUILT_INS = frozenset(
    f"AMAZON.{name}Intent"
    for name in (
        "Cancel", "LoopOff", "LoopOn", "Next", "Pause", "Previous", "Repeat", "Resume", "ShuffleOff",
        "ShuffleOn", "StartOver",
    )
)  # fmt: skip


@rule(1, "S004", "Every answer is a JSON object of version 1.0 with a response object.", given=lambda each: each.custom)
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


@rule(2, "A4", "The serialised answer has at most 120 kB.", given=lambda _: True)
def _not_too_large(exchange: Exchange) -> Iterator[str]:
    if (size := _size(exchange)) > MOST_BYTES:
        yield f"the answer has {size} bytes, {MOST_BYTES} are allowed"


@rule(
    2,
    "A4",
    "The serialised answer has at most the 24 kB of the older documentation.",
    given=lambda _: True,
    level="warning",
)
def _not_larger_than_once(exchange: Exchange) -> Iterator[str]:
    if OLD_MOST_BYTES < (size := _size(exchange)) <= MOST_BYTES:
        yield f"the answer has {size} bytes; older documents allow {OLD_MOST_BYTES}"


@rule(3, "A4", "What is spoken has at most 8,000 characters.", given=lambda each: bool(each.speech))
def _speech_short_enough(exchange: Exchange) -> Iterator[str]:
    if len(exchange.speech) > MOST_SPEECH:
        yield f"the speech has {len(exchange.speech)} characters, {MOST_SPEECH} are allowed"


@rule(4, "A4", "SSML is XML with one speak element as its root.", given=lambda each: any(_ssml(each)))
def _speech_is_ssml(exchange: Exchange) -> Iterator[str]:
    for ssml in _ssml(exchange):
        try:
            root = ET.fromstring(ssml)
        except ET.ParseError as error:
            yield f"the SSML is not XML: {error}"
        else:
            if root.tag != "speak":
                yield f"the SSML's root is <{root.tag}>, not <speak>"


@rule(
    5,
    "A4 RUN",
    "What a listener said is escaped where it is spoken.",
    given=lambda each: any(_ssml(each)) and bool(_said_with_markup(each)),
)
def _names_are_escaped(exchange: Exchange) -> Iterator[str]:
    for value in _said_with_markup(exchange):
        if any(value in ssml for ssml in _ssml(exchange)):
            yield "a slot's text stands in the SSML unescaped"


@rule(
    6,
    "A4",
    "A card has at most 8,000 characters of text, its image addresses 2,000.",
    given=lambda each: bool(each.response.get("card")),
)
def _card_small_enough(exchange: Exchange) -> Iterator[str]:
    card = mapping(exchange.response.get("card"))
    text = sum(len(str(card.get(key) or "")) for key in ("title", "content", "text"))
    if text > MOST_CARD:
        yield f"the card has {text} characters, {MOST_CARD} are allowed"
    for key, url in mapping(card.get("image")).items():
        if len(str(url)) > MOST_CARD_URL:
            yield f"the card's {key} has {len(str(url))} characters, {MOST_CARD_URL} are allowed"


@rule(
    16,
    "S004",
    "A Play in answer to voice ends the session, or Alexa pauses it at once to listen.",
    given=lambda each: each.kind in DIALOG_TYPES and bool(each.plays),
)
def _play_ends_the_session(exchange: Exchange) -> Iterator[str]:
    if exchange.response.get("shouldEndSession") is not True:
        yield "a Play in answer to voice needs shouldEndSession true"


@rule(
    34,
    "MEM",
    "The end of a session is answered without speech and without directives.",
    given=lambda each: each.kind == "SessionEndedRequest",
    level="warning",
)
def _session_end_is_quiet(exchange: Exchange) -> Iterator[str]:
    if exchange.speech or exchange.directives:
        yield "the end of a session is answered with speech or directives"


@rule(
    35,
    "PY",
    "A skill event has no device and no session, and is acknowledged all the same.",
    given=lambda each: each.kind.startswith("AlexaSkillEvent."),
)
def _skill_events_are_acknowledged(exchange: Exchange) -> Iterator[str]:
    yield from _raised(exchange, "a skill event")


@rule(
    36,
    "A4 cert, D",
    "A request type that is not known raises nothing and gets an empty response.",
    given=is_unknown,
)
def _unknown_requests_get_nothing(exchange: Exchange) -> Iterator[str]:
    yield from _raised(exchange, f"the unknown request {exchange.kind}")
    if exchange.speech or exchange.directives:
        yield f"the unknown request {exchange.kind} is answered with speech or directives"


@rule(37, "D", "A word in the context that is not known raises nothing.", given=has_unknown_word)
def _unknown_words_do_no_harm(exchange: Exchange) -> Iterator[str]:
    yield from _raised(exchange, "a word in the context that is not known")


@rule(38, "GH alexa/alexa-skills-kit-sdk-for-nodejs#155", "Extra properties raise nothing.", given=has_unknown_property)
def _unknown_properties_do_no_harm(exchange: Exchange) -> Iterator[str]:
    yield from _raised(exchange, "a property that is not known")


@rule(
    39,
    "A1",
    "A session that is null or missing raises nothing.",
    given=lambda each: each.custom and mapping(each.event).get("session") is None,
)
def _no_session_does_no_harm(exchange: Exchange) -> Iterator[str]:
    yield from _raised(exchange, "an event without a session")


@rule(
    40,
    "A1",
    "An offset sent as text is read as the number it is.",
    given=lambda each: isinstance(each.request.get("offsetInMilliseconds"), str),
)
def _text_for_a_number_does_no_harm(exchange: Exchange) -> Iterator[str]:
    yield from _raised(exchange, "an offset sent as text")


@rule(41, "D", "A request of another skill gets neither speech nor directives.", given=lambda each: each.refused)
def _other_skills_are_refused(exchange: Exchange) -> Iterator[str]:
    if exchange.speech or exchange.directives:
        yield "a request with another skill's application id is answered"


@rule(
    43,
    "S004",
    "Each of the eleven playback built-ins is handled, never with an error.",
    given=lambda each: each.intent in PLAYBACK_BUILT_INS,
)
def _playback_built_ins_are_handled(exchange: Exchange) -> Iterator[str]:
    yield from _raised(exchange, exchange.intent)


@rule(
    44,
    "DOC",
    "A built-in intent, in the model or not, is handled or answered politely.",
    given=lambda each: each.intent.startswith("AMAZON.") and each.intent not in PLAYBACK_BUILT_INS,
)
def _other_built_ins_are_answered(exchange: Exchange) -> Iterator[str]:
    yield from _raised(exchange, exchange.intent)


@rule(
    48,
    "DOC",
    "Whether an intent can be fulfilled is said, and nothing is done about it.",
    given=lambda each: each.kind == "CanFulfillIntentRequest" and not each.refused,
)
def _can_fulfill_only_says_so(exchange: Exchange) -> Iterator[str]:
    if "canFulfillIntent" not in exchange.response:
        yield "the answer has no canFulfillIntent"
    if exchange.directives:
        yield "the answer has directives"
    if exchange.effects:
        yield f"the answer took {exchange.effects} calls home or writes of the device's row"


@rule(
    56,
    "DOC",
    "A progressive response is sent for a launch or an intent only.",
    given=lambda each: each.progressive is not None and each.kind not in DIALOG_TYPES,
)
def _only_people_are_spoken_to_early(exchange: Exchange) -> Iterator[str]:
    if exchange.progressive:
        yield f"{exchange.kind} led to {exchange.progressive} progressive responses"


@rule(
    57, "DOC", "A full answer comes within eight seconds.", given=lambda each: each.custom and each.seconds is not None
)
def _answered_in_time(exchange: Exchange) -> Iterator[str]:
    if (exchange.seconds or 0) >= MOST_SECONDS:
        yield f"the answer took {exchange.seconds:.1f} s, Alexa waits {MOST_SECONDS:.0f} s"


@rule(
    64,
    "A7",
    "Dynamic entities are under the key types, at most 100 with their synonyms.",
    given=lambda each: any(map(_updates_entities, each.directives)),
)
def _dynamic_entities_fit(exchange: Exchange) -> Iterator[str]:
    for directive in filter(_updates_entities, exchange.directives):
        types = directive.get("types")
        if not isinstance(types, list) and directive.get("updateBehavior") != "CLEAR":
            yield "dynamic entities are not under the key types"
        elif (count := _entities(types or [])) > MOST_ENTITIES:
            yield f"there are {count} dynamic entities with their synonyms, {MOST_ENTITIES} are allowed"


def _updates_entities(directive: dict[str, object]) -> bool:
    return directive.get("type") == "Dialog.UpdateDynamicEntities"


def _entities(types: list[object]) -> int:
    names = [mapping(mapping(value).get("name")) for each in types for value in mapping(each).get("values") or []]
    return sum(1 + len(name.get("synonyms") or []) for name in names)


def _raised(exchange: Exchange, given: str) -> Iterator[str]:
    if exchange.raised:
        yield f"{given} made the skill raise {exchange.raised}"


def _size(exchange: Exchange) -> int:
    return len(json.dumps(exchange.answer, default=str).encode())


def _ssml(exchange: Exchange) -> Iterator[str]:
    reprompt = mapping(mapping(exchange.response.get("reprompt")).get("outputSpeech"))
    for speech in (mapping(exchange.response.get("outputSpeech")), reprompt):
        if isinstance(speech.get("ssml"), str):
            yield speech["ssml"]


def _said_with_markup(exchange: Exchange) -> set[str]:
    slots = mapping(mapping(exchange.request.get("intent")).get("slots")).values()
    said = [mapping(slot).get("value") for slot in slots]
    return {value for value in said if isinstance(value, str) and set(value) & set("&<>")}

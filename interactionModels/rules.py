"""What Amazon refuses, or accepts and then breaks on: checked before a model is written, and again by the tests.

Amazon's own schema (npm ask-smapi-model) sees none of these. Limits without a source in a comment are Amazon's
documentation of interaction models, slot types and invocation names.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

SEARCH_QUERY = "AMAZON.SearchQuery"
MAX_SLOT_VALUE = 140
"""Characters. One longer value makes every request of the skill fail, not only those that use it."""

BUILT_INS_OF_AUDIO = (
    "AMAZON.PauseIntent",
    "AMAZON.ResumeIntent",
    "AMAZON.CancelIntent",
    "AMAZON.LoopOffIntent",
    "AMAZON.LoopOnIntent",
    "AMAZON.NextIntent",
    "AMAZON.PreviousIntent",
    "AMAZON.RepeatIntent",
    "AMAZON.ShuffleOffIntent",
    "AMAZON.ShuffleOnIntent",
    "AMAZON.StartOverIntent",
)
"""The first two are required of a skill with AudioPlayer; the others reach it whether listed or not."""

BUILT_INS_OF_EVERY_SKILL = (
    "AMAZON.StopIntent",
    "AMAZON.HelpIntent",
    "AMAZON.FallbackIntent",
    "AMAZON.NavigateHomeIntent",
)

_WAKE_WORDS = {"alexa", "amazon", "echo", "computer", "skill", "app"}
_LAUNCH_WORDS = {"ask", "begin", "enable", "launch", "load", "open", "play", "resume", "run", "start", "tell", "use"}
_CONNECTING_WORDS = {
    "about",
    "and",
    "by",
    "for",
    "from",
    "if",
    "in",
    "of",
    "off",
    "on",
    "or",
    "that",
    "to",
    "using",
    "with",
}
KEPT_BY_ALEXA = frozenset(_WAKE_WORDS | _LAUNCH_WORDS | _CONNECTING_WORDS)
"""Words an invocation name may not hold."""

_KEYS: Mapping[str, frozenset[str]] = {
    "the file": frozenset({"interactionModel"}),
    "interactionModel": frozenset({"languageModel", "dialog", "prompts"}),
    "languageModel": frozenset({"invocationName", "intents", "types", "modelConfiguration"}),
    "an intent": frozenset({"name", "slots", "samples"}),
    "a slot": frozenset({"name", "type", "samples", "multipleValues"}),
    "a slot type": frozenset({"name", "values"}),
    "a slot value": frozenset({"id", "name"}),
    "the name of a slot value": frozenset({"value", "synonyms"}),
}

_SLOT = re.compile(r"\{([^{}]*)\}")
_WORDS = re.compile(r"(?:[^\W\d_]|[ .'-])+")
_INVOCATION = re.compile(r"(?:[^\W\d_]|['.])+(?: (?:[^\W\d_]|['.])+)+")


def broken_rules(model: Json) -> list[str]:
    """Return one sentence for each rule that an interaction model breaks; none means Amazon can build it."""
    unknown = list(_unknown_keys(model))
    if unknown:  # the checks below rely on the form
        return unknown
    intents, types = _intents(model), _types(model)
    return [
        *_invocation_name(model["interactionModel"]["languageModel"]["invocationName"]),
        *_built_ins(intents),
        *_slots(intents, {each["name"] for each in types}),
        *_samples(intents),
        *_same_shape(intents),
        *_search_queries(intents),
        *_slot_values(types),
        *_dialog(model["interactionModel"].get("dialog", {}), intents),
    ]


@dataclass(frozen=True, slots=True)
class ModelRule:
    """One numbered row of Amazon's rules; the numbers are those of the one table of rules, see simulator.rules."""

    row: int
    source: str
    claim: str
    check: Callable[[Json], Iterable[str]]
    given: Callable[[Json], bool] = lambda _: True
    """What kind of model the row is about; any other it has no opinion of."""


ROWS = (
    ModelRule(
        58,
        "A7",
        "A sample with AMAZON.SearchQuery has words around it, and its intent no other slot.",
        lambda model: _search_queries(_intents(model)),
        lambda model: any(slot["type"] == SEARCH_QUERY for each in _intents(model) for slot in each.get("slots", [])),
    ),
    ModelRule(
        59,
        "JF",
        "A slot's name has one type within a locale.",
        lambda model: _slots(_intents(model), {each["name"] for each in _types(model)}),
    ),
    ModelRule(60, "S004", "Pause and resume are among the intents.", lambda model: _built_ins(_intents(model))),
    ModelRule(
        61,
        "JF",
        "A slot value or synonym has at most 140 characters.",
        lambda model: _slot_values(_types(model)),
        lambda model: bool(_types(model)),
    ),
    ModelRule(
        62,
        "JF",
        "An intent that elicits a slot is listed in the model's dialog.",
        lambda model: _dialog(model["interactionModel"]["dialog"], _intents(model)),
        lambda model: "dialog" in model["interactionModel"],
    ),
    ModelRule(
        63,
        "A7",
        "The invocation name is one Amazon takes.",
        lambda model: _invocation_name(model["interactionModel"]["languageModel"]["invocationName"]),
    ),
)
"""Those of the checks that are rows of the table, to be counted there."""


def shape(sample: str) -> str:
    """Return a sample with its slots unnamed: two samples of one shape cannot be told apart by their words."""
    return _SLOT.sub("{}", sample)


def _intents(model: Json) -> list[Json]:
    return list(model["interactionModel"]["languageModel"]["intents"])


def _types(model: Json) -> list[Json]:
    return list(model["interactionModel"]["languageModel"].get("types", []))


def _unknown_keys(model: Json) -> Iterator[str]:
    inner = model.get("interactionModel", {})
    language = inner.get("languageModel", {})
    intents, types = language.get("intents", []), language.get("types", [])
    values = [value for each in types for value in each.get("values", [])]
    found: list[tuple[str, Json]] = [("the file", model), ("interactionModel", inner), ("languageModel", language)]
    found += [("an intent", intent) for intent in intents]
    found += [("a slot", slot) for intent in intents for slot in intent.get("slots", [])]
    found += [("a slot type", each) for each in types]
    found += [("a slot value", value) for value in values]
    found += [("the name of a slot value", value.get("name", {})) for value in values]
    for where, keys in found:
        for key in sorted(keys.keys() - _KEYS[where]):
            yield f"{where} has the key {key!r}, which Amazon does not know"


def _invocation_name(name: str) -> Iterator[str]:
    if not _INVOCATION.fullmatch(name) or name != name.lower():
        yield f"invocation name {name!r}: two words or more, lower-case letters, spaces, apostrophes and periods only"
    for word in sorted(KEPT_BY_ALEXA & set(name.split())):
        yield f"invocation name {name!r} holds {word!r}, which Alexa keeps for herself"


def _built_ins(intents: Iterable[Json]) -> Iterator[str]:
    names = Counter(intent["name"] for intent in intents)
    for missing in sorted({*BUILT_INS_OF_AUDIO, *BUILT_INS_OF_EVERY_SKILL} - names.keys()):
        yield f"{missing} is missing: a skill that plays audio must be able to answer it"
    for name, count in names.items():
        if count > 1:
            yield f"{name} is there {count} times"


def _slots(intents: Iterable[Json], types: set[str]) -> Iterator[str]:
    type_of: dict[str, str] = {}
    for intent in intents:
        for slot in intent.get("slots", []):
            name, kind = slot["name"], slot["type"]
            if type_of.setdefault(name, kind) != kind:
                yield f"slot {name} is {type_of[name]} in one intent and {kind} in {intent['name']}"
            if not kind.startswith("AMAZON.") and kind not in types:
                yield f"slot {name} of {intent['name']} is a {kind}, which no slot type of the model is"


def _samples(intents: Iterable[Json]) -> Iterator[str]:
    for intent in intents:
        declared = {slot["name"] for slot in intent.get("slots", [])}
        used: set[str] = set()
        for sample in intent.get("samples", []):
            slots = _SLOT.findall(sample)
            used |= set(slots)
            for slot in sorted(set(slots) - declared):
                yield f"{intent['name']}: {sample!r} uses {{{slot}}}, which the intent does not declare"
            if len(slots) != len(set(slots)):
                yield f"{intent['name']}: {sample!r} uses one slot twice"
            if not _WORDS.fullmatch(_SLOT.sub("x", sample)) or sample != " ".join(sample.split()):
                yield f"{intent['name']}: {sample!r}: letters, spaces, apostrophes, periods and hyphens only"
        for slot in sorted(declared - used):
            yield f"{intent['name']} declares {{{slot}}}, which none of its samples uses"
        if not intent["name"].startswith("AMAZON.") and not intent.get("samples"):
            yield f"{intent['name']} has no sample: nobody can say it"


def _same_shape(intents: Iterable[Json]) -> Iterator[str]:
    first: dict[str, str] = {}
    for intent in intents:
        for sample in intent.get("samples", []):
            described = f"{intent['name']} {sample!r}"
            other = first.setdefault(shape(sample), described)
            if other != described or intent["samples"].count(sample) > 1:
                yield f"{described} cannot be told from {other}"


def _search_queries(intents: Iterable[Json]) -> Iterator[str]:
    for intent in intents:
        slots = intent.get("slots", [])
        queries = [slot["name"] for slot in slots if slot["type"] == SEARCH_QUERY]
        if queries and len(slots) > 1:
            yield f"{intent['name']} has another slot beside {SEARCH_QUERY}"
        for sample in intent.get("samples", []):
            if queries and shape(sample) == "{}":
                yield f"{intent['name']}: {sample!r} needs a carrier phrase around its {SEARCH_QUERY}"


def _slot_values(types: Iterable[Json]) -> Iterator[str]:
    for each in types:
        if not each.get("values"):
            yield f"{each['name']} has no value"
        names = [value["name"] for value in each.get("values", [])]
        spoken = [text for name in names for text in (name["value"], *name.get("synonyms", []))]
        for text in spoken:
            if not 0 < len(text.strip()) <= MAX_SLOT_VALUE:
                yield f"{each['name']}: {text[:40]!r} has {len(text)} characters; 1 to {MAX_SLOT_VALUE} are allowed"
        for text, count in Counter(text.casefold() for text in spoken).items():
            if count > 1:
                yield f"{each['name']}: {text!r} is there {count} times"


def _dialog(dialog: Json, intents: Iterable[Json]) -> Iterator[str]:
    names = {intent["name"] for intent in intents}
    for intent in dialog.get("intents", []):
        if intent["name"] not in names:
            yield f"the dialog lists {intent['name']}, which is no intent of the model"

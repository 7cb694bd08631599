"""From what was said to the request Alexa sends: the skill's interaction model, matched plainly.

It is no speech recognition and guesses nothing: exact samples first, then the sample that leaves the fewest
words to be free text, then the one with the most words of its own. A slip of the pen gets a hint.
"""

import difflib
import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator import envelopes, spoken_numbers
from simulator.alexa_phrases import ASKERS, BUILT_INS, OPENERS, WAKE_WORDS

MODELS = Path(__file__).parent.parent / "interactionModels" / "custom"
LOCALES = tuple(sorted(path.stem for path in MODELS.glob("*.json")))
FREE_TEXT = ("AMAZON.SearchQuery",)
MEASURED = {"AMAZON.DURATION": "duration", "AMAZON.NUMBER": "number"}
FALLBACK = "AMAZON.FallbackIntent"
CLOSE = 0.72
"""How alike (0 to 1, difflib) a sentence must be to one we know for a hint."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What Alexa made of a sentence: a launch, or an intent with its slots."""

    kind: str
    intent: dict[str, Any] | None = None


class NotUnderstood(Exception):  # noqa: N818  # what Alexa would say, too
    """The sentence is none of the skill's; `hint` is the nearest one that is."""

    def __init__(self, said: str, hint: str) -> None:
        self.said = said
        self.hint = hint
        super().__init__(f"I did not understand {said!r}. Did you mean {hint!r}?")


@dataclass(frozen=True, slots=True)
class _Sample:
    """One sample of an intent, cut into words; slots are names in braces."""

    intent: str
    words: tuple[str, ...]

    @property
    def carrier(self) -> int:
        return sum(not _is_slot(word) for word in self.words)


@dataclass(frozen=True, slots=True)
class _Match:
    sample: _Sample
    slots: dict[str, tuple[str, ...]]


class Listener:
    """Understand sentences by one interaction model, as Alexa does for one locale."""

    def __init__(self, model: Mapping[str, Any], locale: str, application_id: str = envelopes.APPLICATION_ID) -> None:
        language_model = model["interactionModel"]["languageModel"]
        self.locale = locale
        self._language = locale.split("-", maxsplit=1)[0]
        self._application_id = application_id
        self._invocation = language_model["invocationName"]
        self._slot_types = {
            intent["name"]: {slot["name"]: slot["type"] for slot in intent.get("slots", [])}
            for intent in language_model["intents"]
        }
        self._values = {each["name"]: _static_values(each) for each in language_model.get("types", [])}
        self._samples = [*_samples(language_model["intents"]), *_built_in_samples(self._language)]

    @classmethod
    def of_locale(cls, locale: str, application_id: str = envelopes.APPLICATION_ID) -> "Listener":
        """Return the listener of a committed model."""
        model = json.loads((MODELS / f"{locale}.json").read_text(encoding="utf-8"))
        return cls(model, locale, application_id)

    def understand(self, said: str) -> Spoken:
        """Return the request for a sentence; raise NotUnderstood, with a hint, for a slip of the pen."""
        words = self._command(_words(said))
        if words is None:
            return Spoken("LaunchRequest")
        best = min(self._matches(words), key=self._rank, default=None)
        if best is not None:
            return Spoken("IntentRequest", self._intent(best))
        hint = self._hint(words)
        if hint is None and FALLBACK in self._slot_types:
            return Spoken("IntentRequest", envelopes.intent(FALLBACK))
        raise NotUnderstood(said, hint or "help")

    def fill(self, intent: str, values: Mapping[str, str | None]) -> dict[str, dict[str, Any]]:
        """Return all slots of an intent, the named ones with their values and what the model makes of them."""
        types = self._slot_types.get(intent, {})
        names = [*types, *(name for name in values if name not in types)]
        return {name: self._slot(name, types.get(name, ""), values.get(name)) for name in names}

    def _command(self, words: list[str]) -> list[str] | None:
        """Return what is asked of the skill, without its name; None when it is only to open."""
        if words and words[0] in WAKE_WORDS:
            words = words[1:]
        name = self._invocation.split()
        if words == name or any(words == [opener, *name] for opener in OPENERS.get(self._language, ())):
            return None
        for before, after in ASKERS.get(self._language, ()):
            head = [before, *name, *after.split()]
            if words[: len(head)] == head and len(words) > len(head):
                return words[len(head) :]
        return words

    def _matches(self, words: list[str]) -> Iterator[_Match]:
        for sample in self._samples:
            types = self._slot_types.get(sample.intent, {})
            for slots in _fits(sample.words, tuple(words)):
                if all(self._speaks(types[name], said) for name, said in slots.items()):
                    yield _Match(sample, slots)

    def _speaks(self, slot_type: str, said: tuple[str, ...]) -> bool:
        return slot_type not in MEASURED or self._measured(slot_type, said) is not None

    def _rank(self, match: _Match) -> tuple[int, int, bool, int]:
        """Order matches, the best first."""
        types = self._slot_types.get(match.sample.intent, {})
        free = {name: said for name, said in match.slots.items() if not self._known(types[name], said)}
        return (
            sum(map(len, free.values())),
            -match.sample.carrier,
            # A name on no list is rather something to search for.
            any(types[name] not in FREE_TEXT for name in free),
            len(match.slots),
        )

    def _known(self, slot_type: str, said: tuple[str, ...]) -> bool:
        return slot_type in MEASURED or " ".join(said) in self._values.get(slot_type, {})

    def _measured(self, slot_type: str, said: Iterable[str]) -> str | None:
        if MEASURED[slot_type] == "duration":
            return spoken_numbers.duration(list(said), self._language)
        value = spoken_numbers.number(list(said), self._language)
        return None if value is None else str(value)

    def _intent(self, match: _Match) -> dict[str, Any]:
        values: dict[str, str | None] = {name: " ".join(said) for name, said in match.slots.items()}
        return envelopes.intent(match.sample.intent, self.fill(match.sample.intent, values))

    def _slot(self, name: str, slot_type: str, value: str | None) -> dict[str, Any]:
        if value is None:
            return envelopes.slot(name)
        if slot_type in MEASURED:
            return envelopes.slot(name, self._measured(slot_type, _words(value)) or value)
        if slot_type not in self._values:
            return envelopes.slot(name, value)
        match = self._values[slot_type].get(" ".join(_words(value)))
        return envelopes.slot(name, value, [envelopes.resolution(self._application_id, slot_type, match)])

    def _hint(self, words: list[str]) -> str | None:
        """Return the nearest sentence that is understood; None where none is near."""
        openings = [_Sample("", (opener, *self._invocation.split())) for opener in OPENERS.get(self._language, ())]
        scored = ((_likeness(sample, words), sample) for sample in (*self._samples, *openings))
        near = sorted((each for each in scored if each[0] >= CLOSE), key=lambda each: -each[0])
        hints = (_corrected(sample, words) for _, sample in near)
        return next(filter(self._understands, hints), None)

    def _understands(self, said: str) -> bool:
        words = self._command(_words(said))
        return words is None or any(self._matches(words))


def _words(said: str) -> list[str]:
    """Cut a sentence into lower-case words without punctuation."""
    plain = said.lower().replace("’", "'")  # noqa: RUF001  # what phones type
    return re.sub(r"[.,!?;:\"]+(?=\s|$)", " ", plain).split()


def _is_slot(word: str) -> bool:
    return word.startswith("{")


def _samples(intents: Iterable[Mapping[str, Any]]) -> Iterator[_Sample]:
    for intent in intents:
        for sample in intent.get("samples", []):
            pieces = re.sub(r"(\{\w+\})", r" \1 ", sample).split()
            words = (piece if _is_slot(piece) else " ".join(_words(piece)) for piece in pieces)
            yield _Sample(intent["name"], tuple(filter(None, words)))


def _built_in_samples(language: str) -> Iterator[_Sample]:
    for intent, phrases in BUILT_INS.get(language, {}).items():
        for phrase in phrases:
            yield _Sample(intent, tuple(_words(phrase)))


def _static_values(slot_type: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return name and id of each value of a slot type, under everything it may be called."""
    found: dict[str, tuple[str, str]] = {}
    for value in slot_type.get("values", []):
        name = value["name"]["value"]
        # Alexa gives a value without an id the MD5 of its name.
        value_id = value.get("id") or hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
        for spoken in (name, *value["name"].get("synonyms", [])):
            found.setdefault(" ".join(_words(spoken)), (name, value_id))
    return found


def _fits(pattern: tuple[str, ...], words: tuple[str, ...]) -> Iterator[dict[str, tuple[str, ...]]]:
    """Yield every way the words fill the slots of a sample."""
    if not pattern:
        if not words:
            yield {}
        return
    head, rest = pattern[0], pattern[1:]
    if not _is_slot(head):
        if words and words[0] == head:
            yield from _fits(rest, words[1:])
        return
    for end in range(1, len(words) - len(rest) + 1):
        for others in _fits(rest, words[end:]):
            yield {head.strip("{}"): words[:end], **others}


def _likeness(sample: _Sample, words: list[str]) -> float:
    """Return how alike, 0 to 1, the words are to the sample's own up to its first slot."""
    own = _own_words(sample)
    said = words if len(own) == len(sample.words) else words[: len(own)]
    if not own or list(own) == said:
        return 0.0
    return difflib.SequenceMatcher(None, " ".join(said), " ".join(own)).ratio()


def _corrected(sample: _Sample, words: list[str]) -> str:
    """Return the sentence as it would be if its first words were those of the sample."""
    own = _own_words(sample)
    rest = [] if len(own) == len(sample.words) else words[len(own) :]
    return " ".join([*own, *rest])


def _own_words(sample: _Sample) -> tuple[str, ...]:
    return tuple(itertools.takewhile(lambda word: not _is_slot(word), sample.words))

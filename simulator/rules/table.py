"""The table of rules, the decorators that fill it, and the judges that read it."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["error", "warning"]
DIALOG_TYPES = ("LaunchRequest", "IntentRequest")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, what was answered, and what else is known about it."""

    event: Any
    answer: Any
    seconds: float | None = None
    """How long the answer took."""
    application_id: str | None = None
    """The skill that was asked; a request of any other is to be refused."""
    current_item: str | None = None
    """What the server at home called current after the answer, where the trace records it."""

    @property
    def request(self) -> dict[str, Any]:
        """Return the request, empty where the envelope has none."""
        return mapping(mapping(self.event).get("request"))

    @property
    def kind(self) -> str:
        """Return the request's type."""
        return str(self.request.get("type", ""))

    @property
    def intent(self) -> str:
        """Return the intent's name, empty for other requests."""
        return str(mapping(self.request.get("intent")).get("name", ""))

    @property
    def token(self) -> Any:
        """Return the token an AudioPlayer event carries."""
        return self.request.get("token")

    @property
    def player(self) -> dict[str, Any]:
        """Return `context.AudioPlayer`."""
        return mapping(mapping(mapping(self.event).get("context")).get("AudioPlayer"))

    @property
    def plays_audio(self) -> bool:
        """Say whether the device has an AudioPlayer."""
        device = mapping(mapping(mapping(mapping(self.event).get("context")).get("System")).get("device"))
        return "AudioPlayer" in mapping(device.get("supportedInterfaces"))

    @property
    def refused(self) -> bool:
        """Say whether the request is another skill's, so that nothing is owed to it."""
        system = mapping(mapping(mapping(self.event).get("context")).get("System"))
        asked = mapping(system.get("application")).get("applicationId")
        return self.application_id is not None and asked != self.application_id

    @property
    def response(self) -> dict[str, Any]:
        """Return the `response` object of the answer, empty when there is none."""
        return mapping(mapping(self.answer).get("response"))

    @property
    def directives(self) -> list[dict[str, Any]]:
        """Return the answer's directives."""
        found = self.response.get("directives")
        return [mapping(each) for each in found] if isinstance(found, list) else []

    @property
    def plays(self) -> list[dict[str, Any]]:
        """Return the answer's Play directives."""
        return [each for each in self.directives if each.get("type") == "AudioPlayer.Play"]

    @property
    def speech(self) -> str:
        """Return what is spoken, SSML or plain text as it stands."""
        said = mapping(self.response.get("outputSpeech"))
        return str(said.get("ssml") or said.get("text") or "")

    @property
    def crashed(self) -> bool:
        """Say whether Lambda reported an exception instead of an answer."""
        return "errorType" in mapping(self.answer)


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule broken: its row, where the rule comes from, and what was wrong."""

    row: int
    source: str
    sentence: str
    level: Level = "error"

    def __str__(self) -> str:
        """Return one line that names the row and where it comes from."""
        return f"Rule {self.row} ({self.source}): {self.sentence}"


class RuleBroken(Exception):  # noqa: N818  # it names an event, as the Echo sees it
    """The skill broke a rule of Alexa; `breaches` says which, most basic first."""

    def __init__(self, breaches: Sequence[Breach], request_type: str) -> None:
        self.breaches = tuple(breaches)
        self.request_type = request_type
        super().__init__(f"{request_type}: " + "; ".join(map(str, breaches)))


Check = Callable[[Exchange], Iterable[str]]
TraceCheck = Callable[[Sequence[Exchange]], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row that one request and its answer show."""

    row: int
    source: str
    level: Level
    claim: str
    check: Check


@dataclass(frozen=True, slots=True)
class TraceRule:
    """One row that only a sequence of exchanges shows."""

    row: int
    source: str
    level: Level
    claim: str
    check: TraceCheck


RULES: list[Rule] = []
TRACE_RULES: list[TraceRule] = []


def rule(row: int, source: str, claim: str, *, level: Level = "error") -> Callable[[Check], Check]:
    """Enter a check of one exchange: each string it yields is a breach of the claim."""

    def enter(check: Check) -> Check:
        RULES.append(Rule(row, source, level, claim, check))
        return check

    return enter


def trace_rule(row: int, source: str, claim: str, *, level: Level = "error") -> Callable[[TraceCheck], TraceCheck]:
    """Enter a check of a trace: the exchanges of one device, in order, from its first request on."""

    def enter(check: TraceCheck) -> TraceCheck:
        TRACE_RULES.append(TraceRule(row, source, level, claim, check))
        return check

    return enter


def judge(event: Any, answer: Any) -> list[Breach]:
    """Return what is wrong with `answer` to `event`, errors and warnings, in the order of the rows."""
    return judge_exchange(Exchange(event, answer))


def judge_exchange(exchange: Exchange) -> list[Breach]:
    """Return what is wrong with one exchange about which more may be known than its two bodies."""
    found = [Breach(rule.row, rule.source, sentence, rule.level) for rule in RULES for sentence in rule.check(exchange)]
    return sorted(found, key=lambda breach: breach.row)


def judge_trace(trace: Sequence[Exchange]) -> list[Breach]:
    """Return what is wrong with a device's exchanges taken together; each is not judged by itself here."""
    found = itertools.chain.from_iterable(
        (Breach(rule.row, rule.source, sentence, rule.level) for sentence in rule.check(trace)) for rule in TRACE_RULES
    )
    return sorted(found, key=lambda breach: breach.row)


def mapping(value: Any) -> dict[str, Any]:
    """Return `value` if it is an object, an empty one otherwise: a referee never trips over what it judges."""
    return value if isinstance(value, dict) else {}

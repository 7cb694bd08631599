"""The table of rules, the decorators that fill it, and the judges that read it."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["error", "warning"]
Known = Literal["missing", "explicit", "live"]
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
    progressive: int | None = None
    """How many progressive responses Alexa got before the answer, where somebody listened for them."""
    effects: int | None = None
    """How many calls home and writes of the device's row the answer took, where somebody counted them."""
    at: float | None = None
    """When it was asked, in Unix seconds, by the clock of who asked."""
    asked_for: frozenset[Known] = frozenset()
    """What the asker knows of the music that is asked for: it is not at home, it is explicit, it has no end."""
    sources: frozenset[str] | None = None
    """What sources of a vehicle the skill was told to be, where somebody knows."""
    stumbled: str = ""
    """What the skill itself counted as a failure of its own, where somebody looked: it answers all the same."""

    @property
    def request(self) -> dict[str, Any]:
        """Return the request, empty where the envelope has none."""
        return mapping(mapping(self.event).get("request"))

    @property
    def kind(self) -> str:
        """Return the request's type; of a music directive its namespace and name."""
        header = mapping(mapping(self.event).get("header"))
        directive = ".".join(filter(None, (_word(header.get("namespace")), _word(header.get("name")))))
        return _word(self.request.get("type")) or (directive if "namespace" in header else "")

    @property
    def intent(self) -> str:
        """Return the intent's name, empty for other requests."""
        return _word(mapping(self.request.get("intent")).get("name"))

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
        return mapping(device.get("supportedInterfaces")).get("AudioPlayer") is not None

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
    def custom(self) -> bool:
        """Say whether the request is the custom skill's, and no directive or event of another dialect."""
        other = {"header", "directive", "vehicleId"} & mapping(self.event).keys()
        return not other and not self.kind.startswith("AlexaAudioPlayQueueEvent.")

    @property
    def crashed(self) -> bool:
        """Say whether Lambda reported an exception instead of an answer."""
        return "errorType" in mapping(self.answer)

    @property
    def raised(self) -> str:
        """Return the name of the exception or failure that the request led to, empty where there was none."""
        return str(mapping(self.answer)["errorType"]) if self.crashed else self.stumbled


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


Given = Callable[[Exchange], bool]
Check = Callable[[Exchange], Iterable[str]]
Case = tuple[Exchange, ...]
Cases = Callable[[Sequence[Exchange]], Iterable[Case]]
CaseCheck = Callable[[Case], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row that one request and its answer show."""

    row: int
    source: str
    level: Level
    claim: str
    given: Given
    """What the row is about; any other exchange it has no opinion of."""
    check: Check

    def judge(self, exchange: Exchange) -> list[Breach] | None:
        """Return what is wrong; None where the exchange is nothing the row is about."""
        if not self.given(exchange):
            return None
        return [Breach(self.row, self.source, sentence, self.level) for sentence in self.check(exchange)]


@dataclass(frozen=True, slots=True)
class TraceRule:
    """One row that only a sequence of exchanges shows."""

    row: int
    source: str
    level: Level
    claim: str
    cases: Cases
    """What in a trace the row is about: each case is some of its exchanges, in order."""
    check: CaseCheck

    def judge(self, trace: Sequence[Exchange]) -> list[list[Breach]]:
        """Return what is wrong with each case of the trace."""
        return [
            [Breach(self.row, self.source, sentence, self.level) for sentence in self.check(case)]
            for case in self.cases(trace)
        ]


RULES: list[Rule] = []
TRACE_RULES: list[TraceRule] = []


def rule(row: int, source: str, claim: str, *, given: Given, level: Level = "error") -> Callable[[Check], Check]:
    """Enter a check of the exchanges a row is about: each string it yields is a breach of the claim."""

    def enter(check: Check) -> Check:
        RULES.append(Rule(row, source, level, claim, given, check))
        return check

    return enter


def trace_rule(
    row: int, source: str, claim: str, *, cases: Cases, level: Level = "error"
) -> Callable[[CaseCheck], CaseCheck]:
    """Enter a check of each case in a trace: the exchanges of one device, in order, from its first request on."""

    def enter(check: CaseCheck) -> CaseCheck:
        TRACE_RULES.append(TraceRule(row, source, level, claim, cases, check))
        return check

    return enter


def judge(event: Any, answer: Any) -> list[Breach]:
    """Return what is wrong with `answer` to `event`, errors and warnings, in the order of the rows."""
    return judge_exchange(Exchange(event, answer))


def judge_exchange(exchange: Exchange) -> list[Breach]:
    """Return what is wrong with one exchange about which more may be known than its two bodies."""
    return _sorted(rule.judge(exchange) or [] for rule in RULES)


def judge_trace(trace: Sequence[Exchange]) -> list[Breach]:
    """Return what is wrong with a device's exchanges taken together; each is not judged by itself here."""
    return _sorted(found for rule in TRACE_RULES for found in rule.judge(trace))


def _sorted(found: Iterable[Iterable[Breach]]) -> list[Breach]:
    return sorted(itertools.chain.from_iterable(found), key=lambda breach: breach.row)


def mapping(value: Any) -> dict[str, Any]:
    """Return `value` if it is an object, an empty one otherwise: a referee never trips over what it judges."""
    return value if isinstance(value, dict) else {}


def _word(value: Any) -> str:
    """Return `value` if it is text, an empty one otherwise: what is nested deeply cannot even be written down."""
    return value if isinstance(value, str) else ""

"""The count: every row of the table, how often something was judged by it, and what was found."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from simulator.rules.not_yet import NOT_YET, UNUSED, Row
from simulator.rules.table import RULES, TRACE_RULES, Breach, Exchange

MOST_SENTENCES = 5
"""How many breaches of one row are printed."""
Result = Literal["pass", "warning", "FAIL", "not yet"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one row."""

    row: Row
    judged: int
    """Responses, or cases of several exchanges, or models, that the row was about."""
    found: tuple[tuple[str, Breach], ...] = ()
    """What was wrong, each with the evidence it was found in."""
    waiting: str = ""
    """Why there may be nothing to judge; empty where a row without evidence is a failure."""

    @property
    def result(self) -> Result:
        """Return the word for it. A rule that nobody exercised proves nothing, so it fails."""
        if any(breach.level == "error" for _, breach in self.found):
            return "FAIL"
        if not self.judged:
            return "not yet" if self.waiting else "FAIL"
        return "warning" if self.found else "pass"

    @property
    def sentences(self) -> list[str]:
        """Return what is to be said about it: each breach once, or why nothing was judged."""
        if not self.judged:
            return [self.waiting or "nothing that was produced is what this row is about"]
        return list(dict.fromkeys(f"{about}: {breach.sentence}" for about, breach in self.found))


class Tally:
    """Judge everything that is brought, and keep count by row."""

    def __init__(self, more: Iterable[Row] = ()) -> None:
        self.responses = 0
        """How many answers were judged."""
        self.evidence: list[str] = []
        """The names of what was judged."""
        self.stumbles: list[str] = []
        """What the skill did not expect, however politely it answered, each with the evidence it was found in."""
        rules = [Row(rule.row, rule.source, rule.claim) for rule in RULES]
        rules += [Row(rule.row, rule.source, rule.claim) for rule in TRACE_RULES]
        self._rows: dict[int, Row] = {}
        for row in (*rules, *more):
            self._rows.setdefault(row.row, row)
        self._judged: Counter[int] = Counter()
        self._found: defaultdict[int, list[tuple[str, Breach]]] = defaultdict(list)

    @property
    def verdicts(self) -> list[Verdict]:
        """Return one for each row, in order."""
        waiting = NOT_YET | UNUSED
        return [
            Verdict(row, self._judged[number], tuple(self._found[number]), waiting.get(number, ""))
            for number, row in sorted(self._rows.items())
        ]

    def judge(self, trace: Sequence[Exchange], about: str) -> None:
        """Judge one device's exchanges, each by itself and all together; `about` names the evidence."""
        self.responses += len(trace)
        self.evidence.append(about)
        self.stumbles += [f"{about}: {each.kind} {each.intent}: {each.raised}" for each in trace if each.raised]
        for exchange in trace:
            self._judge_one(exchange, about)
        for rule in TRACE_RULES:
            for found in rule.judge(trace):
                self.enter(rule.row, found, about)

    def enter(self, row: int, found: Iterable[Breach], about: str) -> None:
        """Count one thing that was judged by a row."""
        self._judged[row] += 1
        self._found[row] += [(about, breach) for breach in found]

    def _judge_one(self, exchange: Exchange, about: str) -> None:
        found: dict[int, list[Breach]] = {}
        for rule in RULES:  # a row may have two, an error and a warning, and is counted once
            breaches = rule.judge(exchange)
            if breaches is not None:
                found.setdefault(rule.row, []).extend(breaches)
        for row, breaches in found.items():
            self.enter(row, breaches, about)


def lines(tally: Tally) -> list[str]:
    """Return the table as it is printed: row, result, count, what it says, and where it comes from."""
    shown, last = [f"{'row':>3}  {'result':<7}  {'judged':>7}  what it says [source]"], [""]
    for verdict in tally.verdicts:
        row, sentences = verdict.row, verdict.sentences[:MOST_SENTENCES] if verdict.result != "pass" else []
        shown.append(f"{row.row:>3}  {verdict.result:<7}  {verdict.judged:>7,}  {row.claim} [{row.source}]")
        if sentences != last:  # why a whole dialect is not judged is said once
            shown += [f"{'':>23}{sentence}" for sentence in sentences]
        last = sentences
    counts = Counter(verdict.result for verdict in tally.verdicts)
    summary = ", ".join(f"{count} {result}" for result, count in counts.items())
    return [*shown, f"{len(tally.verdicts)} rows: {summary}; {tally.responses:,} responses judged"]

"""The referee: Alexa's rules for answers, each with its row and source, written once.

`judge` looks at one request and its answer, `judge_trace` at everything one device exchanged with the skill.
The rows are those of a single numbered table of rules: 58-63, about interaction models, are in
`interactionModels.rules`; `not_yet` has those that nothing can be judged by so far, `tally` counts.
"""

from simulator.rules import (  # noqa: F401  # importing them fills the table
    audio_player,
    auto,
    auto_traces,
    custom_skill,
    music_queue,
    music_skill,
    music_traces,
    traces,
)
from simulator.rules.table import (
    RULES,
    TRACE_RULES,
    Breach,
    Exchange,
    Known,
    Rule,
    RuleBroken,
    TraceRule,
    judge,
    judge_exchange,
    judge_trace,
)

__all__ = [
    "RULES",
    "TRACE_RULES",
    "Breach",
    "Exchange",
    "Known",
    "Rule",
    "RuleBroken",
    "TraceRule",
    "judge",
    "judge_exchange",
    "judge_trace",
]

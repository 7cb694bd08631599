"""The referee: Alexa's rules for answers, each with its row and source, written once.

`judge` looks at one request and its answer, `judge_trace` at everything one device exchanged with the skill.
The rows are those of a single numbered table of rules: 58-63, about interaction models, are in
`interactionModels.rules`; `not_yet` has those that nothing can be judged by so far, `tally` counts.
"""

from simulator.rules import audio_player, custom_skill, traces  # noqa: F401  # importing them fills the table
from simulator.rules.table import (
    RULES,
    TRACE_RULES,
    Breach,
    Exchange,
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
    "Rule",
    "RuleBroken",
    "TraceRule",
    "judge",
    "judge_exchange",
    "judge_trace",
]

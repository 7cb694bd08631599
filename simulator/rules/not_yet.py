"""Rows of the table that nothing can be judged by, and why: what the skill never sends."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: what it says and where that comes from."""

    row: int
    source: str
    claim: str


UNUSED: dict[int, str] = {
    62: "No answer elicits a slot and no model has a dialog.",
    64: "No answer updates dynamic entities.",
}
"""Rows that have a check, about something the skill does not do."""

NOT_YET: dict[int, str] = {}
"""Rows nothing can be judged by so far, and why: none."""

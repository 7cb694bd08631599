"""What a test makes the home refuse."""

from dataclasses import dataclass
from typing import Any, Literal

What = Literal["api", "stream", "imageproxy"]


@dataclass(slots=True)
class Refusal:
    """One fault.

    `status` is answered instead of the real thing; with `stall_s` only after that many seconds. A stream may also
    begin and then break off after `cut_after` bytes. `command` limits it to one API command, `times` to so many
    requests.
    """

    what: What
    status: int | None = None
    command: str | None = None
    times: int | None = None
    stall_s: float = 0
    cut_after: int | None = None

    def __post_init__(self) -> None:
        """Refuse a refusal that refuses nothing."""
        if self.status is None and not self.stall_s and self.cut_after is None:
            raise ValueError("A refusal needs a status, stall_s or cut_after")


class Faults:
    """The refusals that are in force."""

    def __init__(self) -> None:
        self._refusals: list[Refusal] = []

    def add(self, **fields: Any) -> None:
        """Refuse from now on; fields as of Refusal."""
        self._refusals.append(Refusal(**fields))

    def clear(self) -> None:
        """Refuse nothing any more."""
        self._refusals.clear()

    def meet(self, what: What, command: str | None = None) -> Refusal | None:
        """Return the refusal that hits this request, and count it."""
        for refusal in self._refusals:
            if refusal.what == what and refusal.command in (None, command) and refusal.times != 0:
                if refusal.times is not None:
                    refusal.times -= 1
                return refusal
        return None

"""What a test makes the home refuse."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal

What = Literal["api", "stream", "imageproxy"]


@dataclass(slots=True)
class Refusal:
    """One fault.

    `status` is answered instead of the real thing; with `stall_s` only after that many seconds. A stream may also
    begin and then, after so many bytes, break off (`cut_after`), end as if it were whole (`end_after`, as the server
    does when its source ends early), or stand still until everything is allowed again (`hold_after`). `command` limits
    it to one API command, `times` to so many requests.
    """

    what: What
    status: int | None = None
    command: str | None = None
    times: int | None = None
    stall_s: float = 0
    cut_after: int | None = None
    end_after: int | None = None
    hold_after: int | None = None
    lifted: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Refuse a refusal that refuses nothing."""
        if self.status is None and not self.stall_s and self.after is None:
            raise ValueError("A refusal needs a status, stall_s, cut_after, end_after or hold_after")

    @property
    def after(self) -> int | None:
        """After how many bytes of a stream something happens."""
        return next((at for at in (self.cut_after, self.end_after, self.hold_after) if at is not None), None)

    async def spoil(self, audio: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield audio as far as this lets it. Raises ConnectionAbortedError where it is to break off."""
        left = self.after
        async for chunk in audio:
            if left is None or left > len(chunk):
                yield chunk
                left = None if left is None else left - len(chunk)
                continue
            if left:
                yield chunk[:left]
            if self.cut_after is not None:
                raise ConnectionAbortedError
            if self.end_after is not None:
                return
            await self.lifted.wait()
            yield chunk[left:]
            left = None


class Faults:
    """The refusals that are in force."""

    def __init__(self) -> None:
        self._refusals: list[Refusal] = []

    def add(self, **fields: Any) -> None:
        """Refuse from now on; fields as of Refusal."""
        self._refusals.append(Refusal(**fields))

    def clear(self) -> None:
        """Refuse nothing any more."""
        for refusal in self._refusals:
            refusal.lifted.set()
        self._refusals.clear()

    def meet(self, what: What, command: str | None = None) -> Refusal | None:
        """Return the refusal that hits this request, and count it."""
        for refusal in self._refusals:
            if refusal.what == what and refusal.command in (None, command) and refusal.times != 0:
                if refusal.times is not None:
                    refusal.times -= 1
                return refusal
        return None

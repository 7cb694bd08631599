"""The breaker on the way home: when home has been away three times in a row, nobody waits for it again.

One sandbox of the function has one breaker and knows no other. It opens after `TRIES` calls in a row that did not
reach home (not refusals, and not a Music Assistant that is away behind a bridge that answers) and stays open for
`OPEN_S`. Then the next call goes home as ever; if that fails too, it opens again.

While it is open, everyone is answered at once. *Reports* (Started, Stopped, Finished) are told by a device that waits
for nothing and tells the same again with its next event: they fail without a connection. For every *other* call there
is someone who waits for what it brings - a person who said "next", a device that has nothing to play after this track -
and home may be back by now. So such a call sends `probe` first: one light question, sent once, answered by a bridge
that runs in a tenth of a second. If it gets through, the breaker closes and the call is made.

A probe that was refused at once - the usual: the tunnel's edge says that nobody is behind it - costs nobody any time,
so the next call that someone waits for may send another: whoever unplugs the home, says "next" twice, plugs it in and
says "resume" hears it play. One that hung (`QUICK_S` and more; it is given up after `PROBE_S`) was that of these 20 s.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from music_assistant_alexa.errors import HomePart, HomeUnreachableError, SkillError

__all__ = ["OPEN_S", "PROBE_S", "QUICK_S", "TRIES", "Breaker"]

TRIES = 3
"""Failures in a row that open the breaker."""

OPEN_S = 20.0
"""Seconds for which it stays open after the last failure."""

PROBE_S = 1.0
"""Seconds a probe may take: ten times what a running bridge needs to answer it."""

QUICK_S = 0.25
"""Seconds in which a probe that fails has kept nobody waiting."""


class Breaker:
    """Counts failures of the way home; `now` is in seconds."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._failures = 0
        self._failed_at = 0.0
        self._cause = ""
        self._hung = False

    @property
    def is_open(self) -> bool:
        """Say whether calls are answered without being made."""
        # A wall clock may be set back: then it is as if the time were over.
        return self._failures >= TRIES and 0 <= self._now() - self._failed_at < OPEN_S

    @contextmanager
    def guarding(self, probe: Callable[[], object] | None) -> Iterator[None]:
        """Let one call be made inside, or raise HomeUnreachableError at once; without a probe nobody waits for it."""
        probing, began = self.is_open, self._now()
        if probing and (probe is None or self._hung):
            raise HomeUnreachableError(
                f"home was not asked: {self._failures} calls in a row failed; {self._cause}", HomePart.TUNNEL
            )
        try:
            if probing and probe is not None:
                probe()
            yield
        except HomeUnreachableError as error:
            if error.part is HomePart.TUNNEL:
                self._failed(str(error), hung=probing and self._now() - began >= QUICK_S)
            else:
                self._failures = 0
            raise
        except SkillError:
            self._failures = 0  # a refusal is an answer
            raise
        self._failures = 0

    def _failed(self, cause: str, *, hung: bool) -> None:
        self._failures += 1
        self._failed_at = self._now()
        self._cause = cause
        self._hung = hung

"""Alexa Auto: a vehicle's head unit has Music Assistant as its local media source (AASB's LocalMediaSource)."""

import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from music_assistant_alexa import telemetry
from music_assistant_alexa.auto import handlers
from music_assistant_alexa.auto.message import BadMessageError, Head, Turn, is_ours, outline, read
from music_assistant_alexa.auto.responses import render
from music_assistant_alexa.auto.snapshot import Snapshot
from music_assistant_alexa.auto.steps import look
from music_assistant_alexa.auto.table import Answer, Services, table
from music_assistant_alexa.errors import (
    ConfigurationError,
    MediaNotFoundError,
    NothingPlayingError,
    PlaybackStoreError,
    QueueFinishedError,
    SkillError,
    UnsupportedRequestError,
)

__all__ = ["Auto", "handlers"]

_log = logging.getLogger(__name__)

_EVERYDAY = (MediaNotFoundError, NothingPlayingError, QueueFinishedError, UnsupportedRequestError)


class Auto:
    """The third dialect."""

    def __init__(self, services: Services, sources: Collection[str], now: Callable[[], float] = time.time) -> None:
        self._services = services
        self._sources = frozenset(sources)
        self._now = now

    @staticmethod
    def speaks(event: Mapping[str, Any]) -> bool:
        """Tell whether the event is an AASB message, bare or in a vehicle's envelope, or a head unit's event."""
        return is_ours(event)

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the messages to publish and what to play; nothing for a source that is another's."""
        head = outline(event)
        if self._is_anothers(head):
            telemetry.count("OtherSource")
            return self._rendered(head, Answer(), None)
        try:
            turn = read(event, self._now())
        except BadMessageError as error:
            return self._rendered(head, self._failed("a message", error), None)
        answer = self._answered(turn)
        return self._rendered(head, answer, answer.state or self._seen(turn))

    def _is_anothers(self, head: Head) -> bool:
        """Tell whether it is another source's: all subscribers get every source's messages. A state is owed to all."""
        return head.source is not None and head.source not in self._sources and head.action != "GetState"

    def _answered(self, turn: Turn) -> Answer:
        handler = table.find(turn.key)
        try:
            answer = handler(turn, self._services) if handler else Answer()
        except (SkillError, ConfigurationError, BadMessageError) as error:
            return self._failed(turn.key, error)
        except Exception:  # noqa: BLE001 - the last resort: the vehicle gets an error, the log has the traceback
            _log.exception("%s failed", turn.key)
            telemetry.count("Unexpected")
            return Answer(error=SkillError())
        if answer.error:
            return self._failed(turn.key, answer.error, answer)
        telemetry.count("Answered")
        return answer

    @staticmethod
    def _failed(key: str, error: Exception, done: Answer | None = None) -> Answer:
        telemetry.failed(_log, key, error, _EVERYDAY)
        return done or Answer(error=error)

    def _seen(self, turn: Turn) -> Snapshot | None:
        """Look at the vehicle now, whenever what was told happened."""
        try:
            return look(replace(turn, occurred_at=int(self._now())), self._services)
        except PlaybackStoreError:
            return None

    def _rendered(self, head: Head, answer: Answer, seen: Snapshot | None) -> dict[str, Any]:
        return render(head, answer, seen, launched=head.about in self._sources)

"""From an error to AASB's PlayerError: one table, resolved along the error's ancestors.

LocalMediaSource has one name for all errors, INTERNAL_ERROR; the codes tell ours apart, and never change.
"""

from typing import NamedTuple

from music_assistant_alexa.auto.message import BadMessageError, Fault
from music_assistant_alexa.errors import (
    AuthorizationError,
    ConfigurationError,
    ContentFilteredError,
    ContentUnavailableError,
    HomeAuthError,
    HomeCommandError,
    HomeError,
    HomePart,
    HomeUnreachableError,
    IncompleteRequestError,
    ItemNotFoundError,
    MediaNotFoundError,
    NothingPlayingError,
    PlaybackStoreError,
    PlayerUnavailableError,
    QueueFinishedError,
    SkillError,
    StreamUrlError,
    UnsupportedRequestError,
    answer_in,
)

__all__ = ["FAILURES", "Failure", "UnplayableError", "failure_of"]


class UnplayableError(Exception):
    """The head unit could play none of what it was given in place of a broken stream."""


class Failure(NamedTuple):
    """What a PlayerError says."""

    code: int
    description: str


_FAULTS = {
    Fault.FORM: 100,
    Fault.WORD: 101,
    Fault.ACTION: 102,
    Fault.TOPIC: 103,
    Fault.SELECTOR: 104,
}
FAILURES: dict[type[Exception], Failure] = {
    MediaNotFoundError: Failure(200, "Music Assistant has nothing there."),
    ContentFilteredError: Failure(201, "It is explicit, and the filter is on."),
    ItemNotFoundError: Failure(202, "The queue holds no such item."),
    QueueFinishedError: Failure(203, "Nothing follows in the queue."),
    NothingPlayingError: Failure(204, "Nothing was played in this vehicle yet."),
    PlayerUnavailableError: Failure(205, "The vehicle's player cannot be had."),
    UnsupportedRequestError: Failure(206, "That does not apply to what plays."),
    ContentUnavailableError: Failure(207, "Its provider does not play it to this household."),
    IncompleteRequestError: Failure(208, "The request lacks what it cannot be answered without."),
    AuthorizationError: Failure(209, "The account is not linked any more."),
    StreamUrlError: Failure(300, "The stream's address cannot be handed out."),
    PlaybackStoreError: Failure(301, "What plays in the vehicle cannot be read or written; see the table's metrics."),
    UnplayableError: Failure(302, "The stream broke, and so did what took its place."),
    HomeError: Failure(310, "The way home failed"),
    HomeUnreachableError: Failure(310, "Home did not answer"),
    HomeAuthError: Failure(320, "A token was refused on the way home"),
    HomeCommandError: Failure(330, "Home refused the command"),
    ConfigurationError: Failure(400, "The function's settings or secret are wrong; see its log."),
    SkillError: Failure(500, "Something unexpected went wrong; see the function's log."),
}
_PARTS = {
    HomePart.TUNNEL: (1, "tunnel"),
    HomePart.BRIDGE: (2, "bridge"),
    HomePart.MUSIC_ASSISTANT: (3, "Music Assistant"),
}


def failure_of(error: Exception) -> Failure:
    """Return the code and the description: the cause, and where it failed."""
    if isinstance(error, BadMessageError):
        return Failure(_FAULTS[error.fault], f"Not understood: {error}.")
    found = answer_in(FAILURES, error)
    if not isinstance(error, HomeError):
        return found
    more, part = _PARTS[error.part]
    return Failure(found.code + more, f"{found.description}: {part}.")

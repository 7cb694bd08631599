"""A vehicle's media session with Alexa, and what else is remembered of the vehicle beside its player.

One session at most is open in a vehicle, since one source at a time has Alexa's focus. What happens is a pure function
from what is stored to what is to be stored, and the events that tell Alexa so: every session that was opened is closed.
An answer can be lost on its way. So a session that Alexa was known to have is closed again by the next answer that
opens or closes one, until it is known that Alexa has the new one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from music_assistant_alexa.models import RepeatMode

__all__ = [
    "MediaSession",
    "SessionEvent",
    "SessionEventName",
    "Transition",
    "Vehicle",
    "closed",
    "confirmed",
    "opened",
    "silenced",
    "sounding",
]


class SessionEventName(StrEnum):
    """What Alexa is told of a session (LocalMediaSource's PlayerEvent)."""

    SESSION_STARTED = "PlaybackSessionStarted"
    STARTED = "PlaybackStarted"
    STOPPED = "PlaybackStopped"
    SESSION_ENDED = "PlaybackSessionEnded"


@dataclass(frozen=True, slots=True)
class SessionEvent:
    """One of the four, of one session; without an id where Alexa speaks of a session that is not open."""

    name: SessionEventName
    source: str
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class MediaSession:
    """The session that is open, or the source of the last one."""

    source: str = ""
    session_id: str = ""
    """UUID: Alexa's own, if it asked for content. Empty: none is open."""

    playing: bool = False
    """Alexa was last told that it plays."""

    presets: str = ""
    """The source one of whose presets plays; empty, where what plays is none."""

    known: bool = False
    """Alexa is known to have it: the answer that opened it has arrived."""

    def is_open_at(self, source: str) -> bool:
        """Tell whether it is open, and this source's."""
        return bool(self.session_id) and self.source == source

    def event(self, name: SessionEventName) -> SessionEvent:
        """Return an event of this session."""
        return SessionEvent(name, self.source, self.session_id)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """All that is remembered of a vehicle beside its player's row."""

    session: MediaSession = field(default_factory=MediaSession)
    doubted: MediaSession = field(default_factory=MediaSession)
    """The last that Alexa was known to have, while the answer that closed it may have been lost."""

    ended: str = ""
    """The id of the session that was closed last."""

    shuffle: bool = False
    repeat: RepeatMode = RepeatMode.OFF
    rated: str = ""
    """Uri of what was last made a favourite, or no more one: `favourite`."""

    favourite: bool = False
    volume: int | None = None
    """0 to 100, None until Alexa has changed it."""

    muted: bool = False
    pictured: str = ""
    """The queue item that `pictures` shows."""

    pictures: tuple[str, ...] = ()
    """Its public URLs, the smallest first: signed when the stream was handed out, since that needs the secret."""

    handed_at: int = 0
    """When that was."""

    tells_progress: bool = False
    """The head unit tells where it is while it plays: when it tells nothing more, the car is off."""

    version: int = 0
    """How many times it was written."""

    def holds(self, source: str) -> bool:
        """Tell whether Alexa may have a session open there."""
        return self.session.is_open_at(source) or self.doubted.is_open_at(source)


Change = tuple[Vehicle, tuple[SessionEvent, ...]]
Transition = Callable[[Vehicle], Change]


def opened(vehicle: Vehicle, source: str, session_id: str, *, playing: bool, presets: str = "") -> Change:
    """Open a session, after closing any other; the same source goes on with the presets it had."""
    before = vehicle.session
    here = before.is_open_at(source)
    session = MediaSession(source, session_id, playing, presets or (before.presets if here else ""))
    names = (SessionEventName.SESSION_STARTED, SessionEventName.STARTED)[: 2 if playing else 1]
    doubts, begun = _closing(vehicle.doubted), tuple(map(session.event, names))
    if here and before.session_id == session_id:
        return replace(vehicle, session=replace(session, known=before.known)), (*doubts, *begun)
    after = _left(vehicle)
    ended = "" if after.ended == session_id else after.ended
    return replace(after, session=session, ended=ended), (*doubts, *_closing(before), *begun)


def sounding(vehicle: Vehicle, source: str, new_id: str) -> Change:
    """Have music play at a source: in the session that is open there, told again if in doubt, or in a new one."""
    session = vehicle.session
    if not session.is_open_at(source):
        return opened(vehicle, source, new_id, playing=True)
    if vehicle.doubted.session_id:
        return opened(vehicle, source, session.session_id, playing=True)
    if session.playing:
        return vehicle, ()
    return replace(vehicle, session=replace(session, playing=True)), (session.event(SessionEventName.STARTED),)


def silenced(vehicle: Vehicle) -> Change:
    """Have nothing play any more; the session stays open."""
    session = vehicle.session
    if not session.playing:
        return vehicle, ()
    return replace(vehicle, session=replace(session, playing=False)), (session.event(SessionEventName.STOPPED),)


def closed(vehicle: Vehicle) -> Change:
    """Close the session, and one that Alexa may still have; its source is kept as the last one."""
    session = vehicle.session
    if not session.session_id:
        return vehicle, ()
    after = replace(vehicle, session=MediaSession(session.source), doubted=MediaSession(), ended=session.session_id)
    return after, (*_closing(vehicle.doubted), *_closing(session))


def confirmed(vehicle: Vehicle) -> Vehicle:
    """Return the vehicle as Alexa is known to have its session: what closed the one before has arrived as well."""
    if not vehicle.session.session_id:
        return vehicle
    return replace(vehicle, session=replace(vehicle.session, known=True), doubted=MediaSession())


def _left(vehicle: Vehicle) -> Vehicle:
    """Return the vehicle as its session is closed by an answer that opens another, and may be lost."""
    session = vehicle.session
    if not session.session_id:
        return vehicle
    return replace(vehicle, doubted=session if session.known else vehicle.doubted, ended=session.session_id)


def _closing(session: MediaSession) -> tuple[SessionEvent, ...]:
    if not session.session_id:
        return ()
    names = (SessionEventName.STOPPED, SessionEventName.SESSION_ENDED)
    return tuple(map(session.event, names[0 if session.playing else 1 :]))

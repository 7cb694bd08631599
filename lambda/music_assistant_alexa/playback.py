"""What a person can ask of a player. Knows no JSON, no AWS and no HTTP.

The home bridge hands out streams and numbers them (the generation); the store remembers what each device plays; this
class decides, from both, what the device is told. What devices report is in `playback_events.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from music_assistant_alexa.actions import Action, ClearQueue, Outcome, PlayBehavior, Stop
from music_assistant_alexa.errors import (
    NothingPlayingError,
    PlaybackStoreError,
    QueueFinishedError,
    UnsupportedReason,
    UnsupportedRequestError,
)
from music_assistant_alexa.models import (
    Activity,
    Enqueued,
    EventRank,
    MediaItem,
    MediaType,
    Moment,
    PlaybackState,
    PlayerState,
    QueueCommand,
    QueueItem,
    QueueOption,
    RepeatMode,
    Running,
)
from music_assistant_alexa.stream_handout import StreamHandout
from music_assistant_alexa.stream_token import StreamToken

__all__ = ["Playback"]

SPEECH_PAUSE_S = 15
"""A device that stopped this recently, and not because its user said so, is only listening to someone."""

_NO_ITEM = QueueItem("")
"""Stands in a device's row when its user has removed the last item of its queue: nothing is left to go on with."""

_SPOKEN_WORD = {MediaType.PODCAST, MediaType.PODCAST_EPISODE, MediaType.AUDIOBOOK}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device is: what it plays or played last, and what it was given to play after it."""

    running: Running
    following: Enqueued | None
    unreported: bool = False
    """The device plays, by its own account, a stream whose events have not arrived."""

    @property
    def ahead(self) -> dict[str, int]:
        """Return the argument that tells home which stream the device plays, if none of its events has said so yet.

        Without it, home would take that stream for one still to come, and a change of order would replace it.
        """
        return {"generation": self.running.generation} if self.unreported else {}

    @property
    def item(self) -> QueueItem:
        """What plays or played last."""
        return self.running.item

    def audible_at(self, now: int) -> bool:
        """Tell whether the device plays, by what was recorded (the context says PAUSED while someone speaks)."""
        if self.running.activity is Activity.STOPPED:
            return not self.running.stopped_by_user and now - self.running.occurred_at < SPEECH_PAUSE_S
        return self.running.activity in {Activity.HANDED, Activity.STARTED}


class Playback(StreamHandout):
    """The commands. Each is at most one round trip home, and raises HomeError when that fails."""

    def play(self, moment: Moment, media: Sequence[MediaItem]) -> Outcome:
        """Replace the queue by `media` and play it. Raises NothingPlayingError when nothing in it can be played."""
        args = {"media": [item.uri for item in media], "option": QueueOption.REPLACE}
        return self._start(moment, QueueCommand("play", args))

    def resume(self, moment: Moment) -> Outcome:
        """Go on where the device was; after the end of a track with the one after it, or it again if there is none.

        Where nothing is known of the device, what waits in its queue plays. Raises NothingPlayingError.
        """
        place = self._place(moment)
        if place is None:
            return self._begin(moment)
        if place.running.activity is Activity.FINISHED:
            return self._start(moment, QueueCommand("next", _by_id_or_uri(place.item)))
        return self._play_from(moment, place, place.running.position_ms)

    def pause(self, moment: Moment) -> Outcome:
        """Fall silent, to be resumed. No round trip: the device's own Stopped tells MA."""
        return self._silence(moment, self._place_if_known(moment), Stop())

    def stop(self, moment: Moment) -> Outcome:
        """Fall silent and forget what was enqueued. The place is kept; no round trip, as with pause."""
        return self._silence(moment, self._place_if_known(moment), ClearQueue(everything=True))

    def next(self, moment: Moment) -> Outcome:
        """Play the item after the current one; where nothing is known of the device, what waits in its queue.

        Raises QueueFinishedError, NothingPlayingError, and UnsupportedRequestError of a radio with nothing behind it.
        """
        place = self._place(moment)
        if place is None:
            return self._begin(moment)
        try:
            return self._start(moment, QueueCommand("next", {"queue_item_id": place.item.queue_item_id}))
        except QueueFinishedError:
            _skippable(place)
            raise

    def previous(self, moment: Moment) -> Outcome:
        """Play the item before the current one, always (never "restart after some seconds").

        Raises NothingPlayingError and, of a radio, UnsupportedRequestError.
        """
        place = self._skippable_place(moment)
        return self._start(moment, QueueCommand("previous", _by_id_or_uri(place.item)))

    def start_over(self, moment: Moment) -> Outcome:
        """Play the current item from its start, at once. Raises NothingPlayingError and UnsupportedRequestError."""
        return self.seek(moment, 0)

    def seek(self, moment: Moment, position_ms: int) -> Outcome:
        """Play the current item from `position_ms`.

        Raises NothingPlayingError, and UnsupportedRequestError of a radio or beyond the item's end.
        """
        place = self._skippable_place(moment)
        duration_ms = place.item.duration_ms
        if duration_ms is not None and position_ms >= duration_ms > 0:
            raise UnsupportedRequestError("the item is not that long", UnsupportedReason.BEYOND_END)
        return self._play_from(moment, place, position_ms)

    def shuffle(self, moment: Moment, *, on: bool) -> Outcome:
        """Mix what follows, or put it back in order.

        Raises NothingPlayingError, and UnsupportedRequestError of a radio, a podcast or an audiobook.
        """
        place = self._skippable_place(moment)
        if place.item.media_type in _SPOKEN_WORD:
            raise UnsupportedRequestError("podcasts and audiobooks are not shuffled", UnsupportedReason.SPOKEN_WORD)
        return self._reorder(moment, place, QueueCommand("shuffle", {"on": on}))

    def repeat(self, moment: Moment, mode: RepeatMode) -> Outcome:
        """Set how the queue repeats. Raises NothingPlayingError and, of a radio, UnsupportedRequestError."""
        return self._reorder(moment, self._skippable_place(moment), QueueCommand("repeat", {"mode": mode}))

    def add(self, moment: Moment, media: Sequence[MediaItem], option: QueueOption) -> Outcome:
        """Put `media` behind the queue (ADD) or behind the current item (NEXT); nothing starts by it."""
        name = "play_next" if option is QueueOption.NEXT else "add"
        command = QueueCommand(name, {"media": [item.uri for item in media]})
        return self._reorder(moment, self._place(moment), command)

    def remove_current(self, moment: Moment) -> Outcome:
        """Take the current item out of the queue; if it was audible the next one plays, else "resume" plays that.

        Raises NothingPlayingError.
        """
        place = self.place(moment)
        args = {"queue_item_id": place.item.queue_item_id, **place.ahead}
        answer = self._command(moment, QueueCommand("remove", args))
        audible = place.audible_at(moment.occurred_at)
        if answer.stream is None:
            emptied = replace(place, running=replace(place.running, item=_NO_ITEM))
            return replace(self._silence(moment, emptied, ClearQueue(everything=True)), item=place.item)
        if answer.stream.generation <= place.running.generation:
            return Outcome(self._following(moment, place, answer) if audible else (), place.item)
        handed = self._hand_out(moment, answer.stream, answer.queue_id, answer.item, audible=audible)
        return Outcome(handed.actions, place.item)

    def place(self, moment: Moment) -> Place:
        """Return where the device is. No round trip. Raises NothingPlayingError."""
        place = self._place(moment)
        if place is None:
            raise NothingPlayingError("nothing was ever played here, or the last of it was removed")
        return place

    def _place(self, moment: Moment) -> Place | None:
        """Put together what is stored and what the device says of itself; the higher generation is the newer."""
        state, heard = self._state(moment), moment.heard
        running = state.running if state else None
        following = state.following if state else None
        if heard.token and (running is None or running.generation < heard.token.generation):
            return Place(_as_heard(moment, heard.token, following), None, unreported=True)
        if running is None or running.item == _NO_ITEM:
            return None
        if heard.token is None or running.generation > heard.token.generation:
            return Place(running, following)
        if running.activity is not Activity.FINISHED:
            running = replace(running, offset_ms=heard.offset_ms)
        # Stopped by the user is written by the command itself: the device's own events may still be on their way.
        unreported = running.activity is Activity.HANDED or bool(running.stopped_by_user)
        return Place(running, following, unreported=unreported)

    def _state(self, moment: Moment) -> PlaybackState | None:
        """Load the row; without it, the token in the request's context is enough to go on."""
        try:
            return self._store.load(moment.device.device_id)
        except PlaybackStoreError:
            if moment.heard.token is None:
                raise
            return None

    def _skippable_place(self, moment: Moment) -> Place:
        return _skippable(self.place(moment))

    def _command(self, moment: Moment, command: QueueCommand) -> PlayerState:
        return self._players.command(moment.device.player_id, command)

    def _start(self, moment: Moment, command: QueueCommand) -> Outcome:
        answer = self._command(moment, command)
        if answer.stream is None:
            raise NothingPlayingError("Music Assistant has nothing to play")
        return self._hand_out(moment, answer.stream, answer.queue_id, answer.item)

    def _begin(self, moment: Moment) -> Outcome:
        """Play what waits in the queue: added here before anything played, or loaded on MA's own screen."""
        return self._start(moment, QueueCommand("resume"))

    def _play_from(self, moment: Moment, place: Place, position_ms: int) -> Outcome:
        live = place.item.media_type is MediaType.RADIO
        args = {**_by_id_or_uri(place.item), "position_ms": 0 if live else position_ms}
        return self._start(moment, QueueCommand("resume", args))

    def _silence(self, moment: Moment, place: Place | None, action: Action) -> Outcome:
        if place is None:
            return Outcome((action,))
        over = place.running.activity is Activity.FINISHED
        silenced = replace(place.running, occurred_at=moment.occurred_at, stopped_by_user=True)
        if not over:  # the device's own Stopped of the same second must still get through to MA
            silenced = replace(silenced, activity=Activity.STOPPED, rank=EventRank.STOPPED)
        self._remember(moment, silenced)
        return Outcome((action,), None if over else place.item)

    def _place_if_known(self, moment: Moment) -> Place | None:
        """Return the place; without a row and a table the device can still be told to stop."""
        try:
            return self._place(moment)
        except PlaybackStoreError as error:
            self._log_unread(error)
            return None

    def _reorder(self, moment: Moment, place: Place | None, command: QueueCommand) -> Outcome:
        if place is not None and place.ahead:
            command = QueueCommand(command.name, {**command.args, **place.ahead})
        answer = self._command(moment, command)
        if place is None or not place.audible_at(moment.occurred_at):
            return Outcome(item=answer.item)
        return Outcome(self._following(moment, place, answer), answer.item)

    def _following(self, moment: Moment, place: Place, answer: PlayerState) -> tuple[Action, ...]:
        """Return what makes the device forget the stream it enqueued before the order changed.

        That is nothing unless its NearlyFinished had been answered: it will ask what follows.
        """
        if not answer.replace_enqueued:
            return ()
        if answer.upcoming is None or answer.upcoming.stream is None:
            self._remember(moment, Enqueued(place.running.generation))
            return (ClearQueue(),)
        return (self._enqueue(moment, place.running.token, answer.upcoming, PlayBehavior.REPLACE_ENQUEUED),)


def _skippable(place: Place) -> Place:
    """Return the place, or raise UnsupportedRequestError: a radio has no order and no length."""
    if place.item.media_type is MediaType.RADIO:
        raise UnsupportedRequestError("a radio has no next, previous or position", UnsupportedReason.RADIO)
    return place


def _by_id_or_uri(item: QueueItem) -> dict[str, str]:
    """Name the item, and what to play instead when the queue no longer holds it."""
    return {"queue_item_id": item.queue_item_id, **({"uri": item.uri} if item.uri else {})}


def _as_heard(moment: Moment, token: StreamToken, following: Enqueued | None) -> Running:
    """Describe the stream that the device says it plays, of which no event has arrived yet."""
    known = following and following.token and following.token.generation == token.generation
    item = following.item if known and following and following.item else QueueItem(token.queue_item_id)
    offset = moment.heard.offset_ms
    return Running(token, item, Activity.STARTED, offset, moment.occurred_at, EventRank.STARTED_AGAIN)

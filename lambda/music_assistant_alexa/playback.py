"""What a person can ask of a player. Knows no JSON, no AWS and no HTTP.

The home bridge hands out streams and numbers them (the generation); the store remembers what each device plays; this
class decides, from both, what the device is told. What devices report is in `playback_events.py`.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from music_assistant_alexa.actions import Action, ClearQueue, Outcome, Play, PlayBehavior, Stop
from music_assistant_alexa.errors import (
    NothingPlayingError,
    PlaybackStoreError,
    QueueFinishedError,
    UnsupportedRequestError,
)
from music_assistant_alexa.models import (
    Activity,
    Change,
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
    Stream,
    Upcoming,
)
from music_assistant_alexa.ports import EchoPlayers, PlaybackStore
from music_assistant_alexa.stream_token import StreamToken
from music_assistant_alexa.stream_urls import PublicUrls

__all__ = ["Playback"]

_log = logging.getLogger(__name__)

SPEECH_PAUSE_S = 15
"""A device that stopped this recently, and not because its user said so, is only listening to someone."""

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
        """Return what home must be told before the order is changed, lest it replaces what is already heard."""
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


class Desk:
    """What commands and events share: remembering a device, and handing streams to it."""

    def __init__(self, players: EchoPlayers, store: PlaybackStore, urls: PublicUrls) -> None:
        self._players = players
        self._store = store
        self._urls = urls

    def _remember(self, moment: Moment, change: Change) -> bool:
        """Write what happened; music does not stop because it could not be written."""
        try:
            return self._store.record(moment.device.device_id, change)
        except PlaybackStoreError as error:
            _log.warning("playback state not stored: %s", error)
            return True

    @staticmethod
    def _log_unread(error: PlaybackStoreError) -> None:
        _log.warning("playback state not read: %s", error)

    def _hand_out(
        self, moment: Moment, stream: Stream, queue_id: str, item: QueueItem | None, *, audible: bool = True
    ) -> Outcome:
        """Record a stream as the one the device plays from now on, and return the order to do so.

        No order to a device that is to stay silent (it goes on there when it is resumed), and none if a newer stream
        was handed out meanwhile: of two commands at once, the later one's plays.
        """
        play = self._play(stream, queue_id, item, PlayBehavior.REPLACE_ALL)
        activity = Activity.HANDED if audible else Activity.STOPPED
        token = _token(stream, queue_id)
        running = Running(token, play.item, activity, stream.offset_ms, 0, EventRank.START, stopped_by_user=not audible)
        newest = self._remember(moment, running)
        if not newest:
            _log.info("not played: a newer stream was handed out meanwhile")
        return Outcome((play,) if newest and audible else (), play.item)

    def _enqueue(self, moment: Moment, after: StreamToken, upcoming: Upcoming, behavior: PlayBehavior) -> Play:
        """Record a stream as the one that follows `after`, and return the order to enqueue it."""
        if upcoming.stream is None:
            raise QueueFinishedError("nothing follows")
        play = self._play(upcoming.stream, after.queue_id, upcoming.item, behavior)
        token = _token(upcoming.stream, after.queue_id)
        self._remember(moment, Enqueued(after.generation, token, play.item))
        if behavior is PlayBehavior.ENQUEUE:
            return replace(play, expected_previous_token=after.encode())
        return play

    def _play(self, stream: Stream, queue_id: str, item: QueueItem | None, behavior: PlayBehavior) -> Play:
        if item is None or item.queue_item_id != stream.queue_item_id:
            item = QueueItem(stream.queue_item_id)
        url = self._urls.stream(stream.url, stream.generation)
        token = _token(stream, queue_id).encode()
        return Play(behavior, url, token, item, self._urls.art(item.image_url), stream.offset_ms)


class Playback(Desk):
    """The commands. Each is at most one round trip home, and raises SkillError."""

    def play(self, moment: Moment, media: Sequence[MediaItem]) -> Outcome:
        """Replace the queue by `media` and play it."""
        args = {"media": [item.uri for item in media], "option": QueueOption.REPLACE}
        return self._start(moment, QueueCommand("play", args))

    def resume(self, moment: Moment) -> Outcome:
        """Go on where the device was; after the end of a track, with the one after it."""
        place = self.place(moment)
        if place.running.activity is not Activity.FINISHED:
            return self._play_from(moment, place, place.running.position_ms)
        try:  # also where nothing followed when the device asked: something may have been added since
            return self._start(moment, QueueCommand("next", _by_id_or_uri(place.item)))
        except QueueFinishedError:
            return self._play_from(moment, place, 0)

    def pause(self, moment: Moment) -> Outcome:
        """Fall silent, to be resumed. No round trip: the device's own Stopped tells MA."""
        return self._silence(moment, Stop())

    def stop(self, moment: Moment) -> Outcome:
        """Fall silent and forget what was enqueued. The place is kept; no round trip, as with pause."""
        return self._silence(moment, ClearQueue(everything=True))

    def next(self, moment: Moment) -> Outcome:
        """Play the item after the current one. Raises QueueFinishedError."""
        place = self._skippable_place(moment)
        return self._start(moment, QueueCommand("next", {"queue_item_id": place.item.queue_item_id}))

    def previous(self, moment: Moment) -> Outcome:
        """Play the item before the current one, always (never "restart after some seconds")."""
        place = self._skippable_place(moment)
        return self._start(moment, QueueCommand("previous", _by_id_or_uri(place.item)))

    def start_over(self, moment: Moment) -> Outcome:
        """Play the current item from its start, at once."""
        return self.seek(moment, 0)

    def seek(self, moment: Moment, position_ms: int) -> Outcome:
        """Play the current item from `position_ms`."""
        place = self._skippable_place(moment)
        duration_ms = place.item.duration_ms
        if duration_ms is not None and position_ms >= duration_ms > 0:
            raise UnsupportedRequestError("beyond_end")
        return self._play_from(moment, place, position_ms)

    def shuffle(self, moment: Moment, *, on: bool) -> Outcome:
        """Mix what follows, or put it back in order."""
        place = self._skippable_place(moment)
        if place.item.media_type in _SPOKEN_WORD:
            raise UnsupportedRequestError("spoken_word_shuffle")
        return self._reorder(moment, place, QueueCommand("shuffle", {"on": on}))

    def repeat(self, moment: Moment, mode: RepeatMode) -> Outcome:
        """Set how the queue repeats."""
        return self._reorder(moment, self._skippable_place(moment), QueueCommand("repeat", {"mode": mode}))

    def add(self, moment: Moment, media: Sequence[MediaItem], option: QueueOption) -> Outcome:
        """Put `media` behind the queue (ADD) or behind the current item (NEXT); nothing starts by it."""
        name = "play_next" if option is QueueOption.NEXT else "add"
        command = QueueCommand(name, {"media": [item.uri for item in media]})
        return self._reorder(moment, self._place(moment), command)

    def remove_current(self, moment: Moment) -> Outcome:
        """Take the current item out of the queue; if it was audible the next one plays, else it is where to go on."""
        place = self.place(moment)
        args = {"queue_item_id": place.item.queue_item_id, **place.ahead}
        answer = self._command(moment, QueueCommand("remove", args))
        audible = place.audible_at(moment.occurred_at)
        if answer.stream is None:
            return Outcome(self._silence(moment, ClearQueue(everything=True)).actions, place.item)
        if answer.stream.generation <= place.running.generation:
            return Outcome(self._following(moment, place, answer) if audible else (), place.item)
        handed = self._hand_out(moment, answer.stream, answer.queue_id, answer.item, audible=audible)
        return Outcome(handed.actions, place.item)

    def place(self, moment: Moment) -> Place:
        """Return where the device is. No round trip. Raises NothingPlayingError."""
        place = self._place(moment)
        if place is None:
            raise NothingPlayingError("nothing was ever played here")
        return place

    def _place(self, moment: Moment) -> Place | None:
        """Put together what is stored and what the device says of itself; the higher generation knows better."""
        state, heard = self._state(moment), moment.heard
        running = state.running if state else None
        following = state.following if state else None
        if heard.token is None or (running and running.generation > heard.token.generation):
            return Place(running, following) if running else None
        if running is None or running.generation < heard.token.generation:
            return Place(_as_heard(moment, heard.token, following), None, unreported=True)
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
        place = self.place(moment)
        if place.item.media_type is MediaType.RADIO:
            raise UnsupportedRequestError("radio")
        return place

    def _command(self, moment: Moment, command: QueueCommand) -> PlayerState:
        return self._players.command(moment.device.player_id, command)

    def _start(self, moment: Moment, command: QueueCommand) -> Outcome:
        answer = self._command(moment, command)
        if answer.stream is None:
            raise NothingPlayingError("Music Assistant has nothing to play")
        return self._hand_out(moment, answer.stream, answer.queue_id, answer.item)

    def _play_from(self, moment: Moment, place: Place, position_ms: int) -> Outcome:
        live = place.item.media_type is MediaType.RADIO
        args = {**_by_id_or_uri(place.item), "position_ms": 0 if live else position_ms}
        return self._start(moment, QueueCommand("resume", args))

    def _silence(self, moment: Moment, action: Action) -> Outcome:
        place = self._place_if_known(moment)
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
        """Replace what was enqueued before the order changed, if anything had been answered to NearlyFinished."""
        if not answer.replace_enqueued:
            return ()
        if answer.upcoming is None or answer.upcoming.stream is None:
            self._remember(moment, Enqueued(place.running.generation))
            return (ClearQueue(),)
        return (self._enqueue(moment, place.running.token, answer.upcoming, PlayBehavior.REPLACE_ENQUEUED),)


def _token(stream: Stream, queue_id: str) -> StreamToken:
    return StreamToken(queue_id, stream.queue_item_id, stream.position_ms, stream.generation, stream.offset_ms)


def _by_id_or_uri(item: QueueItem) -> dict[str, str]:
    """Name the item, and what to play instead when the queue no longer holds it."""
    return {"queue_item_id": item.queue_item_id, **({"uri": item.uri} if item.uri else {})}


def _as_heard(moment: Moment, token: StreamToken, following: Enqueued | None) -> Running:
    """Describe a stream whose events have not arrived (yet)."""
    known = following and following.token and following.token.generation == token.generation
    item = following.item if known and following and following.item else QueueItem(token.queue_item_id)
    offset = moment.heard.offset_ms
    return Running(token, item, Activity.STARTED, offset, moment.occurred_at, EventRank.STARTED_AGAIN)

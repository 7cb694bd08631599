"""What devices report, and what they are told in return. Knows no JSON, no AWS and no HTTP.

Events come late, twice and out of order. The generation in an event's token tells which stream it is about, and the
store refuses to write an older event over a newer one. An event that cannot be stored is still told to the home bridge,
which puts events into their order by itself.
"""

from dataclasses import dataclass, replace

from music_assistant_alexa.actions import ClearQueue, Outcome, PlayBehavior, Stop
from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.models import (
    Activity,
    Enqueued,
    EventRank,
    Heard,
    Moment,
    PlaybackEvent,
    PlaybackState,
    PlayerState,
    QueueItem,
    Running,
    Upcoming,
    Wanted,
)
from music_assistant_alexa.stream_handout import StreamHandout
from music_assistant_alexa.stream_token import StreamToken

__all__ = ["PlaybackEvents", "Reported"]


@dataclass(frozen=True, slots=True)
class Reported:
    """One event: the stream it is about, and where in it the device was (ms from the stream's start)."""

    token: StreamToken
    offset_ms: int = 0


class PlaybackEvents(StreamHandout):
    """The five events of a device. Each is at most one round trip home, and raises HomeError when that fails.

    An event about a stream that has been replaced since costs none.
    """

    def started(self, moment: Moment, reported: Reported) -> Outcome:
        """Move MA's current item to what is audible. Stop, if MA's own screen wants silence."""
        rank = EventRank.STARTED_AGAIN if reported.offset_ms > reported.token.offset_ms else EventRank.START
        state = self._recall(moment)
        change = _running(state, moment, reported, Activity.STARTED, rank)
        answer = self._note(moment, state, change)
        if answer and answer.item and not change.item.title and _same(answer.item, change.item):
            self._remember(moment, replace(change, item=answer.item))
        return _silence_if_wanted(answer)

    def stopped(self, moment: Moment, reported: Reported) -> Outcome:
        """Keep the place. Someone may only be speaking: this says nothing about what the user wants."""
        state = self._recall(moment)
        self._note(moment, state, _running(state, moment, reported, Activity.STOPPED, EventRank.STOPPED))
        return Outcome()

    def finished(self, moment: Moment, reported: Reported) -> Outcome:
        """Note the end of a stream. Stop, if MA's own screen wants silence."""
        state = self._recall(moment)
        change = _running(state, moment, reported, Activity.FINISHED, EventRank.LAST)
        return _silence_if_wanted(self._note(moment, state, change))

    def nearly_finished(self, moment: Moment, reported: Reported) -> Outcome:
        """Give the device the stream that follows. MA's current item stays; Started of that stream moves it.

        Give nothing when the user has stopped the music meanwhile: a silent device plays at once what is enqueued.
        """
        token, state = reported.token, self._recall(moment)
        if state.silenced(token.generation):
            return Outcome()
        stale = state.running is not None and state.running.generation > token.generation
        if state.running is None or state.running.generation < token.generation:
            self._remember(moment, _running(state, moment, reported, Activity.STARTED, EventRank.START))
        upcoming = self._players.next_stream(moment.device.player_id, token.generation)
        if upcoming.wanted is not Wanted.PLAY:
            return Outcome((Stop(),))
        if stale:
            return self._answer_stale(token, upcoming)
        return self._answer_with(moment, token, upcoming, state.enqueued)

    def failed(self, moment: Moment, reported: Reported, current: Heard) -> Outcome:
        """Hand out the stream that home answers in place of a broken one, or nothing.

        If the broken one was only being buffered, its replacement is enqueued and what is heard plays on.
        `current` is what the device played when it failed, by its own account.
        """
        token, state = reported.token, self._recall(moment)
        audible = current.token or token
        buffering = audible.generation != token.generation
        if _is_stale(state, token, buffering=buffering):
            return Outcome()
        place = Reported(token, 0 if buffering else current.offset_ms)
        if state.silenced(audible.generation):
            return Outcome() if buffering else self.stopped(moment, place)
        event = PlaybackEvent(Activity.FAILED, token, place.offset_ms, moment.occurred_at, audible.generation)
        answer = self._players.report(moment.device.player_id, event)
        return self._repair(moment, audible, answer) if buffering else self._replay(moment, state, place, answer)

    def _answer_with(
        self, moment: Moment, after: StreamToken, upcoming: Upcoming, enqueued: Enqueued | None
    ) -> Outcome:
        """Enqueue what follows `after`; `enqueued` is what the row says the device was given to play next."""
        counts = enqueued is not None and enqueued.after_generation == after.generation
        before = enqueued.token if enqueued and counts else None
        if upcoming.stream is None:
            self._remember(moment, Enqueued(after.generation))
            return Outcome((ClearQueue(),) if before else ())
        changed = before is not None and before.generation != upcoming.stream.generation
        behavior = PlayBehavior.REPLACE_ENQUEUED if changed else PlayBehavior.ENQUEUE
        play = self._enqueue(moment, after, upcoming, behavior)
        return Outcome((play,), play.item)

    def _answer_stale(self, after: StreamToken, upcoming: Upcoming) -> Outcome:
        """Answer a late NearlyFinished without storing it; a device that has moved on drops the Play."""
        if upcoming.stream is None:
            return Outcome()
        play = self._play(upcoming.stream, after.queue_id, upcoming.item, PlayBehavior.ENQUEUE)
        return Outcome((replace(play, expected_previous_token=after.encode()),))

    def _repair(self, moment: Moment, audible: StreamToken, answer: PlayerState) -> Outcome:
        if answer.upcoming is None or answer.upcoming.stream is None:
            self._remember(moment, Enqueued(audible.generation))
            return Outcome()
        play = self._enqueue(moment, audible, answer.upcoming, PlayBehavior.REPLACE_ENQUEUED)
        return Outcome((play,), play.item)

    def _replay(self, moment: Moment, state: PlaybackState, place: Reported, answer: PlayerState) -> Outcome:
        if answer.stream is None or answer.stream.generation <= place.token.generation:
            self._remember(moment, _running(state, moment, place, Activity.FAILED, EventRank.LAST))
            return Outcome()
        now = self._recall(moment).running
        if now and now.generation >= answer.stream.generation:
            return Outcome()  # a command, or this event's double, has handed it out: twice would begin it anew
        return self._hand_out(moment, answer.stream, answer.queue_id, answer.item)

    def _note(self, moment: Moment, state: PlaybackState, change: Running) -> PlayerState | None:
        """Store an event and tell home of it, unless the row already knows a newer stream."""
        stored = self._remember(moment, change)
        if not stored and state.running and state.running.generation > change.generation:
            return None
        event = PlaybackEvent(change.activity, change.token, change.offset_ms, moment.occurred_at)
        return self._players.report(moment.device.player_id, event)

    def _recall(self, moment: Moment) -> PlaybackState:
        """Load the row; an event can be understood without it."""
        device_id = moment.device.device_id
        try:
            return self._store.load(device_id) or PlaybackState(device_id)
        except PlaybackStoreError as error:
            self._log_unread(error)
            return PlaybackState(device_id)


def _running(state: PlaybackState, moment: Moment, reported: Reported, activity: Activity, rank: EventRank) -> Running:
    """Describe what is now known of the stream an event is about."""
    token = reported.token
    known = state.running is not None and state.running.generation == token.generation
    kept = None if known and activity is not Activity.STARTED else False  # only music ends a silence
    return Running(
        token,
        _item_of(state, token),
        activity,
        reported.offset_ms,
        moment.occurred_at,
        rank,
        stopped_by_user=kept,
    )


def _item_of(state: PlaybackState, token: StreamToken) -> QueueItem:
    """Find the item in the row: it runs, or was enqueued and is heard now."""
    for known in (state.running, state.enqueued):
        if known and known.item and known.token and known.token.generation == token.generation:
            return known.item
    return QueueItem(token.queue_item_id)


def _is_stale(state: PlaybackState, token: StreamToken, *, buffering: bool) -> bool:
    """Tell whether a failed stream has been replaced already."""
    if state.running is not None and state.running.generation > token.generation:
        return True
    following = state.following if buffering else None
    return following is not None and (following.token is None or following.token.generation != token.generation)


def _silence_if_wanted(answer: PlayerState | None) -> Outcome:
    if answer and answer.wanted is not Wanted.PLAY:
        return Outcome((Stop(),))
    return Outcome()


def _same(one: QueueItem, other: QueueItem) -> bool:
    return one.queue_item_id == other.queue_item_id

"""Handing streams to devices: the half that a person's commands and a device's events share."""

import logging
from dataclasses import replace

from music_assistant_alexa.actions import Outcome, Play, PlayBehavior
from music_assistant_alexa.errors import PlaybackStoreError, QueueFinishedError
from music_assistant_alexa.models import (
    Activity,
    Change,
    Enqueued,
    EventRank,
    Moment,
    QueueItem,
    Running,
    Stream,
    Upcoming,
)
from music_assistant_alexa.ports import EchoPlayers, PlaybackStore
from music_assistant_alexa.stream_token import StreamToken
from music_assistant_alexa.stream_urls import PublicUrls

__all__ = ["StreamHandout"]

_log = logging.getLogger(__name__)


class StreamHandout:
    """Hands streams to devices, and remembers in the store what each was handed."""

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
        """Record a stream as the one the device plays from now on, and return the order to play it.

        Return no order if the device is to stay silent (not `audible`: it begins there when it is resumed), and none if
        a newer stream was handed out meanwhile: of two commands at once, the later one's stream plays.
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
        """Record a stream as the one that follows `after`, and return the order to enqueue it.

        Raises QueueFinishedError when nothing follows.
        """
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


def _token(stream: Stream, queue_id: str) -> StreamToken:
    return StreamToken(queue_id, stream.queue_item_id, stream.position_ms, stream.generation, stream.offset_ms)

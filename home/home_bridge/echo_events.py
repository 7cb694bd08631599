"""What an Echo did becomes STAT packets: the table of the design, one function for each row.

An event moves something only if its generation is the audible one or one that was handed out after it; a higher
generation wins, and any event of a handed-out one implies its Started.
"""

from dataclasses import replace

from home_bridge.models import BEFORE_ALL, Audible, Event, EventKind, Loaded, Order, Stream, Wanted, item_of
from home_bridge.packets import Stat, ToServer
from home_bridge.player import START_WITHIN_S, Player

DRIFT_MS = 1000
"""A position further off than this is corrected."""


def report(player: Player, event: Event) -> list[ToServer]:
    """Take what the Echo did; return what MA is told. Repeated, late and foreign events return nothing.

    Of `failed` only the end of the sound is taken here; what replaces the stream is decided in `failures`.
    """
    packets: list[ToServer] = []
    if event.kind is not EventKind.FAILED and (stream := _handed_out(player, event.generation)):
        started = event.kind is EventKind.STARTED
        packets = _begin(player, stream, event.offset_ms, event.order_in(stream) if started else BEFORE_ALL)
    audible = player.audible
    if audible is None or not (audible.is_changed_by(event) or _begins_again(player, audible, event)):
        return packets
    return packets + _ROWS[event.kind](player, audible, event)


def _begins_again(player: Player, audible: Audible, event: Event) -> bool:
    """Tell whether a Started is the second one of a stream that was given twice.

    A silent Echo had begun it when it was given again: Stopped and Started are then of one second and one place.
    """
    again = event.kind is EventKind.STARTED and event.generation == player.given_twice == audible.stream.generation
    if not again or audible.playing or event.order_in(audible.stream)[:2] != audible.last[:2]:
        return False
    player.given_twice = None
    return True


def imply_started(player: Player, generation: int) -> list[ToServer]:
    """Take the question what follows a stream for the stream's PlaybackStarted, if that has not come yet."""
    stream = _handed_out(player, generation)
    return _begin(player, stream, stream.offset_ms, BEFORE_ALL) if stream else []


def _handed_out(player: Player, generation: int) -> Stream | None:
    """Return the stream of that generation if the Echo was given it and it is newer than the audible one."""
    if player.audible is not None and generation <= player.audible.stream.generation:
        return None
    upcoming = player.following.stream if player.following else None
    known = (player.current, upcoming, player.superseded)
    return next((s for s in known if s is not None and s.generation == generation), None)


def _begin(player: Player, stream: Stream, offset_ms: int, order: Order) -> list[ToServer]:
    if stream is player.superseded and _same_item(player.current, stream):
        player.current = stream
    is_current = player.current is not None and player.current.generation == stream.generation
    follows_current = _follows_current(player)
    player.audible = Audible(stream, offset_ms, player.now(), playing=True, last=order)
    player.following = player.superseded = None
    player.start_by = player.end_at = None
    if not is_current:
        # What MA's screen has put in between stays wanted: it is what the Echo gets next.
        return _begin_enqueued(player, stream) if follows_current else []
    if player.loaded is None or not player.loaded.begun or player.wanted is not Wanted.PLAY:
        return []
    return [Stat("STMr"), player.status()]


def _same_item(one: Stream | None, other: Stream) -> bool:
    return one is not None and one.queue_item_id == other.queue_item_id


def _follows_current(player: Player) -> bool:
    """Whether the stream the Echo was given last is to be heard after the one MA has loaded (or after its end)."""
    if player.current is None:
        return player.wanted is Wanted.PLAY
    return player.following is not None and player.following.after_generation == player.current.generation


def _begin_enqueued(player: Player, stream: Stream) -> list[ToServer]:
    """Move MA to the item that was sent ahead; if MA sent another one or none, it has to be loaded again."""
    pending = player.loaded.pending if player.loaded else None
    player.current = stream
    player.loaded = None
    if pending is None or item_of(pending) != stream.queue_item_id:
        player.astray = True
        return []
    player.loaded = Loaded(pending, stream.position_ms, begun=True)
    if player.wanted is Wanted.PAUSE:
        return [Stat("STMs"), _true_status(player), Stat("STMp")]
    # STMs alone leaves the old item's position on MA's screen for a while, with repeat one for good.
    return [Stat("STMs"), player.status(), Stat("STMr")]


def _started_again(player: Player, audible: Audible, event: Event) -> list[ToServer]:
    drift = abs(audible.offset_at(player.now()) - event.offset_ms)
    _note(player, audible, event, playing=True)
    if not _may_tell(player) or player.wanted is not Wanted.PLAY:
        return []
    if not audible.playing:
        return [Stat("STMr"), player.status()]
    return [player.status(), Stat("STMr")] if drift > DRIFT_MS else []


def _stopped(player: Player, audible: Audible, event: Event) -> list[ToServer]:
    _note(player, audible, event, playing=False)
    return [_true_status(player), Stat("STMp")] if _may_tell(player) else []


def _finished(player: Player, audible: Audible, event: Event) -> list[ToServer]:
    _note(player, audible, event, playing=False)
    if not (_may_tell(player) or player.astray) or player.wanted is not Wanted.PLAY:
        return []
    if player.following is not None and player.following.stream is not None:
        player.start_by = player.now() + START_WITHIN_S
        return []
    return player.end()


def _failed(player: Player, audible: Audible, event: Event) -> list[ToServer]:
    _note(player, audible, event, playing=False)
    return []


def _note(player: Player, audible: Audible, event: Event, *, playing: bool) -> None:
    last = event.order_in(audible.stream)
    player.audible = replace(audible, offset_ms=event.offset_ms, since=player.now(), playing=playing, last=last)


def _may_tell(player: Player) -> bool:
    return player.in_step and player.loaded is not None and player.loaded.begun


def _true_status(player: Player) -> Stat:
    """Return STMt with the Echo's real position, also while MA's screen wants silence."""
    if player.loaded is not None:
        player.loaded.told_ms = max(0, player.position_ms - player.loaded.seek_ms)
        return Stat("STMt", player.loaded.told_ms)
    return Stat("STMt")


_ROWS = {
    EventKind.STARTED: _started_again,
    EventKind.STOPPED: _stopped,
    EventKind.FINISHED: _finished,
    EventKind.FAILED: _failed,
}

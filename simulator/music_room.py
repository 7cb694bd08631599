"""Alexa's music service in one room: the directives a queue is played with, and the Echo that plays it.

The Echo is the same device as that of `simulator.Echo`; what it would tell an AudioPlayer skill is told here in the
music skill's words: NearlyFinished asks for the next item, the rest are events of the item.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Protocol

from simulator.audio_device import AudioDevice, Clock, Habits, Stream
from simulator.music_directives import Form, Happened, reference
from simulator.music_items import Content, Item, Modes
from simulator.music_line import MusicLine
from simulator.rules import Exchange, Known
from simulator.rules.music_given import (
    FEEDBACK,
    GET_CONTENT,
    GET_ITEM,
    GET_NEXT,
    GET_PREVIOUS,
    GET_VIEW,
    INITIATE,
    JUMP,
    SETTERS,
    content,
    items,
    method,
    told,
)
from simulator.sound import Ear, FetchFailed, Sound

__all__ = ["MovingEar", "MusicRoom"]

SILENT = ("IDLE", "STOPPED", "FINISHED")
EVENTS: dict[str, Happened] = {
    "AudioPlayer.PlaybackStarted": "Started",
    "AudioPlayer.PlaybackStopped": "Stopped",
    "AudioPlayer.PlaybackFinished": "Finished",
}
CONTROLS = {GET_NEXT: "NEXT", GET_PREVIOUS: "PREVIOUS"}
SETTER = dict(zip(("shuffle", "loop", "repeat"), SETTERS, strict=True))


class MovingEar(Ear, Protocol):
    """An ear that can also go on with what another one began."""

    def go_on(self, url: str, begun: Sound, at_ms: int) -> Sound:
        """Pull the rest of a stream from what is heard at `at_ms` on; raise FetchFailed where it is not to be had."""


class MusicRoom:
    """One Echo, and what the music service does for it."""

    def __init__(self, line: MusicLine, ear: MovingEar, clock: Clock, habits: Habits) -> None:
        self.line = line
        self.device = AudioDevice(ear, clock, self._emit, habits)
        self.explicit_allowed = True
        """The account's filter, as its owner set it."""
        self.modes = Modes()
        self.queue_id = ""
        """Of the queue that is heard here, or was last."""
        self.shown: list[Item] = []
        """The queue as a screen showed it last, the current item first."""
        self._ear = ear
        self._clock = clock
        self._items: dict[str, Item] = {}
        self._renewed: set[str] = set()
        self._cause: dict[str, Any] = {}
        self._owes_next = False

    @property
    def item(self) -> Item | None:
        """Return what plays or is paused here."""
        current = self.device.current
        return None if current is None or self.device.activity in SILENT else self._items.get(current.token)

    def search(self, attributes: Iterable[dict[str, Any]], known: Iterable[Known] = ()) -> Content | None:
        """Look for something, and do nothing about it."""
        asked = {"filters": self._filters, "selectionCriteria": {"attributes": list(attributes)}}
        exchange = self.line.ask(GET_CONTENT, asked, known=known)
        return Content.read(content(exchange)) if self.line.accepted(exchange) else None

    def initiate(self, content_id: str, modes: Modes, known: Iterable[Known] = ()) -> None:
        """Have a queue made of a content, in place of what plays here, and play it."""
        wanted: dict[str, Any] = {"shuffle": modes.shuffle, "loop": modes.loop}
        wanted |= {"repeat": {"status": "ON"}} if modes.repeat else {}
        asked = {"filters": self._filters, "contentId": content_id, "playbackModes": wanted}
        if self.item:
            asked["currentItemReference"] = reference(self.item.reference, "wrapped")
        exchange = self.line.ask(INITIATE, asked, known=known)
        if not self.line.accepted(exchange):
            return
        self.modes = Modes.read(method(exchange).get("controls"))
        self._play(self._read(method(exchange)["firstItem"], str(method(exchange)["id"]), content_id))

    def skip(self, kind: str, **more: Any) -> bool:
        """Ask for the next, the previous or a chosen item, and play it; False where its control is disabled."""
        item = self.held()
        if kind in CONTROLS and CONTROLS[kind] not in item.enabled:
            return False
        exchange = self.ask_about(kind, **more)
        following = self._following(exchange)
        if following:
            self._cause = {"cause": {"type": "JUMP"}} if kind == JUMP else {}
            self._play(following)
            self._cause = {}
        elif self.line.accepted(exchange):
            self.stop()
        return True

    def set_mode(self, mode: str, *, on: bool) -> None:
        """Turn shuffle, loop or repeat on or off; what was to come next is asked for anew."""
        wanted = {"mode": {"status": "ON" if on else "OFF"}} if mode == "repeat" else {"enable": on}
        if not self.line.accepted(self.ask_about(SETTER[mode], "wrapped", **wanted)):
            return
        self.modes = replace(self.modes, **{mode: on})
        self.device.obey([{"type": "AudioPlayer.ClearQueue", "clearBehavior": "CLEAR_ENQUEUED"}])
        self._look_ahead(self.held())

    def look(self) -> None:
        """Show the queue on a screen."""
        item = self.held()
        exchange = self.ask_about(GET_VIEW, "wrapped")
        if self.line.accepted(exchange):
            self.modes = Modes.read(told(exchange).get("queueControls"))
            self.shown = [self._read(each, item.queue_id, item.content_id) for each in items(exchange)]

    def feed_back(self, *, positive: bool) -> bool:
        """Tell what somebody thinks of the item, and skip it where the skill says so; False if it takes no feedback."""
        item = self.held()
        if not item.takes_feedback:
            return False
        active = {"content": [reference(item.reference, "wrapped")]}
        feedback = {"type": "PREFERENCE", "value": "POSITIVE" if positive else "NEGATIVE"}
        exchange = self.line.ask(FEEDBACK, {"activeContext": active, "feedback": feedback}, version="2.0")
        if told(exchange).get("skip") is True and self.line.accepted(exchange):
            self.skip(GET_NEXT, isUserInitiated=True)
        return True

    def resume(self) -> None:
        """Play on; where the stream's time has passed meanwhile, by a new address from the same byte on."""
        item = self.held()
        if item.valid_until > self._clock.time():
            self.device.play_on()
        elif (renewed := self._renew(item)) and self.device.current:
            self._go_on(renewed, self.device.current, self.device.position_ms)

    def stop(self) -> None:
        """Be silent."""
        self.device.obey([{"type": "AudioPlayer.ClearQueue", "clearBehavior": "CLEAR_ALL"}])

    def move_to(self, other: "MusicRoom") -> None:
        """Have another room's Echo go on with the very same stream."""
        item = self.held()
        stream, at_ms = self.device.hand_over()
        other.modes = self.modes
        fresh = item if item.valid_until > self._clock.time() else other._renew(item)  # noqa: SLF001
        if fresh:
            other._go_on(fresh, stream, at_ms)  # noqa: SLF001

    def ask_about(self, kind: str, form: Form = "bare", **more: Any) -> Exchange:
        """Send a directive about the current item, in any form of reference; its answer is not obeyed."""
        return self.line.ask(kind, {"currentItemReference": reference(self.held().reference, form), **more})

    def held(self) -> Item:
        """Return what plays or is paused here; raise LookupError where nothing is."""
        if self.item is None:
            raise LookupError("Nothing is playing here.")
        return self.item

    @property
    def _filters(self) -> dict[str, bool]:
        return {"explicitLanguageAllowed": self.explicit_allowed}

    def _read(self, found: dict[str, Any], queue_id: str, content_id: str) -> Item:
        return Item.read(found, queue_id, content_id, self._clock.time())

    def _following(self, exchange: Exchange) -> Item | None:
        """Return the item that a question about the current one was answered with."""
        found, item = told(exchange).get("item"), self.held()
        return self._read(found, item.queue_id, item.content_id) if found and self.line.accepted(exchange) else None

    def _play(self, item: Item, *, after: str | None = None) -> None:
        self._items[item.token], self.queue_id = item, item.queue_id
        self.device.obey([item.to_play(after=after)])

    def _look_ahead(self, item: Item, *, at_once: bool = False) -> None:
        """Ask what follows an item, as soon as it has begun; where no answer comes, once more at its end."""
        asked = {"currentItemReference": reference(item.reference), "isUserInitiated": False}
        exchange = self.line.ask(GET_NEXT, asked)
        self._owes_next = not self.line.accepted(exchange)
        found = told(exchange).get("item")
        if found and not self._owes_next:
            following = self._read(found, item.queue_id, item.content_id)
            self._play(following, after=None if at_once else item.token)

    def _renew(self, item: Item) -> Item | None:
        """Ask for an item anew, because its stream's time has passed."""
        exchange = self.line.ask(GET_ITEM, {"targetItemReference": reference(item.reference, "wrapped")})
        found = told(exchange).get("item")
        if not found or not self.line.accepted(exchange):
            return None
        return self._read(found, item.queue_id, item.content_id)

    def _go_on(self, item: Item, begun: Stream, at_ms: int) -> None:
        """Go on with a stream that was begun over another connection, from the same byte on."""
        self._items[item.token], self.queue_id = item, item.queue_id
        try:
            sound = self._ear.go_on(item.uri, begun.sound, at_ms) if begun.sound else None
        except FetchFailed as failure:
            self._tell("Failed", item, at_ms, error={"type": failure.error_type, "message": failure.message})
        else:
            self.device.take_over(Stream(item.uri, item.token, at_ms, {"title": item.title}, sound))

    def _emit(self, kind: str, fields: dict[str, Any]) -> None:
        """Turn what an AudioPlayer skill would be told into the music skill's words."""
        item = self._items[fields["token"]]
        if kind == "AudioPlayer.PlaybackNearlyFinished":
            self._look_ahead(item)
        elif kind == "AudioPlayer.PlaybackFailed":
            self._failed(item, fields)
        else:
            happened = EVENTS[kind]
            self._tell(happened, item, fields["offsetInMilliseconds"], **self._cause if happened == "Stopped" else {})
            if happened == "Finished" and self._owes_next:
                self._look_ahead(item)

    def _failed(self, item: Item, fields: dict[str, Any]) -> None:
        """Tell of the failure, and try the item once more by a new address, then what follows it."""
        current = self.device.current.token if self.device.current else None
        offset_ms = fields["currentPlaybackState"].get("offsetInMilliseconds", 0) if current == item.token else 0
        self._tell("Failed", item, offset_ms, error=fields["error"])
        if item.token not in self._renewed:
            self._renewed.add(item.token)
            if renewed := self._renew(item):
                self._play(renewed, after=None if current == item.token else current)
        elif current == item.token:
            self._look_ahead(item, at_once=True)

    def _tell(self, happened: Happened, item: Item, offset_ms: int, **more: Any) -> None:
        self.line.tell(happened, item.reference, offset_ms, **more)

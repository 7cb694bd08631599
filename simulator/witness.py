"""Who says what is wrong in a household: the invariants of playback, each with its sentence.

Every answer is looked at when it is given, every stream when it begins, and all rooms after each thing that happened.
What is certain only while nothing is on its way is not required before it has arrived.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from music_assistant_alexa.models import Device
from music_assistant_alexa.stream_token import StreamToken
from simulator.audio_device import Habits
from simulator.echo import Button
from simulator.pocket_house import PocketHouse
from simulator.pocket_queue import PocketItem, PocketQueue
from simulator.rooms import Asked, Room, RoomClock
from simulator.rules import Exchange, RuleBroken, judge_exchange
from simulator.sound import FIRST_MS

SILENCE: dict[str, Any] = {"version": "1.0", "response": {}}
FOLLOWS_WITHIN_S = 1.0
STEP_S = 5.0
NEARLY = "AudioPlayer.PlaybackNearlyFinished"
STARTED = "AudioPlayer.PlaybackStarted"
FAILED = "AudioPlayer.PlaybackFailed"
REMEMBERED = 6


class Wrong(AssertionError):  # noqa: N818  # what the witness says
    """An invariant does not hold."""


class Witness:
    """Watches a house and its rooms."""

    def __init__(self, *habits: Habits, old: bool = False, whole: bool = True) -> None:
        self.house = PocketHouse(old=old, whole=whole)
        self.rooms = [self._room(f"room-{number}", each) for number, each in enumerate(habits or (Habits(),))]
        self.steps = 0
        """How many things have happened."""
        self._handed: dict[tuple[str, int], str] = {}

    def _room(self, name: str, habits: Habits) -> Room:
        rooms: list[Room] = []
        clock = RoomClock(self.house.clock)
        echo = self.house.echo(name, lambda event: self._sent(rooms[0], event), clock, **_fields(habits))
        rooms.append(Room(echo, Device(echo.sender.device_id).player_id, clock, clock.time()))
        return rooms[0]

    def _queue(self, here: Room) -> PocketQueue:
        return self.house.home.queue(here.mac)

    def _item(self, here: Room) -> Any:
        return self._queue(here).item(here.item_id) if here.item_id else None

    def _after(self, here: Room, *, skip: bool) -> list[Any] | None:
        """Return what follows the item that is heard, as a list of one or none; None where nobody can say."""
        queue, item = self._queue(here), self._item(here)
        if item is None or not item.duration_s:
            return None
        following = queue.following(queue.items.index(item), skip=skip)
        return [following] if following else []

    def _sent(self, here: Room, event: dict[str, Any]) -> dict[str, Any]:
        """Take an event of an Echo: it is handled at once, or on its way for a while."""
        request = event["request"]
        if not request["type"].startswith("AudioPlayer."):
            here.asked = self._as_asked(here)
            here.silenced = False
        if request["type"] == STARTED and request["token"] not in here.begun:
            self._begun(here, request["token"])
        if request["type"].startswith("AudioPlayer.") and here.holding > 0:
            here.holding -= 1
            here.held.append(event)
            return SILENCE
        certain = here.quiet
        answer = self._answered(here, event)
        self._look_at_failure(here, event, answer, certain=certain)
        return answer

    def _answered(self, here: Room, event: dict[str, Any]) -> dict[str, Any]:
        others = {room.mac: self.house.rows.load(room.echo.sender.device_id) for room in self.rooms if room is not here}
        writes, calls = len(self.house.rows.writes), len(self.house.bridge.calls)
        before = self._order(here)
        answer = self.house.invoke(event)
        if event["request"]["type"].startswith("AudioPlayer."):
            here.history = [*here.history[1 - REMEMBERED :], event]
        for room in self.rooms:
            if room is not here:
                self._require(
                    self.house.rows.load(room.echo.sender.device_id) is others[room.mac], "another Echo's row changed"
                )
        written = {device for device, _ in self.house.rows.writes[writes:]}
        self._require(written <= {here.echo.sender.device_id}, "another Echo's row is written")
        self._require(set(self.house.bridge.calls[calls:]) <= {here.mac}, "another Echo's player is commanded")
        self._require(self._order(here) >= before, "an older event has overwritten a newer one")
        self._look_at_answer(here, event["request"], answer)
        return answer

    def _order(self, here: Room) -> tuple[int, ...]:
        row = self.house.rows.load(here.echo.sender.device_id)
        return row.running.order if row and row.running else (0,)

    def _look_at_answer(self, here: Room, request: dict[str, Any], answer: dict[str, Any]) -> None:
        for directive in answer["response"].get("directives") or []:
            if directive["type"] != "AudioPlayer.Play":
                continue
            behavior, stream = directive["playBehavior"], directive["audioItem"]["stream"]
            here.orders[stream["token"]] = behavior
            token = StreamToken.decode(stream["token"])
            assert token is not None
            known = self._handed.setdefault((here.mac, token.generation), stream["token"])
            self._require(known == stream["token"], "one generation was handed out for two streams")
            if behavior == "ENQUEUE":
                expected = stream["expectedPreviousToken"]
                self._require(expected == request["token"], "ENQUEUE expects another token than the event's")
            if request["type"] != FAILED:
                self._look_at_offer(here, behavior, stream, token)
        if request["type"] == NEARLY:
            here.answered = request["token"]

    def _look_at_failure(self, here: Room, event: dict[str, Any], answer: dict[str, Any], *, certain: bool) -> None:
        if event["request"]["type"] == FAILED:
            directives = answer["response"].get("directives") or []
            wrong = here.tries.judge(event["request"], directives, self._queue(here), certain=certain)
            self._require(not wrong, wrong)

    def _look_at_offer(self, here: Room, behavior: str, stream: dict[str, Any], token: StreamToken) -> None:
        """Require of what is enqueued behind the audible stream that it follows there in Music Assistant's queue."""
        device = here.echo.device
        if behavior == "REPLACE_ALL" or device.current is None or here.screen_since is not None or here.shaken:
            return
        held = device.upcoming[-1] if device.upcoming and behavior == "ENQUEUE" else device.current
        if behavior == "ENQUEUE" and (held is not device.current or stream["expectedPreviousToken"] != held.token):
            return  # the device drops it
        expected = self._after(here, skip=False)
        if expected is not None:
            found = [item.queue_item_id for item in expected]
            self._require(token.queue_item_id in found, "something else is enqueued than what follows")

    def _begun(self, here: Room, token_text: str) -> None:
        """Require of a stream that begins that it is not the same track again, and begins where its token says."""
        before = StreamToken.decode(here.begun[-1]) if here.begun else None
        token = StreamToken.decode(token_text)
        assert token is not None
        here.begun.append(token_text)
        if here.screen_since is not None and token.generation > here.screen_since:
            here.screen_since = None
            here.shaken = True  # until the household is found well once
        sound = here.echo.device.current.sound if here.echo.device.current else None
        begins = getattr(sound, "from_ms", token.position_ms)
        if here.screen_since is None:
            self._require(begins == token.position_ms, f"it begins at {begins} ms, not at {token.position_ms}")
        by_itself = here.orders.get(token_text) != "REPLACE_ALL"
        again = before is not None and before.queue_item_id == token.queue_item_id
        if by_itself and again and here.screen_since is None and not here.shaken:
            queue = self._queue(here)
            repeats = queue.repeat == "one" or (queue.repeat == "all" and len(queue.items) == 1)
            self._require(repeats, "a track is heard twice in a row")

    def _arrive(self, here: Room, event: dict[str, Any]) -> None:
        exchange = Exchange(event, self._answered(here, event))
        self._look_at_failure(here, event, exchange.answer, certain=False)
        if self.house.whole:
            broken = [breach for breach in judge_exchange(exchange) if breach.level == "error"]
            if broken:
                raise RuleBroken(broken, exchange.kind)
        here.echo.device.obey(exchange.directives)
        self._require(not (here.silenced and here.echo.device.playing), "an event's answer ends a silence")

    def _say_or_press(self, here: Room, intent: str, name: Button, *, button: bool) -> Asked:
        if button:
            here.echo.press(name)
        else:
            here.echo.ask(intent)
        assert here.asked is not None
        return here.asked

    def _as_asked(self, here: Room) -> Asked:
        device, queue, item = here.echo.device, self._queue(here), self._item(here)
        at = queue.items.index(item) if item else None
        back = queue.items[max(at - 1, 0)] if at is not None and item.duration_s else None
        following = self._after(here, skip=True)
        over, playing = device.activity == "FINISHED", device.activity in {"PLAYING", "PAUSED"}
        return Asked(here.item_id, item, here.position_ms, over, playing, following, back)

    @contextmanager
    def _watched(self, here: Room) -> Iterator[bool]:
        """Let something happen and look around; yield whether its effect is certain."""
        self.steps += 1
        yield (here.quiet and here.mac in self.house.home.players) or not self.house.bridge.sessions.get(here.mac)
        self._look_at_all()

    @contextmanager
    def _unmoved(self, here: Room) -> Iterator[None]:
        """Let someone say words that change nothing of what is heard."""
        yield
        asked = here.asked
        if asked and not here.held and not here.shaken and here.screen_since is None:
            unmoved = here.item_id == asked.item_id and here.echo.device.playing == asked.playing
            self._require(unmoved, "what is heard has changed")

    def _play_on(self, here: Room, seconds: float) -> None:
        """Let time pass in one room, in steps in which the others can follow."""
        while seconds > 0:
            step = min(seconds, STEP_S)
            seconds -= step
            here.echo.listen(step)
            here.played_until += step
            self._catch_up()

    def _catch_up(self) -> None:
        """Let every Echo play for as long as the house's time has moved since it last played."""
        for here in self.rooms:
            passed = self.house.clock.time() - here.played_until
            here.played_until = self.house.clock.time()
            if here.echo.device.playing and passed > 0:
                here.clock.moves = False
                here.echo.listen(passed)
                here.clock.moves = True

    def _look_at_all(self) -> None:
        self.house.clock.settle()
        self._catch_up()
        for here in self.rooms:
            if not here.held and here.screen_since is None:
                self._look_at(here)

    def _look_at(self, here: Room) -> None:
        """When every event has been handled, Music Assistant is where the Echo is, and what follows is right."""
        if here.mac not in self.house.bridge.sessions:
            return
        if here.shaken:
            self.house.clock.advance(2.0)
            self._catch_up()
            if here.held or here.screen_since is not None:
                return  # something has begun meanwhile, and is on its way
        device, queue = here.echo.device, self._queue(here)
        if not device.playing:
            self._soon(lambda: queue.state != "playing", f"the Echo is silent, Music Assistant shows {queue.state!r}")
            here.shaken = False
            return
        self._soon(
            lambda: (queue.state, queue.current and queue.current.queue_item_id) == ("playing", here.item_id),
            "Music Assistant is somewhere else than the Echo",
        )
        here.shaken = False
        answered = device.current is not None and here.answered == device.current.token
        if answered and here.answered not in here.tries.repaired:
            expected = self._after(here, skip=False)
            upcoming = [each.queue_item_id for each in _tokens(device.upcoming)]
            if expected is not None:
                found = [item.queue_item_id for item in expected]
                self._require(upcoming == found, "what is enqueued is not what follows")

    def _require_heard(self, here: Room, item: PocketItem, otherwise: str, at_ms: int = 0) -> None:
        """Require that an item is heard from there on; if it cannot play, the one after it; if none can, silence."""
        device, queue = here.echo.device, self._queue(here)
        if not self._can_be_heard(item, at_ms):
            following = queue.following(queue.items.index(item), skip=True) if item in queue.items else None
            if following is None or not self._can_be_heard(following, 0):
                self._require(not device.playing, "what cannot be had is heard")
                return
            item, at_ms = following, 0
        self._require(device.playing and here.item_id == item.queue_item_id, otherwise)
        begun_ms = here.begun_ms
        self._require(begun_ms == at_ms or not item.duration_s, f"{otherwise}: {begun_ms} ms instead of {at_ms}")

    def _can_be_heard(self, item: PocketItem, at_ms: int) -> bool:
        broken_s = self.house.home.broken.get(item.media.name)
        return broken_s is None or (at_ms // 1000 < broken_s and at_ms + FIRST_MS <= broken_s * 1000)

    def _soon(self, check: Callable[[], bool], otherwise: str) -> None:
        self._require(self.house.clock.run(check, self.house.clock.time() + FOLLOWS_WITHIN_S), otherwise)

    @staticmethod
    def _require(holds: bool, otherwise: str) -> None:
        if not holds:
            raise Wrong(otherwise)


def _tokens(streams: list[Any]) -> list[StreamToken]:
    return [token for each in streams if (token := StreamToken.decode(each.token))]


def _fields(habits: Habits) -> dict[str, Any]:
    return {"nearly_finished": habits.nearly_finished, "stopped": habits.stopped, "buffers_next": habits.buffers_next}

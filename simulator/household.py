"""Two Echos of one account in one house, someone at Music Assistant's screen, and a witness who says what is wrong.

Every public method of Household is one thing that happens; after each one the witness looks at what is heard, at what
Music Assistant believes and at the rows. The rules it holds up are the invariants of playback, each with its sentence.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from music_assistant_alexa.models import Device, StreamToken
from simulator.audio_device import Habits
from simulator.echo import Button, Echo
from simulator.pocket_clock import PocketClock
from simulator.pocket_house import Meanwhile, PocketHouse, PocketSound
from simulator.pocket_queue import PocketItem, PocketQueue
from simulator.rules import Exchange, RuleBroken, judge_exchange

SILENCE: dict[str, Any] = {"version": "1.0", "response": {}}
FOLLOWS_WITHIN_S = 1.0
STEP_S = 5.0
NEARLY = "AudioPlayer.PlaybackNearlyFinished"
STARTED = "AudioPlayer.PlaybackStarted"
REMEMBERED = 6


class Wrong(AssertionError):  # noqa: N818  # what the witness says
    """An invariant does not hold."""


@dataclass
class RoomClock:
    """The time of one Echo: it moves everyone's, except while this Echo makes up for what has passed."""

    house: PocketClock
    moves: bool = True

    def time(self) -> float:
        """Return seconds since 1970."""
        return self.house.time()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        if self.moves:
            self.house.advance(seconds)


@dataclass(frozen=True)
class Asked:
    """How things stood when a person's words arrived: a track may end while they are spoken."""

    item_id: str | None
    item: PocketItem | None
    position_ms: int
    finished: bool
    playing: bool
    following: list[PocketItem] | None
    """What `next` leads to, one or none; None where nobody can say."""
    before: str | None
    """What `previous` leads to."""


@dataclass
class Room:
    """One Echo, and what the witness knows of it."""

    echo: Echo
    mac: str
    clock: RoomClock
    played_until: float = 0.0
    """The moment up to which its music has played."""
    held: list[dict[str, Any]] = field(default_factory=list)
    """Events on their way, not yet handled, in the order they were sent."""
    history: list[dict[str, Any]] = field(default_factory=list)
    """Events handled last, to come a second time."""
    holding: int = 0
    asked: Asked | None = None
    orders: dict[str, str] = field(default_factory=dict)
    """By which behaviour each stream's token was handed out."""
    begun: list[str] = field(default_factory=list)
    """Tokens of the streams that were heard, in order."""
    answered: str | None = None
    """The token whose NearlyFinished was answered last."""
    screen_since: int | None = None
    """Music Assistant's screen has the word from this generation on."""
    shaken: bool = False
    """A connection was lost, a program restarted or a Lambda was overtaken since all was well."""

    @property
    def token(self) -> StreamToken | None:
        """Return the token of the stream the Echo holds."""
        current = self.echo.device.current
        return StreamToken.decode(current.token) if current else None

    @property
    def item_id(self) -> str | None:
        """Return the queue item of it."""
        return self.token.queue_item_id if self.token else None

    @property
    def position_ms(self) -> int:
        """Return where in the track the Echo is."""
        return (self.token.position_ms if self.token else 0) + self.echo.device.position_ms


class Household:
    """What can happen, and the witness."""

    def __init__(self, *habits: Habits, old: bool = False, whole: bool = True) -> None:
        self.house = PocketHouse(old=old, whole=whole)
        self.rooms = [self._room(f"room-{number}", each) for number, each in enumerate(habits or (Habits(),))]
        self.steps = 0
        """How many things have happened."""
        self._handed: dict[tuple[str, int], str] = {}

    # What people say and press

    def play(self, room: int, intent: str, **slots: str) -> None:
        """Ask for something by name: the queue is new, and its first item is heard."""
        here = self.rooms[room]
        with self._watched(here) as certain:
            here.echo.ask(intent, **slots)
            if certain:
                queue = self._queue(here)
                self._require(here.echo.device.playing, "what was asked for is not heard")
                self._require(here.item_id == queue.items[0].queue_item_id, "another item than the first is heard")

    def next(self, room: int, *, button: bool = False) -> None:
        """Go to the next item: exactly that one is heard."""
        here = self.rooms[room]
        with self._watched(here) as certain:
            asked = self._say_or_press(here, "AMAZON.NextIntent", "next", button=button)
            if certain and asked.following is not None:
                expected = asked.following[0].queue_item_id if asked.following else asked.item_id
                self._require(here.item_id == expected, "next leads to another item than the next")

    def previous(self, room: int, *, button: bool = False) -> None:
        """Go back to the item before: exactly that one is heard."""
        here = self.rooms[room]
        with self._watched(here) as certain:
            asked = self._say_or_press(here, "AMAZON.PreviousIntent", "previous", button=button)
            if certain and asked.before is not None:
                self._require(here.item_id == asked.before, "previous leads to another item than the one before")

    def pause(self, room: int, *, button: bool = False) -> None:
        """Fall silent."""
        here = self.rooms[room]
        with self._watched(here):
            self._say_or_press(here, "AMAZON.PauseIntent", "pause", button=button)
            self._require(not here.echo.device.playing, "it plays on after a pause")

    def stop(self, room: int) -> None:
        """Fall silent, too."""
        here = self.rooms[room]
        with self._watched(here):
            here.echo.ask("AMAZON.StopIntent")
            self._require(not here.echo.device.playing, "it plays on after a stop")
            self._require(not here.echo.device.upcoming, "something is enqueued after a stop")

    def resume(self, room: int, *, button: bool = False) -> None:
        """Go on: with the same item from where it was, or with the one after an item that was over."""
        here = self.rooms[room]
        with self._watched(here) as certain:
            asked = self._say_or_press(here, "AMAZON.ResumeIntent", "play", button=button)
            if not certain or asked.item is None:
                return
            self._require(here.echo.device.playing and here.token is not None, "resume plays nothing")
            begins = here.token.position_ms if here.token else -1
            at_ms = asked.position_ms
            if asked.finished and asked.following:
                self._require(here.item_id == asked.following[0].queue_item_id, "what was over is heard again")
            elif not asked.finished and asked.item.duration_s:
                self._require(here.item_id == asked.item_id, "resume leads to another item")
                self._require(at_ms // 1000 * 1000 <= begins <= at_ms, f"resumed at {begins} ms instead of {at_ms}")

    def seek(self, room: int, seconds: int) -> None:
        """Go to a second of the item; 0 is its start."""
        here = self.rooms[room]
        with self._watched(here) as certain:
            if seconds:
                here.echo.ask("SeekIntent", duration=f"PT{seconds}S")
            else:
                here.echo.ask("AMAZON.StartOverIntent")
            item = here.asked.item if here.asked else None
            if certain and item is not None and seconds < item.duration_s and here.token:
                self._require(here.item_id == item.queue_item_id, "a seek leads to another item")
                self._require(here.token.position_ms == seconds * 1000, "a seek leads to another second")

    def order(self, room: int, intent: str) -> None:
        """Shuffle or loop, on or off: what is heard stays."""
        here = self.rooms[room]
        with self._watched(here), self._unmoved(here):
            here.echo.ask(intent)

    def add(self, room: int, intent: str, **slots: str) -> None:
        """Put something behind the queue or behind the item that is heard, which stays."""
        here = self.rooms[room]
        with self._watched(here), self._unmoved(here):
            here.echo.ask(intent, **slots)

    def remove(self, room: int) -> None:
        """Take out what is heard: the next one is, and it is gone from the queue."""
        here = self.rooms[room]
        with self._watched(here) as certain:
            here.echo.ask("RemoveThisIntent")
            asked = here.asked
            if certain and asked and asked.item is not None and asked.playing:
                self._require(asked.item not in self._queue(here).items, "what was removed is still in the queue")
                if asked.following and asked.following[0] is not asked.item:
                    expected = asked.following[0].queue_item_id
                    self._require(here.item_id == expected, "another item than the next is heard")

    def launch(self, room: int) -> None:
        """Open the skill, say nothing more."""
        here = self.rooms[room]
        with self._watched(here), self._unmoved(here):
            here.echo.open()
            here.echo.end_session()

    # Time and sound

    def listen(self, room: int, seconds: float) -> None:
        """Let music play."""
        here = self.rooms[room]
        with self._watched(here):
            self._play_on(here, seconds)

    def play_to_end(self, room: int) -> None:
        """Let the track play to its end, and what follows begin."""
        here = self.rooms[room]
        sound = here.echo.device.current.sound if here.echo.device.current else None
        if here.echo.device.playing and sound is not None and sound.length_ms is not None:
            with self._watched(here):
                self._play_on(here, (sound.length_ms - here.echo.device.position_ms) / 1000)

    # The network: events late, doubled, in another order, and two Lambdas at once

    def hold(self, room: int, events: int) -> None:
        """Let the next events of an Echo be on their way for a while."""
        self.rooms[room].holding = events

    def deliver(self, room: int, which: int) -> None:
        """Let one of the events that are on their way arrive."""
        here = self.rooms[room]
        if here.held:
            with self._watched(here):
                self._arrive(here, here.held.pop(which % len(here.held)))

    def deliver_all(self, room: int) -> None:
        """Let everything that is on its way arrive in the order it was sent."""
        here = self.rooms[room]
        here.holding = 0
        for _ in range(len(here.held)):
            self.deliver(room, 0)

    def again(self, room: int, which: int) -> None:
        """Let an event that has been handled arrive a second time."""
        here = self.rooms[room]
        if here.history:
            with self._watched(here):
                self._arrive(here, here.history[which % len(here.history)])

    def overtaken(self, room: int, at: str, press: Button | None) -> None:
        """Let an event arrive, and in the middle of handling it another event, or a button pressed."""
        here = self.rooms[room]
        if len(here.held) < (1 if press else 2):
            return
        with self._watched(here):
            event = here.held.pop(0)
            other = (lambda: here.echo.press(press)) if press else (lambda: self._arrive(here, here.held.pop(0)))
            self.house.meanwhile = Meanwhile(other, at)
            here.shaken = True
            self._arrive(here, event)
            self.house.meanwhile = None

    # Music Assistant and the bridge

    def screen(self, room: int, command: str, **args: Any) -> None:
        """Press something on Music Assistant's own screen; the Echo hears of it when it next asks."""
        here = self.rooms[room]
        session = self.house.bridge.sessions.get(here.mac)
        if session is None or here.mac not in self.house.home.players:
            return
        with self._watched(here):
            here.screen_since = session.player.generation
            try:
                self.house.home.screen(here.mac, command, **args)
            except Exception as error:  # noqa: BLE001  # what the screen would show
                self._require("500" in str(error), f"the screen shows {error!r}")
            self.house.clock.advance(1.3)

    def move_on_screen(self, room: int, which: int, by: int) -> None:
        """Move an item on the screen."""
        items = self._queue(self.rooms[room]).items
        if items:
            item = items[which % len(items)]
            self.screen(room, "move_item", queue_item_id=item.queue_item_id, pos_shift=by)

    def drop(self) -> None:
        """Lose every player's connection."""
        for here in self.rooms:
            here.shaken = True
        for session in self.house.bridge.sessions.values():
            session.lose_connection()
        self._look_at_all()

    def restart(self) -> None:
        """Restart the bridge; what has no end passed through it, and breaks off."""
        for here in self.rooms:
            here.shaken = True
            current = here.echo.device.current
            if isinstance(sound := current and current.sound, PocketSound) and sound.length_ms is None:
                sound.cut(here.echo.device.position_ms)
        self.house.bridge.restart()
        self.house.clock.advance(0.1)
        self._look_at_all()

    # The witness

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
        if request["type"] == STARTED and request["token"] not in here.begun:
            self._begun(here, request["token"])
        if request["type"].startswith("AudioPlayer.") and here.holding > 0:
            here.holding -= 1
            here.held.append(event)
            return SILENCE
        return self._answered(here, event)

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
            self._look_at_offer(here, behavior, stream, token)
        if request["type"] == NEARLY:
            here.answered = request["token"]

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
            here.shaken = True  # until all is well once
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
        if self.house.whole:
            broken = [breach for breach in judge_exchange(exchange) if breach.level == "error"]
            if broken:
                raise RuleBroken(broken, exchange.kind)
        here.echo.device.obey(exchange.directives)

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
        back = queue.items[max(at - 1, 0)].queue_item_id if at is not None and item.duration_s else None
        following = self._after(here, skip=True)
        over, playing = device.activity == "FINISHED", device.activity in {"PLAYING", "PAUSED"}
        return Asked(here.item_id, item, here.position_ms, over, playing, following, back)

    @contextmanager
    def _watched(self, here: Room) -> Iterator[bool]:
        """Let something happen and look around; yield whether its effect is certain."""
        self.steps += 1
        quiet = not here.held and not here.holding and not here.shaken and here.screen_since is None
        yield (quiet and here.mac in self.house.home.players) or not self.house.bridge.sessions.get(here.mac)
        self._look_at_all()

    @contextmanager
    def _unmoved(self, here: Room) -> Iterator[None]:
        """Let words be said that change nothing of what is heard."""
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
        """Let every Echo play what has passed meanwhile."""
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
        if device.current and here.answered == device.current.token:
            expected = self._after(here, skip=False)
            upcoming = [each.queue_item_id for each in _tokens(device.upcoming)]
            if expected is not None:
                found = [item.queue_item_id for item in expected]
                self._require(upcoming == found, "what is enqueued is not what follows")

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

"""Two Echos of one account in one house, and someone at Music Assistant's screen.

Every public method is one thing that happens, and what must come of it there and then; the witness looks around after
each.
"""

from typing import Any

from simulator.echo import Button
from simulator.pocket_house import Meanwhile, PocketSound
from simulator.witness import Witness, Wrong

__all__ = ["Household", "Wrong"]

MOMENT_S = 1.0
"""So long a stream is heard at least before it breaks off again."""


class Household(Witness):
    """What can happen, and the witness."""

    # What people say and press

    def play(self, room: int, intent: str, **slots: str) -> None:
        """Ask for something by name: the queue is new, and its first item is heard."""
        here = self.rooms[room]
        with self._watched(here) as certain:
            here.echo.ask(intent, **slots)
            if certain:
                self._require_heard(here, self._queue(here).items[0], "what was asked for is not heard")

    def next(self, room: int, *, button: bool = False) -> None:
        """Go to the next item: exactly that one is heard."""
        here = self.rooms[room]
        with self._watched(here) as certain:
            asked = self._say_or_press(here, "AMAZON.NextIntent", "next", button=button)
            if certain and asked.following:
                self._require_heard(here, asked.following[0], "next leads to another item than the next")
            elif certain and asked.following is not None:
                self._require(here.item_id == asked.item_id, "next leads beyond the last item")

    def previous(self, room: int, *, button: bool = False) -> None:
        """Go back to the item before: exactly that one is heard."""
        here = self.rooms[room]
        with self._watched(here) as certain:
            asked = self._say_or_press(here, "AMAZON.PreviousIntent", "previous", button=button)
            if certain and asked.before is not None:
                self._require_heard(here, asked.before, "previous leads to another item than the one before")

    def pause(self, room: int, *, button: bool = False) -> None:
        """Fall silent."""
        here = self.rooms[room]
        with self._watched(here):
            self._say_or_press(here, "AMAZON.PauseIntent", "pause", button=button)
            self._require(not here.echo.device.playing, "it plays on after a pause")
            here.silenced = True

    def stop(self, room: int) -> None:
        """Fall silent, too."""
        here = self.rooms[room]
        with self._watched(here):
            here.echo.ask("AMAZON.StopIntent")
            self._require(not here.echo.device.playing, "it plays on after a stop")
            self._require(not here.echo.device.upcoming, "something is enqueued after a stop")
            here.silenced = True

    def resume(self, room: int, *, button: bool = False) -> None:
        """Go on: with the same item from where it was, or with the one after an item that was over."""
        here = self.rooms[room]
        with self._watched(here) as certain:
            asked = self._say_or_press(here, "AMAZON.ResumeIntent", "play", button=button)
            if not certain or asked.item is None:
                return
            if asked.finished:
                following = asked.following[0] if asked.following else asked.item
                self._require_heard(here, following, "what was over is heard again")
            elif asked.item.duration_s:
                self._require_heard(here, asked.item, "resume leads to another place", asked.position_ms)
            else:
                self._require_heard(here, asked.item, "resume leads to another station")

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
                self._require_heard(here, item, "a seek leads to another place", seconds * 1000)

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
        """Take the item that is heard out of the queue: it is gone from there, and the next one is heard."""
        here = self.rooms[room]
        with self._watched(here) as certain:
            here.echo.ask("RemoveThisIntent")
            asked = here.asked
            if certain and asked and asked.item is not None and asked.playing:
                self._require(asked.item not in self._queue(here).items, "what was removed is still in the queue")
                if asked.following and asked.following[0] is not asked.item:
                    self._require_heard(here, asked.following[0], "another item than the next is heard")

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

    # Streams that fail

    def spoil(self, title: str, at_s: int | None) -> None:
        """Make the audio of a track break off at a second, or make it whole again."""
        self.steps += 1
        self.house.home.broken.pop(title, None)
        if at_s is not None:
            self.house.home.broken[title] = at_s

    def hiccup(self, room: int, error_type: str, times: int) -> None:
        """Break off the stream that is heard, and those that take its place too, each as soon as it is heard."""
        here = self.rooms[room]
        for _ in range(times):
            if here.echo.device.playing:
                with self._watched(here):
                    here.echo.device.break_off(error_type)
                    self._play_on(here, MOMENT_S)

    def hiccup_next(self, room: int, error_type: str, times: int) -> None:
        """Break off the enqueued stream while it is buffered, and those that take its place: the heard one plays on."""
        here = self.rooms[room]
        for _ in range(times):
            device = here.echo.device
            if device.playing and device.upcoming:
                with self._watched(here):
                    heard = device.current
                    device.break_next(error_type)
                    self._require(device.playing and device.current is heard, "the running stream was touched")

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
        """Let an event arrive and, while the skill still handles it, another event or the press of a button."""
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
        """Restart the bridge; a station breaks off, since its audio passes through it and is not kept."""
        for here in self.rooms:
            here.shaken = True
            current = here.echo.device.current
            if isinstance(sound := current and current.sound, PocketSound) and sound.length_ms is None:
                sound.cut(here.echo.device.position_ms)
        self.house.bridge.restart()
        self.house.clock.advance(0.1)
        self._look_at_all()

"""A strict double of Alexa's music service and of the Echo it drives, in one room of an account.

It knows nothing of the skill but its answers: it searches, has a queue initiated, plays what it is given, asks for the
next item when one has begun, and reports what happens. Every answer is judged by `simulator.rules`; a broken rule is
raised as RuleBroken.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from simulator.audio_device import AudioDevice, Clock, Habits
from simulator.echo import Button, Step
from simulator.music_directives import Account
from simulator.music_items import Content, Item, Modes
from simulator.music_line import Invoke, MusicLine, error_of
from simulator.music_room import MovingEar, MusicRoom
from simulator.music_utterances import Entities, MusicListener, Wish
from simulator.rules import Breach, Exchange, Known, judge_trace
from simulator.rules.music_given import GET_NEXT, GET_PREVIOUS, JUMP

__all__ = ["MusicService", "MusicStep"]

REFUSALS = {
    "CONTENT_NOT_FOUND": "I couldn't find that on Music Assistant.",
    "CONTENT_FILTERED": "That has explicit words, and your filter is on.",
    "ITEM_NOT_FOUND": "I can't go there.",
    "INVALID_ITEM": "I can't go there.",
}
OTHERWISE = "Music Assistant isn't responding right now."
UNAVAILABLE = "That isn't available right now."


@dataclass(slots=True)
class MusicStep(Step):
    """What one thing that happened led to, and what Alexa said of it in words of her own: a music skill has none."""

    words: str = ""

    @property
    def error(self) -> str:
        """Return the type of the last error that was answered, empty where there was none."""
        return next(filter(None, map(error_of, reversed(self.exchanges))), "")

    @property
    def speech(self) -> str:
        """Return what Alexa said."""
        return REFUSALS.get(self.error, OTHERWISE) if self.error else self.words


class MusicService:
    """Alexa in one room, and the music skill behind her."""

    def __init__(  # the parts of a device, each by name
        self,
        invoke: Invoke,
        *,
        ear: MovingEar,
        clock: Clock,
        account: Account | None = None,
        entities: Entities | None = None,
        habits: Habits | None = None,
        strict: bool = True,
    ) -> None:
        self.clock = clock
        self.line = MusicLine(invoke, account or Account(), clock, strict=strict)
        self.listener = MusicListener(entities or {})
        self.room = MusicRoom(self.line, ear, clock, habits or Habits())

    @property
    def device(self) -> AudioDevice:
        """Return the part of the Echo that plays."""
        return self.room.device

    @property
    def item(self) -> Item | None:
        """Return what plays or is paused here."""
        return self.room.item

    @property
    def queue_id(self) -> str:
        """Return which queue was heard here last, empty where none was."""
        return self.room.queue_id

    @property
    def trace(self) -> list[Exchange]:
        """Return everything that was exchanged with the skill."""
        return self.line.trace

    @property
    def breaches(self) -> list[Breach]:
        """Return every rule that was broken or, as a warning, bent."""
        return self.line.breaches

    @property
    def track(self) -> str | None:
        """Return the title of the track that is heard, or was last."""
        sound = self.device.current.sound if self.device.current else None
        return sound.track if sound else None

    def say(self, utterance: str) -> MusicStep:
        """Say a sentence; raise NotUnderstood, which holds a hint, where it is none Alexa would understand."""
        wish = self.listener.understand(utterance)
        with self._stepping(utterance) as step:
            if wish.name in ("play", "alarm"):
                step.words = self._find(wish)
            elif self.item is None:
                step.words = "Nothing is playing."
            elif wish.name == "title":
                step.words = self.item.title  # the skill told it with the item: nobody is asked
            else:
                step.words = self._carry_out(wish)
        return step

    def press(self, button: Button) -> MusicStep:
        """Press a button of the device or its remote control: the same as saying it."""
        return self.say("resume" if button == "play" else button)

    def ask(self, *attributes: dict[str, Any], known: Iterable[Known] = (), **modes: bool) -> MusicStep:
        """Have something looked for and played as if it had been understood. Modes: shuffle, loop, repeat."""
        with self._stepping("(asked)") as step:
            found = self.room.search(attributes, known)
            if found:
                step.words = f"{found}, on Music Assistant."
                self.room.initiate(found.content_id, Modes(**modes), known)
        return step

    def search(self, *attributes: dict[str, Any], known: Iterable[Known] = ()) -> Content | None:
        """Look for something, and do nothing about it."""
        return self.room.search(attributes, known)

    def play(self, content_id: str, *, known: Iterable[Known] = (), **modes: bool) -> MusicStep:
        """Play something whose contentId was kept: by the history, by an alarm. Modes: shuffle, loop, repeat."""
        with self._stepping(f"(play {content_id})") as step:
            self.room.initiate(content_id, Modes(**modes), known)
        return step

    def set_alarm(self, utterance: str) -> Content:
        """Have something played at another time: Alexa keeps its contentId, and nothing else."""
        found = self.room.search(self.listener.understand(utterance).attributes)
        if found is None:
            raise LookupError(f"{utterance!r} found nothing.")
        return found

    def jump(self, title: str) -> MusicStep:
        """Choose an item on the screen, by its title; raise LookupError where it is not shown."""
        with self._stepping(f"jump to {title}") as step:
            step.words = self._jump(title)
        return step

    def listen(self, seconds: float) -> MusicStep:
        """Let the music play on."""
        with self._stepping(f"wait {seconds:g}") as step:
            self.device.listen(seconds)
        return step

    def play_to_end(self) -> MusicStep:
        """Let the current track play to its end."""
        with self._stepping("(to the end)") as step:
            self.device.play_to_end()
        return step

    def move_to(self, other: "MusicService") -> MusicStep:
        """Move the music to another room: its Echo goes on with the very same stream, from the current byte on."""
        with other._stepping("(the music moves here)") as step:  # noqa: SLF001  # two rooms of one account
            self.room.move_to(other.room)
        return step

    def send(self, event: dict[str, Any]) -> Exchange:
        """Send any event, however odd; its answer is judged, and not obeyed."""
        return self.line.send(event)

    def judge_all(self) -> list[Breach]:
        """Return what is wrong with everything so far taken together."""
        return judge_trace(self.trace)

    def _find(self, wish: Wish) -> str:
        found = self.room.search(wish.attributes)
        if found is None:
            return ""
        if wish.name == "alarm":
            return f"Alarm set to {found}."
        self.room.initiate(found.content_id, Modes(shuffle=wish.shuffle))
        return f"{found}, on Music Assistant."

    def _carry_out(self, wish: Wish) -> str:
        match wish.name:
            case "next":
                return "" if self.room.skip(GET_NEXT, isUserInitiated=True) else UNAVAILABLE
            case "previous":
                return "" if self.room.skip(GET_PREVIOUS) else UNAVAILABLE
            case "jump":
                return self._jump(wish.title)
            case "shuffle" | "loop" | "repeat":
                self.room.set_mode(wish.name, on=wish.on)
            case "like" | "dislike":
                return "Okay." if self.room.feed_back(positive=wish.name == "like") else UNAVAILABLE
            case "view":
                self.room.look()
                return ", ".join(item.title for item in self.room.shown)
            case "pause":
                self.device.pause_to_listen()
            case "resume":
                self.room.resume()
            case _:
                self.room.stop()
        return ""

    def _jump(self, title: str) -> str:
        self.room.look()
        chosen = next((item for item in self.room.shown if item.title.lower() == title.lower()), None)
        if chosen is None:
            return f"I don't see {title} there."
        self.room.skip(JUMP, targetItemId=chosen.item_id)
        return ""

    @contextmanager
    def _stepping(self, said: str) -> Iterator[MusicStep]:
        step, before = MusicStep(said), len(self.trace)
        try:
            yield step
        finally:
            step.exchanges = self.trace[before:]

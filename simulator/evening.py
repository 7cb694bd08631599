"""What can be typed at the prompt, carried out: sentences for Alexa, and words of the demonstration's own."""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from simulator.audio_device import Clock, Stream
from simulator.echo import BUTTONS, Echo, Step
from simulator.music_service import MusicService
from simulator.stack import Belief, Stack
from simulator.stand_in import StandInError
from simulator.utterances import NotUnderstood
from simulator.waiting import eventually

SCREEN = ("pause", "play", "stop", "next")
AGREES_WITHIN_S = 2.0
LIKE_OWN_WORDS = 0.8
PATIENCE_S = 16.0
"""How long an Echo waits for an answer, its question said twice; then it gives up, and the music plays on."""
OWN_FORMS = {"press": "press next", "screen": "screen pause", "wait": "wait 10"}
"""The demonstration's words that take another one, with an example."""
SKILL_WORDS = """\
Say it as you would to Alexa:    play blue harbor · next · pause · resume · what's playing · shuffle on
                                 play the album night ferry · add summit to the queue · go to one minute thirty
                                 open music assistant · ask music assistant to play late drive · stop
"""
MUSIC_WORDS = """\
Say it as you would to Alexa:    play blue harbor · next · pause · resume · what's playing · what's next · shuffle on
                                 play the album night ferry by blue harbor · play rock music · play music
                                 thumbs up · jump to lantern · wake me up to late drive at seven · stop
"""
OWN_WORDS = """\
Or:  press next|previous|play|pause   the buttons of the Echo
     screen pause|play|stop|next      Music Assistant's own screen
     wait 10                          let ten seconds of music pass
     unplug · plug in                 the way home
     state · help · quit"""
HELP, MUSIC_HELP = SKILL_WORDS + OWN_WORDS, MUSIC_WORDS + OWN_WORDS


@dataclass(slots=True)
class Outcome:
    """What became of one thing that was typed."""

    said: str
    step: Step
    belief: Belief
    audio: dict[str, Any] | None
    note: str = ""

    @property
    def quits(self) -> bool:
        """Say whether this was the last thing to be typed."""
        return self.said in ("quit", "exit")

    @property
    def duration_ms(self) -> int | None:
        """Return how long Music Assistant says the Echo's track is; None while it is at another one."""
        same = self.audio is not None and self.audio["track"] == self.belief.current_item
        return self.belief.duration_ms if same else None

    @property
    def brief(self) -> bool:
        """Say whether the note is all there is to show."""
        return self.quits or self.said == "help"


@dataclass(slots=True)
class PassingClock:
    """The Echo's time: it follows the house's, and moves it only when asked to skip ahead."""

    house: Clock
    skips: bool = True

    def time(self) -> float:
        """Return seconds since 1970."""
        return self.house.time()

    def advance(self, seconds: float) -> None:
        """Move the house's time, unless that much of it has passed by itself."""
        if self.skips:
            self.house.advance(seconds)


def begins_ms(stream: Stream | None) -> int:
    """Return where in its track a stream begins, in ms; 0 for Alexa's music service, which plays whole ones."""
    from music_assistant_alexa.stream_token import StreamToken

    token = StreamToken.decode(stream.token) if stream else None
    return token.position_ms if token else 0


class Disagreement(Exception):  # noqa: N818  # that is what it is
    """Music Assistant and the Echo are not at the same track."""


@dataclass(slots=True)
class Evening:
    """One Echo in one house, and someone who types."""

    stack: Stack
    clock: PassingClock
    echo: Echo | MusicService
    heard: bool = False
    """Whether any audio was recognised so far."""
    _asked_s: float = 0.0
    """How long the Echo has waited for an answer."""
    _unplugged: bool = False
    _screen_is_ahead: bool = False
    _words: dict[str, Callable[[re.Match[str]], tuple[Step, str]]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, stack: Stack, locale: str = "en-US", room: str = "kitchen", *, music: bool = False, **habits: Any
    ) -> "Evening":
        """Return an evening with an Echo of its own, with such habits; `music`: it speaks to the music skill."""
        clock = PassingClock(stack.clock)
        echo = (
            stack.music_service(clock=clock, **habits)
            if music
            else stack.echo(room, locale=locale, clock=clock, **habits)
        )
        evening = cls(stack, clock, echo)
        evening._words = {
            rf"press ({'|'.join(BUTTONS)})": evening._press,
            rf"screen ({'|'.join(SCREEN)})": evening._touch_screen,
            r"wait (\d+(?:\.\d+)?)": lambda found: (evening._listen(float(found[1])), ""),
            r"unplug": evening._unplug,
            r"plug in": evening._plug,
            r"state": lambda found: (Step(found[0]), ""),
            r"help": lambda found: (Step(found[0]), MUSIC_HELP if music else HELP),
            r"quit|exit": lambda found: (Step(found[0]), "Good night."),
        }
        return evening

    def act(self, said: str, *, then_listen_s: float = 0.0) -> Outcome:
        """Carry out what was typed and look around; raise NotUnderstood, with a hint, for a slip."""
        was_playing = self.echo.device.playing
        step, note = self._carried_out(said)
        if then_listen_s:
            step.exchanges += self._listen(then_listen_s).exchanges
        return self._outcome(said, step, note, was_playing=was_playing)

    def play_on(self, seconds: float) -> Outcome | None:
        """Let music play for time that has passed by itself; return what happened, if anything did."""
        self.clock.skips = False
        try:
            step = self._listen(seconds)
        finally:
            self.clock.skips = True
        return self._outcome("(meanwhile)", step, was_playing=True) if step.exchanges else None

    def position_ms(self) -> int:
        """Return where in its track the Echo is, in ms; a resumed track comes as a stream that begins in its middle."""
        return begins_ms(self.echo.device.current) + self.echo.device.position_ms

    def length_ms(self) -> int | None:
        """Return how long the Echo's track is, where that is known from its sound."""
        stream = self.echo.device.current
        heard_ms = stream.sound.length_ms if stream and stream.sound else None
        return None if heard_ms is None else begins_ms(stream) + heard_ms

    def audio(self) -> dict[str, Any] | None:
        """Return the stream the Echo holds, playing or not."""
        stream = self.echo.device.current
        if stream is None or stream.sound is None:
            return None
        # The tracks of a real server have tones that nobody here knows: the title on the Echo's screen stands for them.
        track = self.echo.track or (stream.metadata.get("title") if self.stack.real else None)
        sound = stream.sound
        return {"url": stream.url, "bytes": sound.received, "content_type": sound.content_type, "track": track}

    def _listen(self, seconds: float) -> Step:
        """Let time pass; an Echo that waits for an answer stays silent until it gives up."""
        if not isinstance(self.echo, Echo) or not self.echo.in_session:
            return self.echo.listen(seconds)
        silent_s = min(seconds, PATIENCE_S - self._asked_s)
        step = self.echo.listen(silent_s)
        self._asked_s += silent_s
        if self._asked_s >= PATIENCE_S:
            step.exchanges += self.echo.end_session().exchanges
            step.exchanges += self.echo.listen(seconds - silent_s).exchanges
        return step

    def _outcome(self, said: str, step: Step, note: str = "", *, was_playing: bool) -> Outcome:
        # A silent Echo learns what changed at home only when it next plays.
        concerned = self.echo.device.playing or was_playing
        belief = self._agreed(said) if concerned else self.stack.believed(self.echo)
        audio = self.audio()
        self.heard = self.heard or bool(audio and audio["track"] and audio["bytes"])
        return Outcome(said, step, belief, audio, note)

    def _carried_out(self, said: str) -> tuple[Step, str]:
        for pattern, action in self._words.items():
            if found := re.fullmatch(pattern, said.lower()):
                return action(found)
        near = difflib.get_close_matches(said.lower(), self._own_words(), n=1, cutoff=LIKE_OWN_WORDS)
        hint = near[0] if near else OWN_FORMS.get(said.lower().partition(" ")[0])
        if hint:
            raise NotUnderstood(said, hint)
        self._asked_s = 0.0
        return self.echo.say(said), ""

    @staticmethod
    def _own_words() -> list[str]:
        pressed = [f"press {button}" for button in BUTTONS]
        return [*pressed, *(f"screen {word}" for word in SCREEN), "unplug", "plug in", "state", "help", "quit"]

    def _press(self, found: re.Match[str]) -> tuple[Step, str]:
        button = next(each for each in BUTTONS if each == found[1])
        return self.echo.press(button), ""

    def _touch_screen(self, found: re.Match[str]) -> tuple[Step, str]:
        try:
            self.stack.home.api(f"players/cmd/{found[1]}", player_id=self.stack.player_id(self.echo))
        except (StandInError, requests.RequestException) as error:
            return Step(found[0]), f"Music Assistant refused: {error}"
        self._screen_is_ahead = True
        return Step(found[0]), "Music Assistant was told; the Echo hears of it when it next asks."

    def _unplug(self, found: re.Match[str]) -> tuple[Step, str]:
        self.stack.unplug()
        self._unplugged = True
        return Step(found[0]), "The way home is cut."

    def _plug(self, found: re.Match[str]) -> tuple[Step, str]:
        self.stack.plug()
        self._unplugged = False
        return Step(found[0]), "The way home is there again."

    def _agreed(self, said: str) -> Belief:
        """Return what Music Assistant believes once it is what the Echo plays; raise Disagreement if it never is."""
        if self._unplugged or self._screen_is_ahead:
            belief = self.stack.believed(self.echo)
            self._screen_is_ahead = self._screen_is_ahead and not self._agrees(belief)
            return belief
        try:
            return eventually(self._agreeing_belief, within=AGREES_WITHIN_S, what="agreement")
        except AssertionError:
            belief = self.stack.believed(self.echo)
            played = (self.audio() or {}).get("track")
            raise Disagreement(
                f"After {said!r} the Echo is at {played!r}, Music Assistant at {belief.current_item!r}."
            ) from None

    def _agreeing_belief(self) -> Belief:
        belief = self.stack.believed(self.echo)
        assert self._agrees(belief)
        return belief

    def _agrees(self, belief: Belief) -> bool:
        track = (self.audio() or {}).get("track")
        # The stream failed, or Music Assistant's queue was emptied: both are silent, and that is agreement.
        if not self.echo.device.playing and (track is None or belief.current_item is None):
            return True
        return belief.current_item == track

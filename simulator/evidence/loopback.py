"""An evening in the whole house on loopback, in which Music Assistant is asked after every answer."""

import contextlib
from typing import Any

from simulator.echo import BUTTONS, Echo
from simulator.evidence import Evidence
from simulator.rules import RuleBroken
from simulator.rules.given import STARTED
from simulator.stack import Stack
from simulator.waiting import eventually

__all__ = ["music_on_loopback", "on_loopback"]

WORDS = (
    "resume",
    "play blue harbor",
    "what's playing",
    "next",
    "shuffle on",
    "shuffle off",
    "add summit to the queue",
    "previous",
    "go to ten seconds",
    "pause",
    "resume",
    "start over",
)
"""What is said in the whole house, the first of it before anything was played."""
MUSIC_WORDS = (
    "play the album night ferry by blue harbor",
    "thumbs up",
    "next",
    "what's next",
    "jump to last crossing",
    "loop on",
    "previous",
    "shuffle on",
    "thumbs down",
    "play lighthouse fm",
    "play rock music",
    "stop",
)
"""What is said to Alexa's music service there."""
FOLLOWS_WITHIN_S = 2.0


def on_loopback(stack: Stack) -> Evidence:
    """Return a short evening in the whole house; Music Assistant is asked after each answer what it calls current."""
    clock = stack.clock
    echo = stack.echo("conformance", clock=clock, nearly_finished="late")

    def witness(event: dict[str, Any]) -> dict[str, Any]:
        if event["request"]["type"] == STARTED:
            with contextlib.suppress(AssertionError):  # if they never agree, the rows find that in the trace
                eventually(
                    lambda: stack.believed(echo).current_item == echo.track, within=FOLLOWS_WITHIN_S, what="home"
                )
        return {"current_item": stack.believed(echo).current_item}

    echo.witness = witness
    with contextlib.suppress(RuleBroken):  # it is in the trace, and will be found there
        for words in WORDS:
            echo.say(words)
            echo.listen(1)
        echo.play_to_end()
        for button in BUTTONS:
            echo.press(button)
            echo.listen(1)
        _away_and_back(stack, echo)
    return "an evening in the whole house", echo.trace


def music_on_loopback(stack: Stack) -> Evidence:
    """Return a short evening of Alexa's music service in the whole house, over ends of tracks and from room to room."""
    kitchen, bathroom = stack.music_service(), stack.music_service()
    with contextlib.suppress(RuleBroken):  # it is in the trace, and will be found there
        for words in MUSIC_WORDS:
            kitchen.say(words)
            kitchen.listen(1)
        kitchen.say("play the album night ferry by blue harbor")
        kitchen.play_to_end()
        kitchen.move_to(bathroom)
        bathroom.play_to_end()
    return "a music evening in the whole house", [*kitchen.trace, *bathroom.trace]


def _away_and_back(stack: Stack, echo: Echo) -> None:
    stack.unplug()
    try:
        echo.say("next")
        echo.press("next")
    finally:
        stack.plug()
    for words in ("resume", "stop", "resume"):
        echo.say(words)
    echo.play_to_end()

"""Whatever is said, in whatever order, and whenever a device sends its events."""

import random

import pytest

from simulator.evening import Evening
from simulator.waiting import eventually

pytestmark = pytest.mark.slow

SENTENCES = (
    "play blue harbor", "play the album night ferry", "play the playlist late drive", "play the song summit",
    "play lighthouse fm", "play nothing like this exists", "next", "previous", "pause", "resume", "what's playing",
    "shuffle on", "shuffle off", "loop on", "loop off", "repeat", "start over", "play summit next", "remove this",
    "add the album kites over osaka to the queue", "go to ten seconds", "stop", "cancel", "open music assistant",
    "yes", "no", "help me", "go home", "press next", "press previous", "press pause", "press play", "wait 3", "wait 25",
    "wait 60",
)  # fmt: skip
STEPS = 14


def agrees(stack, echo):
    """Music Assistant plays exactly while the Echo does."""
    state = stack.believed(echo).state
    assert state == "playing" if echo.device.playing else state in ("paused", "idle"), (state, echo.device.activity)
    return True


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_random_evening(stack, seed):
    """No rule is broken, and after every step Music Assistant is where the Echo is, playing when it plays."""
    dice = random.Random(seed)
    habits = {
        "nearly_finished": dice.choice(["early", "late", "after"]),
        "stopped": dice.choice(["before", "late", "both"]),
    }
    evening = Evening.of(stack, room=f"evening-{seed}", **habits)
    said = []
    for _ in range(STEPS):
        said.append(dice.choice(SENTENCES))
        evening.act(said[-1], then_listen_s=dice.choice([0, 0.7, 1.3]))
        if evening.audio() and not evening.echo.in_session:
            eventually(lambda: agrees(stack, evening.echo), within=2, what=f"agreement after {said} ({habits})")
    assert evening.echo.judge_all() == []
    assert [breach for breach in evening.echo.breaches if breach.level == "error"] == []

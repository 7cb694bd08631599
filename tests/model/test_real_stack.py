"""The same evenings over everything real: the stand-in home, the bridge with its sockets, a table, TLS."""

import contextlib
import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from simulator.evening import Evening
from simulator.stack import Stack
from simulator.waiting import eventually

EXAMPLES = int(os.environ.get("SOAK_STACK_EXAMPLES", "200"))
SENTENCES = (
    *("play the album night ferry", "play the song summit", "play the playlist late drive", "next", "previous"),
    *("pause", "resume", "stop", "start over", "go to ten seconds", "shuffle on", "shuffle off", "loop on", "loop off"),
    *("add gulls to the queue", "remove this from the queue", "press next", "press previous", "press pause"),
    *("press play", "wait 1", "wait 12", "wait 40", "drop"),
)
habits = st.fixed_dictionaries(
    {
        "nearly_finished": st.sampled_from(["early", "late", "after"]),
        "stopped": st.sampled_from(["before", "late", "both"]),
    }
)


@pytest.mark.soak("stack")
@pytest.mark.timeout(0)
@pytest.mark.parametrize("aioslimproto", ["3.3.0"])
def test_evenings_over_the_real_stack(aioslimproto, figures):
    """After everything that is done, Music Assistant is where the Echo is, and no rule of Alexa is broken."""
    tried = {"examples": 0, "steps": 0}
    with Stack(aioslimproto=aioslimproto) as stack:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(habits, st.lists(st.sampled_from(SENTENCES), min_size=3, max_size=8))
        def evenings(of_the_echo, said):
            tried["examples"] += 1
            evening = Evening.of(stack, room=f"model-{tried['examples']}", **of_the_echo)
            for sentence in ("play the album night ferry", *said):
                tried["steps"] += 1
                do(stack, evening, sentence)
            assert evening.echo.judge_all() == []

        try:
            evenings()
        finally:
            figures |= tried
            print(f"{tried['examples']} examples, {tried['steps']} steps over the real stack")


def do(stack, evening, sentence):
    """Do one thing, and wait for both sides to agree."""
    if sentence == "drop":
        stack.drop_players()
        stack.clock.advance(1.0)
    else:
        evening.act(sentence, then_listen_s=0.7)
    if evening.audio() and not evening.echo.in_session:
        agree(stack, evening, f"agreement after {sentence!r}")


def agree(stack, evening, what):
    """Let two seconds pass for everyone, no more: what Music Assistant plays would end, and the Echo's would not."""
    for _ in range(4):
        stack.clock.advance(0.5)
        with contextlib.suppress(AssertionError):
            agrees(stack, evening)
            return
    eventually(lambda: agrees(stack, evening), within=4, what=what)


def agrees(stack, evening):
    believed = stack.believed(evening.echo)
    if not evening.echo.device.playing:
        assert believed.state != "playing"
    else:
        assert (believed.current_item, believed.state) == (evening.echo.track, "playing")
    return True

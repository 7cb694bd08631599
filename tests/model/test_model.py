"""Any order of words, buttons, events and screens: what is heard, believed and stored stays right.

The rules choose what happens; what must hold is said by `simulator.witness`. Ever more may go wrong
from one machine to the next. `make soak` runs the last one for long.
"""

import os
import secrets
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from simulator.audio_device import Habits
from simulator.echo import BUTTONS
from simulator.household import Household

MEDIA = [
    ("PlayAlbumIntent", {"album": "Night Ferry"}),
    ("PlayAlbumIntent", {"album": "Small Machines"}),
    ("PlayTrackIntent", {"track": "Summit"}),
    ("PlayPlaylistIntent", {"playlist": "Late Drive"}),
    ("PlayArtistIntent", {"artist": "Blue Harbor"}),
    ("PlayRadioIntent", {"station": "Lighthouse FM"}),
]
ADDED = [{"track": "Gulls"}, {"album": "Rust & Clover"}]
LOADED = ["library://track/10", "library://album/4"]
OPTIONS = ["add", "next", "play", "replace"]
ERRORS = [
    f"MEDIA_ERROR_{each}"
    for each in (
        *("UNKNOWN", "INVALID_REQUEST", "SERVICE_UNAVAILABLE"),
        *("INTERNAL_SERVER_ERROR", "INTERNAL_DEVICE_ERROR"),
    )
]
STEPS, LONG_STEPS = 12, 20
BATCH = 1000
"""Examples of one run: Hypothesis remembers them all, 100 kB each, so that it tries none twice."""
ORDERS = [f"AMAZON.{what}{how}Intent" for what in ("Shuffle", "Loop") for how in ("On", "Off")]
habits = st.builds(
    Habits,
    nearly_finished=st.sampled_from(["early", "late", "after"]),
    stopped=st.sampled_from(["before", "late", "both"]),
    buffers_next=st.booleans(),
)


room = st.integers(0, 1)
counted = Counter()


class Words(RuleBasedStateMachine):
    """What two people say to their Echos and press on them, and time that passes."""

    @initialize(kitchen=habits, bedroom=habits, old=st.booleans(), whole=st.sampled_from([False] * 7 + [True]))
    def begin(self, kitchen, bedroom, old, whole):
        """`old`: Music Assistant's older slimproto library; `whole`: through ask-sdk, each answer judged."""
        counted["examples"] += 1
        self.home = Household(kitchen, bedroom, old=old, whole=whole)
        for each in range(2):
            self.home.play(each, "PlayAlbumIntent", album="Night Ferry")

    def teardown(self):
        """Let everything that is on its way arrive; then all is well."""
        if hasattr(self, "home"):
            counted["steps"] += self.home.steps
            for each in range(2):
                self.home.deliver_all(each)

    @rule(room=room, media=st.sampled_from(MEDIA))
    def play(self, room, media):
        self.home.play(room, media[0], **media[1])

    @rule(room=room, button=st.booleans())
    def next(self, room, button):
        self.home.next(room, button=button)

    @rule(room=room, button=st.booleans())
    def previous(self, room, button):
        self.home.previous(room, button=button)

    @rule(room=room, button=st.booleans())
    def pause(self, room, button):
        self.home.pause(room, button=button)

    @rule(room=room)
    def stop(self, room):
        self.home.stop(room)

    @rule(room=room, button=st.booleans())
    def resume(self, room, button):
        self.home.resume(room, button=button)

    @rule(room=room, seconds=st.sampled_from([0, 10, 25]))
    def seek(self, room, seconds):
        self.home.seek(room, seconds)

    @rule(room=room, intent=st.sampled_from(ORDERS))
    def order(self, room, intent):
        self.home.order(room, intent)

    @rule(room=room, intent=st.sampled_from(["AddToQueueIntent", "PlayNextIntent"]), what=st.sampled_from(ADDED))
    def add(self, room, intent, what):
        self.home.add(room, intent, **what)

    @rule(room=room)
    def remove(self, room):
        self.home.remove(room)

    @rule(room=room)
    def launch(self, room):
        self.home.launch(room)

    @rule(room=room, seconds=st.sampled_from([0.2, 1.0, 3.0, 12.0, 40.0]))
    def listen(self, room, seconds):
        self.home.listen(room, seconds)

    @rule(room=room)
    def play_to_end(self, room):
        self.home.play_to_end(room)


class Screen(Words):
    """And Music Assistant's own screen."""

    @rule(room=room, button=st.sampled_from(["pause", "play", "stop", "next", "previous", "clear"]))
    def screen(self, room, button):
        self.home.screen(room, button)

    @rule(
        room=room, media=st.sampled_from(["library://track/10", "library://album/4"]), option=st.sampled_from(OPTIONS)
    )
    def load_on_screen(self, room, media, option):
        self.home.screen(room, "play_media", media=media, option=option)

    @rule(room=room, on=st.booleans())
    def shuffle_on_screen(self, room, on):
        self.home.screen(room, "shuffle", shuffle_enabled=on)

    @rule(room=room, mode=st.sampled_from(["off", "one", "all"]))
    def repeat_on_screen(self, room, mode):
        self.home.screen(room, "repeat", repeat_mode=mode)

    @rule(room=room, which=st.integers(0, 5), by=st.integers(-2, 2))
    def move_on_screen(self, room, which, by):
        self.home.move_on_screen(room, which, by)


class Network(Screen):
    """And events that are late, doubled and in another order, two Lambdas at once, lost connections, restarts."""

    @rule(room=room, events=st.integers(1, 4))
    def hold(self, room, events):
        self.home.hold(room, events)

    @rule(room=room, which=st.integers(0, 3))
    def deliver(self, room, which):
        self.home.deliver(room, which)

    @rule(room=room)
    def deliver_all(self, room):
        self.home.deliver_all(room)

    @rule(room=room, which=st.integers(0, 5))
    def again(self, room, which):
        self.home.again(room, which)

    @rule(room=room, at=st.sampled_from(["loaded", "asked", "answered"]), press=st.sampled_from([None, *BUTTONS]))
    def overtaken(self, room, at, press):
        self.home.overtaken(room, at, press)

    @rule()
    def drop(self):
        self.home.drop()

    @rule()
    def restart(self):
        self.home.restart()


class Failing(Network):
    """And streams that fail: once, or again and again; what is heard, or what is buffered behind it."""

    @rule(title=st.sampled_from(["Summit", "River Letters", "Lighthouse FM"]), at=st.sampled_from([None, 0, 12]))
    def spoil(self, title, at):
        self.home.spoil(title, at)

    @rule(room=room, error=st.sampled_from(ERRORS), times=st.sampled_from([1, 1, 2, 4]))
    def hiccup(self, room, error, times):
        self.home.hiccup(room, error, times)

    @rule(room=room, error=st.sampled_from(ERRORS), times=st.sampled_from([1, 1, 2, 4]))
    def hiccup_next(self, room, error, times):
        self.home.hiccup_next(room, error, times)


def run(machine, examples, steps):
    """Run a machine; the next run tries other examples."""
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    run_state_machine_as_test(machine, settings=chosen)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("machine", "examples"), [(Words, 300), (Screen, 400), (Network, 500), (Failing, 800)])
def test_nothing_is_lost(machine, examples):
    """Whatever happens in whatever order, the invariants hold: 2,000 examples by `make model`, a seventh elsewhere."""
    run(machine, examples if os.environ.get("MODEL") == "whole" else examples // 7, STEPS)


@pytest.mark.soak("model")
@pytest.mark.timeout(0)
def test_nothing_is_lost_for_long(figures):
    """Fifty thousand examples, on all cores; SOAK_EXAMPLES says another number, for a part of them."""
    examples = int(os.environ.get("SOAK_EXAMPLES", "50000"))
    batches = [min(examples - done, BATCH) for done in range(0, examples, BATCH)]
    tried, wrong = Counter(), []
    with ProcessPoolExecutor(mp_context=get_context("fork")) as pool:
        for counts, failure in pool.map(batch, batches):
            tried.update(counts)
            wrong += filter(None, [failure])
            print(failure, end="")
            print(f"{tried['examples']:,} examples, {tried['steps']:,} steps, {len(wrong)} failures", flush=True)
    figures |= tried
    assert not wrong, wrong[0]


def batch(examples):
    """Try that many examples, others than any other batch; return what was counted, and the failure if there is one."""
    counted.clear()
    seed(secrets.randbits(64))(Failing)
    try:
        run(Failing, examples, LONG_STEPS)
    except Exception:  # noqa: BLE001  # whatever it is, it goes to another process as text
        return counted.copy(), traceback.format_exc()
    return counted.copy(), ""

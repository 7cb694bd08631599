"""The change of track: how long an Echo waits for the first bytes of the next stream."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from simulator.demo_library import LIBRARY
from simulator.sound import LONGEST_MS
from simulator.waiting import eventually

pytestmark = [pytest.mark.audio, pytest.mark.timeout(240)]

CHANGES = 25
"""Of each of the two habits: fifty together."""

MOST_MS = 20
PULLED_BEFORE_S = 8.5
"""Before the end of a track the next one is on its way: the bridge begins ten seconds before, by seconds of events."""
STEP_S, STEP_TAKES_S = 0.1, 0.02


class TimedEar:
    """An Echo's ear that notes, at each begin of a stream, how long its first bytes were waited for."""

    def __init__(self, device):
        self.waited_s = []
        self._device = device
        self._ear = device._ear
        device._ear = self

    def open(self, url):
        began = time.perf_counter()
        sound = self._ear.open(url)
        return _TimedSound(sound, self, began if self.begins else None)

    @property
    def begins(self):
        """Say whether a stream is about to be heard, and not only buffered."""
        return self._device.activity == "IDLE"


class _TimedSound:
    def __init__(self, sound, ear, needed):
        self._sound, self._ear, self._needed = sound, ear, needed
        self._begun = False

    def __getattr__(self, name):
        return getattr(self._sound, name)

    def hear(self, until_ms):
        if self._ear.begins and not self._begun:
            self._begun = True
            needed = self._needed or time.perf_counter()
            self._sound.hear(1)
            self._ear.waited_s.append(time.perf_counter() - needed)
        self._sound.hear(until_ms)


def _while_time_passes(stack):
    """Answer as the house does; what follows Music Assistant says after a second of its clock, which must go on."""

    def invoke(event):
        if event["request"]["type"] != "AudioPlayer.PlaybackNearlyFinished":
            return stack.invoke(event)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(stack.invoke, event)
            while not wait([answer], STEP_TAKES_S).done:
                stack.clock.advance(STEP_S)
            return answer.result()

    return invoke


@pytest.mark.parametrize("buffers_next", [True, False], ids=["buffers the next at once", "opens it at the change"])
def test_no_silence_between_tracks(stack, pulled, shown, caplog, buffers_next):
    """The next stream is there when the last one ends, whenever an Echo opens it: it was pulled before."""
    echo = stack.echo(f"room {buffers_next}", buffers_next=buffers_next, invoke=_while_time_passes(stack))
    ear = TimedEar(echo.device)
    echo.ask("PlayAlbumIntent", album="Night Ferry")
    echo.ask("AMAZON.LoopOnIntent")
    for _ in range(CHANGES):
        _play_near_end(stack, echo, pulled)
        before = echo.track
        echo.play_to_end()
        assert echo.track != before
        assert echo.device.playing
    assert "broke" not in caplog.text, "every stream was pulled at the first try"
    changes_ms = [waited * 1000 for waited in ear.waited_s[-CHANGES:]]
    worst, median = max(changes_ms), statistics.median(changes_ms)
    opens = "buffered before" if buffers_next else "opened then"
    detail = f"median {median:.2f}, {CHANGES} changes"
    shown(
        f"silence at a change of track, next one {opens}, worst",
        worst,
        "ms",
        limit=MOST_MS,
        detail=detail,
        **{f"ms_silence_{opens.replace(' ', '_')}": round(worst, 1)},
    )


def _play_near_end(stack, echo, pulled):
    """Play to some seconds before the end, and wait there until the next stream is pulled, as it has to be by then."""
    device = echo.device
    echo.listen(LIBRARY.track(echo.track).duration_s - PULLED_BEFORE_S - device.position_ms / 1000)
    device.current.sound.hear(LONGEST_MS)
    (upcoming,) = device.upcoming
    eventually(lambda: pulled(stack, upcoming.url), what="the next stream to be pulled before the end")

"""A radio whose source hiccups: how long the reader goes without new audio, by the house's clock."""

import threading

import pytest
import requests

from simulator.tones import identify
from simulator.waiting import eventually

pytestmark = [pytest.mark.audio, pytest.mark.timeout(60)]

BEFORE, ENOUGH = 100_000, 180_000
"""Bytes until the source breaks off, and until the reader has heard enough; a station gives as much at once."""

AGAIN_WITHIN_S = 5.0
ENDS = {"cut_after": "broken off", "end_after": "hung up"}
"""What the source does; a server ends the body as if it were whole when a station hangs up."""

STEP_S = 0.05


class Reader:
    """Reads a public stream, and notes by the house's clock when something came."""

    def __init__(self, stack, url):
        self.audio, self.came_at, self.broke = b"", [], None
        self._stack, self._url = stack, url
        self.thread = threading.Thread(target=self._read)
        self.thread.start()

    @property
    def longest_gap_s(self):
        return max(later - before for before, later in zip(self.came_at, self.came_at[1:], strict=False))

    def _read(self):
        with requests.Session() as session:
            session.trust_env = False
            try:
                with session.get(self._url, stream=True, verify=self._stack.ca_file, timeout=20) as answer:
                    for chunk in answer.iter_content(16_384):
                        self.audio += chunk
                        self.came_at.append(self._stack.clock.time())
                        if len(self.audio) >= ENOUGH:
                            return
            except requests.RequestException as error:
                self.broke = error


@pytest.mark.parametrize(("how", "away"), [("cut_after", 2), ("end_after", 16)], ids=["a hiccup", "seconds away"])
def test_radio_is_heard_on(stack, shown, how, away):
    """The source breaks off and is away for some tries of the bridge: the same body goes on within five seconds."""
    echo = stack.echo(f"radio {how}")
    echo.ask("PlayRadioIntent", station="Lighthouse FM")
    stack.home.refuse("stream", times=1, **{how: BEFORE})
    stack.home.refuse("stream", times=away, cut_after=0)
    reader = Reader(stack, echo.device.current.url)
    eventually(
        lambda: not reader.thread.is_alive() or stack.clock.advance(STEP_S), within=20, what="enough of the radio"
    )
    stack.home.allow()
    assert reader.broke is None
    assert identify(reader.audio[-60_000:]) == "Lighthouse FM"
    gap_s = reader.longest_gap_s
    detail = f"refused {away} times"
    shown(
        f"radio without new audio, {ENDS[how]}",
        gap_s,
        "s",
        limit=AGAIN_WITHIN_S,
        detail=detail,
        **({"s_radio_gap": round(gap_s, 1)} if away > 2 else {}),
    )

"""All parts together: a sentence becomes sound, and the whole house shares one time."""

import io

import pytest

from simulator import play
from simulator.evening import Evening
from simulator.show import TextScreen
from simulator.waiting import eventually

pytestmark = pytest.mark.slow


def test_a_sentence_becomes_sound(stack, echo):
    """Play Blue Harbor: it is answered, fetched over HTTPS and recognised by its tone; Music Assistant is playing."""
    connections = stack.front.connections
    step = echo.say("play blue harbor")
    assert "Blue Harbor" in step.speech
    assert echo.track
    assert stack.front.connections > connections, "audio comes through the TLS front"
    assert eventually(lambda: stack.believed(echo).state == "playing", what="Music Assistant playing")
    assert stack.believed(echo).current_item == echo.track


def test_time_is_one_for_all(stack, echo):
    """What passes for the Echo passes at home: Music Assistant's position follows, and heartbeats are answered."""
    echo.say("play the album night ferry")
    began = stack.clock.time()  # moments of this process pass as well
    echo.listen(15)
    assert stack.believed(echo).position_ms == pytest.approx((stack.clock.time() - began) * 1_000, abs=2_000)
    player = stack.home.api("players/get", player_id=stack.player_id(echo))
    assert player["available"]


def test_the_cable_can_be_pulled(stack, echo):
    """Unplugged in either way the skill says something else than nothing, and the stream that is buffered plays on."""
    echo.say("play blue harbor")
    track = echo.track
    for how in ("refused", "tunnel"):
        stack.unplug(how)
        try:
            step = echo.say("next")
        finally:
            stack.plug()
        assert step.speech
        assert echo.track == track
        assert echo.device.playing


def test_an_evening_for_people(stack):
    """Typed sentences are shown with what was heard, said, played and believed."""
    out = io.StringIO()
    evening = Evening.of(stack)
    assert play._say_all("play blue harbor; press next; wait 50; state", evening, TextScreen(out)) == 0, out.getvalue()
    for part in ("PlayQueryIntent", "Blue Harbor.", "recognised by its tone", "PlaybackFinished", "playing ·"):
        assert part in out.getvalue()


def test_an_evening_in_german(stack):
    """A German Echo understands German, by the German model."""
    out = io.StringIO()
    evening = Evening.of(stack, "de-DE")
    assert play._say_all("spiele blue harbor; nächstes lied; stopp", evening, TextScreen(out)) == 0, out.getvalue()


def test_rows_are_kept_in_the_cloud(stack, echo):
    """The skill's state is in the local cloud's table, a row per device."""
    before = len(stack.cloud.rows())
    echo.say("play blue harbor")
    rows = stack.cloud.rows()
    assert len(rows) == before + 1
    assert any(row["device_id"]["S"] == echo.sender.device_id for row in rows)

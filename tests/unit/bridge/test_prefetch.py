"""When the next stream is pulled ahead: ten seconds before the end of what is heard."""

from dataclasses import replace

import pytest

from home_bridge.models import Item
from home_bridge.prefetch import AHEAD_S, due

ITEM = Item("1" * 32, "library://track/1", duration_ms=200_000)


@pytest.fixture
def near_end(scene):
    """Have an Echo play a track of 200 s; it has been given the next one."""
    scene.play(1)
    scene.player.current = replace(scene.player.current, item=ITEM)
    scene.player.audible = replace(scene.player.audible, stream=replace(scene.player.audible.stream, item=ITEM))
    scene.hand_out_next(2)
    return scene


def test_ten_seconds_before_the_end(near_end):
    """By where the Echo said that it is."""
    assert due(near_end.player) == near_end.time + 200 - AHEAD_S


def test_the_stream_may_begin_in_the_middle(near_end):
    """The end is the track's; a resumed stream and a later report bring it nearer."""
    player = near_end.player
    player.audible = replace(player.audible, stream=replace(player.audible.stream, position_ms=60_000))
    near_end.echo("started", player.audible.stream.generation, 20_000)
    assert due(player) == near_end.time + 120 - AHEAD_S


@pytest.mark.parametrize("change", ["stopped", "nothing follows", "no length", "endless next", "of an earlier stream"])
def test_nothing_is_due(near_end, change):
    """Silence, a last track, a radio before or after, and what followed something else are not pulled ahead."""
    player = near_end.player
    following = player.following.stream
    if change == "stopped":
        near_end.echo("stopped", player.audible.stream.generation, 5000)
    elif change == "nothing follows":
        player.answer_next(player.audible.stream.generation, None)
    elif change == "no length":
        unknown = replace(player.audible.stream, item=replace(ITEM, duration_ms=None))
        player.audible = replace(player.audible, stream=unknown)
    elif change == "endless next":
        radio = replace(ITEM, media_type="radio", duration_ms=None)
        player.answer_next(player.audible.stream.generation, replace(following, item=radio))
    else:
        player.answer_next(player.audible.stream.generation - 1, following)
    assert due(player) is None

"""Commands that change what follows, before and after the Echo was told what follows: "Re-sync" of the design."""

import pytest

from home_bridge.commands import run
from home_bridge.errors import MusicAssistantError, UnknownItemError
from home_bridge.look_ahead import next_stream
from home_bridge.models import Wanted
from home_bridge.packets import Strm


@pytest.fixture
def at(flows):
    """Put an Echo in the first of three tracks."""
    player = flows(1, 2, 3)
    player.start(1)
    return player


@pytest.fixture
def served(at):
    """Let it be told, and pull, what follows; someone has just spoken."""
    at.run(next_stream(at.turn, at.player.current.generation))
    at.ma.in_buffer = 1
    at.report("stopped", 5_000)
    return at


def command(at, name, **args):
    at.run(run(at.turn, name, args))
    following = at.player.following
    return following.stream if following and at.player.next_was_served else None


def test_before_the_question_only_ma_changes(at):
    """While the Echo was not told what follows, an edit asks MA for nothing more and replaces nothing."""
    assert command(at, "add", media=["library://track/9"]) is None
    assert not at.player.next_was_served
    assert "STMd" not in at.ma.told


def test_play_next_lands_next(served):
    """play_next after the next one was pulled: it lands right behind the current one, and the answer carries it."""
    stream = command(served, "play_next", media=["library://track/9"])
    assert served.ma.titles() == ["Track 1", "Track 9", "Track 2", "Track 3"]
    assert stream.item.title == "Track 9"


def test_remove_the_next(served):
    """Removing what was enqueued: it is gone from MA and replaced on the Echo."""
    stream = command(served, "remove", queue_item_id=served.item_id(2))
    assert served.ma.titles() == ["Track 1", "Track 3"]
    assert stream.item.title == "Track 3"


def test_remove_of_the_last_next(flows):
    """When nothing follows any more, the answer says so: replaced, by nothing."""
    at = flows(1, 2)
    at.start(1)
    at.run(next_stream(at.turn, at.player.current.generation))
    at.ma.in_buffer = 1
    assert command(at, "remove", queue_item_id=at.item_id(2)) is None
    assert at.player.next_was_served


def test_unchanged_next_keeps_its_generation(served):
    """An edit behind what was enqueued leaves it as it is, under the same generation."""
    before = served.player.following.stream
    assert command(served, "add", media=["library://track/9"]) == before


def test_repeat_one_brings_the_same_again(served):
    """Repeat one: what follows now is the current item."""
    assert command(served, "repeat", mode="one").queue_item_id == served.item_id(1)


def test_move(served):
    """Move changes what follows."""
    assert command(served, "move", queue_item_id=served.item_id(3), pos_shift=-1).item.title == "Track 3"


def test_shuffle(served):
    """Shuffle is told to MA, and what follows is asked anew."""
    assert command(served, "shuffle", on=True) is not None
    assert served.ma.shuffle


def test_resync_before_and_after(served):
    """A little of the current stream is pulled before and after the edit."""
    served.ma.calls.clear()
    command(served, "play_next", media=["library://track/9"])
    assert [name for name in served.ma.commands() if name != "music/item_by_uri"][:3] == [
        "sample",
        "player_queues/play_media",
        "sample",
    ]


@pytest.mark.parametrize(("name", "args"), [("shuffle", {"on": True}), ("add", {"media": ["library://track/9"]})])
def test_what_the_echo_says_it_plays_is_not_replaced_by_itself(served, name, args):
    """Its Started is on the way: `generation` implies it, so that nothing is to be enqueued again."""
    heard = served.player.following.stream.generation
    assert command(served, name, generation=heard, **args) is None
    assert not served.player.next_was_served
    assert served.player.audible.stream.generation == heard


def test_remove_while_the_screen_has_another_stream(at):
    """The stream that is answered then has its item and its position."""
    at.report("started")
    at.ma._player_queues_play_index(at.item_id(1), 20)
    command(at, "remove", queue_item_id=at.item_id(3))
    assert at.player.current.item.title == "Track 1"
    assert at.player.current.position_ms == 20_000


def test_long_list_next_keeps_its_order(at):
    """More than 100 uris put next stand in the order given."""
    at.ma.catalogue = {f"library://track/{n}": [n] for n in range(100, 350)}
    command(at, "play_next", media=[f"library://track/{n}" for n in range(100, 350)])
    assert at.ma.titles()[1:-2] == [f"Track {n}" for n in range(100, 350)]


def test_play_with_option_next_and_add(at):
    """Play with option next or add is play_next or add; nothing starts by it."""
    current = at.player.current
    command(at, "play", media=["library://track/8"], option="next")
    command(at, "play", media=["library://track/9"], option="add")
    assert at.ma.titles() == ["Track 1", "Track 8", "Track 2", "Track 3", "Track 9"]
    assert at.player.current == current


def test_edit_ends_a_pause_of_the_screen(at):
    """Every command of ours wants music: MA, which shows paused, is told that the Echo plays."""
    at.player.receive(Strm("p"))
    at.ma.told.clear()
    command(at, "shuffle", on=True)
    assert at.player.wanted is Wanted.PLAY
    assert at.ma.told[:2] == ["STMt 0", "STMr"]


def test_edit_after_the_screen_chose_another(served):
    """MA's screen has chosen another stream: that is what follows, whatever the edit."""
    served.ma._player_queues_play_index(served.item_id(3))
    stream = command(served, "add", media=["library://track/9"])
    assert stream.generation == served.player.current.generation


def test_refused_edit_is_passed_on(at):
    """MA refuses the move of an item it has loaded; the command fails, nothing else happens."""
    with pytest.raises(MusicAssistantError):
        command(at, "move", queue_item_id=at.item_id(1), pos_shift=1)


def test_remove_of_an_unknown_item(at):
    """What the queue does not hold cannot be removed."""
    with pytest.raises(UnknownItemError):
        command(at, "remove", queue_item_id=at.item_id(77))


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("pulled_ahead", [False, True])
def test_remove_this(flows, number, pulled_ahead):
    """Removing what plays: it is gone from MA, and the item behind it plays; the first of a queue too."""
    at = flows(1, 2, 3)
    at.start(number)
    if pulled_ahead:
        at.ma.in_buffer = number
    command(at, "remove", queue_item_id=at.item_id(number))
    assert f"Track {number}" not in at.ma.titles()
    assert len(at.ma.items) == 2
    assert at.player.current.item.title == f"Track {number + 1}"


def test_remove_this_when_it_is_the_last(flows):
    """Removing the last item while it plays: silence, and what was heard before it is not what comes next."""
    at = flows(1, 2)
    at.start(2)
    command(at, "remove", queue_item_id=at.item_id(2))
    assert at.player.current is None
    assert at.player.wanted is Wanted.STOP
    assert at.ma.titles() == []


@pytest.mark.parametrize(("behind", "left"), [([], None), ([3], "Track 3")])
def test_remove_this_after_the_end(flows, behind, left):
    """The last item has ended and is removed: what was added behind it plays; nothing, and the queue is empty."""
    at = flows(1, 2)
    at.start(2)
    at.report("finished", 180_000)
    at.scene.pass_time(11)
    assert at.player.current is None
    at.ma.fill(*behind)
    command(at, "remove", queue_item_id=at.item_id(2))
    assert "Track 2" not in at.ma.titles()
    assert (at.player.current and at.player.current.item.title) == left


def test_remove_of_another_after_the_end(flows):
    """An item that is not the one the queue ended with only goes."""
    at = flows(1, 2)
    at.ma.current = 0
    command(at, "remove", queue_item_id=at.item_id(2))
    assert at.ma.titles() == ["Track 1"]
    assert at.player.current is None


def test_remove_this_while_the_screen_empties_the_queue(flows):
    """The item before has gone between two questions: nothing of it is pulled, and what follows plays."""
    at = flows(1, 2, 3)
    at.start(2)
    at.ma.calls.clear()
    items = at.ma._player_queues_items
    at.ma._player_queues_items = lambda offset, limit: [] if (offset, limit) == (0, 1) else items(offset, limit)
    command(at, "remove", queue_item_id=at.item_id(2))
    assert at.player.current.item.title == "Track 3"
    assert "sample" not in at.ma.commands()


def test_remove_this_with_repeat_all(flows):
    """With repeat all the first item plays after the last was removed."""
    at = flows(1, 2)
    at.ma.repeat = "all"
    at.start(2)
    command(at, "remove", queue_item_id=at.item_id(2))
    assert at.player.current.item.title == "Track 1"
    assert at.ma.titles() == ["Track 1"]


@pytest.mark.parametrize("repeat", ["off", "all"])
def test_remove_the_only_item(flows, repeat):
    """Removing the only item empties the queue."""
    at = flows(1)
    at.ma.repeat = repeat
    at.start(1)
    command(at, "remove", queue_item_id=at.item_id(1))
    assert at.player.current is None
    assert at.ma.titles() == []


def test_clear(served):
    """Clear empties the queue; nothing is to be streamed or to follow."""
    assert command(served, "clear") is None
    assert served.player.current is None
    assert served.player.wanted is Wanted.STOP

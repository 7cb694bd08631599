"""What follows a stream: "The next stream" of the design."""

import pytest

from home_bridge.errors import UnreachableError
from home_bridge.look_ahead import next_stream
from home_bridge.packets import Strm


def ask(scene, generation=None):
    current = scene.player.current
    return scene.run(next_stream(scene.turn, current.generation if generation is None else generation))


def test_next_is_what_ma_offers(flows):
    """STMd gives MA's next item; it is handed out under a generation of its own, and MA's current item stays."""
    at = flows(1, 2, 3)
    current = at.start(1)
    stream = ask(at)
    assert stream.item.title == "Track 2"
    assert stream.generation > current.generation
    assert at.ma.told.count("STMd") == 1
    assert at.player.current is current


def test_a_second_question_gets_the_same_answer(flows):
    """A repeated NearlyFinished: the same stream and generation, without another STMd."""
    at = flows(1, 2)
    at.start(1)
    assert ask(at) == ask(at)
    assert at.ma.told.count("STMd") == 1


def test_track_has_just_begun(flows):
    """MA enqueues 0.5 s after the first byte; STMd is repeated until it does."""
    at = flows(1, 2)
    at.start(1, pulled=False)
    at.ma.at(1.5, at.ma._enqueue)
    assert ask(at).item.title == "Track 2"
    assert at.ma.told.count("STMd") > 10


def test_repeat_one(flows):
    """Repeat one: the same item, the same URL, another generation."""
    at = flows(1, 2)
    at.ma.repeat = "one"
    current = at.start(1)
    stream = ask(at)
    assert stream.path == current.path
    assert stream.generation != current.generation


def test_repeat_one_of_a_track_begun_in_its_middle(flows):
    """MA is made to load it anew, or it would begin again where it was begun."""
    at = flows(1, 2)
    at.start(1)
    at.run(at.turn.play_item(at.player.current.item, 30_000))
    at.report("started")
    at.ma.repeat = "one"
    at.ma.calls.clear()
    ask(at)
    assert "sample" in at.ma.commands()


@pytest.mark.parametrize(("repeat", "title"), [("off", None), ("all", "Track 1")])
def test_last_item(flows, repeat, title):
    """After the last item comes nothing, or the first with repeat all."""
    at = flows(1, 2)
    at.ma.repeat = repeat
    at.start(2)
    stream = ask(at)
    assert (stream.item.title if stream else None) == title


def test_nothing_is_an_answer_too(flows):
    """That nothing follows is remembered as an answer, so that what is added later replaces it."""
    at = flows(1)
    at.start(1)
    assert ask(at) is None
    assert at.player.next_was_served


def test_what_follows_goes_by_the_streams_own_item(flows):
    """MA's current index may lag or lead; what follows is what stands behind the stream's own item."""
    at = flows(1, 2, 3)
    at.start(2)
    at.ma.current = 0
    assert ask(at).item.title == "Track 3"


def test_unplayable_items_are_passed_over(flows):
    """An item that MA knows to be unplayable is not expected next."""
    at = flows(1, 2, 3)
    at.ma.items[1]["available"] = False
    at.ma.offers = {1: 2}
    at.start(1)
    assert ask(at).item.title == "Track 3"


def test_stale_offer_is_resynced(flows):
    """MA offers what was deleted on its screen: a re-sync, and the right one is handed out as MA gives it."""
    at = flows(1, 2, 3)
    at.start(1)
    at.ma.offers = {1: 2}
    at.ma.enqueued = 2

    def repaired():
        at.ma.offers = {}

    at.ma.at(0.2, repaired)
    stream = ask(at)
    assert stream.item.title == "Track 2"
    assert "sample" in at.ma.commands()
    assert at.player.pending_item == stream.queue_item_id


def test_stubborn_offer_is_derived(flows):
    """If MA still offers another item after a re-sync, the URL is derived from the current one."""
    at = flows(1, 2, 3)
    current = at.start(1)
    at.ma.offers = {1: 2}
    at.ma.enqueued = 2
    stream = ask(at)
    assert stream.queue_item_id == at.item_id(2)
    assert stream.path == current.path.replace(at.item_id(1), at.item_id(2))


def test_silent_ma_is_derived(flows):
    """If MA offers nothing at all, the URL is derived, within Alexa's time."""
    at = flows(1, 2)
    at.start(1, pulled=False)
    at.ma.refused["sample"] = UnreachableError("gone")
    began = at.scene.time
    assert ask(at).queue_item_id == at.item_id(2)
    assert at.scene.time - began < 5


def test_a_derived_stream_is_loaded_again_when_heard(flows):
    """MA sent nothing ahead for a derived stream: when it is heard, play_index brings MA to it."""
    at = flows(1, 2)
    at.start(1, pulled=False)
    at.ma.refused["sample"] = UnreachableError("gone")
    stream = ask(at)
    at.report("started", generation=stream.generation)
    assert at.player.lost
    at.run(at.turn.reattach())
    assert at.ma.current == 1
    assert at.player.current.generation == stream.generation


def test_autoplay_refills(flows):
    """With autoplay and nothing there yet, MA's refill is waited for."""
    at = flows(1)
    at.ma.refills = True
    at.start(1)
    at.ma.at(2.0, lambda: at.ma.fill(2))
    at.ma.at(2.6, at.ma._enqueue)
    assert ask(at).item.title == "Track 2"


def test_autoplay_is_not_waited_for_for_ever(flows):
    """Without a refill the answer is nothing, in less than Alexa's time."""
    at = flows(1)
    at.ma.refills = True
    at.start(1)
    began = at.scene.time
    assert ask(at) is None
    assert at.scene.time - began <= 4.5


def test_question_implies_started(flows):
    """NearlyFinished of a stream whose Started was lost tells MA that it plays."""
    at = flows(1, 2)
    at.run(at.turn.play_item(at._item(1)))
    at.ma.told.clear()
    at.ma.enqueued = 1
    ask(at)
    assert at.ma.told[:2] == ["STMr", "STMt 0"]


def test_question_about_the_upcoming_implies_its_started(flows):
    """NearlyFinished of the enqueued stream moves MA to it and is answered with what follows that."""
    at = flows(1, 2, 3)
    at.start(1)
    upcoming = ask(at)
    at.ma.in_buffer = 1
    at.ma.at(0.5, at.ma._enqueue)
    assert ask(at, upcoming.generation).item.title == "Track 3"
    assert "STMs" in at.ma.told
    assert at.player.current.generation == upcoming.generation


@pytest.mark.parametrize("generation", [0, 7, 99_999_999])
def test_any_other_generation_gets_the_wanted_stream(flows, generation):
    """A question about a stream that is not the wanted one is answered with the wanted one itself."""
    at = flows(1, 2)
    current = at.start(1)
    assert ask(at, generation).generation == current.generation


@pytest.mark.parametrize("wanted", ["pause", "stop"])
def test_silence_wanted(flows, wanted):
    """When MA's screen wants silence, nothing follows, and MA is not asked."""
    at = flows(1, 2)
    at.start(1)
    at.want(wanted)
    assert ask(at) is None
    assert "STMd" not in at.ma.told


def test_screen_chose_something_else(flows):
    """NearlyFinished of the audible stream gets what MA's screen chose, with its item and position."""
    at = flows(1, 2, 9)
    old = at.start(1)
    at.ma._player_queues_play_index(at.item_id(9), seek_position=30)
    stream = ask(at, old.generation)
    assert stream.item.title == "Track 9"
    assert stream.position_ms == 30_000
    assert at.player.next_was_served


def test_wanted_stream_of_a_lost_connection_is_asked_for_again(flows):
    """The connection went after the screen's choice: its session is gone, so MA is asked for it again."""
    at = flows(1, 2, 9)
    old = at.start(1)
    at.ma._player_queues_play_index(at.item_id(9))
    at.run(at.turn.describe())
    before = at.player.current
    at.player.disconnected()
    stream = ask(at, old.generation)
    assert stream.queue_item_id == before.queue_item_id
    assert stream.path != before.path


def test_question_after_the_end(flows):
    """A NearlyFinished that comes after Finished (short tracks) starts the next item in MA and hands it out."""
    at = flows(1, 2)
    first = at.start(1)
    at.report("finished", 10_000)
    at.scene.pass_time(0.3)
    stream = ask(at, first.generation)
    assert stream.item.title == "Track 2"
    assert at.report("started", generation=stream.generation) == ["STMr", "STMt 0"]


def test_question_between_finished_and_the_end(flows):
    """A NearlyFinished within 0.3 s of Finished takes the end back."""
    at = flows(1, 2)
    first = at.start(1, pulled=False)
    assert at.report("finished", 10_000) == ["STMd"]
    at.ma.at(0.2, at.ma._enqueue)
    stream = ask(at, first.generation)
    assert stream.item.title == "Track 2"
    assert at.scene.pass_time(1) == []
    assert at.report("started", generation=stream.generation) == ["STMs", "STMt 0", "STMr"]


def test_question_after_the_end_is_answered_once(flows):
    """Asked twice after the end, the same stream is handed out twice."""
    at = flows(1, 2, 3)
    first = at.start(1)
    at.report("finished", 10_000)
    at.scene.pass_time(0.3)
    assert ask(at, first.generation).generation == ask(at, first.generation).generation


def test_nothing_follows_a_radio(flows):
    """What has no end has no next."""
    at = flows(1, 2)
    at.ma.items[0] = at.raw_item(1, media_type="radio") | {"duration": None}
    at.start(1)
    assert ask(at) is None


def test_what_follows_an_episode_of_unknown_length(flows):
    """What has an end has a next, also where MA does not know when that is."""
    at = flows(1, 2)
    at.ma.items[0] = at.raw_item(1, media_type="podcast_episode") | {"duration": 0}
    at.start(1)
    assert at.player.current.item.duration_ms is None
    assert ask(at).item.title == "Track 2"


def test_lost_player_is_loaded_again_first(flows):
    """A question after the connection was lost: MA is brought back to where the Echo is, then asked."""
    at = flows(1, 2)
    at.start(1)
    at.scene.time += 60
    at.player.disconnected()
    assert ask(at).item.title == "Track 2"
    played = [args for command, args in at.ma.calls if command == "player_queues/play_index"]
    assert played[-1]["seek_position"] == 60


def test_upcoming_is_pulled_from_the_session_ma_has(flows):
    """After the connection was lost, what was handed out before is pulled from the new session."""
    at = flows(1, 2)
    at.start(1)
    stream = ask(at)
    at.player.disconnected()
    at.run(at.turn.reattach())
    pulled = at.player.pull_path(stream.path, stream.generation)
    assert "/session1/" in stream.path
    assert pulled == stream.path.replace("/session1/", "/session2/")


def test_unasked_offer_is_taken(flows):
    """3.3 pushes an item enqueued late without being asked; it needs no second STMd."""
    at = flows(1, 2)
    at.start(1)
    where = f"/single/session1/{at.player.mac}/{at.item_id(2)}/{at.player.mac}.flac"
    at.player.receive(Strm("s", autostart="3", path=where))
    assert ask(at).item.title == "Track 2"
    assert "STMd" not in at.ma.told


def test_sent_ahead_from_an_old_session(scene):
    """What aioslimproto 3.1.5 kept of a session that has ended is a 404: it is dropped, not handed out."""
    scene.play()
    assert scene.receive(Strm("s", autostart="3", path=scene.path(2, "sessionZ"))) == []
    assert scene.player.pending_item == ""


def test_position_of_the_screens_choice_is_waited_for(flows):
    """MA's queue follows its player within a second: where a stream of the screen begins is not read too early."""
    at = flows(1, 2, 9)
    old = at.start(1)
    at.ma._player_queues_play_index(at.item_id(9), seek_position=0)
    at.ma.at(0.7, lambda: setattr(at.ma, "elapsed_s", 30))
    assert ask(at, old.generation).position_ms == 30_000


def test_question_after_the_end_with_repeat_one(flows):
    """Repeat one holds for a late question too: the same item plays again."""
    at = flows(1, 2)
    at.ma.repeat = "one"
    first = at.start(1, pulled=False)
    at.report("finished", 10_000)
    at.scene.pass_time(0.3)
    assert ask(at, first.generation).item.title == "Track 1"

"""Commands, as "Playback, exactly" has them. What the device is told, what home is asked, what is remembered."""

import base64
import json
from dataclasses import replace

import pytest

from music_assistant_alexa.actions import ClearQueue, Play, PlayBehavior, Stop
from music_assistant_alexa.errors import (
    HomeUnreachableError,
    NothingPlayingError,
    PlaybackStoreError,
    QueueFinishedError,
    UnsupportedReason,
    UnsupportedRequestError,
)
from music_assistant_alexa.models import Activity, Device, MediaItem, MediaType, QueueOption, RepeatMode
from music_assistant_alexa.playback_events import Reported
from music_assistant_alexa.stream_token import StreamToken
from music_assistant_alexa.stream_urls import ART_EDGES
from simulator.scripted_home import queue_item

SONG = MediaItem("library://track/9", "Salt and Wire", MediaType.TRACK)
RADIO = MediaItem("library://radio/1", "Harbour FM", MediaType.RADIO)
PODCAST = MediaItem("library://podcast/1", "The Long Wave", MediaType.PODCAST)


@pytest.fixture
def playing(core):
    """Make the first of three tracks audible; home is asked nothing from here on."""
    token = core.play()
    core.started(token, after=1)
    core.home.calls.clear()
    return token


def play_one(core, media, **fields):
    """Play something of which the queue holds one item with those fields."""
    core.home.contents[media.uri] = [queue_item(media.uri, media.name, **fields)]
    token = core.play(media)
    core.started(token, after=1)
    core.home.calls.clear()
    return token


# Play


def test_play_replaces_everything(core):
    """Play puts the media into MA's queue and hands its first stream to the device at once."""
    (play,) = core.playback.play(core.moment(), [SONG]).actions
    assert core.home.calls[0].args == {"media": [SONG.uri], "option": QueueOption.REPLACE}
    assert play.behavior is PlayBehavior.REPLACE_ALL
    assert play.expected_previous_token is None
    assert play.offset_ms == 0
    assert play.url.startswith("https://home.example.com/stream/")
    assert play.item.title == "9 1"


def test_play_is_remembered_as_handed_out(core):
    """What was handed out is in the row before the device says anything of it."""
    token = core.play()
    assert core.running.token == token
    assert core.running.activity is Activity.HANDED
    assert core.running.item.uri == "library://album/1/1"
    assert core.running.stopped_by_user is False


def test_the_token_says_all_of_the_stream(core):
    """Queue, item, position and generation are in the token."""
    token, stream = core.play(), core.home.stream
    assert token == StreamToken("02:00:00:00:00:01", stream.queue_item_id, 0, stream.generation)


def test_playing_the_same_again_is_another_generation(core):
    """The same album twice has two tokens."""
    assert core.play().generation < core.play().generation


def test_two_devices_are_two_players_and_two_rows(core):
    """Each device has its own player at home and its own row."""
    core.play()
    kitchen = core.device
    core.device = Device("amzn1.ask.device.BATHROOM")
    assert core.state is None
    core.play()
    assert core.device.player_id != kitchen.player_id
    assert core.store.load(kitchen.device_id).running.generation == 1
    assert core.running.generation == 2


def test_of_two_commands_at_once_the_later_stream_plays(core):
    """An answer overtaken by a newer one leaves the device alone: of two, the higher generation wins."""
    core.play()
    newer = replace(core.running, token=replace(core.running.token, generation=9))
    record = core.store.record

    def overtaken(device_id, change):
        record(device_id, newer)
        return record(device_id, change)

    core.store.record = overtaken
    assert core.playback.play(core.moment(), [SONG]).actions == ()
    assert core.running.generation == 9


def test_an_empty_answer_plays_nothing(core):
    """Media without anything playable in it is said so, and the row stays as it was."""
    core.home._play = lambda _args: core.home._end()
    with pytest.raises(NothingPlayingError):
        core.play()
    assert core.state is None


def test_music_plays_without_a_table(core):
    """A play whose row cannot be written plays all the same."""
    core.store.away = PlaybackStoreError("throttled")
    assert core.play().generation == 1


def test_home_away_loses_nothing(core, playing):
    """A command that home does not answer leaves the row as it was."""
    before = core.state
    core.home.failure = HomeUnreachableError("tunnel")
    for command in (core.playback.next, core.playback.previous, core.playback.resume, core.playback.start_over):
        with pytest.raises(HomeUnreachableError):
            command(core.moment((playing, 5_000)))
    assert core.state == before


# Position


def test_resume_plays_from_where_the_device_was(core, playing):
    """The position is the token's plus the device's offset: home seeks to a whole second, the device skips the rest."""
    core.stopped(playing, 61_900)
    outcome = core.playback.resume(core.moment())
    token = core.token_of(outcome)
    assert core.home.calls[-1].args["position_ms"] == 61_900
    assert (token.position_ms, token.offset_ms, outcome.actions[0].offset_ms) == (61_000, 900, 900)
    assert core.running.position_ms == 61_900


def test_a_second_resume_adds_up(core, playing):
    """Track position is position in the token plus Alexa's offset, however often it was resumed."""
    core.stopped(playing, 61_000)
    token = core.token_of(core.playback.resume(core.moment()))
    core.stopped(token, 5_000)
    assert core.token_of(core.playback.resume(core.moment())).position_ms == 66_000


def test_the_context_knows_the_offset_better(core, playing):
    """What the device says of itself in the request wins over an event that has not come yet."""
    core.playback.resume(core.moment((playing, 30_000)))
    assert core.home.calls[-1].args["position_ms"] == 30_000


def test_resume_falls_back_to_the_uri(core, playing):
    """The row's uri goes along, so that an emptied queue still plays the item."""
    core.home.queue.clear()
    core.playback.resume(core.moment((playing, 1_000)))
    assert core.home.calls[-1].args == {
        "queue_item_id": playing.queue_item_id,
        "uri": "library://album/1/1",
        "position_ms": 1_000,
    }


def test_without_a_row_the_token_is_enough(core, playing):
    """With the table away, next and resume work from the token in the request."""
    core.store.away = PlaybackStoreError("missing")
    assert core.token_of(core.playback.resume(core.moment((playing, 7_000)))).position_ms == 7_000
    assert core.token_of(core.playback.next(core.moment((playing, 7_000)))).generation == 3


def test_without_a_row_and_a_token_the_table_is_to_blame(core):
    """Neither row nor token: the error is the table's, not "nothing was played"."""
    core.store.away = PlaybackStoreError("missing")
    with pytest.raises(PlaybackStoreError):
        core.playback.resume(core.moment())


def test_a_newer_stream_in_the_context_is_believed(core, playing):
    """A device that already plays the enqueued stream, whose Started has not come, is skipped from there."""
    token = core.token_of(core.nearly_finished(playing))
    core.home._advance()
    core.playback.next(core.moment((token, 100)))
    assert core.home.calls[-1].args["queue_item_id"] == token.queue_item_id


def test_an_older_stream_in_the_context_is_not(core, playing):
    """A context that still names a replaced stream does not move anything back."""
    core.play(SONG)
    newer = core.running.item.queue_item_id
    core.playback.resume(core.moment((playing, 100)))
    assert core.home.calls[-1].args["queue_item_id"] == newer


def test_nothing_was_ever_played(core):
    """On a fresh device every command about "this" says that nothing plays, without a round trip."""
    playback, moment = core.playback, core.moment()
    for command in (playback.previous, playback.start_over, playback.remove_current):
        with pytest.raises(NothingPlayingError):
            command(moment)
    with pytest.raises(NothingPlayingError):
        playback.shuffle(moment, on=True)
    with pytest.raises(NothingPlayingError):
        playback.repeat(moment, RepeatMode.ALL)
    assert core.home.calls == []


@pytest.mark.parametrize("name", ["resume", "next"])
def test_what_was_added_before_anything_played_is_heard(core, name):
    """On a fresh device resume and next begin with what waits at home: one round trip, and the row knows the stream."""
    core.playback.add(core.moment(), [SONG], QueueOption.ADD)
    core.home.calls.clear()
    outcome = getattr(core.playback, name)(core.moment())
    assert [(call.name, call.args) for call in core.home.calls] == [("resume", {})]
    assert core.token_of(outcome) == core.running.token
    assert outcome.item.uri == f"{SONG.uri}/1"


@pytest.mark.parametrize("name", ["resume", "next"])
def test_nothing_waits_on_a_fresh_device(core, name):
    """Where nothing was ever played and nothing waits, that is said, and nothing is stored."""
    with pytest.raises(NothingPlayingError):
        getattr(core.playback, name)(core.moment())
    assert core.state is None


# Next, previous, start over, seek


def test_next_plays_the_item_after(core, playing):
    """Next names the row's item, and plays what home answers."""
    outcome = core.playback.next(core.moment((playing, 5_000)))
    assert core.home.calls[-1].args["queue_item_id"] == playing.queue_item_id
    assert outcome.item.title == "1 2"
    assert outcome.actions[0].behavior is PlayBehavior.REPLACE_ALL


def test_next_at_the_end(core, playing):
    """After the last item there is nothing, and what plays plays on."""
    for _ in range(2):
        core.playback.next(core.moment())
    before = core.state
    with pytest.raises(QueueFinishedError):
        core.playback.next(core.moment())
    assert core.state == before


def test_previous_is_the_item_before_always(core, playing):
    """Previous after a minute is the item before, not the start of this one."""
    core.playback.next(core.moment((playing, 5_000)))
    core.clock.now += 60
    outcome = core.playback.previous(core.moment((core.running.token, 60_000)))
    assert outcome.item.title == "1 1"
    assert core.home.calls[-1].args["uri"] == "library://album/1/2"


def test_start_over_is_at_once_and_from_zero(core, playing):
    """Start over plays the current item anew from its start."""
    (play,) = core.playback.start_over(core.moment((playing, 61_000))).actions
    assert core.home.calls[-1].args["position_ms"] == 0
    assert play.behavior is PlayBehavior.REPLACE_ALL


def test_seek(core, playing):
    """Seeking asks for the position, and the token says where the new stream starts."""
    assert core.token_of(core.playback.seek(core.moment(), 90_000)).position_ms == 90_000


@pytest.mark.parametrize("position_ms", [200_000, 999_000])
def test_seeking_beyond_the_end_is_refused(core, playing, position_ms):
    """A position the item does not have is refused without a round trip, and the music plays on."""
    with pytest.raises(UnsupportedRequestError, match="not that long") as refusal:
        core.playback.seek(core.moment(), position_ms)
    assert refusal.value.reason is UnsupportedReason.BEYOND_END
    assert core.home.calls == []


# What does not apply


def test_a_radio_refuses_what_it_has_not(core):
    """A radio has no previous, start over, seek, shuffle or repeat: refused in words, without a round trip."""
    play_one(core, RADIO, media_type=MediaType.RADIO, duration_ms=None)
    playback, moment = core.playback, core.moment()
    refused = [
        lambda: playback.previous(moment),
        lambda: playback.start_over(moment),
        lambda: playback.seek(moment, 1_000),
        lambda: playback.shuffle(moment, on=True),
        lambda: playback.repeat(moment, RepeatMode.ALL),
    ]
    for command in refused:
        with pytest.raises(UnsupportedRequestError, match="a radio has no") as refusal:
            command()
        assert refusal.value.reason is UnsupportedReason.RADIO
    assert core.home.calls == []


def test_next_of_a_radio(core):
    """Next plays what was put behind a radio; where nothing was, it is refused in the words for radios."""
    play_one(core, RADIO, media_type=MediaType.RADIO, duration_ms=None)
    with pytest.raises(UnsupportedRequestError) as refusal:
        core.playback.next(core.moment())
    assert refusal.value.reason is UnsupportedReason.RADIO
    core.playback.add(core.moment(), [PODCAST], QueueOption.NEXT)
    assert core.playback.next(core.moment()).item.media_type is not MediaType.RADIO


def test_a_radio_goes_on_live(core):
    """Resuming a radio asks for no position: it goes on with what is on air now."""
    token = play_one(core, RADIO, media_type=MediaType.RADIO, duration_ms=None)
    core.stopped(token, 600_000)
    assert core.token_of(core.playback.resume(core.moment((token, 600_000)))).position_ms == 0


def test_spoken_word_is_not_shuffled(core):
    """A podcast is not mixed, but can be skipped and sought in."""
    play_one(core, PODCAST, media_type=MediaType.PODCAST_EPISODE)
    with pytest.raises(UnsupportedRequestError, match="not shuffled") as refusal:
        core.playback.shuffle(core.moment(), on=True)
    assert refusal.value.reason is UnsupportedReason.SPOKEN_WORD
    assert core.token_of(core.playback.seek(core.moment(), 60_000)).position_ms == 60_000


# Pause and stop


def test_pause_stops_the_device_without_a_round_trip(core, playing):
    """Pause answers Stop and keeps the place; the device's own Stopped tells MA."""
    assert core.playback.pause(core.moment((playing, 42_000))).actions == (Stop(),)
    assert core.home.calls == []
    assert (core.running.activity, core.running.stopped_by_user) == (Activity.STOPPED, True)
    assert core.running.position_ms == 42_000


def test_stop_forgets_what_was_enqueued_but_not_the_place(core, playing):
    """Stop answers CLEAR_ALL without a round trip; resume goes on where it was."""
    assert core.playback.stop(core.moment((playing, 42_000))).actions == (ClearQueue(everything=True),)
    assert core.home.calls == []
    assert core.token_of(core.playback.resume(core.moment((playing, 42_000)))).position_ms == 42_000


def test_the_stopped_that_follows_a_pause_keeps_the_users_word(core, playing):
    """The device's Stopped after a pause is told to MA, and does not undo that the user wanted it."""
    core.playback.pause(core.moment((playing, 42_000)))
    core.stopped(playing, 42_000)
    assert core.running.stopped_by_user is True
    assert [event.event for event in core.reports] == [Activity.STOPPED]


def test_a_stopped_that_comes_late_with_an_earlier_second_still_pauses_home(core, playing):
    """The user's pause is in the row first; the Stopped of a second before is told to MA nevertheless."""
    late = core.moment()
    core.playback.pause(core.moment((playing, 42_000), after=1))
    core.events.stopped(late, Reported(playing, 41_000))
    assert [event.event for event in core.reports] == [Activity.STOPPED]
    assert core.running.stopped_by_user is True


def test_pause_of_a_finished_queue_keeps_that_it_finished(core, playing):
    """A pause after the end is answered, and resume still goes on behind the end."""
    core.finished(playing)
    assert core.playback.pause(core.moment()).actions == (Stop(),)
    assert core.running.activity is Activity.FINISHED


@pytest.mark.parametrize("away", [None, PlaybackStoreError("throttled")])
def test_silence_needs_nothing(core, away):
    """Pause and stop are obeyed on a device nothing is known of, and without a table."""
    core.store.away = away
    assert core.playback.pause(core.moment()).actions == (Stop(),)
    assert core.playback.stop(core.moment()).actions == (ClearQueue(everything=True),)


# After the end


def test_resume_after_the_end_goes_on_behind_it(core, playing):
    """After Finished with nothing enqueued, resume plays the item after it."""
    core.finished(playing)
    assert core.playback.resume(core.moment()).item.title == "1 2"


def test_resume_after_the_very_end_plays_the_last_again(core, playing):
    """Where nothing followed, resume plays the row's item by its id, or its uri once MA has emptied the queue."""
    core.home.queue = core.home.queue[:1]
    core.nearly_finished(playing)
    core.finished(playing)
    core.home.queue.clear()
    outcome = core.playback.resume(core.moment())
    assert core.home.calls[-1].args["uri"] == "library://album/1/1"
    assert outcome.item.title == "by its uri"


def test_resume_after_the_very_end_plays_what_was_added_since(core, playing):
    """Nothing followed when the device asked; what was added before MA empties the queue is what comes."""
    queue, core.home.queue = core.home.queue, core.home.queue[:1]
    core.nearly_finished(playing)
    core.finished(playing)
    core.home.queue = queue
    assert core.playback.resume(core.moment()).item.title == "1 2"


def test_resume_after_the_end_without_an_answer_before(core, playing):
    """Where nobody asked what follows and nothing does, resume plays the item from its start."""
    core.home.queue = core.home.queue[:1]
    core.finished(playing)
    token = core.token_of(core.playback.resume(core.moment((playing, 200_000))))
    assert (token.queue_item_id, token.position_ms) == (playing.queue_item_id, 0)


@pytest.mark.parametrize("queue", [slice(None), slice(1), slice(0)], ids=["more follows", "the last", "emptied"])
def test_resume_after_the_end_costs_one_round_trip(core, playing, queue):
    """Whatever is left at home, it is asked once: for the next one, and by its uri for this one where none follows."""
    core.home.queue = core.home.queue[queue]
    core.finished(playing)
    core.home.calls.clear()
    core.playback.resume(core.moment())
    args = {"queue_item_id": playing.queue_item_id, "uri": "library://album/1/1"}
    assert [(call.name, call.args) for call in core.home.calls] == [("next", args)]


@pytest.mark.parametrize("name", ["resume", "next"])
def test_what_was_added_long_after_the_end_is_heard(core, playing, name):
    """MA has emptied the ended queue; what was added since plays, and nothing is put before or behind it."""
    core.finished(playing)
    core.home.queue = []
    core.playback.add(core.moment(after=60), [SONG], QueueOption.ADD)
    waiting = list(core.home.queue)
    assert getattr(core.playback, name)(core.moment((playing, 200_000))).item == waiting[0]
    assert core.home.queue == waiting


# Change of order


EDITS = {
    "shuffle": lambda playback, moment: playback.shuffle(moment, on=True),
    "repeat": lambda playback, moment: playback.repeat(moment, RepeatMode.ALL),
    "add": lambda playback, moment: playback.add(moment, [SONG], QueueOption.ADD),
    "play_next": lambda playback, moment: playback.add(moment, [SONG], QueueOption.NEXT),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_before_nearly_finished_touches_nothing(core, playing, edit):
    """Nothing was enqueued yet, so nothing is replaced; NearlyFinished will ask."""
    assert EDITS[edit](core.playback, core.moment((playing, 5_000))).actions == ()
    assert core.home.names == [edit]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_after_nearly_finished_replaces_what_was_enqueued(core, playing, edit):
    """What was enqueued before the order changed is replaced, so that it is not heard."""
    before = core.token_of(core.nearly_finished(playing))
    (play,) = EDITS[edit](core.playback, core.moment((playing, 5_000))).actions
    assert play.behavior is PlayBehavior.REPLACE_ENQUEUED
    assert play.expected_previous_token is None
    assert StreamToken.decode(play.token).generation > before.generation
    assert core.state.following.token == StreamToken.decode(play.token)


@pytest.mark.parametrize("edit", EDITS)
def test_what_home_has_ready_is_not_enqueued_unasked(core, playing, edit):
    """Home's answer has what follows, but nobody asked for it yet: NearlyFinished will, and gets the same."""
    core.home.answered = core.home._upcoming()
    state = core.home._state
    core.home._state = lambda player: replace(state(player), replace_enqueued=False)
    core.home.command = lambda player, _command: core.home._state(player)
    assert EDITS[edit](core.playback, core.moment((playing, 5_000))).actions == ()


@pytest.mark.parametrize("edit", ["add", "play_next", "repeat"])
def test_an_edit_after_an_empty_nearly_finished_is_heard(core, playing, edit):
    """On the last track, after "nothing follows", what was added is enqueued after all."""
    core.home.queue = core.home.queue[:1]
    assert core.nearly_finished(playing).actions == ()
    (play,) = EDITS[edit](core.playback, core.moment((playing, 5_000))).actions
    assert play.behavior is PlayBehavior.REPLACE_ENQUEUED


def test_repeat_off_on_the_last_track_clears_what_was_enqueued(core, playing):
    """Nothing follows any more: ClearQueue CLEAR_ENQUEUED, and the row knows."""
    core.home.queue, core.home.repeat = core.home.queue[:1], RepeatMode.ALL
    core.nearly_finished(playing)
    assert core.playback.repeat(core.moment((playing, 5_000)), RepeatMode.OFF).actions == (ClearQueue(),)
    assert core.state.following.token is None


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_while_paused_changes_ma_only(core, playing, edit):
    """The user paused: the queue changes at home, and the device hears nothing of it."""
    core.nearly_finished(playing)
    core.playback.pause(core.moment((playing, 5_000)))
    assert EDITS[edit](core.playback, core.moment((playing, 5_000), after=1)).actions == ()
    assert core.home.names[-1] == edit


@pytest.mark.parametrize(("seconds", "heard"), [(0, 1), (14, 1), (15, 0), (600, 0)])
def test_a_device_that_listens_still_plays(core, playing, seconds, heard):
    """Stopped under 15 s ago, and not by the user: someone is speaking, and what was enqueued is replaced."""
    core.nearly_finished(playing)
    core.stopped(playing, 5_000)
    actions = core.playback.shuffle(core.moment((playing, 5_000), after=seconds), on=True).actions
    assert len(actions) == heard


@pytest.mark.parametrize("option", QueueOption)
def test_adding_with_nothing_played_changes_ma_only(core, option):
    """What is added before anything was played waits at home."""
    assert core.playback.add(core.moment(), [SONG], option).actions == ()
    assert core.home.calls[0].args == {"media": [SONG.uri]}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_says_what_the_device_plays_before_its_events_do(core, playing, edit):
    """The device is at what was enqueued, its Started on the way: home is told, lest it enqueues that once more."""
    upcoming = core.token_of(core.nearly_finished(playing))
    EDITS[edit](core.playback, core.moment((upcoming, 300)))
    assert core.home.calls[-1].args["generation"] == upcoming.generation


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_right_after_a_stream_was_handed_out_says_so_too(core, edit):
    """Nothing of the stream was reported yet, but the device says that it plays it."""
    token = core.play()
    EDITS[edit](core.playback, core.moment((token, 300)))
    assert core.home.calls[-1].args["generation"] == token.generation


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_says_nothing_that_home_knows(core, playing, edit):
    """Everything was reported: no more is said than the edit."""
    EDITS[edit](core.playback, core.moment((playing, 5_000)))
    assert "generation" not in core.home.calls[-1].args


# Remove


def test_removing_what_is_heard_plays_the_next(core, playing):
    """The current item goes, the one after it plays, and the outcome is about the one removed."""
    outcome = core.playback.remove_current(core.moment((playing, 5_000)))
    assert outcome.item.title == "1 1"
    assert outcome.actions[0].item.title == "1 2"
    assert outcome.actions[0].behavior is PlayBehavior.REPLACE_ALL


def test_removing_the_last_falls_silent(core, playing):
    """With nothing after it, the device is cleared."""
    core.home.queue = core.home.queue[:1]
    outcome = core.playback.remove_current(core.moment((playing, 5_000)))
    assert outcome.actions == (ClearQueue(everything=True),)


@pytest.mark.parametrize("kind", [MediaType.TRACK, MediaType.RADIO])
@pytest.mark.parametrize("late", [None, "started", "stopped", "finished"])
@pytest.mark.parametrize("name", ["resume", "next"])
def test_what_was_removed_last_is_not_gone_on_with(core, kind, late, name):
    """With the last item removed there is nothing to go on with, whatever its stream still reports."""
    token = play_one(core, RADIO, media_type=kind)
    core.playback.remove_current(core.moment((token, 5_000)))
    if late:
        getattr(core, late)(token, 5_000, after=1)
    with pytest.raises(NothingPlayingError):
        getattr(core.playback, name)(core.moment((token, 5_000)))
    with pytest.raises(NothingPlayingError):
        core.playback.place(core.moment((token, 5_000)))
    core.playback.add(core.moment((token, 5_000)), [SONG], QueueOption.ADD)
    assert getattr(core.playback, name)(core.moment((token, 5_000))).item.uri == f"{SONG.uri}/1"


def test_removing_while_paused_changes_ma_only(core, playing):
    """Nothing starts because something was removed."""
    core.playback.pause(core.moment((playing, 5_000)))
    assert core.playback.remove_current(core.moment((playing, 5_000))).actions == ()
    assert core.home.names == ["remove"]


# What the device is shown


@pytest.mark.parametrize(
    ("image_url", "shown"),
    [
        ("/imageproxy?path=a", {"p": "/imageproxy?path=a"}),
        ("https://img.example/a.jpg", {"u": "https://img.example/a.jpg"}),
        ("", {"b": 1}),
        ("http://img.example/a.jpg", {"b": 1}),
    ],
)
def test_art_is_signed_in_every_size(core, image_url, shown):
    """A picture has an https URL of ours for each edge; none, or one that cannot be handed out, is the built-in one."""
    core.home.contents[SONG.uri] = [queue_item(SONG.uri, "x", image_url=image_url)]
    (play,) = core.playback.play(core.moment(), [SONG]).actions
    assert isinstance(play, Play)
    assert tuple(play.art) == ART_EDGES
    for edge, url in play.art.items():
        assert url.startswith("https://home.example.com/art/")
        name = url.rpartition("/")[2].partition(".")[0]
        assert json.loads(base64.urlsafe_b64decode(name + "==")) == shown | {"s": edge}


def test_an_item_of_another_stream_is_not_shown(core):
    """When the queue's current item is not the stream's, its title is not put on the screen."""
    core.home._item = lambda: queue_item("library://track/other", "Another")
    (play,) = core.playback.play(core.moment(), [SONG]).actions
    assert play.item.title == ""
    assert play.item.queue_item_id == core.home.stream.queue_item_id

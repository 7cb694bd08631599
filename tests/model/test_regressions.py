"""What the model has found, each as the shortest evening that shows it; the invariants are the witness's."""

import pytest

ALBUM = ("PlayAlbumIntent", {"album": "Night Ferry"})
STATION = ("PlayRadioIntent", {"station": "Lighthouse FM"})


@pytest.fixture
def evening(household):
    """Return a household whose Echos play an album from its start."""

    def begun(*habits, **kind):
        home = household(*(habits or ({},)), **kind)
        for room in range(len(home.rooms)):
            home.play(room, "PlayAlbumIntent", album="Night Ferry")
        return home

    return begun


def test_added_after_the_end(household):
    """What is added just after the last track ended is what resume plays, not the last track again."""
    home = household({})
    home.play(0, "PlayTrackIntent", track="Summit")
    home.play_to_end(0)
    home.add(0, "AddToQueueIntent", track="Gulls")
    home.resume(0, button=True)
    assert home.rooms[0].echo.track == "Gulls"


@pytest.mark.parametrize("intent", ["AddToQueueIntent", "PlayNextIntent"])
@pytest.mark.parametrize("words", ["resume", "next"])
def test_added_long_after_the_end(household, intent, words):
    """What is added after Music Assistant has emptied the ended queue is heard, and stands nowhere but first."""
    home = household({"nearly_finished": "late"})
    home.play(0, "PlayTrackIntent", track="Summit")
    home.play_to_end(0)
    home.house.clock.advance(20)
    home.add(0, intent, track="Gulls")
    getattr(home, words)(0)
    assert home.rooms[0].echo.track == "Gulls"
    assert len(home.house.home.queue(home.rooms[0].mac).items) == 1


@pytest.mark.parametrize("words", ["seek", "previous"])
def test_started_over_after_something_was_added(household, words):
    """The ended track, asked for once more, plays; then what was added since does, from its first track on."""
    home = household({"nearly_finished": "late"})
    home.play(0, "PlayTrackIntent", track="Summit")
    home.play_to_end(0)
    home.house.clock.advance(20)
    for title in ("Gulls", "Origami"):
        home.add(0, "AddToQueueIntent", track=title)
    home.seek(0, 0) if words == "seek" else home.previous(0)
    heard = [home.rooms[0].echo.track]
    for _ in range(2):
        home.play_to_end(0)
        heard.append(home.rooms[0].echo.track)
    assert heard == ["Summit", "Gulls", "Origami"]


def test_added_after_the_end_and_the_ended_one_removed(household):
    """The ended track is removed from before the added one: that is what resume plays."""
    home = household({})
    home.play(0, "PlayTrackIntent", track="Summit")
    home.play_to_end(0)
    home.add(0, "AddToQueueIntent", track="Gulls")
    home.remove(0)
    home.resume(0)
    assert home.rooms[0].echo.track == "Gulls"
    assert [item.media.name for item in home.house.home.queue(home.rooms[0].mac).items] == ["Gulls"]


def test_the_last_one_removed_after_the_others_were_heard(evening):
    """With the last track of an album removed nothing is resumed; what is added then is heard, and nothing again."""
    home = evening()
    for _ in range(4):
        home.next(0)
    home.remove(0)
    home.resume(0)
    assert not home.rooms[0].echo.device.playing
    home.add(0, "AddToQueueIntent", track="Gulls")
    home.resume(0)
    assert home.rooms[0].echo.track == "Gulls"


def test_order_changed_before_started_arrived(evening):
    """The enqueued track has begun but its Started is on its way: a change of order does not enqueue it again."""
    home = evening()
    home.hold(0, 4)
    home.play_to_end(0)
    home.order(0, "AMAZON.ShuffleOnIntent")
    home.deliver_all(0)
    home.play_to_end(0)
    heard = [home.rooms[0].echo.track]
    assert heard != ["Summit"]


def test_order_changed_behind_a_stale_answer(evening):
    """Next was pressed, its Started is on its way and an outdated NearlyFinished was answered: nothing comes twice."""
    home = evening({"nearly_finished": "late", "stopped": "late"})
    home.hold(0, 3)
    home.play_to_end(0)
    home.next(0, button=True)
    home.deliver(0, 0)
    home.add(0, "PlayNextIntent", album="Rust & Clover")
    assert home.rooms[0].echo.device.upcoming == []


def test_removed_before_started_arrived(household):
    """An added track has begun by itself and its events are on their way: removing it leaves both at the same place."""
    home = household({})
    home.play(0, "PlayTrackIntent", track="Summit")
    home.hold(0, 3)
    home.play_to_end(0)
    home.add(0, "AddToQueueIntent", album="Rust & Clover")
    home.hold(0, 2)
    home.remove(0)
    home.deliver_all(0)


def test_repeat_one_of_a_track_sought_in(household):
    """Repeat one, set on Music Assistant's screen after a seek, begins at the start."""
    home = household({"nearly_finished": "late"})
    home.play(0, "PlayPlaylistIntent", playlist="Late Drive")
    home.seek(0, 10)
    home.screen(0, "repeat", repeat_mode="one")
    home.play_to_end(0)
    assert home.rooms[0].echo.device.current.sound.from_ms == 0


def test_repeat_one_after_a_lost_connection(evening):
    """The track was loaded again in its middle; repeated, it begins at the start."""
    home = evening({"nearly_finished": "late", "stopped": "both"})
    home.drop()
    home.screen(0, "repeat", repeat_mode="one")
    home.play_to_end(0)
    assert home.rooms[0].echo.device.current.sound.from_ms == 0


def test_removed_while_the_screen_has_the_word(evening):
    """What Music Assistant's screen started in its middle is handed out with its true position."""
    home = evening({"nearly_finished": "late", "buffers_next": False})
    home.listen(0, 28.0)
    home.screen(0, "play")
    home.listen(0, 3.0)
    home.remove(0)
    here = home.rooms[0]
    assert here.token.position_ms == here.echo.device.current.sound.from_ms > 0


def test_the_next_stream_breaks_with_the_connection(evening):
    """What was enqueued cannot be pulled in the half second without a connection: it is heard all the same."""
    home = evening({"nearly_finished": "late", "buffers_next": False})
    home.listen(0, 30.9)
    here = home.rooms[0]
    home.house.bridge.sessions[here.mac].lose_connection()
    home.listen(0, 0.2)
    assert here.echo.device.playing
    assert here.echo.track == "Summit"


def test_a_question_asked_without_a_connection_and_answered_late(evening):
    """An outdated NearlyFinished makes the wanted stream anew before its Started arrives: that still counts."""
    home = evening({"nearly_finished": "late", "buffers_next": False})
    home.hold(0, 3)
    home.listen(0, 28.0)
    home.remove(0)
    home.drop()
    home.deliver_all(0)
    here = home.rooms[0]
    assert here.echo.track == "Summit"
    home.play_to_end(0)
    assert here.echo.track == "River Letters"


def test_the_seven_steps(evening):
    """The AudioPlayer document's race: an outdated NearlyFinished, and the track after the one gone back to."""
    home = evening({"nearly_finished": "late"})
    home.next(0)
    here = home.rooms[0]
    assert here.echo.track == "Summit"  # 1: the second track of several
    home.hold(0, 1)
    home.listen(0, 17.0)  # 3: it is nearly finished, and that is on its way
    assert [event["request"]["type"] for event in here.held] == ["AudioPlayer.PlaybackNearlyFinished"]
    home.previous(0)  # 2 and 4: back to the first, which begins
    assert here.echo.track == "Stairs of Rain"
    home.deliver(0, 0)  # 5: the outdated event is handled
    assert here.echo.device.upcoming == []  # 6: what it led to is ignored
    home.play_to_end(0)  # 7: what follows the first is the second, not the third
    assert here.echo.track == "Summit"


def test_stopped_before_the_next_was_loaded_again(evening):
    """After a lost connection Music Assistant has to be told the next track anew; a stop in that moment reaches it."""
    home = evening({"nearly_finished": "late"})
    home.listen(0, 28.0)
    home.drop()
    here = home.rooms[0]
    here.clock.moves = False
    here.echo.listen(3.0)  # the next one begins, and in that very moment:
    here.clock.moves = True
    home.stop(0)
    assert home.house.home.queue(here.mac).state == "paused"


def test_one_hiccup_of_each_skips_nothing(evening):
    """What is heard broke off once and what is buffered behind it once: both are heard, and nothing in between is."""
    home = evening({"buffers_next": True})
    home.hiccup(0, "MEDIA_ERROR_UNKNOWN", 1)
    home.hiccup_next(0, "MEDIA_ERROR_UNKNOWN", 1)
    here = home.rooms[0]
    assert here.echo.track == "Stairs of Rain"
    home.play_to_end(0)
    assert here.echo.track == "Summit"


def test_asked_again_after_silence(evening):
    """Three failures led to silence; what is asked for then is tried twice, as anything is."""
    home = evening({"nearly_finished": "late"})
    home.hiccup(0, "MEDIA_ERROR_INTERNAL_DEVICE_ERROR", 3)
    here = home.rooms[0]
    assert not here.echo.device.playing
    home.play(0, "PlayAlbumIntent", album="Night Ferry")
    home.hiccup(0, "MEDIA_ERROR_INTERNAL_DEVICE_ERROR", 1)
    assert here.echo.track == "Stairs of Rain"


@pytest.mark.parametrize("at_s", [0, 12])
def test_what_can_never_be_played_ends_in_silence(household, at_s):
    """A station that is off, and tracks that break off at the same second each time: tried, and then it is silent."""
    home = household({})
    for title in ("Stairs of Rain", "Summit", "Lighthouse FM"):
        home.spoil(title, at_s)
    here = home.rooms[0]
    for intent, slots in [ALBUM, STATION]:
        home.play(0, intent, **slots)
        home.listen(0, 70)
        assert not here.echo.device.playing
        assert home.house.home.queue(here.mac).state == "idle"
    home.spoil("Stairs of Rain", None)
    home.play(0, ALBUM[0], **ALBUM[1])
    assert here.echo.track == "Stairs of Rain"


def test_resume_goes_on_in_the_very_millisecond(evening):
    """Music Assistant seeks to whole seconds; the Echo skips the rest, also when that is resumed once more."""
    home = evening({"nearly_finished": "late"})
    here = home.rooms[0]
    for _ in range(3):
        home.listen(0, 2.345)
        home.pause(0)
        at_ms = here.position_ms
        home.resume(0)
        assert here.begun_ms == at_ms
        assert at_ms % 1000


def test_tried_again_where_it_broke(evening):
    """What broke off in its middle is tried again from the very millisecond."""
    home = evening({"nearly_finished": "late"})
    home.listen(0, 7.7)
    here = home.rooms[0]
    home.hiccup(0, "MEDIA_ERROR_SERVICE_UNAVAILABLE", 1)
    assert here.begun_ms == 7_700


def test_a_failure_handled_while_next_was_pressed(evening):
    """What another Lambda has handed out meanwhile is not handed out again: it would begin anew."""
    home = evening({})
    here = home.rooms[0]
    home.hold(0, 2)
    home.hiccup(0, "MEDIA_ERROR_UNKNOWN", 1)
    home.overtaken(0, "loaded", "next")
    assert here.echo.track == "Summit"
    home.deliver_all(0)
    assert len(here.begun) == len(set(here.begun))


def test_the_buffered_one_fails_after_the_screen_chose(evening):
    """Music Assistant's screen has chosen a track: it takes the place of the enqueued one that fails."""
    home = evening({})
    home.screen(0, "play_media", media="library://track/10", option="play")
    home.hiccup_next(0, "MEDIA_ERROR_UNKNOWN", 1)
    home.play_to_end(0)
    assert home.rooms[0].echo.track == "Gulls"


def test_what_the_screen_chose_is_gone(evening):
    """Music Assistant's screen has chosen a track and emptied the queue: that is no loop of failures."""
    home = evening({"buffers_next": False}, {"buffers_next": True})
    device = home.rooms[1].echo.device
    home.screen(1, "play_media", media="library://track/10", option="play")
    home.drop()
    home.screen(1, "clear")
    home.hiccup_next(1, "MEDIA_ERROR_UNKNOWN", 1)
    assert device.playing
    assert not device.upcoming


def test_removed_after_a_stop_before_its_events_arrived(evening):
    """The next track began, was stopped and is removed, all before its events arrived: both stand at the same place."""
    home = evening({}, {})
    home.hold(0, 4)
    home.restart()
    home.play_to_end(0)
    home.stop(0)
    home.remove(0)
    home.deliver_all(0)
    assert not home.rooms[0].echo.device.playing
    home.rooms[0].echo.ask("AMAZON.ResumeIntent")
    assert home.rooms[0].echo.track == "River Letters"


@pytest.mark.parametrize("at", [None, "loaded", "asked"])
def test_the_buffered_one_fails_while_something_is_asked_for(evening, at):
    """The failure of what was enqueued arrives after a new command, or in its midst: nothing of it is heard."""
    home = evening({"buffers_next": False}, {})
    here = home.rooms[0]
    home.hold(0, 4)
    home.hiccup_next(0, "MEDIA_ERROR_UNKNOWN", 1)
    if at is None:
        home.play(0, "PlayAlbumIntent", album="Night Ferry")
    else:
        home.overtaken(0, at, "next")
    home.deliver_all(0)
    assert len(here.echo.device.upcoming) == 1


def test_a_pause_at_the_end_is_not_ended_by_a_late_question(evening):
    """The connection was lost, a track ends, "pause" is said, and only then its events arrive: it stays silent."""
    home = evening({"nearly_finished": "early", "stopped": "before", "buffers_next": False}, {})
    home.drop()
    home.hold(0, 3)
    home.listen(0, 40.0)
    home.pause(0)
    home.deliver_all(0)
    assert not home.rooms[0].echo.device.playing


def test_a_failure_that_arrives_after_a_stop(evening):
    """A stream broke, "stop" is said before anyone hears of it: nothing begins, and Music Assistant shows that."""
    home = evening({"nearly_finished": "early", "stopped": "before", "buffers_next": False}, {})
    home.hold(0, 1)
    home.hiccup(0, "MEDIA_ERROR_UNKNOWN", 1)
    home.stop(0)
    home.deliver_all(0)
    assert not home.rooms[0].echo.device.playing


def test_an_end_in_the_second_of_a_pause(evening):
    """A track ends in the second in which "pause" is said, and its events arrive later: it stays silent."""
    home = evening({}, {"nearly_finished": "after", "stopped": "before", "buffers_next": False})
    for _ in range(12):
        home.drop()
    home.hold(1, 2)
    home.drop()
    home.pause(1)
    home.deliver_all(1)
    assert not home.rooms[1].echo.device.playing


def test_a_failure_right_after_an_edit_with_repeat_one(evening):
    """The item that plays is also the next one: it is taken up again where it broke, not from its start."""
    at = {"nearly_finished": "early", "stopped": "before", "buffers_next": False}
    home = evening(at, at, whole=False)
    home.screen(1, "repeat", repeat_mode="one")
    home.screen(1, "play")
    home.order(1, "AMAZON.ShuffleOnIntent")
    home.hiccup(1, "MEDIA_ERROR_UNKNOWN", 1)


def test_a_stream_is_given_to_a_silent_echo_twice(evening):
    """What the screen chose follows a stream that broke unheard, then replaces it: it is not taken for stopped."""
    at = {"nearly_finished": "early", "stopped": "before", "buffers_next": False}
    home = evening(at, at, whole=False)
    home.hold(1, 1)
    home.hiccup(1, "MEDIA_ERROR_UNKNOWN", 1)
    home.hold(1, 2)
    home.screen(1, "play_media", media="library://track/10", option="play")
    home.again(1, 1)
    home.deliver_all(1)
    assert home.rooms[1].echo.device.playing


def test_music_assistant_gives_up_what_its_screen_chose(evening):
    """What was chosen after a pause, and given up by Music Assistant just before the Echo begins it, plays on."""
    late = {"nearly_finished": "late", "stopped": "before", "buffers_next": False}
    home = evening(late, late)
    home.screen(1, "pause")
    home.screen(1, "next")
    home.move_on_screen(0, 0, 0)
    home.play_to_end(0)
    home.play_to_end(0)
    assert home.rooms[1].echo.device.playing

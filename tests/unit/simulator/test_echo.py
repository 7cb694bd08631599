"""The strict Echo behaves as the AudioPlayer document says devices do."""

import pytest

from simulator.audio_device import Stuck
from simulator.echo import Echo
from simulator.envelopes import Sender
from simulator.rules import RuleBroken

PLAY = "PlayQueryIntent"
STARTED, STOPPED, FINISHED = (f"AudioPlayer.Playback{word}" for word in ("Started", "Stopped", "Finished"))
NEARLY, FAILED = "AudioPlayer.PlaybackNearlyFinished", "AudioPlayer.PlaybackFailed"
STOP = {"type": "AudioPlayer.Stop"}


@pytest.fixture
def playing(echo, skill, build):
    """Return an Echo that has just begun to play "one" of an album of three."""
    skill.script[PLAY] = build.answer(build.play("one"), say="One.", end=True)
    skill.script[NEARLY] = build.album("one", "two", "three")
    echo.ask(PLAY, query="one")
    return echo


def test_play_is_fetched_started_and_asked_for_its_next(playing, ear, skill):
    """A Play leads to a real fetch, Started, and NearlyFinished right after it."""
    assert [event["request"]["type"] for event in skill.events] == ["IntentRequest", STARTED, NEARLY]
    assert playing.track == "one"
    assert playing.device.playing
    assert ear.opened == ["one", "two"]


def test_a_step_tells_all_of_it(echo, skill, build):
    """A step holds the requests in order, what was said without markup, and every directive."""
    skill.script[PLAY] = build.answer(build.play("one"), say="Tom &amp; <emphasis>Jerry</emphasis>.", end=True)
    step = echo.ask(PLAY, query="tom & jerry")
    assert step.requests == ["IntentRequest", STARTED, NEARLY]
    assert step.speech == "Tom & Jerry."
    assert [directive["type"] for directive in step.directives] == ["AudioPlayer.Play"]


def test_an_album_plays_to_its_end(playing, skill):
    """Track follows track by NearlyFinished and Started alone; Finished tells each one's real length."""
    playing.listen(200)
    assert [event["request"]["token"] for event in skill.of("Started")] == ["one", "two", "three"]
    assert [event["request"]["offsetInMilliseconds"] for event in skill.of("PlaybackFinished")] == [60_000] * 3
    assert playing.device.activity == "FINISHED"


def test_time_passes_while_it_plays(playing, clock):
    """Listening moves the injected clock, and timestamps are its whole seconds."""
    before = clock.time()
    playing.listen(30.5)
    assert clock.time() - before == pytest.approx(30.5)
    assert playing.device.position_ms == 30_500
    stamp = playing.send("AudioPlayer.PlaybackStopped", token="x", offsetInMilliseconds=0)
    assert stamp.exchanges[0].request["timestamp"] == "2026-11-18T11:07:10Z"


@pytest.mark.parametrize(
    ("habit", "order"),
    [
        ("early", [NEARLY, FINISHED, STARTED, NEARLY]),
        ("late", [NEARLY, FINISHED, STARTED]),
        ("after", [FINISHED, NEARLY, STARTED]),
    ],
)
def test_nearly_finished_comes_when_the_habit_says(echo_with, skill, build, habit, order):
    """NearlyFinished comes right after Started, near the end, or after Finished; the next track plays each time."""
    skill.script[PLAY] = build.answer(build.play("one"), say="One.", end=True)
    skill.script[NEARLY] = build.album("one", "two")
    echo = echo_with(nearly_finished=habit)
    echo.ask(PLAY, query="one")
    echo.play_to_end()
    assert [event["request"]["type"] for event in skill.events[2:]] == order
    assert echo.track == "two"


def test_a_late_nearly_finished_is_near_the_end(echo_with, skill, build):
    """The late habit asks four seconds before the end, not before."""
    skill.script[PLAY] = build.answer(build.play("one"), say="One.", end=True)
    echo = echo_with(nearly_finished="late")
    echo.ask(PLAY, query="one")
    echo.listen(55)
    assert not skill.of("NearlyFinished")
    echo.listen(2)
    assert skill.of("NearlyFinished")[0]["request"]["offsetInMilliseconds"] == 56_000


@pytest.mark.parametrize(
    ("habit", "order"),
    [
        ("before", [STOPPED, "IntentRequest", STARTED]),
        ("late", ["IntentRequest", STOPPED, STARTED]),
        ("both", [STOPPED, "IntentRequest", STARTED]),
    ],
)
def test_speech_in_between_is_told_when_the_habit_says(echo_with, skill, build, habit, order):
    """A stream that only paused for speech is told Stopped and Started once, early or late."""
    skill.script[PLAY] = build.answer(build.play("one"), say="One.", end=True)
    echo = echo_with(stopped=habit)
    echo.ask(PLAY, query="one")
    echo.listen(5)
    assert echo.ask("WhatsPlayingIntent").requests == order


def test_nobody_speaks_in_the_moment_a_stream_begins(playing, skill, build):
    """Some of a stream is heard before anyone can say or press anything about it."""
    skill.script["PlaybackController.NextCommandIssued"] = build.answer(build.play("two"))
    playing.ask("WhatsPlayingIntent")
    playing.press("next")
    assert [event["request"]["offsetInMilliseconds"] for event in skill.of("Stopped")] == [300, 600]


def test_speaking_pauses_and_starts_again(playing, skill, build):
    """Speech stops the stream for a moment: Stopped, the request with PAUSED, Started at the same offset."""
    playing.listen(10)
    skill.script["WhatsPlayingIntent"] = build.answer(say="One.", end=True)
    step = playing.ask("WhatsPlayingIntent")
    assert step.requests == [STOPPED, "IntentRequest", STARTED]
    context = step.exchanges[1].player
    assert context == {"playerActivity": "PAUSED", "token": "one", "offsetInMilliseconds": 10_000}
    assert step.exchanges[2].request["offsetInMilliseconds"] == 10_000
    assert playing.device.playing


@pytest.mark.parametrize(
    ("habit", "order"),
    [
        ("before", [STOPPED, "IntentRequest", STARTED, NEARLY]),
        ("late", ["IntentRequest", STARTED, NEARLY, STOPPED]),
        ("both", [STOPPED, "IntentRequest", STARTED, NEARLY, STOPPED]),
    ],
)
def test_a_replaced_stream_is_stopped_when_the_habit_says(echo_with, skill, build, habit, order):
    """Stopped of a replaced stream comes before the request, after Started of the next, or both; with its offset."""
    skill.script[PLAY] = build.answer(build.play("one"), say="One.", end=True)
    skill.script["AMAZON.NextIntent"] = build.answer(build.play("two"), end=True)
    echo = echo_with(stopped=habit)
    echo.ask(PLAY, query="one")
    echo.listen(7)
    step = echo.ask("AMAZON.NextIntent")
    assert step.requests == order
    assert {event["request"]["offsetInMilliseconds"] for event in skill.of("Stopped")} == {7_000}
    assert {event["request"]["token"] for event in skill.of("Stopped")} == {"one"}


@pytest.mark.parametrize("habit", ["before", "late", "both"])
def test_pause_stops_and_nothing_starts_again(echo_with, skill, build, habit):
    """After Stop the stream is held where it was, and does not start again."""
    skill.script[PLAY] = build.answer(build.play("one"), say="One.", end=True)
    skill.script["AMAZON.PauseIntent"] = build.answer(STOP, end=True)
    echo = echo_with(stopped=habit)
    echo.ask(PLAY, query="one")
    echo.listen(5)
    echo.ask("AMAZON.PauseIntent")
    assert echo.device.activity == "STOPPED"
    assert len(skill.of("Started")) == 1
    assert len(skill.of("Stopped")) == (2 if habit == "both" else 1)
    assert echo.device.report().offset_ms == 5_000
    assert echo.track == "one"


def test_an_open_session_keeps_the_music_quiet(playing, skill, build):
    """While Alexa waits for an answer the stream stays paused; when the session ends it starts again."""
    skill.script["LaunchRequest"] = build.answer(say="Go on?", end=False)
    step = playing.open()
    assert step.requests == [STOPPED, "LaunchRequest"]
    assert playing.in_session
    assert playing.end_session().requests == ["SessionEndedRequest", STARTED]


def test_a_session_keeps_its_attributes(echo, skill, build):
    """What the skill puts in the session comes back with the next sentence, in the same session."""
    skill.script["LaunchRequest"] = {**build.answer(say="Go on?", end=False), "sessionAttributes": {"offer": 1}}
    skill.script["AMAZON.YesIntent"] = build.answer(say="Fine.", end=True)
    first = echo.open().exchanges[0].event["session"]
    second = echo.ask("AMAZON.YesIntent").exchanges[0].event["session"]
    assert (first["new"], second["new"]) == (True, False)
    assert first["sessionId"] == second["sessionId"]
    assert second["attributes"] == {"offer": 1}
    assert not echo.in_session


def test_buttons_do_not_pause(playing, skill, build):
    """A button sends its request while the stream plays, and its answer is obeyed."""
    skill.script["PlaybackController.NextCommandIssued"] = build.answer(build.play("two"))
    step = playing.press("next")
    assert step.requests[0] == "PlaybackController.NextCommandIssued"
    assert step.exchanges[0].player["playerActivity"] == "PLAYING"
    assert "session" not in step.exchanges[0].event
    assert playing.track == "two"
    assert STOPPED in step.requests


def test_enqueue_is_dropped_when_it_expects_another(playing, skill, build):
    """The document's race: an ENQUEUE for a stream that no longer plays is ignored."""
    skill.script["AMAZON.PreviousIntent"] = build.answer(build.play("zero"), end=True)
    skill.script[NEARLY] = build.answer()
    playing.ask("AMAZON.PreviousIntent")
    skill.script[NEARLY] = build.album("one", "two", "three")
    playing.send(NEARLY, token="one", offsetInMilliseconds=0)
    assert playing.device.dropped == ["two"]
    assert not playing.device.upcoming


def test_the_same_enqueue_twice_is_heard_once(playing):
    """A second ENQUEUE expects the stream that is no longer the last, and is dropped."""
    playing.send(NEARLY, token="one", offsetInMilliseconds=0)
    assert [stream.token for stream in playing.device.upcoming] == ["two"]


def test_replace_enqueued_leaves_the_stream_that_plays(playing, skill, build):
    """REPLACE_ENQUEUED changes only what comes next."""
    skill.script["AMAZON.ShuffleOnIntent"] = build.answer(build.play("three", "REPLACE_ENQUEUED"), end=True)
    playing.ask("AMAZON.ShuffleOnIntent")
    assert playing.track == "one"
    assert [stream.token for stream in playing.device.upcoming] == ["three"]


@pytest.mark.parametrize("behavior", ["ENQUEUE", "REPLACE_ENQUEUED"])
def test_what_is_enqueued_while_stopped_is_heard_at_once(playing, skill, build, behavior):
    """A device that does not play begins with whatever it is given."""
    skill.script["AMAZON.PauseIntent"] = build.answer(
        STOP, {"type": "AudioPlayer.ClearQueue", "clearBehavior": "CLEAR_ENQUEUED"}, end=True
    )
    playing.ask("AMAZON.PauseIntent")
    expected = "one" if behavior == "ENQUEUE" else None
    skill.script["AMAZON.ShuffleOnIntent"] = build.answer(build.play("three", behavior, expected=expected), end=True)
    playing.ask("AMAZON.ShuffleOnIntent")
    assert playing.track == "three"
    assert playing.device.playing


def test_clear_enqueued_ends_after_this(playing, skill, build):
    """CLEAR_ENQUEUED lets the stream play to its end and nothing after it."""
    clear = {"type": "AudioPlayer.ClearQueue", "clearBehavior": "CLEAR_ENQUEUED"}
    skill.script["AMAZON.LoopOffIntent"] = build.answer(clear, end=True)
    playing.ask("AMAZON.LoopOffIntent")
    playing.play_to_end()
    assert playing.device.activity == "FINISHED"
    assert playing.track == "one"


def test_clear_all_stops(playing, skill, build):
    """CLEAR_ALL stops what plays and forgets what is enqueued."""
    skill.script["AMAZON.StopIntent"] = build.answer(
        {"type": "AudioPlayer.ClearQueue", "clearBehavior": "CLEAR_ALL"}, end=True
    )
    playing.ask("AMAZON.StopIntent")
    assert playing.device.activity == "STOPPED"
    assert not playing.device.upcoming


def test_stop_in_answer_to_finished_keeps_the_next_silent(playing, skill, build):
    """Finished answered with Stop: what is enqueued does not begin."""
    skill.script[FINISHED] = build.answer(STOP)
    playing.play_to_end()
    assert playing.device.activity == "STOPPED"
    assert len(skill.of("Started")) == 1


@pytest.mark.parametrize(
    "error", ["MEDIA_ERROR_INVALID_REQUEST", "MEDIA_ERROR_SERVICE_UNAVAILABLE", "MEDIA_ERROR_INTERNAL_SERVER_ERROR"]
)
def test_a_stream_that_cannot_be_fetched_fails(echo, skill, build, ear, error):
    """Failed tells the error and the state, and its answer may play another stream."""
    ear.failing["one"] = error
    skill.script[PLAY] = build.answer(build.play("one"), say="One.", end=True)
    skill.script[FAILED] = build.answer(build.play("two"))
    echo.ask(PLAY, query="one")
    failed = skill.of("Failed")[0]["request"]
    assert failed["error"]["type"] == error
    assert failed["currentPlaybackState"] == {"token": "one", "offsetInMilliseconds": 0, "playerActivity": "IDLE"}
    assert echo.track == "two"


def test_a_failing_next_is_noticed_while_this_plays(playing, skill, build, ear):
    """The buffering stream's failure carries its own token; the state's is the one that plays."""
    ear.failing["three"] = "MEDIA_ERROR_INVALID_REQUEST"
    playing.play_to_end()
    failed = skill.of("Failed")[0]["request"]
    assert (failed["token"], failed["currentPlaybackState"]["token"]) == ("three", "two")
    assert failed["currentPlaybackState"]["playerActivity"] == "PLAYING"
    assert playing.device.playing
    playing.play_to_end()
    assert playing.device.activity == "FINISHED"
    assert len(skill.of("Failed")) == 1


def test_a_station_has_no_end_to_wait_for(echo, skill, build, ear):
    """Asked for the end of a stream without one, a device says so at once: it does not listen for hours first."""
    ear.endless.add("one")
    skill.script[PLAY] = build.answer(build.play("one"), say="One.", end=True)
    echo.ask(PLAY, query="one")
    heard_ms = echo.device.current.sound.buffered_ms
    with pytest.raises(Stuck, match="no end"):
        echo.play_to_end()
    assert echo.device.current.sound.buffered_ms == heard_ms


def test_a_stream_that_breaks_fails_where_it_broke(echo, skill, build, ear):
    """What had been pulled is heard; then Failed, and silence if nothing is answered."""
    ear.breaking["one"] = 20_000
    skill.script[PLAY] = build.answer(build.play("one"), say="One.", end=True)
    echo.ask(PLAY, query="one")
    echo.listen(30)
    state = skill.of("Failed")[0]["request"]["currentPlaybackState"]
    assert state == {"token": "one", "offsetInMilliseconds": 20_000, "playerActivity": "BUFFER_UNDERRUN"}
    assert echo.device.activity == "STOPPED"


def test_a_stream_that_breaks_ahead_is_heard_up_to_there(echo_with, skill, build, ear):
    """A device that pulls ahead to ask for the next stream in time fails no earlier for it."""
    ear.breaking["one"] = 20_000
    skill.script[PLAY] = build.answer(build.play("one"), say="One.", end=True)
    echo = echo_with(nearly_finished="late")
    echo.ask(PLAY, query="one")
    echo.listen(18)
    assert (echo.device.playing, echo.device.position_ms) == (True, 18_000)
    echo.listen(3)
    state = skill.of("Failed")[0]["request"]["currentPlaybackState"]
    assert state["offsetInMilliseconds"] == 20_000


def test_endless_failure_is_noticed(echo, skill, build, ear):
    """A skill that answers each failure with the same failing stream is stopped."""
    ear.failing["one"] = "MEDIA_ERROR_UNKNOWN"
    skill.script[PLAY] = build.answer(build.play("one"), say="One.", end=True)
    skill.script[FAILED] = build.answer(build.play("one"))
    with pytest.raises(Stuck, match="20 streams failed"):
        echo.ask(PLAY, query="one")


def test_failures_that_are_mended_are_forgiven(echo, skill, build, ear):
    """Only failures without a sound between them count as a chase."""
    ear.failing["bad"] = "MEDIA_ERROR_UNKNOWN"
    skill.script[PLAY] = build.answer(build.play("bad"), say="Hm.", end=True)
    skill.script[FAILED] = build.answer(build.play("good"))
    for _ in range(30):
        echo.ask(PLAY, query="bad")
    assert echo.track == "good"


def test_the_end_of_a_session_is_not_obeyed(echo, skill, build):
    """Whatever the skill answers to the end of a session, nothing begins to play."""
    skill.script["LaunchRequest"] = build.answer(say="Yes?", end=False)
    skill.script["SessionEndedRequest"] = build.answer(build.play("one"))
    echo.open()
    echo.end_session()
    assert echo.device.current is None
    assert [breach.row for breach in echo.breaches] == [34]


def test_a_broken_rule_is_raised_and_told(playing, skill, build):
    """An answer Alexa would refuse raises with row and source; the skill is told by ExceptionEncountered."""
    skill.script[FINISHED] = build.answer(build.play("two"))
    with pytest.raises(RuleBroken, match=r"Rule 20 \(S004\)"):
        playing.play_to_end()
    told = skill.of("System.ExceptionEncountered")[0]["request"]
    assert told["error"]["type"] == "INVALID_RESPONSE"
    assert told["cause"]["requestId"] == skill.of("PlaybackFinished")[0]["request"]["requestId"]


def test_a_broken_answer_to_voice_ends_the_session(echo, skill, build):
    """An answer to voice that Alexa refuses ends the session with an error, and nothing of it is obeyed."""
    skill.script[PLAY] = build.answer(build.play("one"), say="One.", end=False)
    with pytest.raises(RuleBroken, match="Rule 16"):
        echo.ask(PLAY, query="one")
    assert skill.of("SessionEndedRequest")[0]["request"]["reason"] == "ERROR"
    assert echo.device.current is None


def test_a_skill_that_raises_breaks_a_rule(echo, skill):
    """An exception is reported as Lambda reports it, and breaks rule 1."""
    skill.script[PLAY] = lambda _event: 1 / 0
    with pytest.raises(RuleBroken, match="ZeroDivisionError"):
        echo.ask(PLAY, query="one")


def test_a_lenient_echo_plays_on(skill, ear, clock, build):
    """Without strictness the answer is ignored, the breach kept, and the day goes on."""
    skill.script[PLAY] = build.answer(build.play("one"), say="One.", end=False)
    echo = Echo(skill, ear=ear, clock=clock, strict=False)
    echo.ask(PLAY, query="one")
    assert [breach.row for breach in echo.breaches] == [16]
    assert echo.device.current is None


def test_echos_of_one_account_are_apart(skill, ear, clock, build):
    """Two Echos of one account share the user and nothing else."""
    skill.script[PLAY] = build.answer(build.play("one"), say="One.", end=True)
    kitchen, bath = (Echo(skill, ear=ear, clock=clock, sender=Sender(device_id=room)) for room in ("kitchen", "bath"))
    kitchen.ask(PLAY, query="one")
    bath.ask(PLAY, query="one")
    system = [event["context"]["System"] for event in skill.of("IntentRequest")]
    assert [each["device"]["deviceId"] for each in system] == ["kitchen", "bath"]
    assert system[0]["user"] == system[1]["user"]
    assert kitchen.device is not bath.device


def test_a_device_without_sound_has_no_player_in_its_context(skill, ear, clock, build):
    """Without an AudioPlayer the context says so, and a Play breaks rule 42."""
    skill.script[PLAY] = build.answer(build.play("one"), say="One.", end=True)
    echo = Echo(skill, ear=ear, clock=clock, sender=Sender(plays_audio=False))
    with pytest.raises(RuleBroken, match="Rule 42"):
        echo.ask(PLAY, query="one")
    assert "AudioPlayer" not in skill.events[0]["context"]

"""PlaybackFailed as Alexa sends it: every error type, the current stream or the next one, once and over and over."""

import pytest

from simulator.envelopes import PlayerReport
from simulator.rules import judge

ERRORS = [
    *("MEDIA_ERROR_UNKNOWN", "MEDIA_ERROR_INVALID_REQUEST", "MEDIA_ERROR_SERVICE_UNAVAILABLE"),
    *("MEDIA_ERROR_INTERNAL_SERVER_ERROR", "MEDIA_ERROR_INTERNAL_DEVICE_ERROR", "AN_ERROR_OF_NEXT_YEAR", None),
]


@pytest.fixture
def playing(skill):
    """Play an album of three tracks."""
    token = skill.play_album()
    skill.clock.now += 5
    return token


def fail(skill, error, token, playing):
    """Break a stream while another, or the same, plays; return the answer's only Play, if it has one."""
    skill.clock.now += 1
    skill.report = PlayerReport("PLAYING", playing, 5_000)
    fields = {"token": token, "currentPlaybackState": skill.report.as_json()}
    event = skill.envelope("AudioPlayer.PlaybackFailed", error={"type": error, "message": "broken"}, **fields)
    answer = skill.app.answer(event)
    assert [str(breach) for breach in judge(event, answer) if breach.level == "error"] == []
    assert "AudioPlayer.Stop" not in str(answer)
    plays = answer["response"].get("directives", [])
    return plays[0] if plays else None


def token_of(play):
    return play["audioItem"]["stream"]["token"]


@pytest.mark.parametrize("error", ERRORS)
def test_the_current_stream_fails_over_and_over(skill, playing, error):
    """Whatever was wrong: once again, then what follows, then silence, and silence from then on."""
    token, behaviors = playing, []
    while (play := fail(skill, error, token, token)) and len(behaviors) < 9:
        behaviors.append(play["playBehavior"])
        token = token_of(play)
    assert behaviors == ["REPLACE_ALL", "REPLACE_ALL"]
    assert fail(skill, error, token, token) is None


@pytest.mark.parametrize("error", ERRORS)
def test_the_next_stream_fails_over_and_over(skill, playing, error):
    """Whatever was wrong with a stream that is only buffered: it is replaced in the queue, then nothing follows."""
    answer = skill.event("AudioPlayer.PlaybackNearlyFinished", playing)
    token, behaviors = token_of(answer["response"]["directives"][0]), []
    while (play := fail(skill, error, token, playing)) and len(behaviors) < 9:
        behaviors.append(play["playBehavior"])
        token = token_of(play)
    assert set(behaviors) == {"REPLACE_ENQUEUED"}
    assert len(behaviors) <= 2


def test_a_stream_of_another_skill_is_left_alone(skill, playing):
    """While the device plays a stream that is not ours, the failure of one of ours changes nothing."""
    assert fail(skill, ERRORS[0], playing, "a stream of another skill") is None
    assert skill.home.calls == []


def test_a_failure_is_counted(skill, playing, counted):
    """Operators see how often streams of ours fail, and none of another skill's."""
    fail(skill, None, "another-skills-token", playing)
    fail(skill, ERRORS[0], playing, playing)
    assert counted.count("PlaybackFailed") == 1


def test_a_failure_with_nothing_playing(skill, playing):
    """Where the device says that it plays nothing, it is the current stream that failed."""
    assert fail(skill, ERRORS[0], playing, "")["playBehavior"] == "REPLACE_ALL"


@pytest.mark.parametrize("error", ERRORS)
def test_what_was_wrong_is_in_the_log(skill, playing, caplog, error):
    """Alexa's word for what was wrong with a stream is logged; one it did not have last year is unknown."""
    fail(skill, error, playing, playing)
    known = error if error in ERRORS[:5] else "MEDIA_ERROR_UNKNOWN"
    assert f"the device could not play a stream: {known}" in caplog.messages

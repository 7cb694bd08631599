"""What is typed at the prompt is carried out, and what comes of it is shown."""

import io
import json

import pytest

from music_assistant_alexa.stream_token import StreamToken
from simulator import play
from simulator.evening import HELP, MUSIC_HELP, PATIENCE_S, Disagreement, Evening
from simulator.rules import RuleBroken
from simulator.show import JsonScreen, TextScreen
from simulator.stack import Belief
from simulator.stand_in import StandInError
from simulator.utterances import NotUnderstood


@pytest.fixture
def evening(stack):
    return Evening.of(stack)


@pytest.fixture(autouse=True)
def no_patience(monkeypatch):
    monkeypatch.setattr("simulator.evening.AGREES_WITHIN_S", 0.0)


def said_all(sentences, evening):
    out, err = io.StringIO(), io.StringIO()
    status = play._say_all(sentences, evening, JsonScreen(out, err))
    return status, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def test_a_sentence_is_said_and_heard(evening):
    """A sentence goes to the skill, and the Echo hears some of what it plays."""
    outcome = evening.act("play one", then_listen_s=1)
    assert outcome.step.requests[0] == "IntentRequest"
    assert outcome.audio["track"] == "one"
    assert evening.echo.device.position_ms == 1_000
    assert evening.heard


def test_own_words_are_no_requests(evening, stack, skill):
    """Words of the demonstration's own reach the house, not the skill."""
    evening.act("unplug")
    evening.act("plug in")
    evening.act("screen pause")
    evening.act("state")
    assert evening.act("help").note == HELP
    assert evening.act("quit").quits
    assert stack.calls == ["unplug", "plug", ("players/cmd/pause", {"player_id": "02:00:00:00:00:01"})]
    assert not skill.events


def test_a_screen_may_be_refused(evening, stack, monkeypatch):
    """What Music Assistant refuses is told, and nothing is expected of it."""

    def refuse(*args, **kwargs):
        raise StandInError("players/cmd/next: 500 Internal server error")

    monkeypatch.setattr(stack, "api", refuse)
    assert "500" in evening.act("screen next").note


def test_what_changes_in_silence_is_not_compared(evening, stack):
    """While the Echo is silent and told nothing, Music Assistant may go to another track."""
    evening.act("play one")
    evening.act("stop")
    stack.believes = Belief("idle", "another", 0)
    evening.act("cancel")


def test_buttons_and_waiting(evening, skill):
    """`press` presses a button of the Echo; `wait` lets music pass."""
    evening.act("play one")
    evening.act("press next")
    evening.act("wait 12.5")
    assert evening.echo.device.position_ms == 12_500 + 300
    assert skill.of("NextCommandIssued")


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("unplgu", "unplug"),
        ("screen pase", "screen pause"),
        ("plya one", "play one"),
        ("pres next", "press next"),
        ("wait ten", "wait 10"),
        ("press the big one", "press next"),
    ],
)
def test_a_typo_gets_a_hint(evening, said, hint):
    """A slip in either kind of word gets a hint and is not sent."""
    with pytest.raises(NotUnderstood) as caught:
        evening.act(said)
    assert caught.value.hint == hint


def test_an_echo_gives_up_waiting_for_an_answer(evening, skill, build):
    """A question nobody answers is over after a while, and the music that was silenced for it plays on."""
    skill.script["AMAZON.HelpIntent"] = build.answer(say="Say play.", end=False)
    evening.act("play one")
    evening.act("wait 2")
    evening.act("help me", then_listen_s=PATIENCE_S - 1)
    assert not evening.echo.device.playing
    before = evening.echo.device.position_ms
    evening.act("wait 5")
    assert evening.echo.device.playing
    assert evening.echo.device.position_ms == before + 4_000
    assert skill.of("SessionEndedRequest")


def test_the_position_is_that_in_the_track(evening, skill, build):
    """A stream that begins in the middle of its track is shown there, not at its own start."""
    token = StreamToken("02:00:00:00:00:01", "item", 14_000, 7).encode()
    skill.script["PlayQueryIntent"] = build.answer(build.play("one", token=token), end=True)
    evening.act("play one", then_listen_s=2)
    assert evening.echo.device.position_ms == 2_000
    assert evening.position_ms() == 16_000


def test_time_that_passes_by_itself_moves_no_clock(evening, clock):
    """While someone thinks what to type the Echo plays on, and the house's clock needs no push."""
    evening.act("play one")
    before = clock.time()
    evening.play_on(5)
    assert evening.echo.device.position_ms == 5_000
    assert clock.time() == before
    evening.act("wait 5")
    assert clock.time() == before + 5


def test_disagreement_is_an_error(evening, stack):
    """When Music Assistant is at another track than the Echo, that is said."""
    stack.believes = Belief("playing", "another", 0)
    with pytest.raises(Disagreement, match=r"'one'.*'another'"):
        evening.act("play one")


def test_an_unplugged_home_may_disagree(evening, stack):
    """While the way home is cut, or its own screen has the word, the two may differ."""
    evening.act("play one")
    stack.believes = Belief("playing", "another", 0)
    evening.act("unplug")
    stack.believes = None
    evening.act("plug in")
    stack.believes = Belief("playing", "another", 0)
    evening.act("screen next")


def test_an_evening_in_json(evening):
    """One object per step, with exactly the keys that are promised."""
    status, lines, _ = said_all("play one; next; stop", evening)
    assert status == 0
    assert [line["said"] for line in lines] == ["play one", "next", "stop"]
    assert set(lines[0]) == {"said", "requests", "speech", "directives", "audio", "music_assistant"}
    assert set(lines[0]["audio"]) == {"url", "bytes", "content_type", "track"}
    assert set(lines[0]["music_assistant"]) == {"state", "current_item", "position_ms"}
    assert lines[0]["speech"] == "One."
    assert lines[1]["requests"][:2] == ["AudioPlayer.PlaybackStopped", "IntentRequest"]
    assert lines[1]["directives"][0]["type"] == "AudioPlayer.Play"
    assert [line["audio"]["track"] for line in lines] == ["one", "two", "two"]
    assert [line["music_assistant"]["state"] for line in lines] == ["playing", "playing", "idle"]


def test_silence_is_a_failure(evening, skill):
    """An evening without any audio ends 1 and says so."""
    status, _, told = said_all("stop", evening)
    assert status == 1
    assert "No audio was heard" in told


def test_a_broken_rule_is_a_failure(evening, skill, build):
    """A broken rule ends 1 with a sentence that names it."""
    skill.script["AMAZON.NextIntent"] = build.answer(build.play("two"), end=False)
    status, lines, told = said_all("play one; next; stop", evening)
    assert status == 1
    assert len(lines) == 1
    assert "Rule 16 (S004)" in told


def test_a_typo_is_a_failure_when_nobody_can_mend_it(evening):
    """Without a prompt a slip ends 1 with the hint."""
    status, _, told = said_all("plya one", evening)
    assert status == 1
    assert "play one" in told


def test_an_evening_for_people(evening):
    """The text shows what was heard, said, played and believed."""
    out = io.StringIO()
    assert play._say_all("play one; what", evening, TextScreen(out)) == 1
    text = out.getvalue()
    for part in ("IntentRequest PlayQueryIntent", "query = 'one'", "One.", "▶ one", "recognised", "playing · one"):
        assert part in text


@pytest.mark.parametrize(("believed", "length"), [("one", "0:01 / 0:27"), ("another", "0:01 / ?")])
def test_a_length_is_of_the_track_that_is_heard(evening, stack, believed, length):
    """Music Assistant's length is shown while it is at the Echo's track, and at no other."""
    out = io.StringIO()
    evening.act("unplug")
    stack.believes = Belief("playing", believed, 0, 27_000)
    assert play._say_all("play one", evening, TextScreen(out)) == 0
    assert length in out.getvalue()


def test_an_evening_with_the_music_service(stack):
    """The music service is spoken to in the same way; what it sends and is answered is shown in short."""
    evening, out = Evening.of(stack, music=True), io.StringIO()
    assert evening.act("help").note == MUSIC_HELP
    said = "play the album the record; press next; press pause; press play"
    assert play._say_all(said, evening, TextScreen(out)) == 0
    text = out.getvalue()
    for part in ("ALBUM the record", "→ The Record", "Media.Playback.Initiate → one", "GetNextItem → two", "▶ two"):
        assert part in text
    assert "on Music Assistant." in text


def test_a_conversation_survives_problems(evening, skill, build):
    """At the prompt a problem is told, and the next sentence is taken."""
    out = io.StringIO()
    skill.script["AMAZON.NextIntent"] = build.answer(build.play("two"), end=False)
    for sentence in ("plya one", "play one", "next"):
        assert play._answered(sentence, evening, TextScreen(out), listen_s=0)
    assert not play._answered("quit", evening, TextScreen(out), listen_s=0)
    assert "Did you mean 'play one'?" in out.getvalue()
    assert RuleBroken.__name__ not in out.getvalue()

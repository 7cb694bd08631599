"""Bad input, case by case: a legal answer, the sentence that names the remedy, nothing lost, nothing secret logged."""

from dataclasses import replace

import pytest

from music_assistant_alexa import deadline
from music_assistant_alexa.adapters.wire import TEXT_LIMIT
from music_assistant_alexa.custom_skill.speech import CATALOGUES
from music_assistant_alexa.errors import (
    ConfigurationError,
    HomeAuthError,
    HomeCommandError,
    HomePart,
    HomeUnreachableError,
    PlaybackStoreError,
    StreamUrlError,
)
from music_assistant_alexa.library import plain
from music_assistant_alexa.models import MediaItem, MediaType
from simulator.envelopes import PlayerReport, Sender
from simulator.rules import judge

TUNNEL, BRIDGE, SERVER = HomePart.TUNNEL, HomePart.BRIDGE, HomePart.MUSIC_ASSISTANT
AWAY = {
    "home away": (HomeUnreachableError("the public host name does not answer", TUNNEL), "home_tunnel"),
    "tunnel 530": (HomeUnreachableError("HTTP 530 from the tunnel", TUNNEL), "home_tunnel"),
    "access": (HomeAuthError("HTTP 302", TUNNEL), "auth_tunnel"),
    "bridge 401": (HomeAuthError("the bridge refused its token", BRIDGE), "auth_bridge"),
    "bridge 500": (HomeUnreachableError("the bridge says x", BRIDGE), "home_bridge"),
    "ma away": (HomeUnreachableError("music_assistant_unreachable", SERVER), "home_music_assistant"),
    "ma 401": (HomeAuthError("music_assistant_auth", SERVER), "auth_music_assistant"),
    "ma 500": (HomeCommandError("music_assistant_refused", SERVER, 502), "refused"),
    "stream time-out": (HomeUnreachableError("stream_timeout", SERVER), "home_music_assistant"),
    "bad stream": (StreamUrlError("not one of Music Assistant's stream URLs"), "bad_stream"),
    "secret": (ConfigurationError("SSM parameter /x cannot be read"), "configuration"),
    "surprise": (ZeroDivisionError("surprise"), "unexpected"),
}
LOCALES = {"en": "en-US", "de": "de-DE"}
EVENTS = ["Started", "Stopped", "Finished", "NearlyFinished"]
SECRETS = ("bridge-token-of-the-tests", "a key of the tests", "amzn1.ask", "Bearer", "sig=", "home.example.com")


@pytest.fixture(params=LOCALES)
def language(request, skill):
    skill.speaking(LOCALES[request.param])
    return request.param


@pytest.fixture
def playing(skill):
    token = skill.play_album()
    skill.report = PlayerReport("PLAYING", token, 5_000)
    skill.clock.now += 5
    return token


def legal(skill, event):
    """Answer an event, and judge the answer by Alexa's rules."""
    answer = skill.app.answer(event)
    assert [str(breach) for breach in judge(event, answer) if breach.level == "error"] == []
    return answer


def ask(skill, intent, **slots):
    answer = skill.ask(intent, **slots)
    said = {name: {"name": name, "value": value} for name, value in slots.items()}
    event = skill.envelope("IntentRequest", intent={"name": intent, "slots": said})
    assert [str(breach) for breach in judge(event, answer) if breach.level == "error"] == []
    return answer


def row(skill):
    return skill.store.load(skill.sender.device_id)


def no_secrets(logs, *more):
    return [secret for secret in (*SECRETS, *more) if secret and secret in logs.text]


@pytest.mark.parametrize("case", AWAY)
@pytest.mark.parametrize("intent", ["AMAZON.NextIntent", "AMAZON.ResumeIntent", "PlayAlbumIntent"])
def test_what_fails_on_the_way_home_is_named(skill, playing, language, logs, intent, case):
    """Each part of the way has its sentence, in each language; the row stays, and the log names the error alone."""
    skill.home.failure, sentence = AWAY[case]
    before = row(skill)
    answer = ask(skill, intent, **({"album": "my secret diary"} if intent == "PlayAlbumIntent" else {}))
    assert skill.said(answer) == CATALOGUES[language][sentence]
    assert answer["response"]["shouldEndSession"] is True
    assert "directives" not in answer["response"]
    assert row(skill) == before
    assert type(skill.home.failure).__name__ in logs.text
    assert no_secrets(logs, "diary", skill.sender.device_id, playing) == []


@pytest.mark.parametrize("case", AWAY)
@pytest.mark.parametrize("event", EVENTS)
def test_events_are_answered_with_silence(skill, playing, logs, counted, case, event):
    """When home fails, an event gets no words and no directive; the failure is counted."""
    skill.home.failure = AWAY[case][0]
    counted.clear()
    answer = legal(skill, skill.envelope(f"AudioPlayer.Playback{event}", token=playing, offsetInMilliseconds=6_000))
    assert answer == {"version": "1.0", "response": {}}
    expected = type(skill.home.failure).__name__.removesuffix("Error")
    assert counted == ["Unexpected" if case == "surprise" else expected]
    assert no_secrets(logs, skill.sender.device_id, playing) == []


def test_a_place_survives_while_home_is_away(skill, playing):
    """Stopped while home is away: once it is back, resume goes on from there."""
    skill.home.failure = HomeUnreachableError("tunnel", TUNNEL)
    skill.event("AudioPlayer.PlaybackStopped", playing, offsetInMilliseconds=61_000)
    skill.report = PlayerReport()
    skill.home.failure = None
    skill.ask("AMAZON.ResumeIntent")
    assert skill.home.calls[-1].args["position_ms"] == 61_000


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "ResourceNotFoundException"])
def test_without_the_table_music_still_plays(skill, code):
    """DynamoDB throttled or missing: play works, and the chain of tracks goes on."""
    skill.store.away = PlaybackStoreError(f"DynamoDB refused: {code}")
    token = skill.play_album()
    answer = legal(skill, skill.envelope("AudioPlayer.PlaybackNearlyFinished", token=token, offsetInMilliseconds=1))
    assert answer["response"]["directives"][0]["playBehavior"] == "ENQUEUE"


def test_without_the_table_what_needs_it_says_so(skill, language, logs):
    """What only the row could answer gets the sentence about the skill's memory."""
    skill.store.away = PlaybackStoreError("DynamoDB refused: ThrottlingException")
    for answer in (
        ask(skill, "AMAZON.ResumeIntent"),
        ask(skill, "WhatsPlayingIntent"),
        ask(skill, "AMAZON.NextIntent"),
    ):
        assert skill.said(answer) == CATALOGUES[language]["store"]
    assert no_secrets(logs, skill.sender.device_id) == []


@pytest.mark.parametrize("intent", ["AMAZON.PauseIntent", "AMAZON.StopIntent"])
def test_without_the_table_silence_is_still_obeyed(skill, intent):
    """Pause and stop need no memory."""
    skill.store.away = PlaybackStoreError("throttled")
    assert ask(skill, intent)["response"]["directives"]


# Devices


SILENT = Sender(plays_audio=False)


@pytest.mark.parametrize(
    "intent",
    [
        *("AMAZON.ResumeIntent", "AMAZON.NextIntent", "AMAZON.PreviousIntent", "AMAZON.StartOverIntent"),
        *("PlayAlbumIntent", "AddToQueueIntent", "PlayNextIntent", "SeekIntent"),
    ],
)
def test_a_device_without_audio_is_told_so(skill, language, intent):
    """An unknown device without an AudioPlayer hears why, makes no player at home and no row."""
    skill.sender = replace(SILENT, locale=LOCALES[language])
    answer = ask(skill, intent, album="Night Ferry")
    assert skill.said(answer) == CATALOGUES[language]["no_audio"]
    assert (skill.home.calls, skill.store.writes) == ([], [])


@pytest.mark.parametrize(
    "intent", ["AMAZON.PauseIntent", "AMAZON.StopIntent", "AMAZON.ShuffleOnIntent", "WhatsPlayingIntent"]
)
def test_a_device_without_audio_gets_no_directive(skill, intent):
    """Whatever is asked of it, no AudioPlayer directive is sent there."""
    skill.sender = SILENT
    assert "directives" not in ask(skill, intent)["response"]


def test_a_launch_without_audio(skill, language):
    """The skill opens with the reason why nothing can be played there."""
    skill.sender = replace(SILENT, locale=LOCALES[language])
    event = skill.envelope("LaunchRequest")
    assert skill.said(legal(skill, event)) == CATALOGUES[language]["no_audio"]


# Slots


ODD = [
    "<Tom & Jerry>",
    "</speak><audio src='x'/>",
    "{what}",
    "%s %(x)s",
    "\x00\x1b\x08 \ud800",
    "a" * 9_000,
    "🎵" * 300,
]


@pytest.mark.parametrize("said", ODD, ids=ascii)
def test_odd_words_are_spoken_back_escaped(skill, language, logs, said):
    """Whatever was heard, "not found" is legal SSML of under 8,000 characters, and the words are not logged."""
    answer = ask(skill, "PlayAlbumIntent", album=said)
    spoken = skill.said(answer)
    begins = CATALOGUES[language]["not_found_album"].partition("{said}")[0]
    assert spoken.startswith(begins)
    assert len(spoken) < 8_000
    assert "<" not in spoken
    assert no_secrets(logs, said.strip()[:20]) == []
    assert logs.lines


@pytest.mark.parametrize("title", ODD, ids=ascii)
def test_odd_titles_are_played(skill, title):
    """Whatever a thing is called, it is played, spoken of, shown and described within the rules."""
    title = title[:TEXT_LIMIT]  # where it comes in from home
    item = MediaItem("library://album/7", title, MediaType.ALBUM, title + "!", in_library=True)
    skill.home.library = [item]
    skill.home.contents[item.uri] = [
        replace(each, title=title, artist=title) for each in skill.home._contents([item.uri])
    ]
    answer = ask(skill, "PlayQueryIntent", query=title)
    if "directives" not in answer["response"]:
        assert plain(title) == "", "only what has no sound is not found by its name"
        return
    event = skill.envelope("AudioPlayer.PlaybackStarted", token=row(skill).running.token.encode())
    legal(skill, event)
    assert skill.said(ask(skill, "WhatsPlayingIntent"))


@pytest.mark.parametrize("intent", ["PlayQueryIntent", "PlayArtistIntent", "PlayAlbumIntent", "PlayRadioIntent"])
@pytest.mark.parametrize("slots", [{}, {"query": None, "artist": None, "album": None}, {"query": " ", "artist": "\t"}])
def test_empty_slots_of_play(skill, playing, language, intent, slots):
    """A "play" without a name goes on with what was played; where nothing was and nothing waits, it asks for a name."""
    assert ask(skill, intent, **slots)["response"]["directives"][0]["type"] == "AudioPlayer.Play"
    skill.home.queue.clear()
    skill.sender, skill.report = replace(skill.sender, device_id="fresh"), PlayerReport()
    answer = ask(skill, intent, **slots)
    assert skill.said(answer) == CATALOGUES[language]["ask"]
    assert answer["response"]["shouldEndSession"] is False


@pytest.mark.parametrize("intent", ["AddToQueueIntent", "PlayNextIntent"])
def test_empty_slots_of_add(skill, playing, language, intent):
    """An "add" without a name asks for one."""
    assert skill.said(ask(skill, intent)) == CATALOGUES[language]["ask"]
    assert skill.home.calls == []


@pytest.mark.parametrize("duration", ["", "P", "PT", "soon", "PT1M30", "1:30", "-PT5S", "P1Y", "٣"])
def test_a_position_that_is_none(skill, playing, language, duration):
    """What is no duration is asked for again, and the music plays on."""
    answer = ask(skill, "SeekIntent", duration=duration)
    assert skill.said(answer) == CATALOGUES[language]["position"]
    assert skill.home.calls == []


# Envelopes


@pytest.mark.parametrize("fields", [{"token": None}, {"token": 7}, {"token": ["x"]}, {"offsetInMilliseconds": "soon"}])
def test_a_broken_event_is_silence(skill, playing, fields):
    """An event whose token or offset is no such thing goes nowhere."""
    about = {"token": playing, "offsetInMilliseconds": 0, **fields}
    assert legal(skill, skill.envelope("AudioPlayer.PlaybackStarted", **about)) == {"version": "1.0", "response": {}}
    assert skill.home.calls == []


@pytest.mark.parametrize("part", ["context", "session"])
@pytest.mark.parametrize("wrong", [None, [], "x", 7, {}])
def test_an_envelope_without_its_parts(skill, playing, part, wrong):
    """Without a context the application id is not known: refused. The session may be anything."""
    event = {**skill.envelope("IntentRequest", intent={"name": "AMAZON.PauseIntent"}), part: wrong}
    answer = legal(skill, event) if part == "session" else skill.app.answer(event)
    assert bool(answer["response"]) is (part == "session")


@pytest.mark.parametrize("offset", [10**1000, 10**20])
def test_an_offset_without_measure(skill, playing, offset):
    """A device's offset of a thousand digits makes no token that Alexa would refuse."""
    event = skill.envelope("IntentRequest", intent={"name": "AMAZON.ResumeIntent", "slots": {}})
    event["context"]["AudioPlayer"] = {"token": playing, "offsetInMilliseconds": offset, "playerActivity": "STOPPED"}
    (play,) = legal(skill, event)["response"]["directives"]
    assert play["type"] == "AudioPlayer.Play"


def test_an_event_of_no_device_touches_nothing(skill, playing):
    """An AudioPlayer event that names no device cannot be ours: neither home nor table hears of it."""
    event = skill.envelope("AudioPlayer.PlaybackStarted", token=playing, offsetInMilliseconds=0)
    del event["context"]["System"]["device"]
    skill.store.writes.clear()
    assert skill.app.answer(event) == {"version": "1.0", "response": {}}
    assert (skill.home.calls, skill.store.writes) == ([], [])


@pytest.mark.parametrize(("left_ms", "budget_s"), [(700, 0.2), (900_000, deadline.BUDGET_S)])
def test_the_budget_follows_the_function(skill, monkeypatch, left_ms, budget_s):
    """A request has five seconds, or what the function has left; Alexa waits eight, and six is what we take at most."""
    seen = []

    class Context:
        @staticmethod
        def get_remaining_time_in_millis():
            return left_ms

    monkeypatch.setattr(skill.store, "load", lambda _device_id: seen.append(deadline.remaining()))
    skill.app.answer(skill.envelope("LaunchRequest"), Context())
    assert budget_s - 0.1 < seen[0] <= budget_s <= deadline.BUDGET_S < 6


def test_the_budget_ends_with_the_request(skill):
    """What comes after a request has a budget of its own."""
    skill.app.answer(skill.envelope("LaunchRequest"))
    assert deadline.remaining() == deadline.BUDGET_S


def deep(levels=5_000):
    """Return a value nested so deeply that it cannot be written down."""
    value = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("kind", ["AudioPlayer.PlaybackStarted", "SessionEndedRequest"])
@pytest.mark.parametrize("name", ["type", "token", "error"])
def test_what_is_nested_too_deeply_is_silence(skill, playing, kind, name):
    """A value of five thousand levels is read by nobody, and hurts nobody."""
    event = skill.envelope(kind, **{"token": playing, "offsetInMilliseconds": 0, name: deep()})
    assert skill.app.answer(event) == {"version": "1.0", "response": {}}


def test_half_a_character_names_no_device(skill, playing):
    """A device id that no text can hold is none: its events go nowhere, and what is asked of it is answered legally."""
    skill.sender = replace(skill.sender, device_id="kitchen \ud800")
    event = skill.envelope("AudioPlayer.PlaybackStarted", token=playing, offsetInMilliseconds=0)
    assert legal(skill, event) == {"version": "1.0", "response": {}}
    assert skill.home.calls == []
    ask(skill, "AMAZON.NextIntent")


def test_little_of_alexas_words_is_logged(skill, logs):
    """What Alexa holds against an answer is logged by its first letters, however long it is."""
    skill.app.answer(skill.envelope("System.ExceptionEncountered", error={"type": "X" * 90_000}))
    assert "X" * 64 in logs.text
    assert len(logs.text) < 200

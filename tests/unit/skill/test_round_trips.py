"""How often home is asked, for every kind of request: a round trip costs 30 to 150 ms."""

from dataclasses import replace

import pytest

from music_assistant_alexa.models import MediaItem, MediaType
from simulator.envelopes import PlayerReport

SEARCH_AND_COMMAND = 2
SONG = MediaItem("library://track/9", "Salt and Wire", MediaType.TRACK, "Blue Harbor", in_library=True)
NAMED = {
    "PlayQueryIntent": ({"query": "night ferry"}, "Night Ferry, by Blue Harbor."),
    "PlayArtistIntent": ({"artist": "Blue Harbor"}, "Blue Harbor."),
    "PlayAlbumIntent": ({"album": "Night Ferry", "artist": "Blue Harbor"}, "Night Ferry, by Blue Harbor."),
    "PlayTrackIntent": ({"track": "Salt and Wire"}, "Salt and Wire, by Blue Harbor."),
    "PlayPlaylistIntent": ({"playlist": "Sunday"}, "Sunday."),
    "PlayRadioIntent": ({"station": "Harbour FM"}, "Harbour FM."),
    "AddToQueueIntent": ({"track": "Salt and Wire"}, "I added Salt and Wire, by Blue Harbor."),
    "PlayNextIntent": ({"album": "Night Ferry"}, "Night Ferry, by Blue Harbor comes next."),
}
"""What is asked for by name, and what is said to it."""

ONE = [
    *("AMAZON.NextIntent", "AMAZON.PreviousIntent", "AMAZON.ResumeIntent", "AMAZON.StartOverIntent"),
    *("AMAZON.RepeatIntent", "AMAZON.ShuffleOnIntent", "AMAZON.ShuffleOffIntent", "AMAZON.LoopOnIntent"),
    *("AMAZON.LoopOffIntent", "RemoveThisIntent"),
]
NONE = [
    *("AMAZON.PauseIntent", "AMAZON.StopIntent", "AMAZON.CancelIntent", "AMAZON.HelpIntent", "AMAZON.FallbackIntent"),
    *("AMAZON.NavigateHomeIntent", "AMAZON.NoIntent", "AMAZON.YesIntent", "WhatsPlayingIntent", "NeverHeardOfIntent"),
]
BUTTONS = {"Next": 1, "Previous": 1, "Play": 1, "Pause": 0}
EVENTS = ["PlaybackStarted", "PlaybackStopped", "PlaybackFinished", "PlaybackNearlyFinished"]
FOREIGN = "some-other-skill-or-older-version-token"


@pytest.fixture
def playing(skill):
    """Play an album; home is asked nothing from here on."""
    skill.home.library += [
        SONG,
        MediaItem("library://artist/1", "Blue Harbor", MediaType.ARTIST, in_library=True),
        MediaItem("library://playlist/1", "Sunday", MediaType.PLAYLIST, in_library=True),
        MediaItem("library://radio/1", "Harbour FM", MediaType.RADIO, in_library=True),
    ]
    token = skill.play_album()
    skill.clock.now += 5
    skill.report = PlayerReport("PLAYING", token, 5_000)
    return token


@pytest.mark.parametrize(("intent", "slots", "said"), [(intent, *words) for intent, words in NAMED.items()])
def test_by_name_costs_a_search_and_a_command(skill, playing, intent, slots, said):
    """Play, add and play next by name: two round trips, and what was found is named."""
    assert skill.said(skill.ask(intent, **slots)) == said
    assert len(skill.home.calls) == SEARCH_AND_COMMAND
    assert skill.home.names[0] == "search"


@pytest.mark.parametrize("intent", ONE)
def test_transport_and_queue_cost_one(skill, playing, intent):
    """What is about the current item or the order costs one round trip."""
    skill.ask(intent)
    assert len(skill.home.calls) == 1


@pytest.mark.parametrize("ended", [False, True], ids=["fresh", "ended"])
@pytest.mark.parametrize("intent", ["AMAZON.ResumeIntent", "AMAZON.NextIntent"])
def test_going_on_costs_one_wherever_the_device_was(skill, playing, intent, ended):
    """On a device nothing is known of, and after the last track: one round trip, as while music plays."""
    skill.home.queue = skill.home.queue[:1]
    if ended:
        skill.event("AudioPlayer.PlaybackFinished", playing)
    else:
        skill.sender, skill.report = replace(skill.sender, device_id="fresh"), PlayerReport()
    skill.home.calls.clear()
    skill.ask(intent)
    assert len(skill.home.calls) == 1


def test_a_button_of_a_fresh_device_is_answered_with_silence(skill):
    """Where nothing was ever played and nothing waits, Play and Next ask home once, and nothing is said."""
    for button in ("Play", "Next"):
        assert skill.event(f"PlaybackController.{button}CommandIssued") == {"version": "1.0", "response": {}}
    assert skill.home.names == ["resume", "resume"]


def test_seeking_costs_one(skill, playing):
    """A position costs one round trip."""
    skill.ask("SeekIntent", duration="PT1M30S")
    assert skill.home.names == ["resume"]
    assert skill.home.calls[0].args["position_ms"] == 90_000


@pytest.mark.parametrize("intent", NONE)
def test_what_is_known_here_costs_none(skill, playing, intent):
    """Pause, stop, help, what's playing and what was not understood cost no round trip."""
    skill.ask(intent)
    assert skill.home.calls == []


def test_launch_costs_none_and_yes_one(skill, playing):
    """The offer is made from the row alone; taking it up is a resume."""
    skill.clock.now += 60
    answer = skill.spoken("LaunchRequest")
    assert skill.home.calls == []
    assert "1 1" in skill.said(answer)
    skill.attributes = answer["sessionAttributes"]
    assert skill.ask("AMAZON.YesIntent")["response"]["directives"]
    assert skill.home.names == ["resume"]


def test_no_is_to_an_offer_or_the_end(skill, playing):
    """After a launch's offer "no" asks what is wanted instead; without an offer it ends the session without a word."""
    silent = skill.ask("AMAZON.NoIntent")["response"]
    assert "outputSpeech" not in silent
    assert silent["shouldEndSession"] is True
    skill.clock.now += 60
    skill.attributes = skill.spoken("LaunchRequest")["sessionAttributes"]
    asked = skill.ask("AMAZON.NoIntent")["response"]
    assert asked["reprompt"]
    assert asked["shouldEndSession"] is False


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_costs_one(skill, playing, event):
    """An event about our stream is told home once."""
    skill.event(f"AudioPlayer.{event}", playing)
    assert len(skill.home.calls) == 1


def test_a_failure_costs_one(skill, playing):
    """What replaces a broken stream comes back with the report of it."""
    state = {"token": playing, "offsetInMilliseconds": 5_000, "playerActivity": "STOPPED"}
    error = {"type": "MEDIA_ERROR_UNKNOWN", "message": "x"}
    answer = skill.event("AudioPlayer.PlaybackFailed", playing, error=error, currentPlaybackState=state)
    assert answer["response"]["directives"][0]["type"] == "AudioPlayer.Play"
    assert skill.home.names == ["report"]


@pytest.mark.parametrize(("button", "trips"), BUTTONS.items())
def test_a_button_costs_what_its_intent_costs(skill, playing, button, trips):
    """Buttons have the effect of the voice, without words."""
    answer = skill.event(f"PlaybackController.{button}CommandIssued")
    assert len(skill.home.calls) == trips
    assert answer["response"].keys() == {"directives"}
    by_voice = {"Next": "Next", "Previous": "Previous", "Play": "Resume", "Pause": "Pause"}[button]
    spoken = skill.ask(f"AMAZON.{by_voice}Intent")["response"]["directives"]
    assert [each["type"] for each in spoken] == [each["type"] for each in answer["response"]["directives"]]


@pytest.mark.parametrize("event", [*EVENTS, "PlaybackFailed"])
def test_a_foreign_token_costs_none(skill, playing, logs, event):
    """Another skill's stream, or an older version's: no round trip, no directive, no row, and no complaint."""
    skill.store.writes.clear()
    state = {"currentPlaybackState": {"token": FOREIGN}} if event == "PlaybackFailed" else {}
    assert skill.event(f"AudioPlayer.{event}", FOREIGN, **state) == {"version": "1.0", "response": {}}
    assert (skill.home.calls, skill.store.writes, logs.lines) == ([], [], [])


@pytest.mark.parametrize("kind", ["LaunchRequest", "IntentRequest", "AudioPlayer.PlaybackStarted"])
def test_a_wrong_application_costs_none(skill, playing, counted, kind):
    """Another skill's request is answered with nothing, counted, and touches neither home nor table."""
    skill.sender = replace(skill.sender, application_id="amzn1.ask.skill.another")
    skill.store.writes.clear()
    counted.clear()
    asked = {"intent": {"name": "AMAZON.NextIntent"}} if kind == "IntentRequest" else {}
    assert skill.spoken(kind, **asked) == {"version": "1.0", "response": {}}
    assert (skill.home.calls, skill.store.writes, counted) == ([], [], ["WrongApplication"])


@pytest.mark.parametrize(
    "kind",
    [
        *(
            "AlexaSkillEvent.SkillEnabled",
            "System.ExceptionEncountered",
            "SessionEndedRequest",
            "SessionResumedRequest",
        ),
        *("CanFulfillIntentRequest", "Alexa.Something.Future", "Alexa.Presentation.APL.RuntimeError"),
    ],
)
def test_everything_else_costs_none(skill, playing, kind):
    """Skill events, errors, ends of sessions and requests never heard of: no round trip."""
    skill.event(kind)
    assert skill.home.calls == []

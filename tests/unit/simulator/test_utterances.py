"""What was said becomes the request Alexa would send, or a hint."""

import hashlib
import json
from pathlib import Path

import pytest

from simulator.spoken_numbers import duration, number
from simulator.utterances import Listener, NotUnderstood

EVENTS = Path(__file__).parents[2] / "events"
ARTISTS = [
    {"id": "library://artist/12", "name": {"value": "Pink Floyd", "synonyms": ["the floyd", "the sea"]}},
    {"name": {"value": "Blue Harbor"}},
]
MODEL = {
    "interactionModel": {
        "languageModel": {
            "invocationName": "music assistant",
            "intents": [
                {"name": "PlayQueryIntent", "slots": [{"name": "query", "type": "AMAZON.SearchQuery"}],
                 "samples": ["play {query}", "find {query}"]},
                {"name": "PlayArtistIntent", "slots": [{"name": "artist", "type": "MA_ARTIST"}],
                 "samples": ["play {artist}", "play music by {artist}", "play {artist}'s music"]},
                {"name": "PlayAlbumIntent",
                 "slots": [{"name": "album", "type": "MA_ALBUM"}, {"name": "artist", "type": "MA_ARTIST"}],
                 "samples": ["play the album {album}", "play the album {album} by {artist}"]},
                {"name": "PlayRadioIntent", "slots": [{"name": "station", "type": "MA_STATION"}],
                 "samples": ["play the station {station}", "play the {station}"]},
                {"name": "WhatsPlayingIntent", "samples": ["what's playing", "play the title"]},
                {"name": "SeekIntent", "slots": [{"name": "duration", "type": "AMAZON.DURATION"}],
                 "samples": ["go to {duration}", "go {duration} in"]},
                {"name": "PresetIntent", "slots": [{"name": "n", "type": "AMAZON.NUMBER"}],
                 "samples": ["preset {n}"]},
                {"name": "AMAZON.FallbackIntent", "samples": []},
                {"name": "AMAZON.PauseIntent", "samples": ["hush now"]},
            ],
            "types": [
                {"name": "MA_ARTIST", "values": ARTISTS},
                {"name": "MA_ALBUM", "values": [{"name": {"value": "Live by the Sea"}}]},
                {"name": "MA_STATION", "values": [{"name": {"value": "FM4"}}, {"name": {"value": "Sea"}}]},
            ],
        }
    }
}  # fmt: skip


@pytest.fixture(scope="module")
def listener():
    return Listener(MODEL, "en-GB")


def understood(listener, said):
    spoken = listener.understand(said)
    if spoken.intent is None:
        return spoken.kind, {}
    slots = spoken.intent.get("slots", {})
    return spoken.intent["name"], {name: slot["value"] for name, slot in slots.items() if "value" in slot}


@pytest.mark.parametrize(
    ("said", "intent", "slots"),
    [
        ("open music assistant", "LaunchRequest", {}),
        ("Alexa, open Music Assistant.", "LaunchRequest", {}),
        ("music assistant", "LaunchRequest", {}),
        ("play some jazz", "PlayQueryIntent", {"query": "some jazz"}),
        ("ask music assistant to play some jazz", "PlayQueryIntent", {"query": "some jazz"}),
        ("Alexa, tell music assistant to play some jazz!", "PlayQueryIntent", {"query": "some jazz"}),
        ("ask music assistant to next", "AMAZON.NextIntent", {}),
        ("play blue harbor", "PlayArtistIntent", {"artist": "blue harbor"}),
        ("play The Floyd", "PlayArtistIntent", {"artist": "the floyd"}),
        ("play music by someone unknown", "PlayArtistIntent", {"artist": "someone unknown"}),
        ("play the album abbey road", "PlayAlbumIntent", {"album": "abbey road"}),
        ("play the album abbey road by beatles", "PlayAlbumIntent", {"album": "abbey road", "artist": "beatles"}),
        ("play the album live by the sea", "PlayAlbumIntent", {"album": "live by the sea"}),
        ("play the album live by the sea by pink floyd", "PlayAlbumIntent",
         {"album": "live by the sea", "artist": "pink floyd"}),
        ("play the sea", "PlayRadioIntent", {"station": "sea"}),
        ("play the title", "WhatsPlayingIntent", {}),
        ("What’s playing?", "WhatsPlayingIntent", {}),  # noqa: RUF001  # as a telephone types it
        ("go to one minute thirty", "SeekIntent", {"duration": "PT1M30S"}),
        ("go 90 seconds in", "SeekIntent", {"duration": "PT90S"}),
        ("preset twenty two", "PresetIntent", {"n": "22"}),
        ("pause", "AMAZON.PauseIntent", {}),
        ("hush now", "AMAZON.PauseIntent", {}),
        ("go back", "AMAZON.PreviousIntent", {}),
        ("start over", "AMAZON.StartOverIntent", {}),
        ("loop on", "AMAZON.LoopOnIntent", {}),
        ("go home", "AMAZON.NavigateHomeIntent", {}),
        ("yes", "AMAZON.YesIntent", {}),
        ("the moon is made of green cheese", "AMAZON.FallbackIntent", {}),
    ],
)  # fmt: skip
def test_a_sentence_is_understood(listener, said, intent, slots):
    """Exact samples win, then the fewest free words, then the longest carrier."""
    assert understood(listener, said) == (intent, slots)


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("plya blue harbor", "play blue harbor"),
        ("nexxt", "next"),
        ("opne music assistant", "open music assistant"),
        ("whats plaing", "what's playing"),
    ],
)
def test_a_slip_gets_a_hint(listener, said, hint):
    """What is nearly a sentence of the skill is no request but a hint."""
    with pytest.raises(NotUnderstood) as caught:
        listener.understand(said)
    assert caught.value.hint == hint


@pytest.mark.parametrize("said", ["goo to the beach", "presett banana"])
def test_what_would_not_be_understood_is_no_hint(listener, said):
    """A sentence that only begins like one of the skill's is none when its beginning is mended: Alexa falls back."""
    assert understood(listener, said) == ("AMAZON.FallbackIntent", {})


@pytest.mark.parametrize(
    ("locale", "slip"),
    [
        ("de-DE", "setz das lied lantern hinzu"),
        ("de-DE", "zurük"),
        ("de-DE", "öfne music assistant"),
        ("en-GB", "at the song lantern"),
        ("en-US", "goe to one minute thirty"),
    ],
)
def test_a_hint_is_understood(locale, slip):
    """Whoever says what the hint says is heard, in the model of every language."""
    listener = Listener.of_locale(locale)
    with pytest.raises(NotUnderstood) as caught:
        listener.understand(slip)
    listener.understand(caught.value.hint)


def test_german_is_understood():
    """Alexa's own phrases and the calling by name exist in German too."""
    listener = Listener(MODEL, "de-DE")
    assert understood(listener, "öffne music assistant") == ("LaunchRequest", {})
    assert understood(listener, "Alexa, nächstes Lied") == ("AMAZON.NextIntent", {})
    assert understood(listener, "mach weiter") == ("AMAZON.ResumeIntent", {})
    assert understood(listener, "go to eine minute dreißig") == ("SeekIntent", {"duration": "PT1M30S"})


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("custom_intent_play_artist_static_match", "play Pink Floyd"),
        ("custom_intent_seek_duration", "go to one minute thirty"),
        ("custom_intent_play_album_no_match", "play the album the language of my world"),
        ("custom_intent_search_query_xml_chars", "play tom & jerry <live> at the r&b club"),
        ("custom_amazon_fallback", "the moon is made of green cheese"),
    ],
)
def test_slots_look_like_the_fixtures(listener, file, said):
    """An intent has the shape of the event files: empty slots, values, and what the lists made of them."""
    expected = json.loads((EVENTS / f"{file}.json").read_text(encoding="utf-8"))["request"]["intent"]
    written = json.dumps(expected).replace("AMAZON.MusicGroup", "MA_ARTIST")
    assert listener.understand(said).intent == json.loads(written)


def test_a_value_without_an_id_gets_one(listener):
    """Alexa names such a value by the MD5 of its text."""
    slot = listener.fill("PlayArtistIntent", {"artist": "blue harbor"})["artist"]
    value = slot["resolutions"]["resolutionsPerAuthority"][0]["values"][0]["value"]
    assert value == {"name": "Blue Harbor", "id": hashlib.md5(b"Blue Harbor").hexdigest()}


def test_an_unknown_intent_is_filled_plainly(listener):
    """A slot the model does not know is sent as it is."""
    assert listener.fill("OtherIntent", {"x": "y"})["x"]["slotValue"] == {"type": "Simple", "value": "y"}


@pytest.mark.parametrize(
    ("said", "iso"),
    [
        ("one minute thirty", "PT1M30S"),
        ("ninety seconds", "PT90S"),
        ("1 minute 30", "PT1M30S"),
        ("one hundred and twenty seconds", "PT120S"),
        ("a hundred seconds", "PT100S"),
        ("half a minute", "PT30S"),
        ("a minute and a half", "PT1M30S"),
        ("two and a half minutes", "PT2M30S"),
        ("an hour", "PT1H"),
        ("half an hour", "PT30M"),
        ("twenty-five minutes", "PT25M"),
        ("two hours five minutes and three seconds", "PT2H5M3S"),
        ("minute", None),
        ("banana", None),
        ("one", None),
        ("one banana", None),
        ("", None),
    ],
)
def test_english_durations(said, iso):
    """A duration is spoken in many ways and sent in one."""
    assert duration(said.split(), "en") == iso


@pytest.mark.parametrize(
    ("said", "iso"),
    [
        ("eine minute dreißig", "PT1M30S"),
        ("neunzig sekunden", "PT90S"),
        ("anderthalb minuten", "PT1M30S"),
        ("eine halbe minute", "PT30S"),
        ("zwei stunden und fünf minuten", "PT2H5M"),
        ("hundertzwanzig sekunden", "PT120S"),
        ("eine minute und fünfundzwanzig sekunden", "PT1M25S"),
        ("dann", None),
    ],
)
def test_german_durations(said, iso):
    """German writes its numbers in one word, ones before tens."""
    assert duration(said.split(), "de") == iso


def test_numbers():
    """A number is digits or words, and nothing else."""
    assert number(["22"], "en") == 22
    assert number(["ninety", "nine"], "en") == 99
    assert number(["einundzwanzig"], "de") == 21
    assert number(["blue"], "en") is None
    assert number([], "en") is None

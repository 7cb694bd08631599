import json
import re
from pathlib import Path

import pytest

from interactionModels import generate
from interactionModels.rules import BUILT_INS_OF_AUDIO, broken_rules
from simulator.demo_library import LIBRARY
from simulator.utterances import Listener

LOCALES = generate.locales()
ROOT = Path(generate.__file__).parents[1]
PLAY_INTENTS = [
    "PlayQueryIntent",
    "PlayArtistIntent",
    "PlayAlbumIntent",
    "PlayTrackIntent",
    "PlayPlaylistIntent",
    "PlayRadioIntent",
]


def committed(locale):
    return json.loads((generate.MODELS / f"{locale}.json").read_text(encoding="utf-8"))


def language(locale):
    return committed(locale)["interactionModel"]["languageModel"]


def intents(locale):
    return {intent["name"]: intent for intent in language(locale)["intents"]}


def spoken(locale, kind):
    values = next(each["values"] for each in language(locale)["types"] if each["name"] == kind)
    return {value["name"]["value"] for value in values}


def test_the_three_locales_are_there():
    """English of both sides and German have a source and a model each, and nothing else lies about."""
    assert LOCALES == ["de-DE", "en-GB", "en-US"]
    assert sorted(path.stem for path in generate.MODELS.iterdir()) == LOCALES


@pytest.mark.parametrize("locale", LOCALES)
def test_the_committed_model_is_what_its_source_says(locale):
    """`make models` was run after the last change of a source."""
    assert (generate.MODELS / f"{locale}.json").read_text(encoding="utf-8") == generate.as_text(
        generate.build_model(locale)
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_the_committed_model_breaks_no_rule(locale):
    """Slots, samples, built-ins, values and the invocation name are as Amazon wants them."""
    assert broken_rules(committed(locale)) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_locale_has_the_same_intents_and_slots(locale):
    """A handler that works in one language finds the same names in all others."""

    def slots(of):
        return {name: intent.get("slots", []) for name, intent in intents(of).items()}

    assert slots(locale) == slots("en-US")


@pytest.mark.parametrize("locale", LOCALES)
def test_every_playback_word_of_alexa_is_listed(locale):
    """Pause and resume are required, the other nine reach the skill anyway."""
    assert set(BUILT_INS_OF_AUDIO) <= intents(locale).keys()
    assert len(BUILT_INS_OF_AUDIO) == 11


@pytest.mark.parametrize("locale", LOCALES)
def test_built_in_intents_have_no_phrases_of_our_own(locale):
    """Phrases of ours broke the routing of the built-in ones for others."""
    assert not [name for name, intent in intents(locale).items() if name.startswith("AMAZON.") and intent["samples"]]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", PLAY_INTENTS)
def test_there_are_many_ways_to_ask_for_music(locale, name):
    """At least twenty samples for each kind."""
    assert len(intents(locale)[name]["samples"]) >= 20


@pytest.mark.parametrize("locale", LOCALES)
def test_the_demo_library_can_be_named(locale):
    """Everything `make play` can play is a value of its slot type."""
    assert {artist.name for artist in LIBRARY.artists} <= spoken(locale, "MA_ARTIST")
    assert {album.title for album in LIBRARY.albums} <= spoken(locale, "MA_ALBUM")
    assert {track.title for track in LIBRARY.tracks} <= spoken(locale, "MA_TRACK")
    assert {playlist.title for playlist in LIBRARY.playlists} <= spoken(locale, "MA_PLAYLIST")
    assert {radio.title for radio in LIBRARY.radios} <= spoken(locale, "MA_STATION")


SAID = {
    "artist": "blue harbor",
    "album": "night ferry",
    "track": "summit",
    "playlist": "late drive",
    "station": "lighthouse fm",
    "query": "something never heard of",
}
TWO_MINUTES = {"en": "two minutes", "de": "zwei minuten"}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sample_leads_to_its_own_intent(locale):
    """Said with names in its slots, no sample is taken for another intent's."""
    listener = Listener.of_locale(locale)
    spoken_slots = {**SAID, "duration": TWO_MINUTES[locale[:2]]}
    taken_for = {
        (name, sample): understood.intent["name"]
        for name, intent in intents(locale).items()
        for sample in intent["samples"]
        if (understood := listener.understand(sample.format(**spoken_slots))).intent["name"] != name
    }
    assert taken_for == {}


def test_british_english_says_all_that_american_english_says():
    """`extends` adds to the other source and takes nothing away."""
    for name, intent in intents("en-US").items():
        assert set(intent["samples"]) <= set(intents("en-GB")[name]["samples"])
    assert "BBC Radio Four" in spoken("en-GB", "MA_STATION") - spoken("en-US", "MA_STATION")


@pytest.mark.parametrize(
    ("instead", "sentence"),
    [("(remove|delete) {this}\n", "'remove {this}'"), ("(remove|delete this\n", "opens ( and does not close it")],
)
def test_a_source_that_amazon_would_refuse_is_not_written(instead, sentence, tmp_path, monkeypatch, capsys):
    """The generator says file and rule, ends 1 and leaves the model alone."""
    for path in generate.SOURCES.iterdir():
        text = path.read_text(encoding="utf-8").replace("(remove|delete) this\n", instead)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(generate, "SOURCES", tmp_path)
    monkeypatch.setattr(generate, "MODELS", tmp_path / "custom")
    assert generate.main([]) == 1
    said = capsys.readouterr().err
    assert "sources/en-GB.yaml: " in said
    assert sentence in said
    assert not (tmp_path / "custom" / "en-US.json").exists()


def test_check_names_what_is_stale_and_writes_nothing(tmp_path, monkeypatch, capsys):
    """CI can ask whether the models are up to date."""
    monkeypatch.setattr(generate, "MODELS", tmp_path)
    assert generate.main(["--check"]) == 1
    assert "de-DE, en-GB, en-US" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_phrases_for_an_unknown_intent_are_refused(tmp_path, monkeypatch):
    """A misspelt intent in a source is not silently left out."""
    for path in generate.SOURCES.iterdir():
        text = path.read_text(encoding="utf-8").replace("  SeekIntent:\n    - ", "  SeakIntent:\n    - ")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(generate, "SOURCES", tmp_path)
    with pytest.raises(generate.ModelError, match="SeakIntent, not in shared"):
        generate.build_model("en-US")


MANIFEST = json.loads((ROOT / "skill.json").read_text(encoding="utf-8"))["manifest"]


def test_the_manifest_and_the_models_have_the_same_locales():
    """No store page without a model, no model without a store page."""
    assert sorted(MANIFEST["publishingInformation"]["locales"]) == LOCALES


def test_the_manifest_asks_for_the_audio_player_and_nothing_else():
    """An interface that the skill does not speak would be refused or missed."""
    assert MANIFEST["apis"]["custom"]["interfaces"] == [{"type": "AUDIO_PLAYER"}]


def test_the_manifest_points_requests_and_events_at_one_alias():
    """The permission is on the alias: an ARN without it is refused by Alexa."""
    endpoint = MANIFEST["apis"]["custom"]["endpoint"]["uri"]
    assert MANIFEST["events"]["endpoint"]["uri"] == endpoint
    assert re.fullmatch(r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+:live", endpoint)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_example_phrases_can_really_be_said(locale):
    """Amazon wants examples that come from the samples."""
    opening, *examples = MANIFEST["publishingInformation"]["locales"][locale]["examplePhrases"]
    assert language(locale)["invocationName"] in opening.casefold()
    for example in examples:
        heard = example.casefold().split(language(locale)["invocationName"])[1].strip(" ,").removeprefix("to ")
        assert any(_matches(sample, heard) for each in intents(locale).values() for sample in each["samples"])


def _matches(sample, heard):
    return re.fullmatch(re.sub(r"\{\w+\}", ".+", sample), heard) and sample not in ("play {query}", "spiele {query}")

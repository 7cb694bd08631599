"""What is said: in the listener's language, as legal SSML, and never too long."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_assistant_alexa.custom_skill import handlers
from music_assistant_alexa.custom_skill.speech import CATALOGUES, NAME_LIMIT, plain_text, spoken
from music_assistant_alexa.custom_skill.table import table

LONGEST = 8_000
NAMES = ("what", "said", "title", "artist", "album")


def ssml(text):
    return f"<speak>{spoken(text)}</speak>"


@given(st.text(st.characters()))
def test_any_text_is_legal_ssml(text):
    """Whatever a title holds, control characters and halves of pairs too, the SSML is XML with the text in it."""
    root = ET.fromstring(ssml(text))
    assert len(root) == 0
    heard = "".join(root.itertext())
    assert [letter for letter in text if letter.isalnum()] == [letter for letter in heard if letter.isalnum()]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Tom & Jerry <3", "Tom &amp; Jerry &lt;3"),
        ("</speak>", "&lt;/speak&gt;"),
        ("&amp;", "&amp;amp;"),
        ("a\x00b\x1bc", "a b c"),
        ("\ud83d", " "),
        ("Beyoncé 🎵", "Beyoncé 🎵"),
    ],
)
def test_names_are_escaped_once(text, escaped):
    """Signs are escaped, once, and what XML cannot hold is a space."""
    assert spoken(text) == escaped


@pytest.mark.parametrize("locale", CATALOGUES)
@pytest.mark.parametrize("name", ["x" * 9_000, "&" * 9_000, "<" * 9_000])
def test_no_sentence_is_too_long(locale, name):
    """With names of 9,000 characters every sentence stays far under Alexa's 8,000, escaped as it is."""
    for sentence in CATALOGUES[locale]:
        text = plain_text(locale, sentence, **dict.fromkeys(NAMES, name))
        assert len(ssml(text)) < LONGEST / 2
        assert text.count(name[0]) >= NAME_LIMIT or "{" not in CATALOGUES[locale][sentence]


@pytest.mark.parametrize(
    ("locale", "catalogue"),
    [
        ("en-US", "en"),
        ("en-IN", "en"),
        ("de-DE", "de"),
        ("DE-de", "de"),
        ("de", "de"),
        ("fr-FR", "en"),
        ("", "en"),
        ("-", "en"),
    ],
)
def test_languages(locale, catalogue):
    """A language is the locale's first part; one that is not ours is answered in English."""
    assert plain_text(locale, "ask") == CATALOGUES[catalogue]["ask"]


def test_names_are_no_templates():
    """Braces in a name are read out, not filled in."""
    assert plain_text("en", "playing", what="{artist} {0}") == "{artist} {0}."


def test_every_theme_fills_the_table():
    """Importing the handlers registers every request the skill answers, each once."""
    assert handlers.__all__
    built_ins = {
        *("Pause", "Resume", "Stop", "Cancel", "Next", "Previous", "StartOver", "Repeat", "LoopOn", "LoopOff"),
        *("ShuffleOn", "ShuffleOff", "Help", "Fallback", "NavigateHome", "Yes", "No"),
    }
    assert {f"AMAZON.{name}Intent" for name in built_ins} <= set(table)
    assert {
        f"AudioPlayer.Playback{name}" for name in ("Started", "Stopped", "Finished", "NearlyFinished", "Failed")
    } <= set(table)
    assert {f"PlaybackController.{name}CommandIssued" for name in ("Next", "Previous", "Play", "Pause")} <= set(table)


def test_a_key_has_one_handler():
    """Registering a second handler under a name is an error at import."""
    with pytest.raises(ValueError, match=r"AMAZON\.NextIntent"):
        table.on("AMAZON.NextIntent")(lambda _turn, _skill: None)

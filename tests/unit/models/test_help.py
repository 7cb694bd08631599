"""What the skill says that people can say is understood, as what it stands for there."""

import re

import pytest

from interactionModels import generate
from music_assistant_alexa.custom_skill.speech import CATALOGUES
from simulator.utterances import Listener

NAMED_AFTER = {"en": "you can say ", "de": "(?:sag|du kannst sagen): "}
WORDS = {
    "en": {
        "next": "AMAZON.NextIntent",
        "previous": "AMAZON.PreviousIntent",
        "pause": "AMAZON.PauseIntent",
        "start over": "AMAZON.StartOverIntent",
        "shuffle on": "AMAZON.ShuffleOnIntent",
        "loop on": "AMAZON.LoopOnIntent",
        "what's playing": "WhatsPlayingIntent",
        "go to one minute thirty": "SeekIntent",
        "help": "AMAZON.HelpIntent",
        "resume": "AMAZON.ResumeIntent",
    },
    "de": {
        "nächstes": "AMAZON.NextIntent",
        "zurück": "AMAZON.PreviousIntent",
        "Pause": "AMAZON.PauseIntent",
        "von vorne": "AMAZON.StartOverIntent",
        "Zufallswiedergabe an": "AMAZON.ShuffleOnIntent",
        "Endlosschleife an": "AMAZON.LoopOnIntent",
        "was läuft gerade": "WhatsPlayingIntent",
        "geh zu einer Minute dreißig": "SeekIntent",
        "Hilfe": "AMAZON.HelpIntent",
        "fortsetzen": "AMAZON.ResumeIntent",
    },
}
LAST_WORD_OF = ("position", "fallback", "home_tunnel", "home_music_assistant")
"""Sentences that end in what to say."""


def listed(sentence, language):
    """Return the words that a sentence lists."""
    found = re.search(rf"{NAMED_AFTER[language]}([^.;]+)[.;]", sentence, re.IGNORECASE)[1]
    return set(re.split(r",? (?:or|oder):? |, ", found))


@pytest.mark.parametrize("language", WORDS)
def test_every_word_that_help_names_is_looked_at(language):
    """Help lists these words, other sentences end in one of them, and no word is in the table for nothing."""
    speech, words = CATALOGUES[language], WORDS[language]
    ends = {word for sentence in LAST_WORD_OF for word in words if speech[sentence].endswith(f" {word}.")}
    assert len(ends) == len(LAST_WORD_OF) - 1
    assert listed(speech["help"], language) | listed(speech["help_playing"], language) | ends == words.keys()


@pytest.mark.parametrize("locale", generate.locales())
def test_every_word_that_help_names_is_understood(locale):
    """Said as the skill says it, each becomes the request it stands for."""
    listener, words = Listener.of_locale(locale), WORDS[locale[:2]]
    assert {word: listener.understand(word).intent["name"] for word in words} == words

"""What the README says that people can say is understood, as what it stands for there."""

import re

import pytest

from interactionModels import generate
from simulator.utterances import Listener

README = generate.MODELS.parents[1] / "README.md"
QUOTES = {"en": r'"([^"]+)"', "de": "„([^“]+)“"}
ASKED = {"en": "ask music assistant", "de": "sage music assistant"}
"""What stands for the three dots that a sentence begins with."""

SENTENCES = {
    "en": {
        "Alexa, open music assistant": "LaunchRequest",
        "yes": "AMAZON.YesIntent",
        "Alexa, ask music assistant to play Blue Harbor": "PlayQueryIntent",
        "play the album Night Ferry by Blue Harbor": "PlayAlbumIntent",
        "play the song …": "PlayTrackIntent",
        "play the playlist …": "PlayPlaylistIntent",
        "play the radio station …": "PlayRadioIntent",
        "Alexa, next": "AMAZON.NextIntent",
        "previous": "AMAZON.PreviousIntent",
        "pause": "AMAZON.PauseIntent",
        "resume": "AMAZON.ResumeIntent",
        "start over": "AMAZON.StartOverIntent",
        "shuffle on": "AMAZON.ShuffleOnIntent",
        "loop on": "AMAZON.LoopOnIntent",
        "ask music assistant to add the song …": "AddToQueueIntent",
        "… to play … next": "PlayNextIntent",
        "… to remove this": "RemoveThisIntent",
        "ask music assistant what's playing": "WhatsPlayingIntent",
        "… go to one minute thirty": "SeekIntent",
    },
    "de": {
        "Alexa, öffne music assistant": "LaunchRequest",
        "Alexa, sage music assistant spiele Blue Harbor": "PlayQueryIntent",
        "spiele das Album …": "PlayAlbumIntent",
        "Alexa, nächstes": "AMAZON.NextIntent",
        "zurück": "AMAZON.PreviousIntent",
        "Pause": "AMAZON.PauseIntent",
        "fortsetzen": "AMAZON.ResumeIntent",
        "… füge das Lied … hinzu": "AddToQueueIntent",
        "… spiele als nächstes …": "PlayNextIntent",
        "… entferne das": "RemoveThisIntent",
        "… was läuft gerade": "WhatsPlayingIntent",
    },
}


def said(language):
    """Return the sentences of a language in the README's table, in order."""
    section = README.read_text(encoding="utf-8").partition("## What to say")[2].partition("\n## ")[0]
    rows = [row.split("|") for row in section.splitlines() if row.startswith("| ")][1:]
    return [text for row in rows for text in re.findall(QUOTES[language], row[2 if language == "en" else 3])]


def understood(locale, sentence):
    """Return what a sentence is taken for, with a name of the demo library in its gaps."""
    asked = re.sub(r"^…", ASKED[locale[:2]], sentence).replace("…", "Lantern")
    spoken = Listener.of_locale(locale).understand(asked)
    return spoken.intent["name"] if spoken.intent else spoken.kind


@pytest.mark.parametrize("language", SENTENCES)
def test_every_sentence_of_the_readme_is_looked_at(language):
    """The README names these sentences and no other."""
    assert said(language) == list(SENTENCES[language])


@pytest.mark.parametrize("locale", generate.locales())
def test_every_sentence_of_the_readme_is_understood(locale):
    """Said as it stands there, each becomes the request that its row promises."""
    sentences = SENTENCES[locale[:2]]
    assert {sentence: understood(locale, sentence) for sentence in sentences} == sentences

"""Every sentence of the custom skill, in every language. Names are escaped here, once, for SSML."""

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

__all__ = ["CATALOGUES", "plain_text", "spoken"]

NAME_LIMIT = 200
"""Characters of a name that are read out at most."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Control characters and halves of pairs: one in a title, and Alexa would refuse the whole answer."""

_ENGLISH = {
    "welcome": "Welcome to Music Assistant. Say: play, and the name of an artist, an album, a song or a playlist.",
    "ask": "What would you like to hear?",
    "offer": "This is Music Assistant. You were listening to {what}. Shall I go on?",
    "offer_again": "Shall I go on with {what}?",
    "titled": "{title}, by {artist}",
    "playing": "{what}.",
    "added": "I added {what}.",
    "next_up": "{what} comes next.",
    "removed": "I removed {what}.",
    "now": "This is {what}.",
    "now_album": "This is {what}, from {album}.",
    "paused": "{what} is paused.",
    "last": "The last one was {what}.",
    "shuffle_on": "Shuffle is on.",
    "shuffle_off": "Shuffle is off.",
    "loop_on": "I repeat the queue.",
    "loop_off": "I don't repeat any more.",
    "help": "Say, for example: play, and the name of an artist, an album, a song or a playlist. While music plays "
    "you can say next, pause, shuffle on, or: what's playing. What would you like to hear?",
    "help_playing": "You can say next, previous, pause, start over, shuffle on or loop on; or ask me to play something "
    "else. What would you like?",
    "fallback": "I didn't understand that. Say: play, and a name; or say help.",
    "position": "Say a position, for example: go to one minute thirty.",
    "not_found": "I found nothing called {said} in Music Assistant.",
    "not_found_artist": "I found no artist called {said} in Music Assistant.",
    "not_found_album": "I found no album called {said} in Music Assistant.",
    "not_found_track": "I found no song called {said} in Music Assistant.",
    "not_found_playlist": "I found no playlist called {said} in Music Assistant.",
    "not_found_radio": "I found no radio station called {said} in Music Assistant.",
    "finished": "That was the last one.",
    "nothing_playing": "Nothing is playing here. Say: play, and a name.",
    "no_audio": "This device can't play music. Try it on an Echo.",
    "overtaken": "Something newer is playing here already.",
    "radio": "That doesn't work with a radio station.",
    "spoken_word_shuffle": "I can't shuffle a podcast or an audiobook.",
    "beyond_end": "It is not that long.",
    "bad_stream": "Music Assistant gave me a stream I can't play. Its stream address may not be set right.",
    "store": "I can't reach the skill's memory at the moment. Please try again in a minute.",
    "home_tunnel": "I can't reach your home. Check that the tunnel and the bridge are running there, then say: resume.",
    "home_bridge": "The bridge at your home has a problem. Look at its log, then try again.",
    "home_music_assistant": "Your home answers, but Music Assistant doesn't. Check that its server is running, then "
    "say: resume.",
    "auth_tunnel": "Cloudflare turned me away. Check the access token of the tunnel in the skill's secret.",
    "auth_bridge": "The bridge at your home refused the skill's token. Check that both have the same one.",
    "auth_music_assistant": "Music Assistant refused the bridge's token. Make a new one and give it to the bridge.",
    "refused": "Music Assistant could not do that.",
    "configuration": "The skill is not set up completely. Its log says what is missing.",
    "unexpected": "Something went wrong on my side. The skill's log says what.",
}

_GERMAN = {
    "welcome": "Willkommen bei Music Assistant. Sag: spiele, und den Namen eines Künstlers, eines Albums, eines Lieds "
    "oder einer Playlist.",
    "ask": "Was möchtest du hören?",
    "offer": "Hier ist Music Assistant. Zuletzt lief {what}. Soll ich weitermachen?",
    "offer_again": "Soll ich mit {what} weitermachen?",
    "titled": "{title} von {artist}",
    "playing": "{what}.",
    "added": "Ich habe {what} hinzugefügt.",
    "next_up": "{what} kommt als Nächstes.",
    "removed": "Ich habe {what} entfernt.",
    "now": "Das ist {what}.",
    "now_album": "Das ist {what}, aus {album}.",
    "paused": "{what} ist angehalten.",
    "last": "Zuletzt lief {what}.",
    "shuffle_on": "Die Zufallswiedergabe ist an.",
    "shuffle_off": "Die Zufallswiedergabe ist aus.",
    "loop_on": "Ich wiederhole die Warteschlange.",
    "loop_off": "Ich wiederhole nicht mehr.",
    "help": "Sag zum Beispiel: spiele, und den Namen eines Künstlers, eines Albums, eines Lieds oder einer Playlist. "
    "Während Musik läuft, sag: nächstes, Pause, Zufallswiedergabe an, oder: was läuft gerade. Was möchtest du hören?",
    "help_playing": "Du kannst sagen: nächstes, zurück, Pause, von vorne, Zufallswiedergabe an oder Endlosschleife an; "
    "oder lass etwas anderes spielen. Was möchtest du?",
    "fallback": "Das habe ich nicht verstanden. Sag: spiele, und einen Namen; oder sag Hilfe.",
    "position": "Sag eine Stelle, zum Beispiel: geh zu einer Minute dreißig.",
    "not_found": "Ich habe in Music Assistant nichts gefunden, das {said} heißt.",
    "not_found_artist": "Ich habe in Music Assistant keinen Künstler namens {said} gefunden.",
    "not_found_album": "Ich habe in Music Assistant kein Album namens {said} gefunden.",
    "not_found_track": "Ich habe in Music Assistant kein Lied namens {said} gefunden.",
    "not_found_playlist": "Ich habe in Music Assistant keine Playlist namens {said} gefunden.",
    "not_found_radio": "Ich habe in Music Assistant keinen Radiosender namens {said} gefunden.",
    "finished": "Das war das letzte Stück.",
    "nothing_playing": "Hier läuft gerade nichts. Sag: spiele, und einen Namen.",
    "no_audio": "Dieses Gerät kann keine Musik spielen. Versuch es an einem Echo.",
    "overtaken": "Hier läuft schon etwas Neueres.",
    "radio": "Das geht bei einem Radiosender nicht.",
    "spoken_word_shuffle": "Einen Podcast oder ein Hörbuch kann ich nicht mischen.",
    "beyond_end": "So lang ist es nicht.",
    "bad_stream": "Music Assistant hat mir einen Stream gegeben, den ich nicht abspielen kann. Vielleicht stimmt seine "
    "Streamadresse nicht.",
    "store": "Ich erreiche das Gedächtnis des Skills gerade nicht. Bitte versuch es in einer Minute noch einmal.",
    "home_tunnel": "Ich erreiche dein Zuhause nicht. Sieh nach, ob dort Tunnel und Brücke laufen, und sag dann: "
    "fortsetzen.",
    "home_bridge": "Die Brücke bei dir zu Hause hat ein Problem. Sieh in ihr Protokoll und versuch es noch einmal.",
    "home_music_assistant": "Dein Zuhause antwortet, aber Music Assistant nicht. Sieh nach, ob der Server läuft, und "
    "sag dann: fortsetzen.",
    "auth_tunnel": "Cloudflare hat mich abgewiesen. Prüfe das Zugangstoken des Tunnels im Geheimnis des Skills.",
    "auth_bridge": "Die Brücke bei dir zu Hause hat das Token des Skills abgelehnt. Prüfe, ob beide dasselbe haben.",
    "auth_music_assistant": "Music Assistant hat das Token der Brücke abgelehnt. Erstelle ein neues und gib es "
    "der Brücke.",
    "refused": "Das konnte Music Assistant nicht ausführen.",
    "configuration": "Der Skill ist noch nicht fertig eingerichtet. Im Protokoll steht, was fehlt.",
    "unexpected": "Bei mir ist etwas schiefgegangen. Im Protokoll des Skills steht, was.",
}

CATALOGUES: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH, "de": _GERMAN}


def plain_text(locale: str, sentence: str, **names: str) -> str:
    """Return a sentence for a screen or a card; English where the language is not ours yet."""
    catalogue = CATALOGUES.get(locale.partition("-")[0].lower(), _ENGLISH)
    return catalogue[sentence].format(**{name: value[:NAME_LIMIT] for name, value in names.items()})


def spoken(text: str) -> str:
    """Return a text as it goes into SSML: escaped, since ask-sdk's speak() does not, without what XML cannot hold."""
    return escape(_NOT_XML.sub(" ", text))

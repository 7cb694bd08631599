"""From a sentence to what Alexa's music service makes of it: a search, or something done to what plays.

The voice model of music skills is Amazon's own, and no part of a skill. Names are looked up in catalogues, as
they were uploaded; what is in none of them goes as the plain text that was said.
"""

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.utterances import NotUnderstood

__all__ = ["Entities", "MusicListener", "Wish"]

Entities = Mapping[str, Mapping[str, str]]
"""The uploaded catalogues: for each type of entity the ids by name."""
PATTERNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"(?:play )?(?:some )?(?:my )?music", ()),
    (r"play the album (.+?) by (.+)", ("ALBUM", "ARTIST", "=ALBUM")),
    (r"play the album (.+)", ("ALBUM", "=ALBUM")),
    (r"play the (?:song|track) (.+?) by (.+)", ("TRACK", "ARTIST", "=TRACK")),
    (r"play the (?:song|track) (.+)", ("TRACK", "=TRACK")),
    (r"play the (?:song|track)?\s*(.+?) from the album (.+)", ("TRACK", "ALBUM", "=TRACK")),
    (r"play the playlist (.+)", ("PLAYLIST", "=PLAYLIST")),
    (r"play the station (.+)", ("STATION", "=STATION")),
    (r"play the (.+) station", ("STATION", "=STATION")),
    (r"play the latest album by (.+)", ("ARTIST", "=ALBUM", "~RECENCY")),
    (r"play (?:songs|tracks|music) by (.+)", ("ARTIST",)),
    (r"play (?:some )?(.+) music", ("GENRE",)),
    (r"play (.+?) by (.+)", ("TRACK", "ARTIST")),
)
"""Sentences and what they name: types of entity in the order of the groups, =MEDIA_TYPE and ~SORT_TYPE."""
ANY_KIND = ("ARTIST", "ALBUM", "TRACK", "PLAYLIST", "STATION", "GENRE")
"""Where a bare name is looked for, in this order."""
COMMANDS = {
    r"next(?: song| track)?|skip(?: this)?": "next",
    r"previous(?: song| track)?|go back": "previous",
    r"pause": "pause",
    r"resume|play|continue": "resume",
    r"stop": "stop",
    r"shuffle on|shuffle off": "shuffle",
    r"loop on|loop off": "loop",
    r"repeat on|repeat off": "repeat",
    r"thumbs up|i like this(?: song)?": "like",
    r"thumbs down|i don'?t like this(?: song)?": "dislike",
    r"what'?s next|show the queue": "view",
    r"what'?s playing|what is this(?: song)?": "title",
}
SKILL = r"(?: (?:on|from|with) music assistant)?"
CLOSE = 0.75


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants: `play`, `alarm`, `jump`, or one of the commands; and what of."""

    name: str
    attributes: tuple[dict[str, Any], ...] = ()
    shuffle: bool = False
    on: bool = False
    title: str = ""


class MusicListener:
    """Understand sentences about music."""

    def __init__(self, entities: Entities) -> None:
        self._entities = {
            kind: {_plain(name): entity_id for name, entity_id in names.items()} for kind, names in entities.items()
        }

    def understand(self, said: str) -> Wish:
        """Return what is wanted; raise NotUnderstood, with a hint, for a slip of the pen."""
        words = re.sub(r"^alexa,? ", "", said.strip().lower())
        words = re.sub(rf"{SKILL}$", "", words)
        if command := self._command(words):
            return command
        if alarm := re.fullmatch(r"wake me up to (.+?)(?: at .+)?", words):
            return Wish("alarm", self._wanted(f"play {alarm[1]}"))
        if jump := re.fullmatch(r"jump to (.+)", words):
            return Wish("jump", title=jump[1])
        if mixed := re.fullmatch(r"shuffle (.+)", words):
            return Wish("play", self._wanted(f"play {mixed[1]}"), shuffle=True)
        if re.match(r"play |(?:my )?music$", words):
            return Wish("play", self._wanted(words))
        raise NotUnderstood(said, self._hint(words))

    def attribute(self, kind: str, name: str) -> dict[str, Any]:
        """Return one attribute: with the catalogue's id, or with the text where no catalogue has it."""
        entity_id = self._entities.get(kind, {}).get(_plain(name))
        return {"type": kind, "entityId": entity_id} if entity_id else {"type": kind, "value": name}

    @staticmethod
    def _command(words: str) -> Wish | None:
        for pattern, name in COMMANDS.items():
            if re.fullmatch(pattern, words):
                return Wish(name, on=words.endswith(" on"))
        return None

    def _wanted(self, words: str) -> tuple[dict[str, Any], ...]:
        for pattern, kinds in PATTERNS:
            if found := re.fullmatch(pattern, words):
                return tuple(self._filled(kinds, found.groups()))
        return (self._anything(words.removeprefix("play ")),)

    def _filled(self, kinds: tuple[str, ...], names: tuple[str, ...]) -> list[dict[str, Any]]:
        entities = [kind for kind in kinds if kind.isalpha()]
        named = [self.attribute(kind, name) for kind, name in zip(entities, names, strict=True)]
        signs = {"=": "MEDIA_TYPE", "~": "SORT_TYPE"}
        return named + [{"type": signs[kind[0]], "value": kind[1:]} for kind in kinds if kind[0] in signs]

    def _anything(self, name: str) -> dict[str, Any]:
        for kind in ANY_KIND:
            if "entityId" in (found := self.attribute(kind, name)):
                return found
        return {"type": "ARTIST", "value": name}

    @staticmethod
    def _hint(words: str) -> str:
        known = [re.sub(r"\(\?:.*?\)\??|\?", "", each) for pattern in COMMANDS for each in pattern.split("|")]
        return next(iter(difflib.get_close_matches(words, known, n=1, cutoff=CLOSE)), "help")


def _plain(name: str) -> str:
    spread = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in spread if letter.isalnum())

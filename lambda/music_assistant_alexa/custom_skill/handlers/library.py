"""Play by name: free search, or a spoken kind."""

from music_assistant_alexa.custom_skill.handlers.about import ask, described
from music_assistant_alexa.custom_skill.handlers.playback import handed, require_audio, resume
from music_assistant_alexa.custom_skill.replies import Reply, Sentence
from music_assistant_alexa.custom_skill.table import Services, table
from music_assistant_alexa.custom_skill.turn import Turn
from music_assistant_alexa.errors import NothingPlayingError
from music_assistant_alexa.library import spoken_query
from music_assistant_alexa.models import MediaItem, MediaQuery, MediaType

__all__ = ["named_item", "slot_query"]

_NAMED_KINDS = {
    "track": MediaType.TRACK,
    "album": MediaType.ALBUM,
    "playlist": MediaType.PLAYLIST,
    "station": MediaType.RADIO,
}
"""Slots that name a thing of one kind, the most particular first."""


@table.on(
    "PlayQueryIntent",
    "PlayArtistIntent",
    "PlayAlbumIntent",
    "PlayTrackIntent",
    "PlayPlaylistIntent",
    "PlayRadioIntent",
)
def play(turn: Turn, skill: Services) -> Reply:
    """Play what was named; a plain "play" goes on with what was."""
    require_audio(turn)
    query = slot_query(turn)
    if query is None:
        return _resume_or_ask(turn, skill)
    item = skill.library.find(query)
    outcome = skill.playback.play(turn.moment, [item])
    return handed(outcome, Sentence("playing", {"what": named_item(turn, item)}))


def slot_query(turn: Turn) -> MediaQuery | None:
    """Read the slots of an intent: a free phrase, a thing (and its artist), or an artist. None if all are empty."""
    slots = turn.slots
    if "query" in slots:
        return spoken_query(slots["query"])
    artist = slots.get("artist", "")
    for slot, kind in _NAMED_KINDS.items():
        if slot in slots:
            return MediaQuery(slots[slot], kind, artist)
    return MediaQuery(artist, MediaType.ARTIST) if artist else None


def named_item(turn: Turn, item: MediaItem) -> str:
    """Return how an item is called when it is spoken of."""
    return described(turn, item.name, item.artist)


def _resume_or_ask(turn: Turn, skill: Services) -> Reply:
    try:
        return resume(turn, skill)
    except NothingPlayingError:
        return ask("ask")

"""Talking about things: launch and its offer, what's playing, help, and what was not understood."""

from music_assistant_alexa.custom_skill.handlers.playback import require_audio, resume
from music_assistant_alexa.custom_skill.replies import Reply, Sentence
from music_assistant_alexa.custom_skill.speech import plain_text
from music_assistant_alexa.custom_skill.table import Services, table
from music_assistant_alexa.custom_skill.turn import Turn
from music_assistant_alexa.errors import NothingPlayingError, PlaybackStoreError
from music_assistant_alexa.models import Activity
from music_assistant_alexa.playback import Place

__all__ = ["ask", "described"]

RESUME = "resume"
"""The question a launch leaves open."""


@table.on("LaunchRequest")
def launch(turn: Turn, skill: Services) -> Reply:
    """Offer to go on with what was heard here last, or say what can be said. No round trip."""
    require_audio(turn)
    place = _place(turn, skill)
    if place is None or not place.item.title:
        return Reply(Sentence("welcome"), question=Sentence("ask"))
    names = {"what": described(turn, place.item.title, place.item.artist)}
    return Reply(Sentence("offer", names), question=Sentence("offer_again", names), pending=RESUME)


@table.on("AMAZON.YesIntent")
def yes(turn: Turn, skill: Services) -> Reply:
    """Take up the offer; without one, ask what is wanted."""
    return resume(turn, skill) if turn.pending == RESUME else ask("ask")


@table.on("AMAZON.NoIntent")
def no(turn: Turn, skill: Services) -> Reply:
    """Turn the offer down and ask what is wanted instead; without one, end."""
    del skill
    return ask("ask") if turn.pending else Reply()


@table.on("WhatsPlayingIntent")
def whats_playing(turn: Turn, skill: Services) -> Reply:
    """Say what plays here, or did. No round trip."""
    place = skill.playback.place(turn.moment)
    names = {"what": described(turn, place.item.title, place.item.artist), "album": place.item.album}
    return Reply(Sentence(_tense(place, turn), names))


@table.on("AMAZON.HelpIntent")
def help_(turn: Turn, skill: Services) -> Reply:
    """Say what can be said now."""
    place = _place(turn, skill)
    playing = place is not None and place.audible_at(turn.moment.occurred_at)
    return ask("help_playing" if playing else "help", again="ask")


@table.on("AMAZON.FallbackIntent")
def fallback(turn: Turn, skill: Services) -> Reply:
    """Say how to ask."""
    del turn, skill
    return ask("fallback", again="ask")


@table.on("AMAZON.NavigateHomeIntent")
def navigate_home(turn: Turn, skill: Services) -> Reply:
    """End the session; the device goes home by itself and the music goes on."""
    del turn, skill
    return Reply()


def ask(key: str, again: str = "") -> Reply:
    """Say something and wait for an answer."""
    return Reply(Sentence(key), question=Sentence(again or key))


def described(turn: Turn, title: str, artist: str) -> str:
    """Return a thing's name as it is spoken: with its artist, if it has one of another name."""
    if not artist or artist == title:
        return title
    return plain_text(turn.locale, "titled", title=title, artist=artist)


def _place(turn: Turn, skill: Services) -> Place | None:
    """Return the place, if it is known: what can be said does not depend on it."""
    try:
        return skill.playback.place(turn.moment)
    except (NothingPlayingError, PlaybackStoreError):
        return None


def _tense(place: Place, turn: Turn) -> str:
    if place.running.activity in {Activity.FINISHED, Activity.FAILED}:
        return "last"
    if not place.audible_at(turn.moment.occurred_at):
        return "paused"
    return "now_album" if place.item.album else "now"

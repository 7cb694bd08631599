"""What a row is about: conditions on an exchange, and the parts of it that more than one row reads."""

from collections.abc import Iterator
from typing import Any

from simulator.rules.table import DIALOG_TYPES, Exchange, Given, mapping

EVENT = "AudioPlayer."
STARTED, FINISHED = "AudioPlayer.PlaybackStarted", "AudioPlayer.PlaybackFinished"
STOPPED, NEARLY_FINISHED = "AudioPlayer.PlaybackStopped", "AudioPlayer.PlaybackNearlyFinished"
FAILED = "AudioPlayer.PlaybackFailed"
EXCEPTION = "System.ExceptionEncountered"
INTERNAL_ERRORS = ("INTERNAL_ERROR", "INTERNAL_SERVICE_ERROR")
KNOWN_TYPES = (EVENT, "PlaybackController.", "AlexaSkillEvent.", "System.", "Alexa.Presentation.")
KNOWN = (*DIALOG_TYPES, "SessionEndedRequest", "CanFulfillIntentRequest", "SessionResumedRequest")
# The words and keys below are those of Amazon's own model (ask-sdk-model 1.82.0).
ACTIVITIES = frozenset({"IDLE", "PLAYING", "PAUSED", "STOPPED", "FINISHED", "BUFFER_UNDERRUN"})
MODES = frozenset({"HUB", "MOBILE", "PC", "TV", "AUTO"})
SHAPES = frozenset({"RECTANGLE", "ROUND"})
ENVELOPE = frozenset({"version", "session", "context", "request"})
CONTEXT = frozenset(
    {
        "System", "AudioPlayer", "Automotive", "Display", "Geolocation", "Viewport", "Viewports", "Extensions",
        "AppLink", "Experimentation", "Alexa.Presentation", "Alexa.Presentation.APL", "Alexa.DataStore.PackageManager",
    }
)  # fmt: skip
SYSTEM = frozenset({"application", "user", "device", "person", "unit", "apiEndpoint", "apiAccessToken"})
PLAYER = frozenset({"playerActivity", "token", "offsetInMilliseconds"})


def of_kind(kind: str) -> Given:
    """Return the condition that a request is of one type."""
    return lambda exchange: exchange.kind == kind


def has_play(exchange: Exchange) -> bool:
    """Say whether the answer plays something."""
    return bool(exchange.plays)


def has_enqueue(exchange: Exchange) -> bool:
    """Say whether the answer enqueues something."""
    return any(is_enqueue(play) for play in exchange.plays)


def has_other_play(exchange: Exchange) -> bool:
    """Say whether the answer plays something otherwise than by enqueuing it."""
    return not all(is_enqueue(play) for play in exchange.plays)


def plays_ahead(exchange: Exchange) -> bool:
    """Say whether NearlyFinished is answered with a Play."""
    return exchange.kind == NEARLY_FINISHED and has_play(exchange)


def enqueues_ahead(exchange: Exchange) -> bool:
    """Say whether NearlyFinished is answered with an ENQUEUE."""
    return exchange.kind == NEARLY_FINISHED and has_enqueue(exchange)


def has_clear(exchange: Exchange) -> bool:
    """Say whether the answer clears a queue."""
    return any(directive.get("type") == "AudioPlayer.ClearQueue" for directive in exchange.directives)


def has_pictures(exchange: Exchange) -> bool:
    """Say whether the answer has art or a background to show."""
    return any(picture_sources(exchange))


def is_event(exchange: Exchange) -> bool:
    """Say whether the request is an event of the AudioPlayer."""
    return exchange.kind.startswith(EVENT)


def is_button(exchange: Exchange) -> bool:
    """Say whether a button was pressed."""
    return exchange.kind.startswith("PlaybackController.")


def is_pause_button(exchange: Exchange) -> bool:
    """Say whether the pause button was pressed, for this skill."""
    asked = exchange.kind == "PlaybackController.PauseCommandIssued"
    return asked and exchange.plays_audio and not exchange.refused


def is_internal_error(exchange: Exchange) -> bool:
    """Say whether Alexa reports an internal error, by either name."""
    return exchange.kind == EXCEPTION and error_of(exchange) in INTERNAL_ERRORS


def has_no_player(exchange: Exchange) -> bool:
    """Say whether a person speaks to a device that plays no audio."""
    return exchange.kind in DIALOG_TYPES and not exchange.plays_audio


def is_pause(exchange: Exchange) -> bool:
    """Say whether a device that plays audio is asked to pause."""
    return exchange.intent == "AMAZON.PauseIntent" and exchange.plays_audio and not exchange.refused


def is_resume(exchange: Exchange) -> bool:
    """Say whether the skill is asked to play on."""
    return exchange.intent == "AMAZON.ResumeIntent" and not exchange.refused


def failed_while_buffering(exchange: Exchange) -> bool:
    """Say whether a stream failed while another one plays."""
    playing = mapping(exchange.request.get("currentPlaybackState")).get("token")
    return exchange.kind == FAILED and playing not in (None, "", exchange.token)


def is_unknown(exchange: Exchange) -> bool:
    """Say whether a request is of a type that nobody knows."""
    known = exchange.kind.startswith(KNOWN_TYPES) or exchange.kind in KNOWN
    return exchange.custom and "request" in mapping(exchange.event) and not known


def has_unknown_word(exchange: Exchange) -> bool:
    """Say whether the context holds a word that is newer than Amazon's model."""
    viewport = mapping(mapping(mapping(exchange.event).get("context")).get("Viewport"))
    words = (
        (exchange.player.get("playerActivity"), ACTIVITIES),
        (viewport.get("mode"), MODES),
        (viewport.get("shape"), SHAPES),
    )
    return any(word is not None and not (isinstance(word, str) and word in known) for word, known in words)


def has_unknown_property(exchange: Exchange) -> bool:
    """Say whether the envelope, the context, System or AudioPlayer has a key that is not in Amazon's model."""
    if not exchange.custom:
        return False
    envelope = mapping(exchange.event)
    context = mapping(envelope.get("context"))
    system = mapping(context.get("System"))
    known = ((envelope, ENVELOPE), (context, CONTEXT), (system, SYSTEM), (exchange.player, PLAYER))
    return any(part.keys() - keys for part, keys in known)


def stream_of(play: dict[str, Any]) -> dict[str, Any]:
    """Return a Play's stream, empty when there is none."""
    return mapping(mapping(play.get("audioItem")).get("stream"))


def is_enqueue(play: dict[str, Any]) -> bool:
    """Say whether a Play is an ENQUEUE."""
    return play.get("playBehavior") == "ENQUEUE"


def error_of(exchange: Exchange) -> Any:
    """Return the type of the error a request reports."""
    return mapping(exchange.request.get("error")).get("type")


def picture_sources(exchange: Exchange) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every source of every picture of the answer, with the key it is under."""
    for play in exchange.plays:
        metadata = mapping(mapping(play.get("audioItem")).get("metadata"))
        for key in ("art", "backgroundImage"):
            for source in mapping(metadata.get(key)).get("sources") or []:
                yield key, mapping(source)

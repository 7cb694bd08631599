"""AASB's own words (LocalMediaSource, SDK 3.0 to 4.3): read in any case, written in capitals."""

from enum import StrEnum

from music_assistant_alexa.models import MediaType

__all__ = ["SELECTORS", "TOPIC", "Control", "Report", "Selector", "Source", "media_type", "operations"]

TOPIC = "LocalMediaSource"


class Source(StrEnum):
    """What a person may call the thing that plays."""

    BLUETOOTH = "BLUETOOTH"
    USB = "USB"
    FM_RADIO = "FM_RADIO"
    AM_RADIO = "AM_RADIO"
    SATELLITE_RADIO = "SATELLITE_RADIO"
    LINE_IN = "LINE_IN"
    COMPACT_DISC = "COMPACT_DISC"
    SIRIUS_XM = "SIRIUS_XM"
    DAB = "DAB"
    DEFAULT = "DEFAULT"


class Selector(StrEnum):
    """What the payload of Play names."""

    FREQUENCY = "FREQUENCY"
    CHANNEL = "CHANNEL"
    PRESET = "PRESET"


SELECTORS: dict[Source, tuple[Selector, ...]] = {
    Source.FM_RADIO: (Selector.FREQUENCY, Selector.PRESET),
    Source.AM_RADIO: (Selector.FREQUENCY, Selector.PRESET),
    Source.SIRIUS_XM: (Selector.CHANNEL, Selector.PRESET),
    Source.DAB: (Selector.CHANNEL,),
    Source.DEFAULT: (Selector.PRESET,),
}
"""What each source can be asked for; the others only resume."""


class Control(StrEnum):
    """PlayControl's types."""

    RESUME = "RESUME"
    PAUSE = "PAUSE"
    STOP = "STOP"
    NEXT = "NEXT"
    PREVIOUS = "PREVIOUS"
    START_OVER = "START_OVER"
    FAST_FORWARD = "FAST_FORWARD"
    REWIND = "REWIND"
    ENABLE_REPEAT_ONE = "ENABLE_REPEAT_ONE"
    ENABLE_REPEAT = "ENABLE_REPEAT"
    DISABLE_REPEAT = "DISABLE_REPEAT"
    ENABLE_SHUFFLE = "ENABLE_SHUFFLE"
    DISABLE_SHUFFLE = "DISABLE_SHUFFLE"
    FAVORITE = "FAVORITE"
    UNFAVORITE = "UNFAVORITE"


class Report(StrEnum):
    """What a head unit did: our own words, beside AASB's."""

    STARTED = "started"
    PROGRESS = "progress"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    GUI_STARTED = "gui_started"
    GUI_STOPPED = "gui_stopped"
    SWITCHED_AWAY = "switched_away"


_ALWAYS = ("PLAY", "PAUSE", "STOP")
_RATED = ("FAVORITE", "UNFAVORITE")
_SPOKEN_WORD = (
    *("NEXT", "PREVIOUS", "START_OVER", "FAST_FORWARD", "REWIND"),
    *("ENABLE_REPEAT", "ENABLE_REPEAT_ONE", "DISABLE_REPEAT", "SEEK", "ADJUST_SEEK"),
)
_MIXED = ("ENABLE_SHUFFLE", "DISABLE_SHUFFLE")
_MEDIA_TYPES = {
    MediaType.TRACK: "TRACK",
    MediaType.RADIO: "STATION",
    MediaType.PODCAST: "PODCAST",
    MediaType.PODCAST_EPISODE: "PODCAST",
}


def operations(kind: MediaType | None) -> list[str]:
    """Return the SupportedPlaybackOperations of what plays; those of nothing are the three that always are.

    RESUME is none of the 17 of a local media source, though it is a control.
    """
    match kind:
        case None:
            return [*_ALWAYS]
        case MediaType.RADIO:
            return [*_ALWAYS, *_RATED]
        case MediaType.PODCAST | MediaType.PODCAST_EPISODE | MediaType.AUDIOBOOK:
            return [*_ALWAYS, *_SPOKEN_WORD, *_RATED]
    return [*_ALWAYS, *_SPOKEN_WORD, *_MIXED, *_RATED]


def media_type(kind: MediaType | None) -> str:
    """Return AASB's word for a kind of media."""
    return _MEDIA_TYPES.get(kind, "OTHER") if kind else "OTHER"

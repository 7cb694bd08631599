"""From an error to what the user hears: one table, resolved along the error's ancestors."""

from music_assistant_alexa.custom_skill.replies import Reply, Sentence
from music_assistant_alexa.errors import (
    AuthorizationError,
    ConfigurationError,
    ContentFilteredError,
    ContentUnavailableError,
    HomeAuthError,
    HomeCommandError,
    HomeError,
    HomePart,
    IncompleteRequestError,
    ItemNotFoundError,
    MediaNotFoundError,
    NothingPlayingError,
    PlaybackStoreError,
    PlayerUnavailableError,
    QueueFinishedError,
    SkillError,
    StreamUrlError,
    UnsupportedReason,
    UnsupportedRequestError,
    answer_in,
)

__all__ = ["SENTENCES", "reply_to"]

SENTENCES: dict[type[Exception], str] = {
    MediaNotFoundError: "not_found",
    ContentFilteredError: "refused",
    ContentUnavailableError: "refused",
    ItemNotFoundError: "nothing_playing",
    QueueFinishedError: "finished",
    NothingPlayingError: "nothing_playing",
    PlayerUnavailableError: "no_audio",
    UnsupportedRequestError: "refused",
    IncompleteRequestError: "fallback",
    AuthorizationError: "configuration",
    StreamUrlError: "bad_stream",
    PlaybackStoreError: "store",
    HomeError: "home",
    HomeAuthError: "auth",
    HomeCommandError: "refused",
    SkillError: "unexpected",
    ConfigurationError: "configuration",
}

_UNSUPPORTED = {
    UnsupportedReason.RADIO: "radio",
    UnsupportedReason.SPOKEN_WORD: "spoken_word_shuffle",
    UnsupportedReason.BEYOND_END: "beyond_end",
}
_KINDS_WITH_A_SENTENCE = {"artist", "album", "track", "playlist", "radio"}
_BY_PART = {"home", "auth"}


def reply_to(error: Exception) -> Reply:
    """Return the sentence that names the cause and the remedy."""
    key = answer_in(SENTENCES, error)
    match error:
        case MediaNotFoundError() if error.kind in _KINDS_WITH_A_SENTENCE:
            return Reply(Sentence(f"{key}_{error.kind}", {"said": error.said}))
        case MediaNotFoundError():
            return Reply(Sentence(key, {"said": error.said}))
        case UnsupportedRequestError():
            return Reply(Sentence(_UNSUPPORTED[error.reason]))
        case HomeCommandError() if error.part is HomePart.BRIDGE:
            return Reply(Sentence(f"home_{error.part}"))
        case HomeError() if key in _BY_PART:
            return Reply(Sentence(f"{key}_{error.part}"))
    return Reply(Sentence(key))

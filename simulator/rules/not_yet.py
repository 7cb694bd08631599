"""Rows of the table that nothing can be judged by yet, and why: other dialects, and what the skill never sends."""

from dataclasses import dataclass

MUSIC = "The Music Skill dialect answers every directive with an error so far."
AUTO = "The Alexa Auto dialect answers every message with an error so far."


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: what it says and where that comes from."""

    row: int
    source: str
    claim: str


UNUSED: dict[int, str] = {
    62: "No answer elicits a slot and no model has a dialog.",
    64: "No answer updates dynamic entities.",
}
"""Rows that have a check, about something the skill does not do."""

MUSIC_ROWS = (
    Row(65, "DOC", "A music answer's header has its four fields and a new messageId of at most 128 characters."),
    Row(66, "S003", "GetPlayableContent that finds something answers with id, and metadata of type, name and art."),
    Row(67, "312", "GetPlayableContent's metadata.type is the kind of what was asked for."),
    Row(
        68, "S003, F18", "GetPlayableContent that finds nothing answers CONTENT_NOT_FOUND of Alexa.Media, version 1.0."
    ),
    Row(69, "LEX", "GetPlayableContent answers CONTENT_FILTERED for an explicit track where those are not allowed."),
    Row(70, "S003", "GetPlayableContent of one entity gives every user the same contentId, every time."),
    Row(71, "S003, policy", "GetPlayableContent without criteria answers with content, not with an error."),
    Row(72, "S003", "GetPlayableContent is answered within 500 ms."),
    Row(73, "S001", "Initiate answers with type ALEXA_AUDIO_PLAYER_QUEUE, an id and a first item."),
    Row(74, "LEX; presence 312", "Initiate's stream has an https uri, an offset from 0 and a validUntil to come."),
    Row(75, "S001, 312", "Initiate with shuffle or loop shows it in the selected controls."),
    Row(76, "S001", "Initiate with an old contentId resolves it anew or answers CONTENT_NOT_FOUND."),
    Row(77, "S001", "Initiate is answered within 100 ms at p50, 250 at p90, 400 at p99."),
    Row(78, "LEX", "GetNextItem after the last item says that the queue is finished, and has no item."),
    Row(79, "LEX", "GetNextItem before the last item has an item and says that the queue is not finished."),
    Row(80, "B1", "GetNextItem understands all three forms of a reference alike."),
    Row(81, "F18, 312", "GetPreviousItem of the first item answers ITEM_NOT_FOUND."),
    Row(82, "312", "JumpToItem with a bad id answers INVALID_ITEM."),
    Row(83, "F18", "GetItem and GetView are answered in the namespace Alexa.Audio.PlayQueue."),
    Row(84, "312", "GetView shows at most ten items."),
    Row(85, "F18, 312", "SetShuffle, SetLoop and SetRepeat are answered Alexa.Response 3.0 with an empty payload."),
    Row(86, "LEX", "The item of a live stream has no durationInMilliseconds."),
    Row(87, "DOC", "A general error is an Alexa.ErrorResponse of payloadVersion 3.0."),
    Row(88, "312", "A directive nobody knows is answered INVALID_DIRECTIVE, version 3.0."),
    Row(89, "B1", "AlexaAudioPlayQueueEvent is acknowledged, and reaches no handler of the custom skill."),
)
AUTO_ROWS = (
    Row(90, "AUTO Message.cpp", "A payload is an object; one that is text is refused."),
    Row(91, "AUTO", "GetState is answered by a Reply of the action GetState that names the message it replies to."),
    Row(92, "C3.1", "GetState's reply has all 24 keys of playbackState and all 10 of sessionState."),
    Row(93, "S002", "GetState's reply says spiVersion 1.0 and type ExternalMediaPlayerMusicItem."),
    Row(94, "C3.5", "GetState is answered within 500 ms."),
    Row(95, "S002", "Play leads to PlaybackSessionStarted, then PlaybackStarted, with its sessionId."),
    Row(96, "S002", "RESUME leads to a session of a new UUID."),
    Row(97, "AUTO sample", "STOP leads to PlaybackStopped, then PlaybackSessionEnded."),
    Row(98, "AUTO sample", "PAUSE leads to PlaybackStopped, and the session is kept."),
    Row(99, "S002", "A session that was opened is closed."),
    Row(100, "AUTO; clamp policy", "Seek and AdjustSeek are in milliseconds, kept within the track."),
    Row(101, "AUTO LocalMediaSource.h", "VolumeChanged is a number from 0 to 1, scaled."),
    Row(102, "AUTO sample", "A message for another source is ignored."),
    Row(103, "policy", "A word nobody knows leads to PlayerError, not to a crash."),
    Row(104, "S002", "SetFocus is never sent."),
    Row(105, "C5", "Play of versions 3.0 to 3.2, which has no sessionId, is taken."),
)
NOT_YET: dict[int, str] = {row.row: MUSIC for row in MUSIC_ROWS} | {row.row: AUTO for row in AUTO_ROWS}

"""What the HTTP API answers when something is wrong, drawn once.

BridgeError                             .status and .code go on the wire, the text is the `detail`
├── BadRequestError                 400 bad_request
├── CommandNotAllowedError          403 command_not_allowed
├── ContentFilteredError            403 content_filtered
├── ContentUnavailableError         403 content_unavailable
├── ContentNotFoundError            404 content_not_found
├── UnknownPlayerError              404 unknown_player
├── UnknownQueueError               404 unknown_queue
├── UnknownItemError                404 unknown_item
├── RequestTimeoutError             408 request_timeout
├── QueueFinishedError              409 queue_finished
├── BusyError                       503 busy
│   └── TooManyError                429 too_many
├── MusicAssistantError             502 music_assistant_refused
│   ├── UnreachableError            502 music_assistant_unreachable
│   └── AuthError                   502 music_assistant_auth
└── StreamTimeoutError              504 stream_timeout
"""


class BridgeError(Exception):
    """Anything the HTTP API turns into an error answer."""

    status = 500
    code = "internal_error"


class BadRequestError(BridgeError):
    """The request cannot be understood; the text says what to send instead."""

    status = 400
    code = "bad_request"


class CommandNotAllowedError(BridgeError):
    """Music Assistant's command, or an argument of it, is not on the allow-list."""

    status = 403
    code = "command_not_allowed"


class ContentFilteredError(BridgeError):
    """All of it is explicit, and the listener's filter is on."""

    status = 403
    code = "content_filtered"


class ContentUnavailableError(BridgeError):
    """Music Assistant knows it, and that none of its providers plays it."""

    status = 403
    code = "content_unavailable"


class ContentNotFoundError(BridgeError):
    """Nothing is what was meant: gone, empty, or the uri has come to mean something else."""

    status = 404
    code = "content_not_found"


class UnknownPlayerError(BridgeError):
    """The bridge has no such player."""

    status = 404
    code = "unknown_player"


class UnknownQueueError(BridgeError):
    """No player holds this queue of the music skill, or it holds a newer one."""

    status = 404
    code = "unknown_queue"


class UnknownItemError(BridgeError):
    """The queue no longer holds the item, and no uri was given to play instead."""

    status = 404
    code = "unknown_item"


class RequestTimeoutError(BridgeError):
    """The client was too slow with its body."""

    status = 408
    code = "request_timeout"


class BusyError(BridgeError):
    """So many are served already that there is no slot for another."""

    status = 503
    code = "busy"


class TooManyError(BusyError):
    """This client is served so often already that it gets no other slot."""

    status = 429
    code = "too_many"


class QueueFinishedError(BridgeError):
    """There is no item after the current one."""

    status = 409
    code = "queue_finished"


class MusicAssistantError(BridgeError):
    """Music Assistant refused the command."""

    status = 502
    code = "music_assistant_refused"


class UnreachableError(MusicAssistantError):
    """Music Assistant does not answer."""

    code = "music_assistant_unreachable"


class AuthError(MusicAssistantError):
    """Music Assistant refused the token."""

    code = "music_assistant_auth"


class StreamTimeoutError(BridgeError):
    """Music Assistant took the command but handed out no stream in time."""

    status = 504
    code = "stream_timeout"

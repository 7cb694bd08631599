"""What goes wrong inside the stand-in home; a client only sees 500 `Internal server error`."""


class RefusedError(Exception):
    """The server cannot or will not carry out a command."""


class MediaNotFound(RefusedError):  # noqa: N818  # named as the server's own
    """There is no such thing in the library, or nothing of it can be played."""


class QueueEmpty(RefusedError):  # noqa: N818  # named as the server's own
    """There is nothing (more) in the queue."""

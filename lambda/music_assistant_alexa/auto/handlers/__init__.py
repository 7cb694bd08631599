"""The handlers by theme; importing this package fills the table."""

from music_assistant_alexa.auto.handlers import forwarded, playing, reports, state

__all__ = ["forwarded", "playing", "reports", "state"]

"""The handlers by theme; importing this package fills the table."""

from music_assistant_alexa.music_skill.handlers import events, feedback, playback, queue, search

__all__ = ["events", "feedback", "playback", "queue", "search"]

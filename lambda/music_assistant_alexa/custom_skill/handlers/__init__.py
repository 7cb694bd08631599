"""The handlers by theme; importing this package fills the table."""

from music_assistant_alexa.custom_skill.handlers import about, events, library, playback, queue, system

__all__ = ["about", "events", "library", "playback", "queue", "system"]

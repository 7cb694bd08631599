"""Thumbs."""

from music_assistant_alexa.music_skill import responses
from music_assistant_alexa.music_skill.directive import Directive
from music_assistant_alexa.music_skill.responses import Response
from music_assistant_alexa.music_skill.table import Services, table


@table.on("Alexa.UserPreference.ReceiveFeedback")
def receive(directive: Directive, skill: Services) -> Response:
    """Make what is liked a favourite of Music Assistant; leave what is not, without asking home."""
    if directive.feedback == "NEGATIVE":
        return responses.skipped()
    if directive.feedback == "POSITIVE":
        skill.playback.like(directive.item)
    return responses.accepted("2.0")

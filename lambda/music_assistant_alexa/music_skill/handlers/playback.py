"""Beginning: a person asked, an alarm rang, something was chosen in the app, or music moves to another room."""

from music_assistant_alexa.errors import IncompleteRequestError
from music_assistant_alexa.music_queues import Initiation
from music_assistant_alexa.music_skill import responses
from music_assistant_alexa.music_skill.directive import Directive
from music_assistant_alexa.music_skill.responses import Response
from music_assistant_alexa.music_skill.table import Services, table


@table.on("Alexa.Media.Playback.Initiate")
def initiate(directive: Directive, skill: Services) -> Response:
    """Begin a queue of what a contentId stands for."""
    if not directive.content_id:
        raise IncompleteRequestError("no contentId is given")
    return responses.begun(skill.playback.initiate(_initiation(directive)), "Initiate")


@table.on("Alexa.Media.Playback.Reinitiate")
def reinitiate(directive: Directive, skill: Services) -> Response:
    """Begin anew what plays, where it is."""
    if not directive.content_id and directive.reference is None:
        raise IncompleteRequestError("neither a contentId nor an item that plays is given")
    return responses.begun(skill.playback.reinitiate(_initiation(directive)), "Reinitiate")


def _initiation(directive: Directive) -> Initiation:
    return Initiation(
        directive.message_id,
        directive.content_id,
        modes=directive.modes,
        explicit_allowed=directive.explicit_allowed,
        current=directive.reference,
    )

"""What can be played: Alexa asks before anything begins, and while an alarm is set."""

from music_assistant_alexa.contents import Criteria
from music_assistant_alexa.music_skill import responses
from music_assistant_alexa.music_skill.directive import Directive
from music_assistant_alexa.music_skill.responses import Response
from music_assistant_alexa.music_skill.table import Services, table


@table.on("Alexa.Media.Search.GetPlayableContent")
def playable(directive: Directive, skill: Services) -> Response:
    """Say what was meant. No round trip for what has an id of our catalogue; nothing is begun."""
    criteria = directive.criteria[0] if directive.criteria else Criteria()
    found = skill.contents.playable(criteria, explicit_allowed=directive.explicit_allowed)
    return responses.playable(found, skill.art(found.image_url))


@table.on("Alexa.Media.Search.GetDisplayableContent")
def displayable(directive: Directive, skill: Services) -> Response:
    """Say what a screen can show for several criteria."""
    found = skill.contents.displayable(
        directive.criteria, limit=directive.limit, explicit_allowed=directive.explicit_allowed
    )
    return responses.displayable((each, skill.art(each.image_url)) for each in found)

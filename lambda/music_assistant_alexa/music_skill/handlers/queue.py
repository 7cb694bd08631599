"""A queue that has begun: what follows in it, what it looks like, in which order it plays."""

from music_assistant_alexa.errors import IncompleteRequestError
from music_assistant_alexa.music_skill import responses
from music_assistant_alexa.music_skill.directive import Directive
from music_assistant_alexa.music_skill.responses import Response
from music_assistant_alexa.music_skill.table import Services, table


@table.on("Alexa.Audio.PlayQueue.GetNextItem")
def next_item(directive: Directive, skill: Services) -> Response:
    """Return what follows; asked while the item before it plays, or because someone skipped it."""
    return responses.following(skill.playback.following(directive.item, skip=directive.user_initiated))


@table.on("Alexa.Audio.PlayQueue.GetPreviousItem")
def previous_item(directive: Directive, skill: Services) -> Response:
    """Return what stands before."""
    return responses.item(skill.playback.previous(directive.item), "GetPreviousItem")


@table.on("Alexa.Audio.PlayQueue.JumpToItem")
def jump(directive: Directive, skill: Services) -> Response:
    """Return the item that someone chose on a screen."""
    if not directive.target_id:
        raise IncompleteRequestError("no targetItemId is given")
    return responses.item(skill.playback.jump(directive.item, directive.target_id), "JumpToItem")


@table.on("Alexa.Media.PlayQueue.GetItem")
def get_item(directive: Directive, skill: Services) -> Response:
    """Return the very item, its URL renewed."""
    return responses.item(skill.playback.item(directive.item), "GetItem")


@table.on("Alexa.Media.PlayQueue.GetView")
def get_view(directive: Directive, skill: Services) -> Response:
    """Return what a screen shows of the queue."""
    return responses.view(skill.playback.view(directive.item))


@table.on("Alexa.Media.PlayQueue.SetShuffle")
def set_shuffle(directive: Directive, skill: Services) -> Response:
    """Mix what follows, or put it back in order."""
    skill.playback.shuffle(directive.item, on=directive.on)
    return responses.accepted()


@table.on("Alexa.Media.PlayQueue.SetLoop")
def set_loop(directive: Directive, skill: Services) -> Response:
    """Begin again after the last item, or end there."""
    skill.playback.loop(directive.item, on=directive.on)
    return responses.accepted()


@table.on("Alexa.Media.PlayQueue.SetRepeat")
def set_repeat(directive: Directive, skill: Services) -> Response:
    """Play one item over and over, or go on."""
    skill.playback.repeat_one(directive.item, on=directive.on)
    return responses.accepted()

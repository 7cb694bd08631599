"""Changing what follows: add, play next, remove."""

from music_assistant_alexa.custom_skill.handlers.about import ask, described
from music_assistant_alexa.custom_skill.handlers.library import named_item, slot_query
from music_assistant_alexa.custom_skill.handlers.playback import require_audio
from music_assistant_alexa.custom_skill.replies import Reply, Sentence
from music_assistant_alexa.custom_skill.table import Services, table
from music_assistant_alexa.custom_skill.turn import Turn
from music_assistant_alexa.models import QueueOption


@table.on("AddToQueueIntent")
def add(turn: Turn, skill: Services) -> Reply:
    """Put something behind everything else."""
    return _put(turn, skill, QueueOption.ADD, "added")


@table.on("PlayNextIntent")
def play_next(turn: Turn, skill: Services) -> Reply:
    """Put something behind the current item."""
    return _put(turn, skill, QueueOption.NEXT, "next_up")


@table.on("RemoveThisIntent")
def remove_this(turn: Turn, skill: Services) -> Reply:
    """Take the current item out of the queue and go on with the next."""
    outcome = skill.playback.remove_current(turn.moment)
    what = described(turn, outcome.item.title, outcome.item.artist) if outcome.item else ""
    return Reply.of(outcome, Sentence("removed", {"what": what}))


def _put(turn: Turn, skill: Services, option: QueueOption, sentence: str) -> Reply:
    require_audio(turn)
    query = slot_query(turn)
    if query is None:
        return ask("ask")
    item = skill.library.find(query)
    outcome = skill.playback.add(turn.moment, [item], option)
    return Reply.of(outcome, Sentence(sentence, {"what": named_item(turn, item)}))

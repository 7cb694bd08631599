"""Questions about what the skill could do."""

from music_assistant_alexa.custom_skill.handlers.library import slot_query
from music_assistant_alexa.custom_skill.replies import Reply
from music_assistant_alexa.custom_skill.table import Services, table
from music_assistant_alexa.custom_skill.turn import Turn


@table.on("CanFulfillIntentRequest")
def can_fulfill(turn: Turn, skill: Services) -> Reply:
    """Say whether the words would do, without doing anything."""
    del skill
    return Reply(can_fulfill=slot_query(turn) is not None)

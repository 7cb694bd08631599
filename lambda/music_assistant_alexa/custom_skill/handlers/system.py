"""What Alexa says about the skill itself, and questions about what it could do."""

from music_assistant_alexa import telemetry
from music_assistant_alexa.custom_skill.handlers.library import slot_query
from music_assistant_alexa.custom_skill.replies import Reply
from music_assistant_alexa.custom_skill.table import Services, table
from music_assistant_alexa.custom_skill.turn import Turn


@table.on("SessionEndedRequest")
def session_ended(turn: Turn, skill: Services) -> Reply:
    """Say nothing; count the sessions that ended because an answer of ours was wrong."""
    del skill
    if turn.error_type:
        telemetry.count("SessionError")
    return Reply()


@table.on("CanFulfillIntentRequest")
def can_fulfill(turn: Turn, skill: Services) -> Reply:
    """Say whether the words would do, without doing anything."""
    del skill
    return Reply(can_fulfill=slot_query(turn) is not None)

"""What a handler answers, before it is a response."""

from dataclasses import dataclass, field
from typing import Self

from music_assistant_alexa.actions import Action, Outcome

__all__ = ["Reply", "Sentence"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the catalogue, and the names in it."""

    key: str
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said, what the device is told, and whether an answer is awaited."""

    sentence: Sentence | None = None
    actions: tuple[Action, ...] = ()
    question: Sentence | None = None
    """Asked again when nobody answers; the session stays open for it."""

    pending: str = ""
    """What a yes would mean."""

    titled: bool = False
    """Show a card with what plays."""

    can_fulfill: bool | None = None
    """Of CanFulfillIntentRequest only."""

    @classmethod
    def of(cls, outcome: Outcome, sentence: Sentence | None = None, *, titled: bool = False) -> Self:
        """Answer with what a command led to."""
        return cls(sentence, outcome.actions, titled=titled)

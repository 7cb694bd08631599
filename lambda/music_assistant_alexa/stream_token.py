"""What Alexa echoes in every event about a stream, so that the event can be understood from it alone."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class StreamToken:
    """What Alexa echoes in every event: enough to understand the event from it alone."""

    queue_id: str
    queue_item_id: str
    position_ms: int
    """The track position at which the stream starts."""

    generation: int
    """A number of its own for every stream handed to the device, also when the same item comes again."""

    offset_ms: int = 0
    """Where in the stream the device begins: what MA, which seeks to whole seconds, cannot do."""

    def encode(self) -> str:
        """Return the token as Alexa carries it: `1.` and base64url of compact JSON."""
        fields = [self.queue_id, self.queue_item_id, self.position_ms, self.generation]
        fields += [self.offset_ms] if self.offset_ms else []
        text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
        return "1." + base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: object) -> Self | None:
        """Return the token in `text`, or None for a foreign or broken one: no error, no action."""
        if not isinstance(text, str) or not text.startswith("1."):
            return None
        payload = text[2:]
        try:
            match json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))):
                case [str(queue), str(item), *numbers] if len(numbers) in {2, 3} and all(map(_is_count, numbers)):
                    token = cls(queue, item, *numbers)
                    return token if token.encode() else None  # half a pair of surrogates cannot be encoded
        except (ValueError, binascii.Error, RecursionError):
            return None
        return None


def _is_count(value: object) -> bool:
    """Tell a number that can have come from us, and fits DynamoDB."""
    return type(value) is int and 0 <= value < 2**53

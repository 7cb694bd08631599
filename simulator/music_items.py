"""What the music service keeps of the skill's answers: the content that was found, a queue's modes, and its items."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.rules.music_given import control, seconds_of
from simulator.rules.table import mapping

__all__ = ["Content", "Item", "Modes"]

VALID_S = 60.0
"""How long a stream without validUntil is good for."""


@dataclass(frozen=True, slots=True)
class Content:
    """Something that can be played: what alarms and the history keep."""

    content_id: str
    kind: str
    name: str
    author: str = ""

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> "Content":
        """Read `content` of GetPlayableContent's answer."""
        metadata = mapping(found.get("metadata"))
        authors = metadata.get("authors") or [{}]
        return cls(found["id"], str(metadata.get("type")), _spoken(metadata), _spoken(mapping(authors[0])))

    def __str__(self) -> str:
        """Return how Alexa calls it."""
        return f"{self.name} by {self.author}" if self.author else self.name


@dataclass(frozen=True, slots=True)
class Modes:
    """How a queue is played, as its controls show it."""

    shuffle: bool = False
    loop: bool = False
    repeat: bool = False

    @classmethod
    def read(cls, controls: Any) -> "Modes":
        """Read the controls of a queue."""
        repeat = mapping(control(controls, "REPEAT").get("value")).get("status")
        shuffle, loop = (control(controls, name).get("selected") is True for name in ("SHUFFLE", "LOOP"))
        return cls(shuffle, loop, repeat == "ON")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a queue."""

    item_id: str
    queue_id: str
    content_id: str
    title: str
    uri: str = field(default="", repr=False)
    """Empty where only its name is shown."""
    offset_ms: int = 0
    valid_until: float = 0.0
    """Unix seconds."""
    duration_ms: int | None = None
    enabled: frozenset[str] = frozenset()
    """Which of its controls can be used."""
    takes_feedback: bool = False

    @classmethod
    def read(cls, found: Mapping[str, Any], queue_id: str, content_id: str, now: float) -> "Item":
        """Read an item of any answer."""
        stream, rules = mapping(found.get("stream")), mapping(found.get("rules"))
        until = seconds_of(stream.get("validUntil"))
        controls = found.get("controls")
        return cls(
            str(found.get("id")),
            queue_id,
            content_id,
            str(mapping(mapping(found.get("metadata")).get("name")).get("display")),
            str(stream.get("uri", "")),
            int(stream.get("offsetInMilliseconds") or 0),
            now + VALID_S if until is None else until,
            found.get("durationInMilliseconds"),
            frozenset(name for name in ("NEXT", "PREVIOUS") if control(controls, name).get("enabled")),
            rules.get("feedbackEnabled") is True,
        )

    @property
    def reference(self) -> dict[str, str]:
        """Return what directives call it."""
        return {"id": self.item_id, "queueId": self.queue_id, "contentId": self.content_id}

    @property
    def token(self) -> str:
        """Return what the device calls it."""
        return f"{self.queue_id} {self.item_id}"

    def to_play(self, *, after: str | None = None) -> dict[str, Any]:
        """Return what the device is told: to play it now, or after another item."""
        stream = {"url": self.uri, "token": self.token, "offsetInMilliseconds": self.offset_ms}
        expected = {"expectedPreviousToken": after} if after else {}
        item = {"stream": {**stream, **expected}, "metadata": {"title": self.title}}
        return {
            "type": "AudioPlayer.Play",
            "playBehavior": "ENQUEUE" if after else "REPLACE_ALL",
            "audioItem": item,
        }


def _spoken(metadata: Mapping[str, Any]) -> str:
    name = mapping(metadata.get("name"))
    return str(name.get("display") or mapping(name.get("speech")).get("text") or "")

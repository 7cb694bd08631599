"""A music skill that answers by the book, from a script: enough to drive the strict double without a real one."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from simulator.rules.music_given import ITEM_EVENT, kinds_asked_for, reference
from simulator.rules.table import Exchange, mapping

__all__ = ["VALID_UNTIL", "ScriptedMusicSkill", "answer", "content", "error", "item", "queue_method"]

VALID_UNTIL = "2099-01-01T00:00:00Z"
CONTENT_ID = "library://album/1"
RECORD = ("one", "two", "three")


def answer(kind: str, payload: Any = None, version: str = "1.0") -> dict[str, Any]:
    """Return an answer of a new messageId; `kind` is its namespace and name."""
    namespace, name = (kind.split(".", 1)) if kind == "Alexa.Response" else _cut(kind)
    header = {"namespace": namespace, "name": name, "messageId": str(uuid.uuid4()), "payloadVersion": version}
    return {"header": header, "payload": payload or {}}


def error(kind: str, namespace: str = "Alexa.Media", version: str = "1.0") -> dict[str, Any]:
    """Return an ErrorResponse."""
    return answer(f"{namespace}.ErrorResponse", {"type": kind, "message": "scripted"}, version)


def content(kind: str = "ALBUM", name: str = "The Record", content_id: str = CONTENT_ID) -> dict[str, Any]:
    """Return something that was found."""
    authors = {"authors": [{"name": _name("Nobody")}]}
    return {"content": {"id": content_id, "metadata": {**metadata(kind, name), **authors}}}


def item(title: str, *, first: bool = False, valid_until: str = VALID_UNTIL, **changed: Any) -> dict[str, Any]:
    """Return an item whose id is its title."""
    controls = [
        {"type": "COMMAND", "name": name, "enabled": enabled}
        for name, enabled in (("NEXT", True), ("PREVIOUS", not first))
    ]
    stream = {"id": title, "uri": f"https://music.test/{title}", "offsetInMilliseconds": 0, "validUntil": valid_until}
    whole = {
        "id": title,
        "playbackInfo": {"type": "DEFAULT"},
        "metadata": metadata("TRACK", title),
        "durationInMilliseconds": 60_000,
        "controls": controls,
        "rules": {"feedbackEnabled": True},
        "stream": stream,
    }
    return {**whole, **changed}


def queue_method(first: dict[str, Any], *, shuffle: bool = False, loop: bool = False, queue_id: str = "q1") -> Any:
    """Return a playbackMethod."""
    return {
        "type": "ALEXA_AUDIO_PLAYER_QUEUE",
        "id": queue_id,
        "controls": queue_controls(shuffle=shuffle, loop=loop),
        "rules": {"feedback": {"type": "PREFERENCE", "enabled": True}},
        "firstItem": first,
    }


def queue_controls(*, shuffle: bool, loop: bool) -> list[dict[str, Any]]:
    """Return the controls of a queue."""
    selected = {"SHUFFLE": shuffle, "LOOP": loop}
    return [{"type": "TOGGLE", "name": name, "enabled": True, "selected": on} for name, on in selected.items()]


def metadata(kind: str, name: str) -> dict[str, Any]:
    """Return what screens show and Alexa says of something."""
    return {"type": kind, "name": _name(name), "art": {"sources": [{"url": f"https://music.test/{name}.jpg"}]}}


@dataclass
class ScriptedMusicSkill:
    """Plays one record; `script` has other answers, or functions of the event, by the directive's own name."""

    record: tuple[str, ...] = RECORD
    script: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    loop: bool = False
    valid_until: str = VALID_UNTIL

    def __call__(self, event: dict[str, Any]) -> Any:
        """Answer one directive or event."""
        self.events.append(event)
        kind = Exchange(event, None).kind
        if kind.startswith(ITEM_EVENT):
            return {}
        name = kind.rsplit(".", 1)[-1]
        scripted = self.script.get(name)
        if scripted is not None:
            return scripted(event) if callable(scripted) else scripted
        return getattr(self, f"_{name}")(event["payload"])

    def of(self, name: str) -> list[dict[str, Any]]:
        """Return what was sent of one kind: the payloads of a directive, the requests of an event."""
        kinds = [(Exchange(event, None).kind, event) for event in self.events]
        return [mapping(event.get("payload") or event.get("request")) for kind, event in kinds if kind.endswith(name)]

    def _GetPlayableContent(self, payload: Any) -> Any:  # noqa: N802  # named as what it answers
        kinds = sorted(kinds_asked_for(Exchange({"payload": payload}, None))) or ["PLAYLIST"]
        return answer("Alexa.Media.Search.GetPlayableContent.Response", content(kinds[0]))

    def _Initiate(self, payload: Any) -> Any:  # noqa: N802
        modes = payload["playbackModes"]
        self.loop = modes["loop"]
        queue_id = f"q{len(self.of('Initiate'))}"
        method = queue_method(self._item(0), shuffle=modes["shuffle"], loop=modes["loop"], queue_id=queue_id)
        return answer("Alexa.Media.Playback.Initiate.Response", {"playbackMethod": method})

    def _GetNextItem(self, payload: Any) -> Any:  # noqa: N802
        at = self._place(payload) + 1
        if at == len(self.record) and not self.loop:
            return answer("Alexa.Audio.PlayQueue.GetNextItem.Response", {"isQueueFinished": True})
        following = {"isQueueFinished": False, "item": self._item(at % len(self.record))}
        return answer("Alexa.Audio.PlayQueue.GetNextItem.Response", following)

    def _GetPreviousItem(self, payload: Any) -> Any:  # noqa: N802
        if not self._place(payload):
            return error("ITEM_NOT_FOUND")
        return self._one("GetPreviousItem", self._place(payload) - 1)

    def _JumpToItem(self, payload: Any) -> Any:  # noqa: N802
        if payload["targetItemId"] not in self.record:
            return error("INVALID_ITEM")
        return self._one("JumpToItem", self.record.index(payload["targetItemId"]))

    def _GetItem(self, payload: Any) -> Any:  # noqa: N802
        return self._one("GetItem", self._place(payload))

    def _GetView(self, payload: Any) -> Any:  # noqa: N802
        shown = [self._item(at) for at in range(self._place(payload), len(self.record))][:10]
        view = {"queueControls": queue_controls(shuffle=False, loop=self.loop), "items": shown}
        return answer("Alexa.Audio.PlayQueue.GetView.Response", view)

    def _SetShuffle(self, _payload: Any) -> Any:  # noqa: N802
        return answer("Alexa.Response", version="3.0")

    def _SetLoop(self, payload: Any) -> Any:  # noqa: N802
        self.loop = payload["enable"]
        return answer("Alexa.Response", version="3.0")

    _SetRepeat = _SetShuffle

    def _ReceiveFeedback(self, payload: Any) -> Any:  # noqa: N802
        if payload["feedback"]["value"] == "POSITIVE":
            return answer("Alexa.Response", version="2.0")
        return answer("Alexa.UserPreference.Audio.ReceiveFeedback.Response", {"skip": True}, "2.0")

    def _one(self, name: str, at: int) -> Any:
        return answer(f"Alexa.Audio.PlayQueue.{name}.Response", {"item": self._item(at)})

    def _item(self, at: int) -> dict[str, Any]:
        return item(self.record[at], first=at == 0 and not self.loop, valid_until=self.valid_until)

    def _place(self, payload: Any) -> int:
        return self.record.index(str(reference(Exchange({"payload": payload}, None))[1]))


def _cut(kind: str) -> tuple[str, str]:
    """Return namespace and name: a response's name has a point of its own."""
    parts = kind.rsplit(".", 2 if kind.endswith(".Response") else 1)
    return parts[0], ".".join(parts[1:])


def _name(text: str) -> dict[str, Any]:
    return {"speech": {"type": "PLAIN_TEXT", "text": text.lower()}, "display": text}

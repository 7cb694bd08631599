"""The event files of tests/events, answered as they are, while music plays, and with something changed about them."""

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from simulator.evidence import Evidence
from simulator.memory_house import MemoryHouse
from simulator.rules import Exchange
from simulator.rules.given import stream_of
from simulator.rules.table import DIALOG_TYPES, mapping

__all__ = ["answered_files"]

EVENTS = Path(__file__).resolve().parents[2] / "tests" / "events"
TOKENS = {"ma1.q7f3c2.17.9b1c": "current", "ma1.q7f3c2.18.4d20": "upcoming"}
"""The tokens in the files, which are none of ours, and what they stand for."""
NOVEL = "BRAND_NEW"

Event = dict[str, Any]


def answered_files(house: MemoryHouse) -> Iterator[Evidence]:
    """Yield every event file as it is, and with tokens of ours while its device plays; then in its variants."""
    for name, event in _recorded().items():
        house.move_in()
        yield name, [house.exchange(_heard_at(house, event))]
        if not _is_custom(event):
            continue
        yield f"{name}, with live tokens", _while_playing(house, event)
        for variant, changed in _variants(event):
            yield f"{name}, {variant}", _while_playing(house, changed)


def _while_playing(house: MemoryHouse, event: dict[str, Any]) -> list[Exchange]:
    """Play an album on the Echo of the files, enqueue its second track, then let a file happen to these two."""
    house.move_in()
    echo = house.echo()
    echo.ask("PlayAlbumIntent", album="night ferry")
    # Where the skill's answers are refused there may be no token at all; then the rows say why.
    tokens = [str(stream_of(play).get("token")) for exchange in echo.trace for play in exchange.plays] or [""]
    live = _with_tokens(event, {"current": tokens[0], "upcoming": tokens[-1]})
    return [*echo.trace, house.exchange(_heard_at(house, live))]


def _heard_at(house: MemoryHouse, event: dict[str, Any]) -> dict[str, Any]:
    """Return an event that names the house's own Alexa, where it names one."""
    context = mapping(event.get("context"))
    system = mapping(context.get("System"))
    if "apiEndpoint" not in system:
        return event
    return {**event, "context": {**context, "System": {**system, "apiEndpoint": house.api.url}}}


def _recorded() -> dict[str, Event]:
    """Return all event files by name; env.json, which `make local-env` writes, is none."""
    files = sorted(file for file in EVENTS.glob("*.json") if file.stem != "env")
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def _is_custom(event: Event) -> bool:
    """Say whether an event is the custom skill's."""
    kind = str((event.get("request") or {}).get("type", ""))
    return bool(kind) and not kind.startswith("AlexaAudioPlayQueueEvent.")


def _with_tokens(event: Event, live: Mapping[str, str]) -> Event:
    """Return an event with tokens of ours, `current` and `upcoming`, in place of those in the file."""

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: changed(each) for key, each in value.items()}
        if isinstance(value, list):
            return [changed(each) for each in value]
        return live[TOKENS[value]] if isinstance(value, str) and value in TOKENS else value

    return dict(changed(event))


def _variants(event: Event) -> Iterator[tuple[str, Event]]:
    """Yield what certification, other devices and other skills make of an event, each with its name."""
    yield "no session", {key: value for key, value in event.items() if key != "session"}
    yield "extra properties", _extended(event)
    context = event.get("context") or {}
    system = context.get("System") or {}
    yield (
        "another skill",
        _with_context(event, System={**system, "application": {"applicationId": "amzn1.ask.skill.x"}}),
    )
    player = {**(context.get("AudioPlayer") or {}), "playerActivity": NOVEL}
    yield "a new activity", _with_context(event, AudioPlayer=player, Viewport={"mode": NOVEL, "shape": NOVEL})
    if event["request"]["type"] in DIALOG_TYPES:
        device = {**(system.get("device") or {}), "supportedInterfaces": {}}
        yield "a device that plays no audio", _with_context(event, System={**system, "device": device})
    offset = event["request"].get("offsetInMilliseconds")
    if offset is not None:
        yield "an offset as text", {**event, "request": {**event["request"], "offsetInMilliseconds": str(offset)}}


def _with_context(event: Event, **parts: Any) -> Event:
    return {**copy.deepcopy(event), "context": {**(event.get("context") or {}), **parts}}


def _extended(event: Event) -> Event:
    """Return an event with a new property in its envelope, and in each object of context and request."""

    def grown(value: Any) -> Any:
        if isinstance(value, dict):
            return {**{key: grown(each) for key, each in value.items()}, "brandNew": {"x": [1]}}
        return [grown(each) for each in value] if isinstance(value, list) else value

    changed = {**event, "brandNew": 1, "context": grown(event.get("context")), "request": grown(event["request"])}
    slots = (changed["request"].get("intent") or {}).get("slots")
    if slots:
        slots.pop("brandNew", None)  # a key among the slots would be one more slot
    return changed

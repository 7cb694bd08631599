"""Drives in a vehicle, in memory: every message of LocalMediaSource, in and out of order."""

import contextlib
from collections.abc import Callable, Iterator

from music_assistant_alexa.models import MediaItem, MediaType
from simulator.evidence import Evidence
from simulator.head_unit import EngineRefused, HeadUnit
from simulator.memory_house import AUTO_SOURCES, LIBRARY, MemoryHouse
from simulator.rules import RuleBroken
from simulator.rules.auto_given import SOURCES, WORDS

__all__ = ["drives"]

STATIONS = (
    MediaItem("library://radio/2", "Harbour 98.7 FM", MediaType.RADIO, in_library=True),
    MediaItem("library://radio/3", "BBC Radio 4 Extra", MediaType.RADIO, in_library=True),
    MediaItem("library://radio/4", "SiriusXM 22 Pearl", MediaType.RADIO, in_library=True),
)
CONTROLS = sorted(WORDS["PlayControl"]["controlType"])
VERSIONS = ("3.0", "3.2", "3.3", "4.0")

Drive = Callable[[HeadUnit], None]


def drives(house: MemoryHouse) -> Iterator[Evidence]:
    """Yield each drive with each version of the SDK."""
    for name, drive in (("tuned", _tuned), ("every control", _controls), ("odd words", _odd), ("the screen", _screen)):
        for version in VERSIONS:
            house.move_in((*LIBRARY, *STATIONS))
            unit = HeadUnit(house.invoke, ear=house.ear, clock=house.clock, version=version, sources=AUTO_SOURCES)
            unit.witness = house.witness
            with contextlib.suppress(RuleBroken, EngineRefused):  # it is in the trace, and will be found there
                drive(unit)
            yield f"a drive with SDK {version}, {name}", unit.trace


def _tuned(unit: HeadUnit) -> None:
    for source, selector, payload in (
        ("FM_RADIO", "FREQUENCY", "98.7 HD 1"),
        ("DAB", "CHANNEL", "BBC Radio Extra 4"),
        ("SIRIUS_XM", "CHANNEL", "22"),
        ("DEFAULT", "PRESET", "1"),
        ("DEFAULT", "PRESET", "99"),
        ("FM_RADIO", "FREQUENCY", "101.1"),
        ("USB", "PRESET", "1"),
    ):
        unit.play(source, selector, payload)
        unit.listen(20)
        for each in sorted(SOURCES):
            unit.state(each)
    unit.control("STOP")


def _controls(unit: HeadUnit) -> None:
    for control in (*CONTROLS, "RESUME", *CONTROLS, "STOP", *CONTROLS, "PAUSE", *CONTROLS, "STOP"):
        unit.control(control)
        unit.listen(5)
        unit.state()
    unit.play("DEFAULT", "PRESET", "1")
    for offset_ms in (61_000, -5, 10**9):
        unit.seek(offset_ms)
        unit.listen(3)
        unit.adjust_seek(offset_ms)
    unit.change_volume(0.35)
    unit.mute(on=True)
    unit.mute(on=False)
    unit.control("PAUSE", "DAB")
    unit.control("STOP")


def _odd(unit: HeadUnit) -> None:
    unit.play("DEFAULT", "PRESET", "1")
    for action, payload in (
        ("PlayControl", {"source": "DEFAULT", "controlType": "TELEPORT"}),
        ("PlayControl", {"source": "TOASTER", "controlType": "PAUSE"}),
        ("PlayControl", {"source": "default", "controlType": "next"}),
        ("PlayControl", '{"source":"DEFAULT"}'),
        ("Play", {"source": "DEFAULT", "contentSelectorType": "SMELL", "payload": "1"}),
        ("Play", {"source": "DEFAULT", "contentSelectorType": "FREQUENCY", "payload": "98.7"}),
        ("MutedStateChanged", {"source": "DEFAULT", "state": "LOUD"}),
        ("VolumeChanged", {"source": "DEFAULT", "volume": 7}),
        ("Seek", {"source": "DEFAULT", "offset": "a while"}),
        ("Teleport", {"source": "DEFAULT"}),
        ("SetFocus", {"source": "DEFAULT"}),
    ):
        unit.send(action, payload)
    unit.control("STOP")


def _screen(unit: HeadUnit) -> None:
    unit.choose("DEFAULT")
    unit.play("DEFAULT", "PRESET", "1")
    unit.progress()
    unit.choose("FM_RADIO")
    unit.announce()
    unit.play_to_end()
    unit.press_stop()
    unit.choose("DEFAULT")
    unit.choose("DEFAULT")
    unit.play_to_end()
    unit.play_to_end()
    unit.switch_away()

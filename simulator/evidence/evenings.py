"""Evenings in the house in memory: what one Echo and its listeners can make the skill answer, each with a name."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from music_assistant_alexa.adapters.wire import TEXT_LIMIT, URL_LIMIT
from music_assistant_alexa.errors import (
    HomeAuthError,
    HomeCommandError,
    HomePart,
    HomeUnreachableError,
    NothingPlayingError,
    PlaybackStoreError,
    PlayerUnavailableError,
    QueueFinishedError,
    SkillError,
)
from simulator.echo import BUTTONS, Echo
from simulator.evidence import Evidence
from simulator.memory_house import LIBRARY, MemoryHouse
from simulator.scripted_home import queue_item

__all__ = ["evenings"]

INTENTS: tuple[tuple[str, dict[str, str | None]], ...] = (
    ("PlayQueryIntent", {"query": "night ferry"}),
    ("PlayArtistIntent", {"artist": "blue harbor"}),
    ("PlayAlbumIntent", {"album": "night ferry", "artist": "blue harbor"}),
    ("PlayTrackIntent", {"track": "summit", "artist": None}),
    ("PlayPlaylistIntent", {"playlist": "late drive"}),
    ("PlayRadioIntent", {"station": "harbor radio"}),
    ("PlayAlbumIntent", {"album": "no such thing"}),
    ("AddToQueueIntent", {"track": "summit"}),
    ("PlayNextIntent", {"album": "night ferry"}),
    ("RemoveThisIntent", {}),
    ("WhatsPlayingIntent", {}),
    ("SeekIntent", {"duration": "PT1M30S"}),
    ("SeekIntent", {"duration": "PT9H"}),
    *((f"AMAZON.{name}Intent", {}) for name in (
        "Next", "Previous", "StartOver", "Repeat", "LoopOn", "Next", "LoopOff", "ShuffleOn", "ShuffleOff", "Pause",
        "Resume", "Stop", "Resume", "Cancel", "Help", "Fallback", "NavigateHome", "Yes", "No", "Select",
    )),
)  # fmt: skip
HABITS: tuple[dict[str, Any], ...] = (
    *(
        {"nearly_finished": asks, "stopped": tells}
        for asks in ("early", "late", "after")
        for tells in ("before", "late", "both")
    ),
    {"buffers_next": False},
)
"""All ways in which devices differ."""
FAILURES: tuple[SkillError, ...] = (
    *(HomeUnreachableError("refused", part) for part in HomePart),
    *(HomeAuthError("401", part) for part in HomePart),
    HomeCommandError("refused", HomePart.MUSIC_ASSISTANT, 500, "details"),
    NothingPlayingError("nothing"),
    PlayerUnavailableError("no player"),
    QueueFinishedError("nothing follows"),
)
ERROR_TYPES = tuple(
    f"MEDIA_ERROR_{name}"
    for name in (
        "UNKNOWN", "INVALID_REQUEST", "SERVICE_UNAVAILABLE", "INTERNAL_SERVER_ERROR", "INTERNAL_DEVICE_ERROR",
    )
)  # fmt: skip
LONG = 10_000
HOSTILE = (
    "Tom & Jerry <3",
    "]]></speak><audio/>",
    "\"quoted\" 'too'",
    "\x00\x1b\uffff bell",
    "é" * LONG,
    "&lt;" * LONG,
)


def evenings(house: MemoryHouse) -> Iterator[Evidence]:
    """Yield every evening; the house starts anew before each."""
    for habits in HABITS:
        yield _one(house, f"an evening with {habits}", _evening, **habits)
    for locale in ("en-GB", "de-DE"):
        yield _one(house, f"an evening in {locale}", _evening, locale=locale)
    yield _one(house, "nobody played anything", _without_music)
    yield _one(house, "a device that plays no audio", _without_music, plays_audio=False)
    yield _one(house, "events out of order", _out_of_order)
    yield _one(house, "streams of nobody", _foreign)
    yield from _broken_streams(house)
    yield from _broken_homes(house)
    yield from _hostile_names(house)


def _one(
    house: MemoryHouse, about: str, evening: Callable[[Echo], None], library: Any = LIBRARY, **about_echo: Any
) -> Evidence:
    house.move_in(library)
    echo = house.echo(**about_echo)
    evening(echo)
    return about, echo.trace


def _play_album(echo: Echo, album: str = "night ferry") -> None:
    echo.ask("PlayAlbumIntent", album=album)


def _evening(echo: Echo) -> None:
    """Ask for everything while music plays, then press everything, then let it end."""
    _play_album(echo)
    for intent, slots in INTENTS:
        echo.listen(5)
        echo.ask(intent, **slots)
        echo.end_session()
    _play_album(echo)
    for button in (*BUTTONS, *reversed(BUTTONS)):
        echo.listen(5)
        echo.press(button)
    _play_album(echo)
    for _ in range(3):
        _to_end(echo)
    echo.ask("AMAZON.ResumeIntent")
    echo.open()


def _without_music(echo: Echo) -> None:
    """Ask and press everything on an Echo that has never played; each session ends before the next sentence."""
    echo.ask("AMAZON.ResumeIntent")
    echo.open()
    echo.end_session()
    for button in BUTTONS:
        echo.press(button)
    for intent, slots in INTENTS:
        echo.ask(intent, **slots)
        if slots:
            echo.ask(intent, **dict.fromkeys(slots))
        echo.end_session("EXCEEDED_MAX_REPROMPTS")


def _out_of_order(echo: Echo) -> None:
    """Report the end of a stream twice, report it too late, and report the end of a stream that is long over."""
    _play_album(echo)
    first = _token(echo)
    for offset_ms in (100, 100, 150_000):
        echo.send("AudioPlayer.PlaybackNearlyFinished", token=first, offsetInMilliseconds=offset_ms)
    _to_end(echo)
    for kind in ("NearlyFinished", "NearlyFinished", "Stopped", "Finished", "Started"):
        echo.send(f"AudioPlayer.Playback{kind}", token=first, offsetInMilliseconds=199_000)
    echo.listen(10)
    echo.ask("AMAZON.NextIntent")
    last = _token(echo)
    _to_end(echo)
    for kind in ("NearlyFinished", "Finished", "NearlyFinished", "NearlyFinished"):
        echo.send(f"AudioPlayer.Playback{kind}", token=last, offsetInMilliseconds=200_000)


def _foreign(echo: Echo) -> None:
    """Report streams of another skill, with text for offsets, and errors that Alexa met."""
    for kind in ("Started", "NearlyFinished", "Stopped", "Finished"):
        for token in ("", "another skill's", "1.bm90IEpTT04", "x" * LONG, "ü\x00"):
            echo.send(f"AudioPlayer.Playback{kind}", token=token, offsetInMilliseconds="122")
    state = {"playerActivity": "PLAYING", "token": "current", "offsetInMilliseconds": 1}
    error = {"type": "MEDIA_ERROR_UNKNOWN", "message": ""}
    echo.send("AudioPlayer.PlaybackFailed", token="next", error=error, currentPlaybackState=state)
    for kind in ("INTERNAL_ERROR", "INTERNAL_SERVICE_ERROR", "INVALID_RESPONSE", "DEVICE_COMMUNICATION_ERROR"):
        echo.send("System.ExceptionEncountered", error={"type": kind, "message": ""}, cause={"requestId": "x"})
    echo.send("Novel.RequestType", payload={})


def _broken_streams(house: MemoryHouse) -> Iterator[Evidence]:
    """Fail a stream at its start and while it is buffered, once and for ever, in each of the five ways."""
    for error, times, healthy in itertools.product(ERROR_TYPES, (1, 2, 3, 9), (0, 1, 2)):
        house.move_in()
        house.ear.errors.extend([None] * healthy + [error] * times)
        echo = house.echo()
        _play_album(echo)
        echo.listen(450)
        echo.ask("AMAZON.ResumeIntent")
        yield f"{error}, {times} times after {healthy} streams", echo.trace
    for breaks_at_ms in (10_000, 40_000):
        house.move_in()
        house.ear.breaks_at_ms = breaks_at_ms
        echo = house.echo(nearly_finished="late")
        _play_album(echo)
        echo.listen(300)
        yield f"every stream breaks at {breaks_at_ms} ms", echo.trace


def _broken_homes(house: MemoryHouse) -> Iterator[Evidence]:
    """Fail every call home, or every call of the table, after the first track and from the start."""
    for failure, at_first in itertools.product((*FAILURES, PlaybackStoreError("throttled")), (True, False)):
        house.move_in()
        echo = house.echo(nearly_finished="late")
        if not at_first:
            _play_album(echo)
        if isinstance(failure, PlaybackStoreError):
            house.store.away = failure
        else:
            house.home.failure = failure
        echo.listen(205)
        _without_music(echo)
        yield f"{type(failure).__name__} {'from the start' if at_first else 'after a track'}", echo.trace


def _hostile_names(house: MemoryHouse) -> Iterator[Evidence]:
    """Say names that SSML cannot hold as they are, and play records with such names, as long as home sends them."""
    for name in HOSTILE:
        called, art = name[:TEXT_LIMIT], f"http://192.0.2.10:8095/imageproxy?path={name}"[:URL_LIMIT]
        house.move_in(replace(item, name=called, artist=called) for item in LIBRARY)
        house.home.contents = {
            item.uri: [
                queue_item(f"{item.uri}/{at}", called, artist=called, album=called, image_url=art) for at in range(3)
            ]
            for item in house.home.library
        }
        echo = house.echo()
        for intent, slots in INTENTS:
            echo.ask(intent, **{slot: value and name for slot, value in slots.items() if slot != "duration"})
            echo.listen(5)
        echo.ask("PlayQueryIntent", query=f"nothing is called {name}")
        yield f"records called {name[:20]!r}", echo.trace


def _to_end(echo: Echo) -> None:
    if echo.device.playing:  # an answer that breaks a rule is not obeyed, so that there may be silence
        echo.play_to_end()


def _token(echo: Echo) -> str:
    return echo.device.current.token if echo.device.current else ""

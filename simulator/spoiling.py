"""JSON spoiled on purpose, a place at a time. What is done where is told by numbers, so that a fuzzer can shrink it."""

from collections.abc import Iterable
from typing import Any, Literal, get_args

Place = tuple[str | int, ...]
Way = Literal["drop", "retype", "nest", "enlarge", "unicode", "rename"]
WAYS: tuple[Way, ...] = get_args(Way)
Spoil = tuple[int, Way, int]
"""Which place (counted on from the first, over and over), what is done there, and which variant of it."""

OTHER_TYPES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 0.5, -1e308, float("inf"), float("nan"), 2**31, 2**53, 2**63, 10**40),
    *("", " ", "0", "null", "1.W10", "P1D", "library://track/1", "https://home.example.com/x", "02:00:00:00:00:01"),
    *([], {}, [None], [[]], [{}], {"": None}, {"type": "x"}, {"value": []}, {"name": {}}, [1, "a", {"b": [2]}]),
)
ODD_TEXTS = (
    *("\x00", "\ud800", "\udfff tail", "\u2028", "\ufeff", "\u202eabc", "\x1b[31m", "a\r\nb: c", "%s%n{0}{x}"),
    *(
        "\U0001d54f" * 40,
        "e\u0301" * 300,
        "ß" * 64,
        "🎵",
        "\U0010ffff",
        "</speak>&<",
        "../../etc/passwd",
        "' OR 1=1 --",
    ),
)
DEPTHS = (1, 3, 60, 400, 5_000)
MOST_PLACES = 20_000
"""A value of more is large enough; to enlarge it again would only cost memory."""
DEEPEST_PLACE = 64
"""Levels down to which places are counted: the paths of a nest of thousands would take gigabytes."""
SIZES = (65, 1_025, 9_000, 70_000)


def places(whole: Any) -> list[Place]:
    """Return the places in a JSON value, the outermost first, up to MOST_PLACES; the value itself is none."""
    found: list[Place] = []
    waiting: list[tuple[Place, Any]] = [((), whole)]
    for place, value in waiting:
        if len(found) >= MOST_PLACES or len(place) >= DEEPEST_PLACE:
            break  # the outermost come first: what follows is no less deep
        members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        inner = [((*place, key), each) for key, each in members]
        found += [each for each, _ in inner]
        waiting += inner
    return found


def spoiled(whole: Any, spoils: Iterable[Spoil], *, deepest: int = DEPTHS[-1]) -> Any:
    """Return a copy of a JSON value with each of `spoils` done to it; the value itself stays as it is.

    What is nested deeper than some hundred levels cannot be written by `json`: `deepest` limits it. One thing at most
    is enlarged: large things of large things fit into no request, and their text not into memory.
    """
    enlarged = False
    for number, way, variant in spoils:
        found = places(whole)
        if 0 < len(found) < MOST_PLACES and not (enlarged and way == "enlarge"):
            whole = _changed(whole, found[number % len(found)], way, variant, deepest)
            enlarged = enlarged or way == "enlarge"
    return whole


def _changed(whole: Any, place: Place, way: Way, variant: int, deepest: int) -> Any:
    """Copy what leads to the place, and change what is there."""
    first, *rest = place
    copy: Any = dict(whole) if isinstance(whole, dict) else list(whole)
    if rest:
        copy[first] = _changed(copy[first], tuple(rest), way, variant, deepest)
    elif way == "drop":
        del copy[first]
    elif way == "rename" and isinstance(copy, dict):
        copy[ODD_TEXTS[variant % len(ODD_TEXTS)]] = copy.pop(first)
    else:
        copy[first] = _other(copy[first], way, variant, deepest)
    return copy


def _other(value: Any, way: Way, variant: int, deepest: int) -> Any:
    match way:
        case "nest":
            return _nested(value, min(DEPTHS[variant % len(DEPTHS)], deepest), in_list=bool(variant % 2))
        case "enlarge":
            return _larger(value, SIZES[variant % len(SIZES)])
        case "unicode":
            odd = ODD_TEXTS[variant % len(ODD_TEXTS)]
            return value + odd if isinstance(value, str) and variant % 2 else odd
    return OTHER_TYPES[variant % len(OTHER_TYPES)]


def _nested(value: Any, depth: int, *, in_list: bool) -> Any:
    for _ in range(depth):
        value = [value] if in_list else {"value": value}
    return value


def _larger(value: Any, size: int) -> Any:
    match value:
        case str():
            return ((value or "x") * (size // len(value or "x") + 1))[:size]
        case bool() | None:
            return "x" * size
        case int() | float():
            return 10 ** min(size, 1_000)
        case list():
            return (value or [None]) * min(size, 200)
        case _:
            return value | {f"key {number}": None for number in range(min(size, 200))}

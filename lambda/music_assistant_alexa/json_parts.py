"""Parts of JSON that a stranger wrote: what is missing or of another type reads as empty, so that nothing raises."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

__all__ = ["items", "part", "storable_text", "text", "unix_seconds"]


def part(whole: Any, name: str) -> Mapping[str, Any]:
    """Return the object under a name; an empty one if there is none."""
    found = whole.get(name) if isinstance(whole, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def items(whole: Any, name: str) -> list[Any]:
    """Return the list under a name; an empty one if there is none."""
    found = whole.get(name) if isinstance(whole, Mapping) else None
    return found if isinstance(found, list) else []


def text(whole: Any, name: str) -> str:
    """Return the text under a name, without blanks around it; "" if there is none."""
    found = whole.get(name) if isinstance(whole, Mapping) else None
    return found.strip() if isinstance(found, str) else ""


def storable_text(whole: Any, name: str) -> str:
    """Return a text as `text` does, "" for one with half a pair of surrogates: JSON can carry that, no table can."""
    found = text(whole, name)
    return "" if any("\ud800" <= character <= "\udfff" for character in found) else found


def unix_seconds(moment: str) -> float | None:
    """Return when an ISO 8601 time is, without a zone in UTC; None for any other text."""
    try:
        time = dt.datetime.fromisoformat(moment)
        return time.replace(tzinfo=time.tzinfo or dt.UTC).timestamp()
    except (ValueError, OverflowError):
        return None

"""What is asked of one representation of bytes, by RFC 9110: its parts (section 14), and on which conditions (13)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

LONGEST_HEADER = 128
"""What a player asks for is far shorter; the rest is not worth reading."""

_TAG = re.compile(r'(?:W/)?"[^"]*"')
_ANY = "*"
_ONE_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """One range as it was asked for: from `first` to `last`, both included; without `first`, the last `last` bytes."""

    first: int | None
    last: int | None

    @property
    def whole(self) -> bool:
        """Whether it asks for everything there is."""
        return self.first == 0 and self.last is None

    @property
    def needs(self) -> int | None:
        """How many bytes must be here before its place is known; None where that is the length of all."""
        return None if self.first is None or self.last is None else self.last + 1

    def of(self, size: int) -> range | None:
        """Return the bytes meant of a representation of `size` bytes, or None where there are none (416)."""
        if self.first is None:
            start, stop = max(0, size - (self.last or 0)), size
        else:
            start, stop = self.first, size if self.last is None else min(self.last + 1, size)
        return range(start, stop) if start < stop else None


def parse_range(header: str | None) -> Span | None:
    """Return the one range of a header, or None where it is to be ignored.

    Ignored, which RFC 9110 allows or asks for: another unit, several ranges, and what is no range at all. A server may
    answer several ranges in one body of many parts; no speaker asks for that, and it is how servers were worn out.
    """
    if header is None or len(header) > LONGEST_HEADER or not (match := _ONE_RANGE.fullmatch(header)):
        return None
    first, last = (int(text) if text else None for text in match.groups())
    if (first is None and last is None) or (first is not None and last is not None and last < first):
        return None
    return Span(first, last)


def unmet(if_match: Sequence[str], if_none_match: Sequence[str], tag: str | None) -> HTTPStatus | None:
    """Return what a request ends with whose conditions are not met, in the order of 13.2.2; None where they are.

    Each is the lines of its header. `tag` is the entity tag there is, a strong one, or None. Dates are not looked at,
    since none is given out.
    """
    meant = {_ANY, tag}
    if if_match and not meant & _tags(if_match):
        return HTTPStatus.PRECONDITION_FAILED
    if meant & {known.removeprefix("W/") for known in _tags(if_none_match)}:
        return HTTPStatus.NOT_MODIFIED
    return None


def _tags(lines: Sequence[str]) -> set[str]:
    listed = ",".join(lines)
    return {_ANY} if listed.strip() == _ANY else set(_TAG.findall(listed))

"""How else a name may be said: without its article, its accents and its brackets, with "and" for "&"."""

import re
import unicodedata
from collections.abc import Callable, Iterator

from music_catalog.models import NAME_LIMIT

__all__ = ["alternate_names"]

MOST = 10
"""Alternate names of one entity at most: every further one takes a name away from something else."""

_ARTICLE = re.compile(r"^(the|an?)\s+(?=\S)", re.IGNORECASE)
_ARTICLE_BEHIND = re.compile(r"^(.+),\s*(the|an?)$", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*(\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\})\s*$")
_REMASTER = re.compile(r"\s+[-\u2013\u2014]\s+[^-\u2013\u2014]*\b[Rr]emaster(ed)?\b.*$")
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
)
"""Letters that Unicode does not take apart into a plain one and its mark."""


def alternate_names(name: str, version: str = "") -> list[str]:
    """Return what a person may say for a name, itself left out; the nearest first."""
    plain = _without_brackets(_article_in_front(name)) or name
    found = [plain]
    for change in _CHANGES:
        found += [changed for known in found if (changed := change(known))]
    if version and version.casefold() not in name.casefold():
        found.append(f"{plain} {version}")
    return list(_unlike(name, found))[:MOST]


def _unlike(name: str, found: list[str]) -> Iterator[str]:
    """Yield the names that sound unlike all before them, and can be said."""
    seen = {name.casefold()}
    for each in found:
        if each.casefold() not in seen and len(each) <= NAME_LIMIT:
            seen.add(each.casefold())
            yield each


def _without_brackets(name: str) -> str:
    if name[-1:] not in ")]}" and "emaster" not in name:
        return name  # most names, of which there are hundred thousands
    shorter = _BRACKETS.sub("", _REMASTER.sub("", name))
    return shorter if shorter == name else _without_brackets(shorter)


def _without_article(name: str) -> str:
    return _ARTICLE.sub("", name)


def _article_in_front(name: str) -> str:
    return _ARTICLE_BEHIND.sub(r"\2 \1", name)


def _without_accents(name: str) -> str:
    if name.isascii():
        return name
    apart = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(_without_latin_marks(apart)))


def _without_latin_marks(apart: str) -> Iterator[str]:
    """Yield characters, but the marks of Latin letters: a mark of another script makes another letter."""
    latin = False
    for letter in apart:
        if unicodedata.combining(letter):
            if latin:
                continue
        else:
            latin = letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")
        yield letter


def _and_in_words(name: str) -> str:
    if "&" not in name and "+" not in name:
        return name
    return " ".join(re.sub(r"\s*&\s*|\s+\+\s+", " and ", name).split())


def _and_as_sign(name: str) -> str:
    return re.sub(r"\s+and\s+", " & ", name, flags=re.IGNORECASE)


_CHANGES: tuple[Callable[[str], str], ...] = (
    _without_article,
    _and_in_words,
    _and_as_sign,
    _without_accents,
)

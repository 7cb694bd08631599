"""Phrases with alternatives: `(play|start) [the] artist {artist}` stands for four samples."""

from itertools import product

_BRACKETS = {"(": ")", "[": "]"}


class PhraseError(ValueError):
    """A phrase whose brackets do not pair; the message shows the phrase."""


def expand(phrase: str) -> list[str]:
    """Return every sample the phrase stands for, in order, each with single spaces."""
    alternatives, rest = _alternatives(phrase, 0, phrase)
    if rest != len(phrase):
        raise PhraseError(f"{phrase!r} closes a bracket that was never opened, or has | outside of ( ) and [ ]")
    if len(alternatives) > 1:
        raise PhraseError(f"{phrase!r} has | outside of ( ) and [ ]: write it as two phrases")
    return list(dict.fromkeys(" ".join(sample.split()) for sample in alternatives[0]))


def _alternatives(text: str, at: int, phrase: str) -> tuple[list[list[str]], int]:
    """Read `a|b|c` up to a closing bracket or the end: the samples of each, and where reading stopped."""
    alternatives: list[list[str]] = []
    while True:
        samples, at = _sequence(text, at, phrase)
        alternatives.append(samples)
        if at >= len(text) or text[at] != "|":
            return alternatives, at
        at += 1


def _sequence(text: str, at: int, phrase: str) -> tuple[list[str], int]:
    """Read words and bracketed groups one after the other; the samples are their products."""
    parts: list[list[str]] = []
    while at < len(text) and text[at] not in "|)]":
        if text[at] in _BRACKETS:
            group, at = _group(text, at, phrase)
            parts.append(group)
        else:
            parts.append([text[at]])
            at += 1
    return ["".join(choice) for choice in product(*parts)], at


def _group(text: str, at: int, phrase: str) -> tuple[list[str], int]:
    """Read one `( )` or `[ ]`; the second may also be left out."""
    opening = text[at]
    alternatives, at = _alternatives(text, at + 1, phrase)
    if at >= len(text) or text[at] != _BRACKETS[opening]:
        raise PhraseError(f"{phrase!r} opens {opening} and does not close it with {_BRACKETS[opening]}")
    samples = [sample for alternative in alternatives for sample in alternative]
    return ([*samples, ""] if opening == "[" else samples), at + 1

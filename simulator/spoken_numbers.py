"""Numbers and durations as they are spoken, English and German: "one minute thirty" is PT1M30S."""

from collections.abc import Sequence
from functools import cache

_EN_ONES = (  # noqa: SIM905  # a list literal would take a screen
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_EN_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_DE_ONES = (  # noqa: SIM905  # as above
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
    "siebzehn achtzehn neunzehn"
).split()
_DE_TENS = ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]
_ARTICLES = {"en": ("a", "an"), "de": ("ein", "eine", "einer", "einem", "einen")}
_AND = {"en": "and", "de": "und"}
_HALF = {"en": ("half",), "de": ("halb", "halbe", "halben", "halbes")}
_UNITS = {
    "en": {"H": ("hour", "hours"), "M": ("minute", "minutes"), "S": ("second", "seconds")},
    "de": {"H": ("stunde", "stunden"), "M": ("minute", "minuten"), "S": ("sekunde", "sekunden")},
}
_SECONDS = {"H": 3600, "M": 60, "S": 1}
_LOWER = {"H": "M", "M": "S"}
_A_HALF = 0.5


def number(words: Sequence[str], language: str) -> int | None:
    """Return the whole number that all of `words` together say, None if they say none."""
    value, used = _number(words, language)
    return value if used and used == len(words) else None


def duration(words: Sequence[str], language: str) -> str | None:
    """Return the ISO 8601 duration that all of `words` together say, None if they say none.

    Alexa keeps the units that were said ("90 seconds" is PT90S); a number after the last unit counts in the
    next lower one.
    """
    amounts: dict[str, float] = {}
    unit, rest = "", list(words)
    while rest:
        rest = rest[1:] if rest[0] == _AND.get(language) and unit else rest
        amount, used = _amount(rest, language)
        if not used:
            return None
        named = _unit(rest[used : used + 1], language)
        if not named and len(rest) > used:
            return None
        if not named and amount == _A_HALF:
            amounts[unit] = amounts.get(unit, 0) + amount
            break
        unit = named or _LOWER.get(unit, "")
        if not unit:
            return None
        amounts[unit] = amounts.get(unit, 0) + amount
        rest = rest[used + 1 :]
    return _iso(amounts)


def _amount(words: Sequence[str], language: str) -> tuple[float, int]:
    """Return how many of the unit that follows, and how many words said so; 0 words if none did."""
    if words and words[0] == "anderthalb":
        return 1.5, 1
    if said := _half(words, language):
        return _A_HALF, said
    whole, used = _number(words, language)
    if not used and words and words[0] in _ARTICLES.get(language, ()):
        whole, used = 1, 1
    tail = list(words[used : used + 3])
    if used and tail == ["and", "a", "half"] and _unit(words[used + 3 : used + 4], language):
        return whole + _A_HALF, used + 3
    return whole, used


def _half(words: Sequence[str], language: str) -> int:
    """Return how many words say "half": "a half", "half a" or "half"."""
    halves, articles = _HALF.get(language, ()), _ARTICLES.get(language, ())
    for shape in ((articles, halves), (halves, articles), (halves,)):
        head = words[: len(shape)]
        if len(head) == len(shape) and all(word in choices for word, choices in zip(head, shape, strict=True)):
            return len(shape)
    return 0


def _number(words: Sequence[str], language: str) -> tuple[int, int]:
    if not words:
        return 0, 0
    if words[0].isascii() and words[0].isdigit():
        return int(words[0]), 1
    if language == "de":
        value = _german().get(words[0])
        return (0, 0) if value is None else (value, 1)
    return _english(words)


def _english(words: Sequence[str]) -> tuple[int, int]:
    pieces = [piece for word in words for piece in word.split("-")]
    if pieces[:2] == ["a", "hundred"]:
        pieces[0] = "one"
    value, used = _below_hundred(pieces)
    if used and 0 < value < len(_EN_ONES[:10]) and pieces[used : used + 1] == ["hundred"]:
        joined = used + 2 if pieces[used + 1 : used + 2] == ["and"] else used + 1
        low, more = _below_hundred(pieces[joined:])
        value, used = value * 100 + low, joined + more if more else used + 1
    hyphens = sum(word.count("-") for word in words[:used])
    return value, max(0, used - hyphens)


def _below_hundred(words: Sequence[str]) -> tuple[int, int]:
    if not words:
        return 0, 0
    if words[0] in _EN_ONES:
        return _EN_ONES.index(words[0]), 1
    if words[0] not in _EN_TENS:
        return 0, 0
    tens = 20 + 10 * _EN_TENS.index(words[0])
    if len(words) > 1 and words[1] in _EN_ONES[1:10]:
        return tens + _EN_ONES.index(words[1]), 2
    return tens, 1


@cache
def _german() -> dict[str, int]:
    """Return 0 to 199 as German writes them: in one word."""
    small = {word: value for value, word in enumerate(_DE_ONES)} | {"ein": 1}
    for index, tens in enumerate(_DE_TENS):
        small[tens] = 20 + 10 * index
        for one in range(1, 10):
            small[("ein" if one == 1 else _DE_ONES[one]) + "und" + tens] = 20 + 10 * index + one
    hundreds = {f"{prefix}hundert{word}": 100 + value for word, value in small.items() for prefix in ("", "ein")}
    return small | {"hundert": 100, "einhundert": 100} | hundreds


def _unit(words: Sequence[str], language: str) -> str:
    for unit, names in _UNITS.get(language, {}).items():
        if words and words[0] in names:
            return unit
    return ""


def _iso(amounts: dict[str, float]) -> str | None:
    if not amounts or "" in amounts:
        return None
    if any(amount % 1 for amount in amounts.values()):
        whole = round(sum(amount * _SECONDS[unit] for unit, amount in amounts.items()))
        amounts = {"H": whole // 3600, "M": whole % 3600 // 60, "S": whole % 60}
    said = "".join(f"{int(amounts[unit])}{unit}" for unit in "HMS" if amounts.get(unit))
    return f"PT{said or '0S'}"

"""Write custom/<locale>.json, what Alexa is given, from sources/<locale>.yaml, what people read.

`python -m interactionModels.generate` writes; with `--check` it only says whether something would change.
A source may `extends` another: its phrases and values are added to those of the other.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from interactionModels.phrases import PhraseError, expand
from interactionModels.rules import Json, broken_rules

_HERE = Path(__file__).parent
SOURCES = _HERE / "sources"
MODELS = _HERE / "custom"

Values = dict[str, list[str]]
"""Names of one slot type, each with the other names it goes by."""


class ModelError(ValueError):
    """A source that makes no model Amazon would build; the message names file and rule."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What is the same in every language."""

    slots: Mapping[str, Mapping[str, str]]
    """Slot types by slot, by intent."""
    built_in_intents: tuple[str, ...]
    values: Mapping[str, Values]


@dataclass(frozen=True, slots=True)
class Source:
    """What people say in one locale."""

    invocation_name: str
    spoken_as: Mapping[str, str]
    """How a name of a slot type is said together with the word for its kind."""
    phrases: Mapping[str, list[str]] = field(default_factory=dict)
    values: Mapping[str, Values] = field(default_factory=dict)


def locales() -> list[str]:
    """Return the locales that have a source, in alphabetical order."""
    return sorted(path.stem for path in SOURCES.glob("??-??.yaml"))


def build_model(locale: str) -> Json:
    """Return the interaction model of a locale, as it stands in its file; ModelError if Amazon would not build it."""
    shared, source = _read_shared(), _read_source(locale)
    unknown = source.phrases.keys() - shared.slots.keys()
    if unknown:
        raise ModelError(f"sources/{locale}.yaml has phrases for {', '.join(sorted(unknown))}, not in shared.yaml")
    try:
        intents = [*_custom_intents(shared, source), *_built_ins(shared)]
    except PhraseError as error:
        raise ModelError(f"sources/{locale}.yaml: {error}") from error
    language = {"invocationName": source.invocation_name, "intents": intents, "types": _types(shared, source)}
    model = {"interactionModel": {"languageModel": language}}
    if broken := broken_rules(model):
        raise ModelError("\n".join(f"sources/{locale}.yaml: {sentence}" for sentence in broken))
    return model


def as_text(model: Json) -> str:
    """Return a model as the developer console exports it."""
    return json.dumps(model, indent=2, ensure_ascii=False) + "\n"


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((SOURCES / name).read_text(encoding="utf-8"))
    return content


def _read_shared() -> Shared:
    content = _read("shared.yaml")
    values = {kind: _values(entries) for kind, entries in content["values"].items()}
    return Shared(content["intents"], tuple(content["built_in_intents"]), values)


def _read_source(locale: str) -> Source:
    content = _read(f"{locale}.yaml")
    base = _read_source(content["extends"]) if "extends" in content else Source("", {})
    phrases = {name: [*base.phrases.get(name, []), *more] for name, more in content["phrases"].items()}
    return Source(
        invocation_name=content["invocation_name"],
        spoken_as={**base.spoken_as, **content.get("spoken_as", {})},
        phrases={**base.phrases, **phrases},
        values=_merged(base.values, {kind: _values(each) for kind, each in content.get("values", {}).items()}),
    )


def _values(entries: list[str | dict[str, list[str]]]) -> Values:
    """Read `Name` and `Name: [other, ...]` entries."""
    values: Values = {}
    for entry in entries:
        values |= entry if isinstance(entry, dict) else {entry: []}
    return values


def _merged(first: Mapping[str, Values], second: Mapping[str, Values]) -> dict[str, Values]:
    return {kind: {**first.get(kind, {}), **second.get(kind, {})} for kind in {**first, **second}}


def _custom_intents(shared: Shared, source: Source) -> Iterator[Json]:
    for name, slots in shared.slots.items():
        samples = [sample for phrase in source.phrases.get(name, []) for sample in expand(phrase)]
        intent: Json = {"name": name}
        if slots:
            intent["slots"] = [{"name": slot, "type": kind} for slot, kind in slots.items()]
        yield {**intent, "samples": list(dict.fromkeys(samples))}


def _built_ins(shared: Shared) -> list[Json]:
    return [{"name": name, "samples": []} for name in shared.built_in_intents]


def _types(shared: Shared, source: Source) -> list[Json]:
    return [
        {"name": kind, "values": [_value(name, others, source.spoken_as[kind]) for name, others in values.items()]}
        for kind, values in _merged(shared.values, source.values).items()
    ]


def _value(name: str, others: list[str], spoken_as: str) -> Json:
    return {"name": {"value": name, "synonyms": [*others, spoken_as.format(name.lower())]}}


def main(arguments: list[str] | None = None) -> int:
    """Write every model, or with --check name those that are not what their source says."""
    parser = argparse.ArgumentParser(prog="python -m interactionModels.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; end 1 if a model is not up to date")
    check = parser.parse_args(arguments).check
    try:
        stale = [locale for locale in locales() if _bring_up_to_date(locale, write=not check)]
    except ModelError as error:
        print(error, file=sys.stderr)
        return 1
    if check and stale:
        print(f"Not what the sources say: {', '.join(stale)}. Run `make models`.", file=sys.stderr)
    return 1 if check and stale else 0


def _bring_up_to_date(locale: str, *, write: bool) -> bool:
    """Return whether the file of a locale differs from its source; write it if asked."""
    path, text = MODELS / f"{locale}.json", as_text(build_model(locale))
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    if write:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.parent.name}/{path.name}")
    return True


if __name__ == "__main__":
    sys.exit(main())

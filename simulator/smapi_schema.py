"""What Amazon's music catalogue reference says of a catalogue, version 2.0, as a JSON schema of each type."""

from typing import Any

from jsonschema import Draft202012Validator

__all__ = ["ENTITY_TYPES", "problems_of"]

_TEXT = {"type": "string", "minLength": 1}
_ID = {"type": "string", "minLength": 1, "maxLength": 256}
_LANGUAGE = {"type": "string", "pattern": "^[a-z]{2}$"}
_TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$"}


def _shape(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": required | optional,
        "required": list(required),
        "additionalProperties": False,
    }


_LOCALES = {
    "type": "array",
    "minItems": 1,
    "items": _shape({"country": {"type": "string", "pattern": "^[A-Z]{2}$"}, "language": _LANGUAGE}),
}
_NAMES = {"type": "array", "minItems": 1, "items": _shape({"language": _LANGUAGE, "value": _TEXT})}
_ALTERNATE_NAMES = {
    "type": "array",
    "items": _shape({"language": _LANGUAGE, "values": {"type": "array", "minItems": 1, "items": _TEXT}}),
}
_POPULARITY = _shape(
    {"default": {"type": "number", "minimum": 0, "maximum": 100}},
    overrides={"type": "array"},
)
_LINKS = {
    "type": "array",
    "minItems": 1,
    "items": _shape({"id": _ID, "names": _NAMES}, alternateNames=_ALTERNATE_NAMES),
}
_LINKS_OF = {
    "AMAZON.MusicPlaylist": {},
    "AMAZON.BroadcastChannel": {},
    "AMAZON.MusicGroup": {},
    "AMAZON.MusicAlbum": {"artists": _LINKS},
    "AMAZON.MusicRecording": {"artists": _LINKS, "albums": _LINKS},
    "AMAZON.Genre": {},
}
ENTITY_TYPES = tuple(_LINKS_OF)

_TOMBSTONE = _shape({"id": _ID, "lastUpdatedTime": _TIME, "deleted": {"const": True}}, names=_NAMES)
"""`deleted: false` is refused; what is not deleted has no such field."""


def _entity(kind: str) -> dict[str, Any]:
    living = _shape(
        {"id": _ID, "names": _NAMES, "popularity": _POPULARITY, "lastUpdatedTime": _TIME},
        locales=_LOCALES,
        alternateNames=_ALTERNATE_NAMES,
        **_LINKS_OF[kind],
    )
    return {"if": {"required": ["deleted"]}, "then": _TOMBSTONE, "else": living}


_HEADER = Draft202012Validator(
    _shape({"type": {"enum": list(ENTITY_TYPES)}, "version": {"const": 2.0}, "locales": _LOCALES, "entities": {}})
)
_VALIDATORS = {kind: Draft202012Validator(_entity(kind)) for kind in ENTITY_TYPES}


def problems_of(catalog: Any, kind: str) -> list[str]:
    """Return what is wrong with a catalogue that is said to be of a type; at most ten things of each sort."""
    found = [error.message for error in _HEADER.iter_errors(catalog)]
    if found or catalog["type"] != kind:
        return found or [f"a catalogue of {kind} holds {catalog['type']}"]
    errors = (error for entity in catalog["entities"] for error in _VALIDATORS[kind].iter_errors(entity))
    found = [f"{error.json_path}: {error.message}" for error, _ in zip(errors, range(10), strict=False)]
    ids = [entity.get("id") for entity in catalog["entities"]]
    return found + ([] if len(ids) == len(set(ids)) else ["an id comes twice"])

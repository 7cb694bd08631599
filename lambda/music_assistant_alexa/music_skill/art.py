"""A picture's sources as the Music Skill API lists them: five sizes, each with its name and pixels."""

from typing import Any

from music_assistant_alexa.actions import Art

__all__ = ["SIZES", "art_sources"]

SIZES = {"X_SMALL": 48, "SMALL": 60, "MEDIUM": 110, "LARGE": 256, "X_LARGE": 600}
"""Edges in pixels (API components reference, "ArtSource")."""


def art_sources(art: Art) -> list[dict[str, Any]]:
    """Return `art.sources` of a media's metadata, smallest first."""
    return [{"url": art[edge], "size": size, "widthPixels": edge, "heightPixels": edge} for size, edge in SIZES.items()]

"""What is to be played, checked before MA is told: it empties the queue before a `replace` that then fails."""

from collections.abc import Mapping
from typing import Any

from home_bridge.errors import MusicAssistantError, UnknownItemError
from home_bridge.turn import Turn

PART = 100
"""Uris sent at once; 5,000 take Music Assistant 12 s."""

TRIED = 10
"""Uris of a list asked for before it is called unplayable."""


async def add_in_parts(turn: Turn, media: list[str]) -> None:
    """Put media at the end of the queue."""
    for start in range(0, len(media), PART):
        await turn.api("player_queues/play_media", media=media[start : start + PART], option="add")


async def insert_in_parts(turn: Turn, media: list[str]) -> None:
    """Put media behind the current item; the last part goes first, since each pushes back what is there."""
    for start in reversed(range(0, len(media), PART)):
        await turn.api("player_queues/play_media", media=media[start : start + PART], option="next")


async def check_media(turn: Turn, media: list[str], start_item: str | None = None) -> None:
    """Raise MusicAssistantError unless something of `media` can be played."""
    found = None
    refused: MusicAssistantError | None = None
    for uri in media[:TRIED]:
        try:
            found = await turn.home.api("music/item_by_uri", uri=uri)
            break
        except MusicAssistantError as error:
            if type(error) is not MusicAssistantError:
                raise
            refused = error
    if not found:
        raise refused or MusicAssistantError("Music Assistant knows nothing of what is to be played")
    if len(media) == 1:
        await _check_tracks(turn, found, start_item)


async def _check_tracks(turn: Turn, found: Mapping[str, Any], start_item: str | None) -> None:
    kind = found.get("media_type")
    if kind not in {"album", "playlist"}:
        return
    tracks = await turn.home.api(
        f"music/{kind}s/{kind}_tracks",
        item_id=found.get("item_id"),
        provider_instance_id_or_domain=found.get("provider"),
    )
    if not tracks:
        raise MusicAssistantError("there is nothing in it to play")
    if start_item and not any(start_item in {track.get("uri"), track.get("item_id")} for track in tracks):
        raise UnknownItemError("start_item is not in it; it must be the uri or item_id of a track as listed")

"""What only the household knows of its music skill: the catalogues it uploaded, and which player a queue was given."""

from collections.abc import Callable
from typing import Any, Protocol

from simulator.music_utterances import Entities

__all__ = ["catalogues", "player_of"]

SHELVES = {
    "ARTIST": "artists",
    "ALBUM": "albums",
    "TRACK": "tracks",
    "PLAYLIST": "playlists",
    "STATION": "radios",
    "GENRE": "genres",
}
"""The types of Amazon's catalogues, and the shelf of Music Assistant that each is of."""


class Home(Protocol):
    """A Music Assistant."""

    def api(self, command: str, **args: Any) -> Any:
        """Carry out a command."""


def catalogues(home: Home) -> Entities:
    """Return what catalogues of the library as it is today would hold: for each type the ids by name."""
    from music_assistant_alexa.entity_ids import entity_id

    return {
        kind: {item["name"]: entity_id(item["uri"]) for item in home.api(f"music/{shelf}/library_items")}
        for kind, shelf in SHELVES.items()
    }


def player_of(queue_id: str, endpoint: str, table_name: str, now: Callable[[], float]) -> str:
    """Return the id of the player that was given a queue, empty if none was; Alexa never learns it."""
    from music_assistant_alexa.adapters.dynamodb_music_store import DynamoDbMusicStore
    from music_assistant_alexa.adapters.dynamodb_table import dynamodb_client

    queue = DynamoDbMusicStore(dynamodb_client(endpoint), table_name, now).queue(queue_id)
    return queue.player_id if queue else ""

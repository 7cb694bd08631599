"""What account linking remembers, in the one table: a row for each grant, and one for each count of tries."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from music_assistant_alexa.adapters.dynamodb_table import DynamoDbTable, RefusedError

__all__ = ["DynamoDbLinkingStore"]

_REVOKED = 0
"""The generation of a grant that is over. Its row stays, so that its code cannot begin it again."""

_AT_ONCE = 8
"""How often a count is tried that others change at the same time; after that it is taken for full."""


class DynamoDbLinkingStore:
    """LinkingStore on the table with key `device_id` and TTL attribute `expires_at`."""

    def __init__(self, client: Any, table_name: str, now: Callable[[], float]) -> None:
        self._table = DynamoDbTable(client, table_name, now)

    def begin(self, grant_id: str, kept_s: int) -> bool:
        """Write the grant's row, if there is none."""
        try:
            self._set_generation(grant_id, 1, kept_s, "attribute_not_exists(generation)")
        except RefusedError:
            return False
        return True

    def renew(self, grant_id: str, generation: int, kept_s: int) -> int | None:
        """Move the row on, if it is there; the one before finds it moved on already."""
        following = generation + 1
        try:
            self._set_generation(grant_id, following, kept_s, "generation = :given", given=generation)
        except RefusedError as refused:
            return following if refused.fields.get("generation") == following else None
        return following

    def revoke(self, grant_id: str, kept_s: int) -> None:
        """Leave a row that no token fits."""
        with suppress(RefusedError):
            self._set_generation(grant_id, _REVOKED, kept_s, "attribute_exists(generation)")

    def count(self, counter: str, limit: int, kept_s: int) -> bool:
        """Add one to a row that is below the limit."""
        tries = 0
        for _ in range(_AT_ONCE):
            if tries >= limit:
                return False
            try:
                self._set_tries(counter, tries, tries + 1, kept_s)
            except RefusedError as refused:
                tries = int(refused.fields.get("tries", 0))
            else:
                return True
        return False

    def uncount(self, counter: str, kept_s: int) -> None:
        """Take one from a row."""
        tries = int(self._table.read(_tries_key(counter)).get("tries", 0))
        if tries > 0:
            with suppress(RefusedError):  # others count too: it may stay one too high until the window is over
                self._set_tries(counter, tries, tries - 1, kept_s)

    def _set_generation(self, grant_id: str, generation: int, kept_s: int, condition: str, **values: int) -> None:
        key = f"linking#grant#{grant_id}"
        self._table.write(key, {"generation": generation}, kept_s=kept_s, condition=condition, values=values)

    def _set_tries(self, counter: str, before: int, tries: int, kept_s: int) -> None:
        condition = "tries = :before OR (:before = :none AND attribute_not_exists(tries))"
        values = {"before": before, "none": 0}
        self._table.write(_tries_key(counter), {"tries": tries}, kept_s=kept_s, condition=condition, values=values)


def _tries_key(counter: str) -> str:
    return f"linking#tries#{counter}"

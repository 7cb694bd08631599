"""A run in the cloud: the same steps as on a PC, the state in S3, and never longer than the function may take."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from music_assistant_alexa.adapters.dynamodb_music_store import entity_row
from music_assistant_alexa.adapters.dynamodb_table import dynamodb_client
from music_assistant_alexa.adapters.media_wire import media_item
from music_assistant_alexa.adapters.ssm_secrets import fetch_secret
from music_assistant_alexa.errors import HomeCommandError
from music_assistant_alexa.settings import Credentials
from music_catalog.bucket import Bucket
from music_catalog.errors import ConfigurationError
from music_catalog.library import Home, Library
from music_catalog.models import Entry, Kind
from music_catalog.runs import Catalogue, upload
from music_catalog.settings import CloudSettings, access_headers
from music_catalog.smapi import LwaCredentials, Smapi
from music_catalog.state import State
from music_catalog.upload import Pause, Uploader

__all__ = ["run"]

PAUSE_S = 15.0
BATCH = 25
"""Rows that DynamoDB takes in one call."""

WRITE_PAUSES_S = (0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds before each try to write what the table left undone."""

RESERVE_MS = 120_000
"""What is kept back of the function's time, to bind the skill and to store the state."""


def run(settings: CloudSettings, left_ms: Callable[[], int]) -> dict[str, Any]:
    """Build, upload and bind; return how many of each kind there are. Raises CatalogError."""
    bucket = Bucket(settings.bucket, settings.aws_endpoint)
    with TemporaryDirectory() as name:
        path = Path(name) / "state.sqlite"
        bucket.fetch(path)
        try:
            with State(path) as state:
                catalogue = Catalogue(state, Path(name), settings.locales, _notes(settings))
                return _run(settings, catalogue, left_ms)
        finally:
            bucket.keep(path)  # also when it breaks off: what was sent was sent


def _run(settings: CloudSettings, catalogue: Catalogue, left_ms: Callable[[], int]) -> dict[str, Any]:
    smapi = Smapi(_lwa(settings), settings.smapi_url, settings.login_url)
    uploader = Uploader(smapi, catalogue.state, catalogue.folder, settings.skill, _Silent())
    counts = catalogue.build(_library(settings), time.time_ns() // 1_000_000, lambda _kind, _there: None)
    waiting = upload(uploader, lambda: _pauses(left_ms))
    return {kind: each.living for kind, each in counts.items()} | {"waiting_for": waiting}


def _notes(settings: CloudSettings) -> "_Notes | None":
    if not settings.table_name:
        return None
    return _Notes(dynamodb_client(settings.aws_endpoint), settings.table_name)


def _library(settings: CloudSettings) -> Library:
    credentials = Credentials(settings.secret_name, lambda name: fetch_secret(name, settings.aws_endpoint))
    secrets = credentials.current()
    headers = access_headers(secrets.access_client_id, secrets.access_client_secret)
    return Library(Home(settings.home_url, secrets.bridge_token, headers, settings.home_ca_file))


def _lwa(settings: CloudSettings) -> LwaCredentials:
    try:
        value = json.loads(fetch_secret(settings.catalog_secret_name, settings.aws_endpoint))
        return LwaCredentials(str(value["client_id"]), str(value["client_secret"]), str(value["refresh_token"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"the SSM parameter {settings.catalog_secret_name} (template parameter CatalogSecretName) must be JSON "
            'with "client_id", "client_secret" and "refresh_token"; docs/catalog.md shows the command that makes it'
        ) from error


def _pauses(left_ms: Callable[[], int]) -> Iterator[Pause]:
    while left_ms() > RESERVE_MS:
        yield lambda: time.sleep(PAUSE_S)


class _Notes:
    """Writes the skill's rows of entities, many at once; an entry that cannot be read as an item gets no row."""

    def __init__(self, client: Any, table_name: str) -> None:
        self._client = client
        self._table_name = table_name
        self._waiting: dict[str, Any] = {}

    def add(self, entry: Entry) -> None:
        """Note what an entity is."""
        with suppress(HomeCommandError):
            item = media_item({"media_type": (entry.kind.shelf or "").removesuffix("s"), **entry.item})
            self._waiting[item.uri] = {"PutRequest": {"Item": entity_row(item, time.time())}}
        if len(self._waiting) == BATCH:
            self.finish()

    def finish(self) -> None:
        """Write those that wait. Raises ConfigurationError."""
        left = list(self._waiting.values())
        self._waiting.clear()
        for pause_s in WRITE_PAUSES_S:
            if not left:
                return
            time.sleep(pause_s)
            left = self._written(left)
        if left:
            raise ConfigurationError("the skill's table takes no more rows for now; the next run goes on with them")

    def _written(self, requests: list[Any]) -> list[Any]:
        """Write rows, and return those that the table has not taken."""
        try:
            answer = self._client.batch_write_item(RequestItems={self._table_name: requests})
        except (BotoCoreError, ClientError) as error:
            raise ConfigurationError(
                f"the skill's table cannot be told what entities are ({type(error).__name__}); deploy the stack again"
            ) from error
        left: list[Any] = answer.get("UnprocessedItems", {}).get(self._table_name, [])
        return left


class _Silent:
    """Progress that is told to nobody: the function's log has the end of a run."""

    def sending(self, kind: Kind, there: int, whole: int) -> None:
        """Say nothing."""

    def says(self, text: str) -> None:
        """Say nothing."""

"""The state of the scheduled function: one object in S3, since a function's disk is gone between its runs."""

from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from music_catalog.errors import ConfigurationError

__all__ = ["KEY", "Bucket"]

KEY = "state.sqlite"


class Bucket:
    """Fetches the state, and keeps it."""

    def __init__(self, name: str, endpoint: str = "", client: Any = None) -> None:
        self._name = name
        self._s3 = client or boto3.client("s3", endpoint_url=endpoint or None)

    def fetch(self, path: Path) -> None:
        """Write the state to `path`; leave no file there on the first run. Raises ConfigurationError."""
        path.unlink(missing_ok=True)
        try:
            self._s3.download_file(self._name, KEY, str(path))
        except ClientError as error:
            # Without the right to list, S3 answers 403 also for what is not there; the role may list.
            if error.response.get("Error", {}).get("Code") not in {"404", "NoSuchKey"}:
                raise _unreachable(error) from error
        except BotoCoreError as error:
            raise _unreachable(error) from error

    def keep(self, path: Path) -> None:
        """Store the state. Raises ConfigurationError."""
        try:
            with path.open("rb") as file:
                self._s3.put_object(Bucket=self._name, Key=KEY, Body=file)
        except (BotoCoreError, ClientError) as error:
            raise _unreachable(error) from error


def _unreachable(error: Exception) -> ConfigurationError:
    return ConfigurationError(
        f"the bucket of the catalogue's state cannot be used ({type(error).__name__}); deploy the stack again"
    )

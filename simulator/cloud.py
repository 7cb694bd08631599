"""What the skill needs of AWS, on loopback: moto with the table and the secret."""

import json
import logging
import os
import secrets
import threading
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

HOST, REGION = "127.0.0.1", "eu-west-1"
RESET_WITHIN_S = 10
TABLE_NAME = "music-assistant-alexa-playback"
SECRET_NAME = "/music-assistant-alexa/secrets"
LOCAL_ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_SESSION_TOKEN": "local",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""No account at all; without these boto3 would look for one."""


@dataclass(frozen=True, slots=True)
class LocalSecrets:
    """The secrets of the skill and the bridge, made anew for each run."""

    bridge_token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    stream_signing_key: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def as_parameter(self) -> str:
        """Return the text of the SSM parameter."""
        access = {"access_client_id": "", "access_client_secret": ""}
        signing = {"bridge_token": self.bridge_token, "stream_signing_key": self.stream_signing_key}
        return json.dumps({**signing, **access})


class OneAtATime:
    """Lets moto answer one request at a time: it checks a condition and writes with no lock around the two.

    DynamoDB does the two as one; under load moto lost one of two updates of an item.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """Answer one request, when the one before is done."""
        with self._lock:
            return list(self._application(environ, start_response))


class LocalCloud:
    """A running moto server that holds the skill's table and secret."""

    def __init__(self, local_secrets: LocalSecrets, *, host: str = HOST) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it writes a line per request
        os.environ.update(LOCAL_ACCOUNT)
        self._server = ThreadedMotoServer(host, 0, verbose=False)
        self._server.start()
        self._serialise()
        _, port = self._server.get_host_and_port()
        self.endpoint = f"http://{HOST}:{port}"
        make_table(self._client("dynamodb"))
        self._put_secret(local_secrets)

    def close(self) -> None:
        """Stop the server and forget what it held: moto keeps that for the whole process."""
        reset = urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")
        with urllib.request.urlopen(reset, timeout=RESET_WITHIN_S):
            self._server.stop()

    def rows(self) -> list[dict[str, Any]]:
        """Return the table's items in DynamoDB's own notation."""
        return list(self._client("dynamodb").scan(TableName=TABLE_NAME)["Items"])

    def _serialise(self) -> None:
        server: Any = self._server._server  # noqa: SLF001  # moto gives no other way in
        server.app = OneAtATime(server.app)

    def _put_secret(self, local_secrets: LocalSecrets) -> None:
        self._client("ssm").put_parameter(Name=SECRET_NAME, Value=local_secrets.as_parameter(), Type="SecureString")

    def _client(self, service: str) -> Any:
        return boto3.client(service, endpoint_url=self.endpoint)


def make_table(client: Any) -> None:
    """Make the skill's table, as the template does."""
    client.create_table(
        TableName=TABLE_NAME,
        KeySchema=[{"AttributeName": "device_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "device_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    expiry = {"Enabled": True, "AttributeName": "expires_at"}
    client.update_time_to_live(TableName=TABLE_NAME, TimeToLiveSpecification=expiry)

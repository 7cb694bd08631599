"""Amazon's own DynamoDB Local, where Java is: the reference that the playback store is held against.

Its licence allows use and no redistribution, so `make toolchain` brings it from npm, where `amplify-dynamodb-simulator`
bundles it. It has no option for an address and listens on all interfaces; it keeps everything in memory.
"""

import socket
import subprocess
from types import TracebackType
from typing import Self

import boto3
from botocore.config import Config

from simulator import toolchain
from simulator.waiting import eventually

_START_S = 30.0


class DynamoDbLocal:
    """A context: inside it, `url` answers as DynamoDB does, with one database for all callers and regions."""

    def __init__(self) -> None:
        self._port = toolchain.free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it on a free port and wait until it answers. Raises MissingToolError."""
        java, folder = toolchain.java(), toolchain.dynamodb_local()
        command = [str(java), "-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"]
        options = ["-port", str(self._port), "-inMemory", "-sharedDb", "-disableTelemetry"]
        self._server = subprocess.Popen([*command, *options], cwd=folder, stdout=subprocess.DEVNULL)
        try:
            eventually(self._listens, within=_START_S, what="DynamoDB Local to listen")
            self._warm_up()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it; what it kept is gone."""
        self._stop()

    def _listens(self) -> bool:
        if self._server is None or self._server.poll() is not None:
            raise RuntimeError("DynamoDB Local ended at its start; its own words are above")
        try:
            socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
        except OSError:
            return False
        return True

    def _warm_up(self) -> None:
        """Make a first table: that takes seconds, more than the function's own client waits."""
        config = Config(read_timeout=_START_S, retries={"total_max_attempts": 1})
        nobody = {"aws_access_key_id": "local", "aws_secret_access_key": "local", "region_name": "eu-west-1"}
        client = boto3.client("dynamodb", endpoint_url=self.url, config=config, **nobody)
        client.create_table(
            TableName="warm-up",
            KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client.put_item(TableName="warm-up", Item={"key": {"S": "first"}})
        client.delete_table(TableName="warm-up")
        client.close()

    def _stop(self) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

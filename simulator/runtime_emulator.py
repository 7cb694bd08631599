"""What `sam build` made, in AWS's own Lambda runtime emulator, without Docker.

The emulator plays the Lambda service, `awslambdaric` is the loop of the real Python runtime, and the code is the built
function and layer as they would be uploaded. The layer is built for arm64; the only compiled modules in it belong to
charset_normalizer, each with the same module in Python beside it, which other machines import. Memory limits and
CloudWatch are not emulated.

One emulator is one sandbox: two invocations at a time crash it, so they take turns here.
"""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from simulator import toolchain
from simulator.waiting import eventually

HANDLER = "lambda_function.lambda_handler"
TIMEOUT_S = 8
REGION = "eu-west-1"
_PATH = "/2015-03-31/functions/function/invocations"
_INIT = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)")


class FunctionFailedError(Exception):
    """The function raised, ran out of time or died, as the Lambda service reports it."""


class RuntimeEmulator:
    """A context: inside it, `invoke` runs the function as Lambda does, starting it cold at the first event."""

    def __init__(
        self, environment: Mapping[str, str], *, function: Path | None = None, layer: Path | None = None
    ) -> None:
        """Emulate with these variables of the function; `function` and `layer` are folders, normally the built ones."""
        self._environment = dict(environment)
        self._function = function or toolchain.built() / "SkillFunction"
        self._layer = layer or toolchain.built() / "DependenciesLayer"
        self._turn = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._log = tempfile.NamedTemporaryFile(prefix="lambda-", suffix=".log")  # noqa: SIM115  # closed by __exit__
        self._address = ""

    def __enter__(self) -> Self:
        """Start the emulator on free ports of loopback. Raises MissingToolError."""
        emulator, python = toolchain.runtime_emulator(), toolchain.runtime_python()
        address, runtime_api = (f"127.0.0.1:{toolchain.free_port()}" for _ in range(2))
        where = ["--runtime-interface-emulator-address", address, "--runtime-api-address", runtime_api]
        self._server = subprocess.Popen(
            [str(emulator), *where, "--log-level", "info", str(python), "-m", "awslambdaric", HANDLER],
            cwd=self._function,
            env={**self._lambda_environment(), **self._environment},
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._address = address
        try:
            eventually(self._listens, within=10, what="the runtime emulator to listen")
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop emulator and function."""
        self._stop()

    def invoke(self, event: Any) -> Any:
        """Return what the function answers to one event. Raises FunctionFailedError."""
        with self._turn:
            body = self._post(json.dumps(event).encode())
        if body.startswith("Task timed out") or not body:
            raise FunctionFailedError(body or "the function died without an answer")
        answer = json.loads(body)
        if isinstance(answer, dict) and "errorType" in answer:  # the emulator calls most of these a success
            raise FunctionFailedError(f"{answer['errorType']}: {answer.get('errorMessage')}")
        return answer

    def _post(self, body: bytes) -> str:
        connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_S + 10)
        try:
            connection.request("POST", _PATH, body, {"Content-Type": "application/json"})
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def log(self) -> str:
        """Return all that emulator and function have written so far."""
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    def init_ms(self) -> list[float]:
        """Return how long each cold start took: from the process's start to the function being ready."""
        return [float(duration) for duration in _INIT.findall(self.log())]

    def _lambda_environment(self) -> dict[str, str]:
        """Return what Lambda itself sets, and nothing of this machine's."""
        return {
            "PATH": os.defpath,
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PYTHONPATH": os.pathsep.join([str(self._function), str(self._layer / "python")]),
            "PYTHONDONTWRITEBYTECODE": "1",  # code is read-only in Lambda
            "LAMBDA_TASK_ROOT": str(self._function),
            "AWS_LAMBDA_FUNCTION_NAME": "music-assistant-alexa",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(TIMEOUT_S),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/music-assistant-alexa",
            "AWS_LAMBDA_LOG_STREAM_NAME": "emulated",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "emulated",
            "AWS_SECRET_ACCESS_KEY": "emulated",
        }

    def _listens(self) -> bool:
        if self._server is None or self._server.poll() is not None:
            raise RuntimeError(f"the runtime emulator ended at its start:\n{self.log()}")
        host, port = self._address.split(":")
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            return False
        return True

    def _stop(self) -> None:
        if self._server is not None:
            os.killpg(self._server.pid, signal.SIGKILL)  # a session of its own: the function dies with it
            self._server.wait()
        self._log.close()

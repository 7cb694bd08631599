"""Run the whole house for other clients: `make serve` prints its addresses as one JSON line and runs until stopped.

`invoke_url` speaks Lambda's Invoke API: POST an event, get the answer.

PORT    its port (default: a free one).
HOST    where to listen (default 127.0.0.1; 0.0.0.0 lets SAM's containers in).
"""

import contextlib
import json
import os
import signal
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from simulator.local_env import SERVED
from simulator.real_home import UnusableHomeError
from simulator.stack import Stack
from simulator.tls import HOST

PATH = "/2015-03-31/functions/function/invocations"
LOOK_S = 1.0
MOST_EVENT_BYTES = 6_000_000
"""Lambda's own limit."""


def main() -> int:
    """Serve until interrupted; return the exit status."""
    try:
        _serve(os.environ.get("HOST") or HOST, _port())
    except UnusableHomeError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _serve(host: str, port: int) -> None:
    out, stopped = sys.stdout, threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with (
        contextlib.redirect_stdout(sys.stderr),
        Stack(host=host) as stack,
        invoke_api(stack.invoke, host, port) as invoke_url,
        _left_for_others(line := json.dumps(addresses(stack, invoke_url))),
    ):
        print(line, file=out, flush=True)
        while not stopped.wait(LOOK_S):
            pass  # a signal that another thread takes does not wake this one, which alone runs its handler


def addresses(stack: Stack, invoke_url: str) -> dict[str, str]:
    """Return everything a client needs to know."""
    return {
        "invoke_url": invoke_url,
        "bridge_url": stack.public_url,
        "stream_url": stack.public_url,
        "ca_file": stack.ca_file,
        "music_assistant_url": stack.home.url,
        "bridge_token": stack.secrets.bridge_token,
        "application_id": stack.application_id,
        "aws_endpoint": stack.cloud.endpoint,
        "host": stack.host,
    }


@contextlib.contextmanager
def invoke_api(invoke: Callable[[dict[str, Any]], Any], host: str = HOST, port: int = 0) -> Iterator[str]:
    """Serve Lambda's Invoke API; yield the address to POST events to."""
    server = _InvokeServer((host, port), invoke)
    threading.Thread(target=server.serve_forever, args=(0.05,), name="invoke", daemon=True).start()
    try:
        yield f"http://{HOST}:{server.server_port}{PATH}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def _left_for_others(line: str) -> Iterator[None]:
    """Leave the addresses in a file while they are good, so that `make local-env` finds them."""
    SERVED.parent.mkdir(parents=True, exist_ok=True)
    SERVED.write_text(line + "\n", encoding="utf-8")
    SERVED.chmod(0o600)  # the bridge token is in it
    try:
        yield
    finally:
        SERVED.unlink(missing_ok=True)


class _InvokeServer(ThreadingHTTPServer):
    """Holds the function its handlers call."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], invoke: Callable[[dict[str, Any]], Any]) -> None:
        self.invoke = invoke
        super().__init__(address, _InvokeApi)


class _InvokeApi(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _InvokeServer

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_EVENT_BYTES:
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            # Unread, the body would be taken for the next request.
            self._reply(status, {"Message": status.phrase}, {"Connection": "close"})
            return
        body = self.rfile.read(length)
        if self.path != PATH:
            self._reply(HTTPStatus.NOT_FOUND, {"Message": HTTPStatus.NOT_FOUND.phrase})
            return
        try:
            event = json.loads(body)
        except ValueError as error:
            self._reply(HTTPStatus.BAD_REQUEST, {"Type": "User", "Message": f"Could not parse JSON: {error}"})
            return
        self._invoke(event)

    def _invoke(self, event: dict[str, Any]) -> None:
        try:
            answer = self.server.invoke(event)
        except Exception as error:  # noqa: BLE001  # as Lambda does with whatever a handler raises
            failure = {"errorMessage": str(error), "errorType": type(error).__name__}
            self._reply(HTTPStatus.OK, failure, {"X-Amz-Function-Error": "Unhandled"})
        else:
            self._reply(HTTPStatus.OK, answer)

    def _reply(self, status: HTTPStatus, answer: Any, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        common = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        lambdas = {"x-amzn-RequestId": str(uuid.uuid4()), "X-Amz-Executed-Version": "$LATEST"}
        for name, value in {**common, **lambdas, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        """Keep quiet: events are nobody's business."""


def _port() -> int:
    port = os.environ.get("PORT") or "0"
    if not port.isdigit() or int(port) > 65535:
        sys.exit(f"PORT must be a number from 0 to 65535, not {port!r}.")
    return int(port)


if __name__ == "__main__":
    sys.exit(main())

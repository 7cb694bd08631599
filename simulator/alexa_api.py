"""Alexa's own API on loopback, as far as a skill could speak to it before it answers: progressive responses."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATH = "/v1/directives"


class AlexaApi:
    """Listens at `url`, which goes into `context.System.apiEndpoint`, and keeps what is posted there."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.received))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="alexa-api", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Return the address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(received: list[bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == PATH:
                received.append(body)
            self.send_response(204 if self.path == PATH else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be quiet; what came is in `received`."""

    return Handler

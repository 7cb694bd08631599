"""A home that only writes down what it is asked: for tests of what must never be asked."""

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

_CHUNK = 64 * 1024


class RecordingHome:
    """Stands where Music Assistant's web and stream servers would; nothing speaks slimproto.

    `asked` are the request lines that came, `connections` how often someone knocked at all; `audio` is what every path
    but /api answers.
    """

    def __init__(self, audio: bytes = b"audio", content_type: str = "audio/mpeg") -> None:
        self.audio = audio
        self.content_type = content_type
        self.asked: list[str] = []
        self.connections = 0
        self.token = "token-of-a-home"
        self.slimproto_port = 9  # the discard service: refused on loopback
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def stream_url(self) -> str:
        """Where it serves streams: in the same place."""
        return self.url

    def __enter__(self) -> Self:
        """Listen."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        home = self

        class Handler(BaseHTTPRequestHandler):
            def setup(self) -> None:
                home.connections += 1
                super().setup()

            def handle_one_request(self) -> None:
                self.raw_requestline = self.rfile.readline(65537)
                if self.raw_requestline and self.parse_request():
                    home.asked.append(self.requestline)
                    self._answer(b"null" if self.path == "/api" else home.audio)
                self.close_connection = True

            def _answer(self, body: bytes) -> None:
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Type", home.content_type)
                self.end_headers()
                for start in range(0, len(body), _CHUNK):
                    self.wfile.write(body[start : start + _CHUNK])

            def log_message(self, *_: object) -> None:
                pass

        return Handler

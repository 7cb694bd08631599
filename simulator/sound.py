"""Pull a stream over HTTPS as a device does, and know how much of it, and which track, has been heard."""

from collections.abc import Callable, Iterator
from typing import Protocol

import miniaudio
import requests

CHUNK_BYTES = 16_384
FIRST_MS = 1_500
"""Enough to tell one tone from another; what a device waits for before it starts to play."""
LONGEST_MS = 4 * 60 * 60 * 1_000
CONNECT_S, READ_S = 5.0, 30.0


class FetchFailed(Exception):  # noqa: N818  # it becomes PlaybackFailed
    """A stream could not be pulled; `error_type` is Alexa's word for it."""

    def __init__(self, error_type: str, message: str) -> None:
        self.error_type = error_type
        self.message = message
        super().__init__(f"{error_type}: {message}")


class Sound(Protocol):
    """One stream that is being pulled."""

    url: str
    content_type: str

    @property
    def received(self) -> int:
        """Return how many bytes have been pulled."""

    @property
    def length_ms(self) -> int | None:
        """Return how long the stream is; None until its end has been pulled."""

    @property
    def buffered_ms(self) -> int:
        """Return how much of the stream has been pulled."""

    @property
    def endless(self) -> bool:
        """Say whether its server gives it as a stream without an end."""

    @property
    def track(self) -> str | None:
        """Return the title of the track that is heard, None if it is none we know."""

    def hear(self, until_ms: int) -> None:
        """Pull until `until_ms` of the stream are here, or its end; raise FetchFailed if it breaks."""

    def close(self) -> None:
        """Pull no more."""


class Ear(Protocol):
    """What opens a stream."""

    def open(self, url: str) -> Sound:
        """Start to pull; raise FetchFailed where nothing playable comes."""


class HttpsEar:
    """Pull MP3 over HTTPS, trusting one certificate authority and nothing of the environment."""

    def __init__(self, ca_file: str, identify: Callable[[bytes], str | None]) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = ca_file
        self._identify = identify

    def open(self, url: str) -> "Mp3Sound":
        """Start to pull; raise FetchFailed where nothing playable comes."""
        return Mp3Sound(url, self._get(url), self._identify)

    def go_on(self, url: str, begun: Sound, at_ms: int) -> "Mp3Sound":
        """Pull the rest of a stream from the byte that is heard at `at_ms` on; raise FetchFailed if it is not given."""
        if not isinstance(begun, Mp3Sound):
            raise TypeError(f"{type(begun).__name__} has no bytes to go on from.")
        heard = begun.audio[: begun.byte_at(at_ms)]
        response = self._get(url, {"Range": f"bytes={len(heard)}-"})
        given = response.headers.get("Content-Range", "")
        if response.status_code != requests.codes.partial or not given.startswith(f"bytes {len(heard)}-"):
            response.close()
            raise FetchFailed("MEDIA_ERROR_INVALID_REQUEST", f"HTTP {response.status_code}, asked for a range")
        return Mp3Sound(url, response, self._identify, heard)

    def _get(self, url: str, headers: dict[str, str] | None = None) -> requests.Response:
        try:
            response = self._session.get(url, headers=headers, stream=True, timeout=(CONNECT_S, READ_S))
        except requests.RequestException as error:
            raise FetchFailed("MEDIA_ERROR_SERVICE_UNAVAILABLE", type(error).__name__) from error
        _refuse(response)
        return response

    def close(self) -> None:
        """Close the connections that are kept."""
        self._session.close()


class Mp3Sound:
    """An MP3 stream of constant bitrate."""

    def __init__(
        self, url: str, response: requests.Response, identify: Callable[[bytes], str | None], heard: bytes = b""
    ) -> None:
        self.url = url
        self.joined_at = len(heard)
        """The first byte that came over this connection; those before it came over another one."""
        self.content_type = response.headers.get("Content-Type", "")
        self.endless = response.headers.get("Accept-Ranges") == "none" and "Content-Length" not in response.headers
        """As the home gives a station: of no known length, and not in parts."""
        self._response = response
        self._chunks: Iterator[bytes] = response.iter_content(CHUNK_BYTES)
        self._audio = bytearray(heard)
        self._bytes_per_ms = len(heard) / (_seconds(self._audio) * 1_000) if heard else 0.0
        self._length_ms: int | None = None
        self._identify = identify
        self._track: str | None = None
        self._broken: FetchFailed | None = None

    @property
    def received(self) -> int:
        """Return how many bytes have been pulled."""
        return len(self._audio)

    @property
    def audio(self) -> bytes:
        """Return what has been pulled."""
        return bytes(self._audio)

    @property
    def buffered_ms(self) -> int:
        """Return how much of the stream has been pulled."""
        if self._length_ms is not None:
            return self._length_ms
        return int(len(self._audio) / self._bytes_per_ms) if self._bytes_per_ms else 0

    @property
    def length_ms(self) -> int | None:
        """Return how long the stream is; None until its end has been pulled."""
        return self._length_ms

    @property
    def track(self) -> str | None:
        """Return the title of the track that is heard, None if it is none we know."""
        if self._track is None:
            self._track = self._identify(bytes(self._audio[: int(2 * FIRST_MS * self._bytes_per_ms)]))
        return self._track

    def byte_at(self, at_ms: int) -> int:
        """Return which byte is heard at that time, of those that have been pulled."""
        return min(len(self._audio), round(at_ms * self._bytes_per_ms))

    def hear(self, until_ms: int) -> None:
        """Pull until `until_ms` of the stream are here, or its end; raise FetchFailed if it breaks."""
        while self._length_ms is None and self.buffered_ms < until_ms:
            if self._broken:
                raise self._broken
            self._pull()

    def close(self) -> None:
        """Pull no more."""
        self._response.close()

    def _pull(self) -> None:
        try:
            chunk = next(self._chunks, b"")
        except requests.RequestException as error:
            self._broken = FetchFailed("MEDIA_ERROR_SERVICE_UNAVAILABLE", type(error).__name__)
            raise self._broken from error
        self._audio += chunk
        if not chunk:
            self._length_ms = round(_seconds(self._audio) * 1_000)
        elif not self._bytes_per_ms and len(self._audio) >= CHUNK_BYTES:
            # Whole frames only: a little too many bytes for each, which errs towards pulling more.
            self._bytes_per_ms = len(self._audio) / (_seconds(self._audio) * 1_000)


def _refuse(response: requests.Response) -> None:
    """Raise for what cannot be played, in the words of the AudioPlayer document's table."""
    if response.ok and not response.headers.get("Content-Type", "").startswith(("text/", "application/json")):
        return
    response.close()
    if response.status_code >= requests.codes.server_error:
        raise FetchFailed("MEDIA_ERROR_INTERNAL_SERVER_ERROR", f"HTTP {response.status_code}")
    raise FetchFailed("MEDIA_ERROR_INVALID_REQUEST", f"HTTP {response.status_code}, not audio")


def _seconds(audio: bytearray) -> float:
    try:
        seconds: float = miniaudio.mp3_get_info(bytes(audio)).duration
    except miniaudio.MiniaudioError as error:
        raise FetchFailed("MEDIA_ERROR_UNKNOWN", "not MP3") from error
    if not seconds:
        raise FetchFailed("MEDIA_ERROR_UNKNOWN", "no sound")
    return seconds

"""From Music Assistant's LAN URLs to signed public HTTPS URLs, and the check of them.

`https://{host}/{stream|art}/{ref}.{ext}?exp={unix seconds}&sig={signature}`: `ref` is unpadded base64url of compact
JSON, and what is signed is the text that stands in the URL, so nothing is ever canonicalised. The skill signs, the home
bridge checks; both import this module, which knows nothing but the standard library.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Literal
from urllib.parse import SplitResult, unquote, urlsplit

from music_assistant_alexa.errors import StreamUrlError

__all__ = [
    "ART_EDGES",
    "DEFAULT_EDGE",
    "Kind",
    "PublicUrls",
    "check_signed",
    "public_art_url",
    "public_stream_url",
]

Kind = Literal["stream", "art"]

ART_EDGES = (48, 60, 110, 256, 480, 600, 1200)
"""The edges pictures are handed out with, in pixels; they are square. A closed list: each is a file in a cache."""

DEFAULT_EDGE = 600
"""The edge of a picture whose reference says none."""

VALID_S = 12 * 3600
"""How long a URL is good for by default, in seconds."""

NAME_LIMIT = 4096
"""Characters of a reference at most; Alexa takes URLs of 8,000."""

LONGEST_S = 7 * 24 * 3600
"""The furthest ahead an expiry may lie, in seconds."""

_STREAM_PATH = re.compile(r"/(single|flow)/[A-Za-z0-9]+/[0-9a-z:_.-]+/[0-9a-f]{32}/[0-9a-z:_.-]+\.[a-z0-9]+")
_NAME = re.compile(r"(?P<ref>[A-Za-z0-9_-]{1,4096})\.(?P<ext>[a-z0-9]{2,4})")
_EXPIRY = re.compile(r"[0-9]{1,12}")
_ENTRY = re.compile(r"[1-9][0-9]{0,8}")
_ART_PATH = re.compile(r"/imageproxy(\?[^\s#]+|/[0-9a-f]{64})")
_ART_ID = re.compile(r".*(?P<path>/imageproxy/[0-9a-f]{64})")
_EXTENSION = re.compile(r"\.[a-z0-9]+$")


def public_stream_url(
    ma_url: str, generation: int, *, base_url: str, key: str, now: float, valid_s: int = VALID_S
) -> str:
    """Return the signed public URL of MA's LAN stream URL, as MP3 unless it says AAC.

    `ma_url` is what MA told the player: `http://<lan>:8097/single/{session}/{queue}/{item}/{player}.{ext}`; its host is
    dropped, an extension no Echo plays is swapped for `.mp3` (MA encodes whatever is asked). `now` is Unix time in
    seconds. Raises StreamUrlError for anything else, so that no half-rewritten URL reaches an Echo.
    """
    parts = _split(ma_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise StreamUrlError("not one of Music Assistant's stream URLs: http(s)://host/single/... is expected")
    path = unquote(parts.path)
    codec = "aac" if path.endswith(".aac") else "mp3"
    path = _EXTENSION.sub("." + codec, path)
    _check_stream_path(path)
    return _signed("stream", {"p": path, "g": generation}, codec, base_url, key, int(now) + valid_s)


def public_art_url(
    image_url: str, edge: int = DEFAULT_EDGE, *, base_url: str, key: str, now: float, valid_s: int = VALID_S
) -> str:
    """Return the signed public URL of a picture as a square JPEG; no picture's ("") is that of the built-in one.

    `image_url` is MA's imageproxy (path or LAN URL, its own size and format are of no account), or a remote https
    picture, which the bridge fetches. `edge` is one of ART_EDGES. Raises StreamUrlError for anything else.
    """
    ref = _art_reference(image_url) | {"s": edge}
    _check_art_reference(ref)
    return _signed("art", ref, "jpg", base_url, key, int(now) + valid_s)


def _art_reference(image_url: str) -> dict[str, Any]:
    if not image_url:
        return {"b": 1}
    parts = _split(image_url)
    if parts.scheme in {"", "http", "https"}:
        if match := _ART_ID.fullmatch(parts.path):
            return {"p": match["path"]}
        if parts.path.endswith("/imageproxy") and parts.query:
            return {"p": f"/imageproxy?{parts.query}"}
    if parts.scheme == "https" and parts.hostname and parts.username is None:
        return {"u": image_url}
    raise StreamUrlError("neither a picture of Music Assistant's imageproxy nor an https picture")


class PublicUrls:
    """The public URLs of one household: its base URL, and a key that is fetched when the first one is needed."""

    def __init__(self, base_url: str, key: Callable[[], str], now: Callable[[], float]) -> None:
        self._base_url = base_url
        self._key = key
        self._now = now

    def stream(self, ma_url: str, generation: int) -> str:
        """Return the signed public URL of a stream. Raises StreamUrlError."""
        return public_stream_url(ma_url, generation, base_url=self._base_url, key=self._key(), now=self._now())

    def entry(self, queue_id: str, entry_id: str, codec: str = "mp3") -> tuple[str, int]:
        """Return the signed public URL of a music-skill queue's entry, and until when it is good (Unix seconds).

        The bridge knows what MA plays for it, and waits for MA to have loaded it. Raises StreamUrlError.
        """
        if not _ENTRY.fullmatch(entry_id) or not queue_id:
            raise StreamUrlError("not an entry of ours: its id is a number")
        ref, expiry = {"q": queue_id, "n": int(entry_id)}, int(self._now()) + VALID_S
        return _signed("stream", ref, codec, self._base_url, self._key(), expiry), expiry

    def art(self, image_url: str) -> dict[int, str]:
        """Return the signed public URLs of a picture, by edge; of the built-in one for none and for what is refused."""
        try:
            return self._art(image_url)
        except StreamUrlError:
            return self._art("")

    def _art(self, image_url: str) -> dict[int, str]:
        key, now = self._key(), self._now()
        return {edge: public_art_url(image_url, edge, base_url=self._base_url, key=key, now=now) for edge in ART_EDGES}


def check_signed(kind: Kind, name: str, exp: str, sig: str, *, keys: Sequence[str], now: float) -> dict[str, Any]:
    """Return the reference in a signed URL's last path segment, if one of `keys` signed it and it is in time.

    The result is `{"p": path, "g": generation}` or `{"q": queue id, "n": number}` for streams; for art `{"p": path}`,
    `{"u": https url}` or `{"b": 1}` (the built-in picture), with `"s": edge` unless it is an old one. Raises
    StreamUrlError without telling which check failed.
    """
    refused = StreamUrlError("wrong, missing or expired signature")
    match = _NAME.fullmatch(name)
    if not match or not _EXPIRY.fullmatch(exp) or not now < int(exp) <= now + LONGEST_S:
        raise refused
    given = sig.encode(errors="replace")  # text from outside may hold what has no bytes
    genuine = [hmac.compare_digest(_signature(kind, name, exp, key), given) for key in keys]
    if not any(genuine):
        raise refused
    ref = _decoded(match["ref"])
    _check_reference(kind, ref)
    return ref


def _check_reference(kind: Kind, ref: dict[str, Any]) -> None:
    if kind == "stream":
        _check_stream_reference(ref)
    else:
        _check_art_reference(ref)


def _check_art_reference(ref: dict[str, Any]) -> None:
    edge = ref.get("s", DEFAULT_EDGE)
    match ref:
        case {"p": str(path)}:
            known = _ART_PATH.fullmatch(path) is not None
        case {"u": str(url)}:
            known = url.startswith("https://")
        case _:
            known = _is_whole(ref.get("b")) and ref["b"] == 1
    if not known or not _is_whole(edge) or edge not in ART_EDGES or len(ref.keys() & {"p", "u", "b"}) != 1:
        raise StreamUrlError(f"not a picture we hand out; its edge is one of {ART_EDGES}")


def _check_stream_reference(ref: dict[str, Any]) -> None:
    if isinstance(ref.get("q"), str) and type(ref.get("n")) is int:
        return
    if type(ref.get("g")) is not int or not isinstance(ref.get("p"), str):
        raise StreamUrlError("not a stream we hand out")
    _check_stream_path(ref["p"])


def _check_stream_path(path: str) -> None:
    dotted = any(segment.strip(".") == "" for segment in path.split("/")[1:])
    if not _STREAM_PATH.fullmatch(path) or dotted:
        raise StreamUrlError(
            "not one of Music Assistant's stream paths: /single/{session}/{queue}/{item}/{player}.{ext}"
        )


def _is_whole(value: object) -> bool:
    """Tell a whole number from JSON's true and 1.0, which equal one."""
    return type(value) is int


def _signed(kind: Kind, ref: dict[str, Any], ext: str, base_url: str, key: str, expiry: int) -> str:
    name = f"{_encoded(ref)}.{ext}"
    if len(name) > NAME_LIMIT:
        raise StreamUrlError("the URL would be longer than Alexa takes")
    sig = _signature(kind, name, str(expiry), key).decode()
    return f"{_public_base(base_url)}/{kind}/{name}?exp={expiry}&sig={sig}"


def _signature(kind: Kind, name: str, exp: str, key: str) -> bytes:
    text = f"v1\n{kind}\n{name}\n{exp}"
    return base64.urlsafe_b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).rstrip(b"=")


def _public_base(base_url: str) -> str:
    """Check the public base URL (a path is kept, a name in other letters becomes ASCII)."""
    parts = _split(base_url)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or parts.username is not None:
        raise StreamUrlError("the public base URL must be https://host[:port][/path]")
    try:
        host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    except UnicodeError as error:
        raise StreamUrlError("the public base URL has a host name that DNS cannot hold") from error
    host = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port not in {None, 443} else ""
    return f"https://{host}{port}{parts.path.rstrip('/')}"


def _split(url: str) -> SplitResult:
    if any(character <= " " or character in '\\"<>`' or _is_half(character) for character in url):
        raise StreamUrlError("a URL with spaces, control characters, quotes or backslashes")
    try:
        parts = urlsplit(url)
        _ = parts.port  # parsed only when asked for
    except ValueError as error:
        raise StreamUrlError("not a URL: its host or port cannot be read") from error
    return parts


def _is_half(character: str) -> bool:
    """Tell half of a pair, which JSON can carry and UTF-8 cannot."""
    return "\ud800" <= character <= "\udfff"


def _encoded(ref: dict[str, Any]) -> str:
    text = json.dumps(ref, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _decoded(ref: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.urlsafe_b64decode(ref + "=" * (-len(ref) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise StreamUrlError("the reference cannot be read") from error
    if not isinstance(value, dict):
        raise StreamUrlError("the reference is not an object")
    return value

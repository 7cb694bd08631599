"""What a request must look like here, beyond what aiohttp's parser (llhttp) refuses.

Refused there, with 400 and the end of the connection (each is a test): Content-Length with Transfer-Encoding, two of
Content-Length or Host, folded headers, bare LF and CR, space before a colon, control characters, odd chunks.
What is left is what two servers in a row might still read differently.
"""

import re
from dataclasses import dataclass

from aiohttp import HttpVersion10, HttpVersion11, web

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})
HEADERS_LIMIT = 32 * 1024
"""Bytes of all headers together."""

_WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE"})
_HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a request is refused, as it goes on the wire."""

    status: int
    code: str
    detail: str


def fault_in(request: web.BaseRequest) -> Fault | None:
    """Return what is wrong with a request, or None for a good one."""
    if request.version not in {HttpVersion10, HttpVersion11}:
        return Fault(400, "bad_request", "HTTP/1.1 is spoken here")
    if request.method not in METHODS:
        return Fault(405, "method_not_allowed", f"one of {', '.join(sorted(METHODS))} is expected")
    if sum(len(name) + len(value) for name, value in request.raw_headers) > HEADERS_LIMIT:
        return Fault(431, "too_large", f"all headers together may have {HEADERS_LIMIT} bytes")
    reason = _odd_target(request) or _odd_body(request)
    return Fault(400, "bad_request", reason) if reason else None


def is_last(request: web.BaseRequest) -> bool:
    """Tell whether the connection must end after this request: what follows its head may be read in two ways.

    A chunked body where none belongs is not refused, since some proxies write an empty one.
    """
    chunked = "Transfer-Encoding" in request.headers
    return "Upgrade" in request.headers or (chunked and request.method in _WITHOUT_BODY)


def _odd_target(request: web.BaseRequest) -> str | None:
    path = request.raw_path
    if not path.startswith("/") or path.startswith("//"):
        return "this is no proxy: the request must name a path"
    if "#" in path or "\\" in path or not path.isascii():
        return "a path with #, a backslash or letters beyond ASCII"
    host = request.headers.get("Host")
    if host is None:
        return None if request.version == HttpVersion10 else "Host is missing"
    return None if _HOST.fullmatch(host) else "Host is no host name"


def _odd_body(request: web.BaseRequest) -> str | None:
    coding = request.headers.get("Transfer-Encoding")
    if coding is not None and (coding.lower() != "chunked" or request.version == HttpVersion10):
        return "a body is sent plain or chunked, and chunked only in HTTP/1.1"
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        return "bodies are not compressed here"
    if request.method in _WITHOUT_BODY and request.content_length:
        return f"{request.method} has no body"
    return None

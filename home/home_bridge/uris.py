"""Which uris may reach Music Assistant: its own. It would fetch or read anything else."""

import re

from home_bridge.errors import CommandNotAllowedError

_REFUSED_SCHEMES = {
    "http",
    "https",
    "file",
    "ftp",
    "ftps",
    "rtmp",
    "rtsp",
    "smb",
    "tcp",
    "udp",
    "pipe",
    "data",
    "concat",
}
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9_+.-]*):")
_PATH = re.compile(r"\s*([/\\~.]|[A-Za-z]:[\\/])")


def checked_uri(uri: str) -> str:
    """Return a uri like `library://track/8` or `spotify:track:x`, or raise CommandNotAllowedError."""
    scheme = _SCHEME.match(uri)
    if scheme is None or is_fetchable(uri):
        raise CommandNotAllowedError(
            "only uris of Music Assistant's own providers may be played, no web or file address"
        )
    return uri


def is_fetchable(text: str) -> bool:
    """Tell whether MA would take a text for an address on the web or a path on its disk."""
    if _PATH.match(text):
        return True
    scheme = _SCHEME.match(text)
    if scheme is None:
        return False
    # A provider for addresses (builtin://track/https://...) hides one behind its own scheme.
    return scheme[1].lower() in _REFUSED_SCHEMES or "://" in text.partition("://")[2]

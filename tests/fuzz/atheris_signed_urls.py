"""Coverage-guided bytes for the reference in a signed URL: `python tests/fuzz/atheris_signed_urls.py -runs=100000`.

Only what was signed is read: so half of the runs sign the bytes first.
"""

import base64
import sys

import atheris

with atheris.instrument_imports(include=["music_assistant_alexa.stream_urls"]):
    from music_assistant_alexa import stream_urls
    from music_assistant_alexa.errors import StreamUrlError

NOW, KEY = 1_795_000_000, "a key of the fuzzer"
NAMED = {"stream": {"p", "q"}, "art": {"p", "u", "b"}}
"""What a reference may name: MA's path, an entry of a music queue, a remote picture, the built-in one."""


def target(received: bytes) -> None:
    """Take the bytes as a signed reference, or as a URL's three parts: a reference comes out, or our own error."""
    how, said = received[:1] or b"\0", received[1:]
    kind = "art" if how[0] & 1 else "stream"
    if how[0] & 2:
        name, exp, sig = [*said.decode("utf-8", "replace").split("?", 2), "", ""][:3]
    else:
        name = base64.urlsafe_b64encode(said).rstrip(b"=").decode() + ".mp3"
        exp, sig = str(NOW + 60), stream_urls._signature(kind, name, str(NOW + 60), KEY).decode()
    try:
        reference = stream_urls.check_signed(kind, name, exp, sig, keys=["an older key", KEY], now=NOW)
    except StreamUrlError:
        return
    if not NAMED[kind] & set(reference):
        raise AssertionError(f"a reference to {kind} that names nothing")


atheris.Setup(sys.argv, target)
atheris.Fuzz()

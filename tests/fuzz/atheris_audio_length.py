"""Coverage-guided bytes for the reader of audio's length: `python tests/fuzz/atheris_audio_length.py -runs=100000`."""

import sys

import atheris

with atheris.instrument_imports(include=["home_bridge.audio_length"]):
    from home_bridge.audio_length import AudioLength

SLOWEST_BYTES_PER_S = 4000
"""MP3 of 32 kbit/s."""


def target(received: bytes) -> None:
    """Take the bytes as audio, whole and in pieces of a size they say themselves: both are equally long."""
    kind, audio = "aac" if received[:1] > b"\x7f" else "mp3", received[2:]
    step = 1 + (received[1] if len(received) > 1 else 0)
    whole, cut = AudioLength(kind), AudioLength(kind)
    whole.feed(audio)
    for start in range(0, len(audio), step):
        cut.feed(audio[start : start + step])
    if whole.seconds != cut.seconds:
        raise AssertionError(f"{whole.seconds} s, or {cut.seconds} s in pieces of {step}")
    if kind == "mp3" and (whole.seconds or 0) > len(audio) / SLOWEST_BYTES_PER_S:
        raise AssertionError(f"{whole.seconds} s of {len(audio)} bytes")


atheris.Setup(sys.argv, target)
atheris.Fuzz()

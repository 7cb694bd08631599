"""Coverage-guided bytes for the Range header: `python tests/fuzz/atheris_ranges.py -runs=100000`."""

import sys

import atheris

with atheris.instrument_imports(include=["home_bridge.ranges"]):
    from home_bridge import ranges

SIZES = (0, 1, 1000, 2**40)


def target(received: bytes) -> None:
    """Take the bytes as a header's value: it is ignored, or says bytes that are there."""
    span = ranges.parse_range(received.decode("latin-1"))
    for size in SIZES if span else ():
        part = span.of(size)
        if part is not None and not 0 <= part.start < part.stop <= size:
            raise AssertionError(f"{part} of {size} bytes")
        if span.needs is not None and span.needs <= size and part is None:
            raise AssertionError(f"{span} is known, and not there")


atheris.Setup(sys.argv, target)
atheris.Fuzz()

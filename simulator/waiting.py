"""Wait for something that happens soon, without sleeping a fixed time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_PAUSE_S = 0.01


def eventually(check: Callable[[], T], *, within: float = 5.0, what: str) -> T:
    """Call `check` until it returns something true and raises no AssertionError; return that.

    `within` is in seconds of real time. When it has passed, an AssertionError names `what` was awaited and
    what was last seen.
    """
    deadline = time.monotonic() + within
    while True:
        try:
            seen: object = check()
        except AssertionError as failed:
            seen = failed
        else:
            if seen:
                return seen  # type: ignore[return-value]  # the truthy value of check()
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {within:g} s in vain for {what}; last seen: {seen!r}")
        time.sleep(_PAUSE_S)

"""The one seam to Powertools Metrics: what happened, and how long home took. Never who, what or where."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

__all__ = ["count", "failed", "metrics", "timed"]

metrics = Metrics()


def count(outcome: str) -> None:
    """Count one outcome, by a name of ours: `Answered`, `WrongApplication`, `Unexpected` ..."""
    metrics.add_metric(name=outcome, unit=MetricUnit.Count, value=1)


def failed(log: logging.Logger, about: str, error: Exception, everyday: tuple[type[Exception], ...] = ()) -> None:
    """Log an error, and count it by its name: `MediaNotFound`, `HomeUnreachable` ... An everyday one warns nobody."""
    name, level = type(error).__name__, logging.INFO if isinstance(error, everyday) else logging.WARNING
    log.log(level, "%s: %s: %s", about, name, error)
    count(name.removesuffix("Error"))


@contextmanager
def timed(call: str) -> Iterator[None]:
    """Measure one call home, in milliseconds, under `Home` + its name."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        taken_ms = (time.perf_counter() - begun) * 1000
        metrics.add_metric(name=f"Home{call}", unit=MetricUnit.Milliseconds, value=round(taken_ms, 1))

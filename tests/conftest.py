"""Fixtures for every room: programs that `make toolchain` brings, with a sentence where they are missing."""

import os
from collections import Counter
from contextlib import contextmanager

import pytest
from hypothesis import settings

from simulator.dynamodb_local import DynamoDbLocal
from simulator.toolchain import MissingToolError

settings.register_profile(
    "ci", derandomize=True
)  # the same examples each time; `make soak` and `make fuzz` look for new
if os.environ.get("CI"):
    settings.load_profile("ci")


def pytest_collection_modifyitems(items):
    """Begin with the files that take longest: all other workers would wait for one that comes last."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


@contextmanager
def skipping_without_tools():
    """Skip with the sentence of the missing tool; with TOOLCHAIN=required, as in CI, that is a failure."""
    try:
        yield
    except MissingToolError as missing:
        if os.environ.get("TOOLCHAIN") == "required":
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session", name="skipping_without_tools")
def _skipping_without_tools():
    return skipping_without_tools


@pytest.fixture(scope="session")
def dynamodb_local():
    """Start Amazon's DynamoDB Local once for the whole run, empty at first; its URL."""
    with skipping_without_tools():
        database = DynamoDbLocal().__enter__()
    yield database.url
    database.__exit__(None, None, None)

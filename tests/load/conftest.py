"""What a load shows is printed when it ends, and recorded by `make load`."""

import pytest

from simulator.reliability import record

MEASURED = pytest.StashKey[dict]()


def pytest_configure(config):
    config.stash[MEASURED] = {}


@pytest.fixture(scope="session")
def measured(request):
    """Take the figures of a load."""
    return request.config.stash[MEASURED]


def pytest_sessionfinish(session):
    figures = session.config.stash[MEASURED]
    if figures:
        record("load", passed=not session.testsfailed, **figures)


def pytest_terminal_summary(terminalreporter, config):
    for name, figure in config.stash[MEASURED].items():
        terminalreporter.write_line(f"{name}: {figure}")

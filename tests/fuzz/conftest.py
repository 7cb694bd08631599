"""What every fuzz test shares: the count of what was tried, recorded when `make fuzz` ends."""

from collections import Counter

import pytest

from simulator.reliability import record

TRIED = pytest.StashKey[Counter]()


def pytest_configure(config):
    config.stash[TRIED] = Counter()


@pytest.fixture(scope="session")
def tried(request):
    """Count executions by what was spoiled."""
    return request.config.stash[TRIED]


def pytest_sessionfinish(session):
    """Write the figures down; the helper does so for `make fuzz` only."""
    counted = session.config.stash[TRIED]
    if counted:
        record("fuzz", passed=not session.testsfailed, executions=sum(counted.values()), findings=session.testsfailed)


def pytest_terminal_summary(terminalreporter, config):
    counted = config.stash[TRIED]
    if counted:
        shown = ", ".join(f"{count:,} {name}" for name, count in sorted(counted.items()))
        terminalreporter.write_line(f"Spoiled: {shown}")

"""Every fault against every operation: told, in time, by the rules; and when it ends nothing is lost."""

import pytest

from simulator.fault_matrix import OPERATIONS
from simulator.faulty_stack import FAULTS

ALWAYS = {("way home", "refused"), ("way home", "truncated"), ("server", "401"), ("memory", "unreachable")}
"""Rows that are run with all other tests; `make faults` runs every one."""

ROWS = [
    pytest.param(
        fault,
        id=f"{fault.where}-{fault.name}",
        marks=pytest.mark.slow if (fault.where, fault.name) in ALWAYS else pytest.mark.faults,
    )
    for fault in FAULTS
]


@pytest.mark.parametrize("row", ROWS, indirect=True, scope="module")
@pytest.mark.parametrize("operation", [operation.name for operation in OPERATIONS])
def test_told_in_time_and_nothing_lost(row, operation):
    """The answer is legal, comes within 6 s and says or logs the true cause; the next command just works."""
    assert row[operation].wrong == ()


def test_every_row_that_is_always_run_exists():
    """The rows chosen for every run are rows of the matrix."""
    assert {(fault.where, fault.name) for fault in FAULTS} >= ALWAYS
    assert len({(fault.where, fault.name) for fault in FAULTS}) == len(FAULTS)

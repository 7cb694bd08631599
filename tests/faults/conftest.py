"""The fault matrix: run row by row on one house, printed when it has been run."""

from collections.abc import Iterator

import pytest

from simulator import reliability
from simulator.fault_matrix import OPERATIONS, Cell, Matrix
from simulator.faulty_stack import FAULTS, Fault, FaultyStack

CELLS = pytest.StashKey[dict[Fault, list[Cell]]]()


@pytest.fixture(scope="module")
def matrix() -> Iterator[Matrix]:
    with FaultyStack() as stack:
        running = Matrix(stack)
        yield running
        running.close()


@pytest.fixture(scope="module")
def row(request: pytest.FixtureRequest, matrix: Matrix) -> dict[str, Cell]:
    """Break what the parameter names, and return what became of each operation."""
    cells = matrix.row(request.param)
    request.config.stash.setdefault(CELLS, {})[request.param] = cells
    return {cell.operation: cell for cell in cells}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the matrix, and write its counts down when it is whole."""
    rows = config.stash.get(CELLS, {})
    if not rows:
        return
    terminalreporter.section("fault matrix")
    for line in table(rows):
        terminalreporter.write_line(line)
    cells = [cell for row in rows.values() for cell in row]
    green = sum(not cell.wrong for cell in cells)
    terminalreporter.write_line(f"{len(cells)} cells, {green} green")
    if len(rows) == len(FAULTS):
        reliability.record("faults", passed=green == len(cells), cells=len(cells), green=green)


def table(rows: dict[Fault, list[Cell]]) -> Iterator[str]:
    names = [operation.name for operation in OPERATIONS]
    yield f"{'where':<10}{'fault':<18}" + "".join(f"{name:<16}" for name in names)
    for fault, cells in rows.items():
        states = "".join(f"{'RED' if cell.wrong else 'green':<16}" for cell in cells)
        yield f"{fault.where:<10}{fault.name:<18}{states}".rstrip()

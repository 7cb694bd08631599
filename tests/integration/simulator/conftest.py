"""The whole house on loopback, once for all tests here."""

import pytest

from simulator.stack import Stack


@pytest.fixture(scope="module")  # moto keeps one table for the whole process
def stack():
    with Stack() as stack:
        yield stack


@pytest.fixture
def echo(stack, request):
    """Return an Echo of its own for each test; it asks for the next track late, which is the quicker habit."""
    return stack.echo(room=request.node.name, nearly_finished="late")

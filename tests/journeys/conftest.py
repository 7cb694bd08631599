"""Journeys: one Echo, the skill, the bridge and a home, each the real one or the nearest thing to it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from simulator.echo import Echo
from simulator.real_home import RealHome
from simulator.stack import Belief, Stack
from simulator.waiting import eventually

REAL_TIMEOUT_S = 900
"""Ten tracks of a real server take as long as they sound."""

SOON_S = 2.0
"""A real Music Assistant's queue follows its player within a second; a screen looks twice."""


@dataclass
class House:
    """A stack, and what a test asks of it."""

    stack: Stack

    def echo(self, room: str, **habits: str) -> Echo:
        return self.stack.echo(room, **habits)

    def believed(self, echo: Echo) -> Belief:
        return self.stack.believed(echo)

    def queue(self, echo: Echo) -> list[str]:
        items = self.stack.home.api("player_queues/items", queue_id=self.stack.player_id(echo))
        return [item["media_item"]["name"] for item in items]

    def item_ids(self, echo: Echo) -> set[str]:
        items = self.stack.home.api("player_queues/items", queue_id=self.stack.player_id(echo))
        return {item["queue_item_id"] for item in items}

    def index(self, echo: Echo) -> int | None:
        return self.stack.home.api("player_queues/get", queue_id=self.stack.player_id(echo))["current_index"]

    def screen(self, command: str, echo: Echo, **args: object) -> None:
        """Press something on Music Assistant's own screen."""
        self.stack.home.api(command, queue_id=self.stack.player_id(echo), **args)

    def soon(self, check: Callable[[], bool], what: str) -> None:
        """Let two seconds pass for everyone, looking again and again."""
        for _ in range(int(SOON_S / 0.25)):
            if check():
                return
            self.stack.clock.advance(0.25)
        eventually(check, within=1, what=what)

    def began(self, echo: Echo) -> float:
        """Return when what plays now would have begun at its start."""
        return self.stack.clock.time() - echo.device.position_ms / 1_000

    def plays_since(self, echo: Echo, began: float, *, within_ms: int) -> None:
        """Music Assistant's position is that of an Echo which never fell silent.

        The moments this process takes pass for Music Assistant too, though not for an Echo that hears what it is told
        to: so the time decides, and not how far the Echo has got.
        """

        def there() -> bool:
            sounds_for_ms = (self.stack.clock.time() - began) * 1_000
            return abs(self.believed(echo).position_ms - sounds_for_ms) < within_ms

        self.soon(there, "the position")

    def agrees(self, echo: Echo, state: str = "playing") -> None:
        """Music Assistant's current item is what the Echo plays, in the same state."""
        self.soon(
            lambda: (self.believed(echo).current_item, self.believed(echo).state) == (echo.track, state),
            f"{echo.track!r} {state} in Music Assistant, which believes {self.believed(echo)}",
        )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is about Music Assistant's player side with both aioslimproto generations, the rest with the newer."""
    if "stack" in metafunc.fixturenames:
        metafunc.parametrize("stack", _homes(metafunc), indirect=True, scope="module")


def _homes(metafunc: pytest.Metafunc) -> list[Any]:
    if RealHome.from_env(os.environ):
        return [pytest.param("real", marks=pytest.mark.timeout(REAL_TIMEOUT_S))]
    both = metafunc.definition.get_closest_marker("both_generations")
    return ["3.3.0", "3.1.5"] if both else ["3.3.0"]


@pytest.fixture(scope="module")  # moto keeps one table for the whole process
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    with Stack(aioslimproto=request.param) as running:
        yield running


@pytest.fixture
def house(stack: Stack) -> Iterator[House]:
    yield House(stack)
    stack.plug()
    if not stack.real:
        stack.home.allow()


@pytest.fixture
def kitchen(house: House, request: pytest.FixtureRequest) -> Echo:
    """Return an Echo no other test speaks to, which asks for the next stream near the end of each."""
    return house.echo(f"kitchen-{request.node.name}", nearly_finished="late")

"""Timers and tasks with names: starting one of a name again cancels the one before."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

Work = Callable[[], Coroutine[Any, Any, None] | None]


class Timers:
    """Everything that a home does later or in the background."""

    def __init__(self) -> None:
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def later(self, name: str, delay_s: float, work: Work) -> None:
        """Start `work` after that time unless the name is used or cancelled before."""
        self.cancel(name)
        loop = asyncio.get_running_loop()
        self._timers[name] = loop.call_later(delay_s, self._due, name, work)

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine in the background in place of the one of that name."""
        if running := self._tasks.pop(name, None):
            running.cancel()
        self._tasks[name] = asyncio.get_running_loop().create_task(work, name=name)

    async def finished(self, name: str) -> None:
        """Wait for what runs in the background under that name."""
        if task := self._tasks.get(name):
            await asyncio.wait([task])

    def cancel(self, name: str) -> None:
        """Forget a timer; what has started runs on."""
        if timer := self._timers.pop(name, None):
            timer.cancel()

    def cancel_all(self, containing: str = "") -> None:
        """Forget every timer and end every task whose name contains that text."""
        for name in [name for name in self._timers if containing in name]:
            self.cancel(name)
        for name in [name for name in self._tasks if containing in name]:
            self._tasks.pop(name).cancel()

    def _due(self, name: str, work: Work) -> None:
        self._timers.pop(name, None)
        begun = work()
        if begun is not None:
            self.start(name, begun)

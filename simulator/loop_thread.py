"""An asyncio event loop in a thread of its own, for services beside synchronous code."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
LONGEST_CALL_S = 30.0


class LoopThread:
    """Run coroutines on one loop in the background; each call waits for its result."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None, *, name: str = "loop") -> None:
        self.loop = loop or asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return what `coroutine` returns on the loop, or raise what it raises."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(LONGEST_CALL_S)

    def close(self) -> None:
        """Cancel what is left and end the thread."""
        self.run(self._cancel_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(LONGEST_CALL_S)
        self.loop.close()

    async def _cancel_all(self) -> None:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self.loop.shutdown_asyncgens()

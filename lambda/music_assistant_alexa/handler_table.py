"""A dict filled by decorators: handlers stand under the protocol's own names, next to their code."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

__all__ = ["HandlerTable"]

Handler = TypeVar("Handler")


class HandlerTable(Generic[Handler]):
    """Handlers by the name the protocol gives what they handle."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}

    def on(self, *keys: str) -> Callable[[Handler], Handler]:
        """Register the decorated function under each of `keys`; a key has one handler."""

        def register(handler: Handler) -> Handler:
            for key in keys:
                if self._handlers.setdefault(key, handler) is not handler:
                    raise ValueError(f"{key} has a handler already")
            return handler

        return register

    def find(self, key: str) -> Handler | None:
        """Return the handler of a key, None if it has none."""
        return self._handlers.get(key)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys."""
        return iter(self._handlers)

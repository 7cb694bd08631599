"""`python -m home_bridge`: run the bridge with the settings of the environment until it is told to stop."""

import asyncio
import logging
import signal
import sqlite3
import sys

from home_bridge.service import Bridge
from home_bridge.settings import Settings
from music_assistant_alexa.errors import ConfigurationError


async def _serve(settings: Settings) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    bridge = Bridge(settings)
    await bridge.start()
    try:
        await ended.wait()
    finally:
        await bridge.close()


def main() -> int:
    """Run; return the exit code."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        asyncio.run(_serve(Settings.from_env()))
    except ConfigurationError as error:
        print(f"home bridge: {error}", file=sys.stderr)  # noqa: T201 - the sentence for whoever starts it
        return 2
    except (OSError, sqlite3.OperationalError) as error:
        print(f"home bridge cannot start: {error}; see BRIDGE_HOST, BRIDGE_PORT and CACHE_DIR", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

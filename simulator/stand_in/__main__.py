"""Run the stand-in home alone: it prints its addresses as one JSON line and lives until its input ends.

Each further line of input is a JSON object `{"call": name, "args": {...}}`, answered by one line
`{"result": ...}` or `{"error": "..."}`.
"""

import argparse
import asyncio
import json
import logging
import secrets
import sys
from typing import TYPE_CHECKING, Any

from simulator.clock import MovableClock, MovableLoop
from simulator.stand_in import music
from simulator.stand_in.packages import DEFAULT_VERSION, aioslimproto_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.stand_in.home import Home


def main() -> None:
    """Run until the input ends or someone interrupts."""
    parser = argparse.ArgumentParser(prog="python -m simulator.stand_in", description=__doc__)
    parser.add_argument("--aioslimproto", default=DEFAULT_VERSION, metavar="VERSION")
    parser.add_argument("--strict-sessions", action="store_true", help="serve streams as from 2.10 on")
    arguments = parser.parse_args()
    # One environment cannot hold two versions: this process sees the one it is told.
    sys.path.insert(0, str(aioslimproto_folder(arguments.aioslimproto)))
    logging.getLogger("aioslimproto").setLevel(logging.ERROR)  # it warns of the server's own default format
    clock = MovableClock()
    with asyncio.Runner(loop_factory=lambda: MovableLoop(clock)) as runner:
        try:
            runner.run(_live(clock, strict_sessions=arguments.strict_sessions))
        except KeyboardInterrupt:
            return


async def _live(clock: MovableClock, *, strict_sessions: bool) -> None:
    from simulator.stand_in.home import Home  # only now is aioslimproto to be found

    token = secrets.token_urlsafe(24)
    home = Home(clock, token, strict_sessions=strict_sessions)
    await home.start()
    _say(home.addresses() | {"token": token})
    lines = asyncio.StreamReader()
    reading = asyncio.StreamReaderProtocol(lines)
    await asyncio.get_running_loop().connect_read_pipe(lambda: reading, sys.stdin)
    while line := await lines.readline():
        _say(await _obeyed(home, json.loads(line)))
    await home.stop()


async def _obeyed(home: "Home", order: dict[str, Any]) -> dict[str, Any]:
    calls: dict[str, Callable[..., Any]] = {
        "advance": home.advance,
        "restart": home.restart,
        "pace": home.api.pace,
        "drop_connections": home.players.server.hang_up,
        "refuse": home.faults.add,
        "allow": home.allow,
        "withdraw": home.shelf.withdraw,
        "renumber": music.renumber,
        "pulls": home.streams.pulls,
    }
    try:
        result = calls[order["call"]](**order["args"])
        return {"result": await result if asyncio.iscoroutine(result) else result}
    except Exception as error:  # noqa: BLE001  # whatever it is, the caller shall hear it
        return {"error": f"{type(error).__name__}: {error}"}


def _say(words: dict[str, Any]) -> None:
    print(json.dumps(words), flush=True)


if __name__ == "__main__":
    main()

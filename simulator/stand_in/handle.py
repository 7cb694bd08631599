"""The stand-in home as its tests hold it: a process of its own that ends with theirs."""

import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from simulator.stand_in.packages import DEFAULT_VERSION

_ROOT = Path(__file__).resolve().parents[2]
_API_TIMEOUT_S = 30
_END_WITHIN_S = 15


class StandInError(Exception):
    """The stand-in home could not be started, or refused a command."""


class StandIn:
    """A home with Music Assistant in it, on loopback; a context manager.

    With `strict_sessions` its stream server is as that of Music Assistant from 2.10 on: a queue without a session
    serves nothing, a stop ends the session, and with a session its running streams end.
    """

    url: str
    """Music Assistant's web server."""
    stream_url: str
    """Its stream server."""
    slimproto_port: int
    """Where players connect to, on 127.0.0.1."""
    token: str
    """A token of Music Assistant that works."""

    def __init__(self, aioslimproto: str = DEFAULT_VERSION, *, strict_sessions: bool = False) -> None:
        self._command = [sys.executable, "-m", "simulator.stand_in", "--aioslimproto", aioslimproto]
        if strict_sessions:
            self._command.append("--strict-sessions")
        self._one_at_a_time = threading.Lock()

    def __enter__(self) -> Self:
        """Start the process and wait until it listens."""
        self._running = subprocess.Popen(
            self._command,
            cwd=_ROOT,
            # A copy: this may be a thread of its own, and another one may be changing the process's environment.
            env=dict(os.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        addresses = self._read()
        self.url = addresses["url"]
        self.stream_url = addresses["stream_url"]
        self.slimproto_port = addresses["slimproto_port"]
        self.token = addresses["token"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process: it stops when its input does."""
        try:
            self._running.communicate(timeout=_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.communicate()
            raise StandInError(f"The stand-in home had not ended {_END_WITHIN_S} s after its input") from None

    def api(self, command: str, **args: Any) -> Any:
        """Post one command as Music Assistant's own screen would; StandInError unless the answer is 200."""
        request = urllib.request.Request(
            f"{self.url}/api",
            data=json.dumps({"command": command, "args": args}).encode(),
            headers={"Authorization": f"Bearer {self.token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_API_TIMEOUT_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise StandInError(f"{command}: {error.code} {error.read().decode()}") from error

    def advance(self, seconds: float) -> None:
        """Move the home's clock forward at once."""
        self._call("advance", seconds=seconds)

    def restart(self, down_s: float = 0.5) -> None:
        """Let the server be gone for some real seconds; returns when it is back on the same ports."""
        self._call("restart", down_s=down_s)

    def pace(self, takes_ms: Mapping[str, int], others_ms: int) -> None:
        """Let each of the server's own commands take so long from now on, by their names."""
        self._call("pace", takes_ms=dict(takes_ms), others_ms=others_ms)

    def drop_connections(self) -> None:
        """Close every player's connection; they may come back at once."""
        self._call("drop_connections")

    def refuse(self, what: str, **fault: Any) -> None:
        """Refuse `api`, `stream` or `imageproxy` from now on; the fields are those of `faults.Refusal`."""
        self._call("refuse", what=what, **fault)

    def withdraw(self, uri: str) -> None:
        """Let a provider no longer play something that Music Assistant knows."""
        self._call("withdraw", uri=uri)

    def renumber(self, by: int = 1) -> None:
        """Make the library's database anew, in which every `library://` number is another record; 0: as at first."""
        self._call("renumber", by=by)

    def allow(self) -> None:
        """Refuse nothing any more, and play everything."""
        self._call("allow")

    def pulls(self) -> list[dict[str, Any]]:
        """Return every stream pull so far: `path`, `queue_item_id`, `bytes` sent and whether it `finished`."""
        return list(self._call("pulls"))

    def _call(self, name: str, **args: Any) -> Any:
        with self._one_at_a_time:
            assert self._running.stdin
            self._running.stdin.write(json.dumps({"call": name, "args": args}) + "\n")
            self._running.stdin.flush()
            answer = self._read()
        if "error" in answer:
            raise StandInError(f"{name}: {answer['error']}")
        return answer["result"]

    def _read(self) -> dict[str, Any]:
        assert self._running.stdout
        line = self._running.stdout.readline()
        if not line:
            raise StandInError(f"The stand-in home ended with {self._running.wait()}; its own output says why")
        return dict(json.loads(line))

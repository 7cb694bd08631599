"""How long the music skill takes to answer, beside Amazon's limits: `make bench-music`.

The home is 60 ms away and its Music Assistant takes the times of a real one (`far_home`); the skill runs in this
process and its table is moto's, on loopback. A sandbox that has just started is timed apart.
"""

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from simulator.far_home import AWAY_MS, FarStack
from simulator.stack import ROOT

TIMES = 150
SEARCHES = 40
PER_SECOND = 2
COLD_STARTS = 5
PERCENTILES = (50, 90, 99)
INITIATE_MS = {50: 100, 90: 250, 99: 400}
"""Alexa.Media.Playback, "latency limits"."""

SEARCH_MS = {99: 500}
"""Alexa.Media.Search: "in 0.5 seconds or less under moderate traffic (at least two transactions per second)"."""

_COLD = """
import json, sys, time
began = time.perf_counter()
from lambda_function import app
imported = time.perf_counter()
answer = app.answer(json.load(sys.stdin))
print(json.dumps([(imported - began) * 1000, (time.perf_counter() - imported) * 1000, answer["header"]["name"]]))
"""


@dataclass(slots=True)
class Timed:
    """One kind of request, and how long each took."""

    name: str
    limits: Mapping[int, float] = field(default_factory=dict)
    taken_ms: list[float] = field(default_factory=list)

    def line(self) -> str:
        """Return its line of the table."""
        figures = " | ".join(self._figure(percent) for percent in PERCENTILES)
        return f"| {self.name} | {len(self.taken_ms)} | {figures} |"

    def _figure(self, percent: int) -> str:
        taken, limit = self.at(percent), self.limits.get(percent)
        if limit is None:
            return f"{taken:.0f}"
        return f"{taken:.0f} of {limit:.0f}" + (", OVER" if taken > limit else "")

    def at(self, percent: int) -> float:
        """Return how long so many in a hundred took at most."""
        taken = sorted(self.taken_ms)
        return taken[min(len(taken) - 1, len(taken) * percent // 100)]


class Bench:
    """The requests, timed."""

    def __init__(self, stack: FarStack) -> None:
        self._stack = stack
        found = stack.home.api("music/albums/library_items", limit=50)
        self._albums = [album["uri"] for album in found]

    def run(self) -> Iterator[Timed]:
        """Time every kind of request."""
        self._initiate(self._albums[0])  # connections, certificates, secrets
        yield from self._queues()
        yield self._searches("GetPlayableContent, by id", self._by_id)
        yield self._searches("GetPlayableContent, by name", _by_name)
        yield from self._cold()

    def _queues(self) -> tuple[Timed, Timed]:
        started, followed = Timed("Initiate", INITIATE_MS), Timed("GetNextItem")
        for number in range(TIMES):
            answer = self._timed(started, self._initiation(number))
            method = answer["playbackMethod"]
            reference = {"id": method["firstItem"]["id"], "queueId": method["id"], "contentId": self._content(number)}
            asked = {"currentItemReference": reference, "isUserInitiated": False}
            self._timed(followed, _directive("Alexa.Audio.PlayQueue", "GetNextItem", asked))
        return started, followed

    def _searches(self, name: str, criteria: Callable[[int], dict[str, Any]]) -> Timed:
        timed = Timed(name, SEARCH_MS)
        began = time.perf_counter()
        with ThreadPoolExecutor(PER_SECOND) as pool:
            for number in range(SEARCHES):
                time.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
                asked = {"filters": {"explicitLanguageAllowed": True}, "selectionCriteria": criteria(number)}
                pool.submit(self._timed, timed, _directive("Alexa.Media.Search", "GetPlayableContent", asked))
        return timed

    def _by_id(self, number: int) -> dict[str, Any]:
        from music_assistant_alexa.entity_ids import entity_id

        return {"attributes": [{"type": "ALBUM", "entityId": entity_id(self._content(number))}]}

    def _cold(self) -> tuple[Timed, Timed]:
        imports, first = Timed("cold start: imports"), Timed("cold start: first Initiate")
        paths = os.pathsep.join(str(ROOT / folder) for folder in ("lambda", "home", "."))
        environment = {**os.environ, **self._stack.skill_environment(), "PYTHONPATH": paths}
        for number in range(COLD_STARTS):
            ended = subprocess.run(
                [sys.executable, "-c", _COLD],
                cwd=ROOT,
                env=environment,
                input=json.dumps(self._initiation(number)),
                capture_output=True,
                text=True,
                check=True,
            )
            imported_ms, answered_ms, name = json.loads(ended.stdout.splitlines()[-1])
            _require(name == "Initiate.Response", ended.stdout)
            imports.taken_ms.append(imported_ms)
            first.taken_ms.append(answered_ms)
        return imports, first

    def _initiate(self, content_id: str) -> dict[str, Any]:
        return self._answered(_initiation(content_id))

    def _initiation(self, number: int) -> dict[str, Any]:
        return _initiation(self._content(number))

    def _content(self, number: int) -> str:
        return str(self._albums[number % len(self._albums)])

    def _timed(self, timed: Timed, directive: dict[str, Any]) -> dict[str, Any]:
        began = time.perf_counter()
        answer = self._answered(directive)
        timed.taken_ms.append((time.perf_counter() - began) * 1_000)
        return answer

    def _answered(self, directive: dict[str, Any]) -> dict[str, Any]:
        answer = self._stack.invoke(directive)
        _require(answer["header"]["name"].endswith(".Response"), answer)
        payload: dict[str, Any] = answer["payload"]
        return payload


def main() -> int:
    """Print the table; what is over its limit is printed as over."""
    with FarStack() as stack:
        print(f"Home {AWAY_MS} ms away; ms at p50, p90, p99.\n")
        print("| request | times | p50 | p90 | p99 |")
        print("| --- | --- | --- | --- | --- |")
        for timed in Bench(stack).run():
            print(timed.line(), flush=True)
    return 0


def _by_name(number: int) -> dict[str, Any]:
    names = ("night ferry", "morning tide", "slow weather")
    return {"attributes": [{"type": "ALBUM", "value": names[number % len(names)]}]}


def _initiation(content_id: str) -> dict[str, Any]:
    modes = {"shuffle": False, "loop": False}
    asked = {"filters": {"explicitLanguageAllowed": True}, "contentId": content_id, "playbackModes": modes}
    return _directive("Alexa.Media.Playback", "Initiate", asked)


def _directive(namespace: str, name: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    header = {"namespace": namespace, "name": name, "messageId": str(uuid.uuid4()), "payloadVersion": "1.0"}
    context = {"user": {"id": "amzn1.ask.account.EXAMPLE"}, "location": {"originatingLocale": "en-US"}}
    return {"header": header, "payload": {"requestContext": context, **payload}}


def _require(right: bool, otherwise: Any) -> None:  # a condition, not a flag
    if not right:
        raise RuntimeError(f"not what was to be timed: {otherwise}")


if __name__ == "__main__":
    sys.exit(main())

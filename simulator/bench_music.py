"""How long the music skill takes to answer, beside Amazon's limits: `make bench-music`.

The home is 60 ms away and its Music Assistant takes the times of a real one (`far_home`); the skill runs in a process
of its own, as in Lambda; its table is DynamoDB Local's where Java is (`make toolchain`), else moto's, which is slower.
Cold starts are timed apart.
"""

import json
import os
import ssl
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

import boto3

from simulator.cloud import make_table
from simulator.dynamodb_local import DynamoDbLocal
from simulator.far_home import AWAY_MS, FarStack
from simulator.stack import ROOT, Stack
from simulator.toolchain import MissingToolError

TIMES = 150
ONE_IN = 10
"""Of so many queues one is asked what follows."""

SEARCHES = 40
PER_SECOND = 2
COLD_STARTS = 5
PERCENTILES = (50, 90, 99)
INITIATE_MS = {50: 100, 90: 250, 99: 400}
"""Alexa.Media.Playback, "latency limits"."""

SEARCH_MS = {99: 500}
"""Alexa.Media.Search: "in 0.5 seconds or less under moderate traffic (at least two transactions per second)"."""

_SANDBOX = """
import json, sys, time
out, sys.stdout = sys.stdout, sys.stderr  # where the metrics go
began = time.perf_counter()
from lambda_function import app
print(json.dumps((time.perf_counter() - began) * 1000), file=out, flush=True)
for line in sys.stdin:
    event = json.loads(line)
    began = time.perf_counter()
    answer = app.answer(event)
    print(json.dumps([(time.perf_counter() - began) * 1000, answer]), file=out, flush=True)
"""


class Sandbox:
    """The function in a process of its own, as Lambda runs it: one event at a time."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        paths = os.pathsep.join(str(ROOT / folder) for folder in ("lambda", "home", "."))
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SANDBOX],
            cwd=ROOT,
            env={**os.environ, **environment, "PYTHONPATH": paths},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.imported_ms: float = self._read()
        """How long its imports took."""

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def answer(self, event: Mapping[str, Any]) -> tuple[float, dict[str, Any]]:
        """Return how long the function took, in ms, and what it answered."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(event) + "\n")
        self._process.stdin.flush()
        taken_ms, answer = self._read()
        return taken_ms, answer

    def _read(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


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

    def __init__(self, stack: FarStack, environment: Mapping[str, str], sandbox: Sandbox) -> None:
        self._environment = environment
        self._sandbox = sandbox
        self._albums, self._tracks = (
            [each["uri"] for each in stack.home.api(f"music/{shelf}/library_items", limit=50)]
            for shelf in ("albums", "tracks")
        )
        trusting = ssl.create_default_context(cafile=stack.ca_file)
        self._ear = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting)
        )

    def run(self) -> Iterator[Timed]:
        """Time every kind of request."""
        self._timed(Timed("warm"), self._initiation(0))  # connections, certificates, secrets
        yield from self._queues()
        yield self._searches("GetPlayableContent, by id", self._by_id)
        yield self._searches("GetPlayableContent, by name", _by_name)
        yield self._searches("GetPlayableContent, by an id nobody asked for before", self._by_new_id, len(self._tracks))
        yield self._alarms()
        yield from self._cold()

    def _queues(self) -> tuple[Timed, Timed, Timed]:
        started, heard = Timed("Initiate", INITIATE_MS), Timed("its first audio, from the answer on")
        followed = Timed("GetNextItem, the first item just begun")
        for number in range(TIMES):
            self._timed(Timed("searched"), _search(self._by_id(number)))  # as Alexa does, before she begins a queue
            method = self._timed(started, self._initiation(number))["playbackMethod"]
            self._hear(heard, method["firstItem"]["stream"]["uri"])
            if number % ONE_IN == 0:
                self._follow(followed, method, self._content(number))
        return started, heard, followed

    def _hear(self, timed: Timed, uri: str) -> None:
        began = time.perf_counter()
        with self._ear.open(uri) as audio:
            _require(bool(audio.read(1)), "no audio")
        timed.taken_ms.append((time.perf_counter() - began) * 1_000)

    def _follow(self, timed: Timed, method: Mapping[str, Any], content_id: str) -> None:
        reference = {"id": method["firstItem"]["id"], "queueId": method["id"], "contentId": content_id}
        asked = {"currentItemReference": reference, "isUserInitiated": False}
        self._timed(timed, _directive("Alexa.Audio.PlayQueue", "GetNextItem", asked))

    def _alarms(self) -> Timed:
        """Time Initiate of a content that was found long ago, in a warm sandbox that has not seen it before."""
        timed = Timed("Initiate, an alarm: what it means is read first", INITIATE_MS)
        with closing(Sandbox(self._environment)) as another:
            another.answer(self._initiation(0))
            for uri in self._tracks:
                taken_ms, answer = another.answer(_initiation(uri))
                _require(answer["header"]["name"] == "Initiate.Response", answer)
                timed.taken_ms.append(taken_ms)
        return timed

    def _searches(self, name: str, criteria: Callable[[int], dict[str, Any]], times: int = SEARCHES) -> Timed:
        timed = Timed(name, SEARCH_MS)
        began = time.perf_counter()
        for number in range(times):
            time.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
            self._timed(timed, _search(criteria(number)))
        return timed

    def _by_id(self, number: int) -> dict[str, Any]:
        from music_assistant_alexa.entity_ids import entity_id

        return {"attributes": [{"type": "ALBUM", "entityId": entity_id(self._content(number))}]}

    def _by_new_id(self, number: int) -> dict[str, Any]:
        from music_assistant_alexa.entity_ids import entity_id

        return {"attributes": [{"type": "TRACK", "entityId": entity_id(self._tracks[number])}]}

    def _cold(self) -> tuple[Timed, Timed]:
        imports, first = Timed("cold start: imports"), Timed("cold start: first Initiate")
        for number in range(COLD_STARTS):
            with closing(Sandbox(self._environment)) as cold:
                imports.taken_ms.append(cold.imported_ms)
                taken_ms, answer = cold.answer(self._initiation(number))
            _require(answer["header"]["name"] == "Initiate.Response", answer)
            first.taken_ms.append(taken_ms)
        return imports, first

    def _initiation(self, number: int) -> dict[str, Any]:
        return _initiation(self._content(number))

    def _content(self, number: int) -> str:
        return str(self._albums[number % len(self._albums)])

    def _timed(self, timed: Timed, directive: dict[str, Any]) -> dict[str, Any]:
        taken_ms, answer = self._sandbox.answer(directive)
        _require(answer["header"]["name"].endswith(".Response"), answer)
        timed.taken_ms.append(taken_ms)
        payload: dict[str, Any] = answer["payload"]
        return payload


def main() -> int:
    """Print the table, in which a time over its limit is marked."""
    with ExitStack() as parts:
        stack = parts.enter_context(FarStack())
        environment = stack.skill_environment() | better_table(stack, parts)
        sandbox = parts.enter_context(closing(Sandbox(environment)))
        print(f"Home {AWAY_MS} ms away; ms at p50, p90, p99.\n")
        print("| request | times | p50 | p90 | p99 |")
        print("| --- | --- | --- | --- | --- |")
        for timed in Bench(stack, environment, sandbox).run():
            print(timed.line(), flush=True)
    return 0


def better_table(stack: Stack, parts: ExitStack) -> dict[str, str]:
    """Return the variables that lead the function to a table on DynamoDB Local; none where that is not installed."""
    try:
        database = parts.enter_context(DynamoDbLocal())
    except MissingToolError as missing:
        print(f"The table is moto's, which takes some 13 ms a call where DynamoDB takes 5: {missing}")
        return {}
    make_table(boto3.client("dynamodb", endpoint_url=database.url))
    apart = {"AWS_ENDPOINT_URL_DYNAMODB": database.url, "AWS_ENDPOINT_URL_SSM": stack.cloud.endpoint}
    return {"AWS_ENDPOINT_URL": "", **apart}


def _by_name(number: int) -> dict[str, Any]:
    names = ("night ferry", "morning tide")
    return {"attributes": [{"type": "ALBUM", "value": names[number % len(names)]}]}


def _search(criteria: Mapping[str, Any]) -> dict[str, Any]:
    asked = {"filters": {"explicitLanguageAllowed": True}, "selectionCriteria": criteria}
    return _directive("Alexa.Media.Search", "GetPlayableContent", asked)


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

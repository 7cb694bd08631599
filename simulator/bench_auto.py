"""How long a vehicle's state takes, beside the 50 ms that it may take: `make bench-auto`.

The function as it is uploaded runs in AWS's runtime emulator; its table is DynamoDB Local's where Java is, else moto's.
The vehicle plays, so that its state cannot be taken for the idle one, which is answered while the table is away.
"""

import sys
from contextlib import ExitStack, closing

from simulator import tones
from simulator.bench_music import PERCENTILES, Timed, better_table
from simulator.head_unit import HeadUnit
from simulator.runtime_emulator import RuntimeEmulator
from simulator.sound import HttpsEar
from simulator.stack import AUTO_SOURCES, POWERTOOLS, Stack
from simulator.toolchain import MissingToolError

TIMES = 80
STATE_MS = dict.fromkeys(PERCENTILES, 50)
"""The Engine waits 500 ms, the way to the vehicle included."""


def timed(unit: HeadUnit) -> Timed:
    """Ask a vehicle that plays for its state again and again."""
    unit.play("DEFAULT", "PRESET", "2")
    states = Timed("GetState, warm", STATE_MS)
    for _ in range(TIMES):
        if unit.state().get("state") != "PLAYING":
            raise RuntimeError(f"not what was to be timed: {unit.trace[-1].answer}")
        states.taken_ms.append((unit.trace[-1].seconds or 0.0) * 1_000)
    return states


def main() -> int:
    """Print the table, in which a time over its limit is marked."""
    with ExitStack() as parts:
        stack = parts.enter_context(Stack())
        environment = stack.skill_environment() | POWERTOOLS | better_table(stack, parts)
        try:
            emulator = parts.enter_context(RuntimeEmulator(environment))
        except MissingToolError as missing:
            print(missing, file=sys.stderr)
            return 1
        ear = parts.enter_context(closing(HttpsEar(stack.ca_file, tones.identify)))
        unit = HeadUnit(emulator.invoke, ear=ear, clock=stack.clock, sources=AUTO_SOURCES)
        print(f"ms at p{', p'.join(map(str, PERCENTILES))}, from the invoke to its answer.\n")
        print("| request | times | p50 | p90 | p99 |")
        print("| --- | --- | --- | --- | --- |")
        print(timed(unit).line())
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The figures of docs/reliability.md, written by the commands that counted them.

Each of `make conformance`, `soak`, `faults`, `fuzz`, `load` and `audio` calls `record` when it ends. One JSON file per
set of figures is kept under docs/reliability/, and the table of the page is made of all of them.
"""

import datetime as dt
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- made by the commands: begin -->", "<!-- made by the commands: end -->"
SWITCH = "RECORD_FIGURES"
"""Set by the make targets when they run whole, so that `make test` and a part picked by ARGS leave the page alone."""

SHORTER = "SHORTER"
"""By how much a long run is to be shorter, as in CI; such a run is not recorded."""

SHOWN_BY: dict[str, tuple[str, str]] = {
    "conformance": ("make conformance", "Alexa's rules, each judged over everything the skill answers"),
    "model": ("make soak", "any order of commands, events and changes at home, against the invariants"),
    "stack": ("make soak", "evenings over the stand-in home, the bridge's sockets, a table and TLS, against the same"),
    "faults": ("make faults", "every fault between Alexa, the skill and the home, against every command"),
    "fuzz": ("make fuzz", "spoiled requests, bridge calls and bytes"),
    "load": ("make load", "many Echos at once on one bridge"),
    "audio": ("make audio", "what an Echo hears and fetches: gaps, positions, times, memory, ranges, a real browser"),
}
"""What may be recorded: the name, the command that counts it, and what it shows."""


def record(name: str, *, passed: bool = True, page: Path = PAGE, **figures: float | str) -> Path | None:
    """Write the figures one command counted, and the page's table anew; return the file, or None outside that command.

    `name` is a key of `SHOWN_BY`. A figure's key is its caption (`p99_ms=41` reads "41 p99 ms"); numbers are shown
    as they are counted, text as `caption: text`.
    """
    if name not in SHOWN_BY:
        raise ValueError(f"no figures are called {name!r}; choose one of {', '.join(SHOWN_BY)}")
    if not os.environ.get(SWITCH) or os.environ.get(SHORTER):
        return None
    kept = {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "version": _version(),
        "result": "pass" if passed else "fail",
        "figures": figures,
    }
    file = page.with_suffix("") / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    _write(file, json.dumps(kept, indent=2) + "\n")
    write_table(page)
    return file


def examples(count: int) -> int:
    """Return how many examples a long run takes: `count`, or the part of them that SHORTER leaves."""
    return max(1, count // int(os.environ.get(SHORTER) or 1))


def write_table(page: Path = PAGE) -> None:
    """Put the table of everything recorded between the page's two markers; the rest of the page stays."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page} has lost its markers; put {BEGIN} and {END} where the table belongs")
    _write(page, f"{before}{BEGIN}\n{table(page.with_suffix(''))}\n{END}{after}")


def table(folder: Path) -> str:
    """Return the Markdown table of every figure recorded in `folder`, in the order of `SHOWN_BY`."""
    lines = ["| command | what it shows | counted | result | version | date |", "| --- | --- | --- | --- | --- | --- |"]
    for name, (command, shows) in SHOWN_BY.items():
        file = folder / f"{name}.json"
        kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
        cells = _cells(kept) if kept else ["not run yet", "", "", ""]
        lines.append(f"| {' | '.join([f'`{command}`', shows, *cells])} |")
    return "\n".join(lines)


def _cells(kept: Mapping[str, Any]) -> list[str]:
    counted = ", ".join(_shown(caption.replace("_", " "), value) for caption, value in kept["figures"].items())
    return [counted, kept["result"], kept["version"], kept["date"]]


def _shown(caption: str, value: float | str) -> str:
    return f"{caption}: {value}" if isinstance(value, str) else f"{value:,} {caption}"


def _version() -> str:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def _write(file: Path, text: str) -> None:
    """Replace the file at once: two commands may end in the same moment."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)

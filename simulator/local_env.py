"""`make local-env`: tests/events/env.json, which makes `sam local invoke` part of a running `make serve`.

`make serve` leaves what it prints in .cache/serve.json; that is read here, so that the two commands need nothing but
two terminals. SAM sets only variables that the template declares, so no other is written.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from simulator.cloud import SECRET_NAME, TABLE_NAME
from simulator.toolchain import CACHE, ROOT

FUNCTION = "SkillFunction"
SERVED = CACHE / "serve.json"
ENV_FILE = ROOT / "tests" / "events" / "env.json"
HOST_OF_CONTAINERS = "host.docker.internal"
"""By this name a container reaches the machine it runs on; samconfig.toml gives it to SAM's."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NotServingError(Exception):
    """`make serve` does not run, or what it left cannot be read; the message says what to start."""


def read_served(path: Path = SERVED) -> dict[str, str]:
    """Return what `make serve` printed when it started. Raises NotServingError."""
    try:
        served: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotServingError("start `make serve` in another terminal first") from error
    except ValueError as error:
        raise NotServingError(f"{path} is no JSON; stop `make serve` and start it again") from error
    return served


def function_variables(served: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the function that make it part of a running `make serve`."""
    listens_on = served.get("host", _LOOPBACK[0])
    return {
        "ALEXA_SKILL_ID": served["application_id"],
        "PLAYBACK_TABLE_NAME": TABLE_NAME,
        "HOME_URL": _seen_from_function(served["stream_url"], listens_on),
        "SECRET_NAME": SECRET_NAME,
        "HOME_CA_PEM": Path(served["ca_file"]).read_text(encoding="ascii"),
        "AWS_ENDPOINT_URL": _seen_from_function(served["aws_endpoint"], listens_on),
    }


def write_env(served: Mapping[str, str], path: Path = ENV_FILE) -> Path:
    """Write the file in the form of `sam local invoke --env-vars`; return where."""
    path.write_text(json.dumps({FUNCTION: function_variables(served)}, indent=2) + "\n", encoding="utf-8")
    return path


def _seen_from_function(url: str, listens_on: str) -> str:
    """Return an address of loopback as a container sees it, if what listens there can be reached from one."""
    parts = urlsplit(url)
    if listens_on in _LOOPBACK or parts.hostname not in _LOOPBACK:
        return url
    return urlunsplit(parts._replace(netloc=f"{HOST_OF_CONTAINERS}:{parts.port}"))


def main(arguments: list[str] | None = None) -> int:
    """Write env.json for the running `make serve` and say what to do with it."""
    parser = argparse.ArgumentParser(prog="python -m simulator.local_env", description=__doc__)
    parser.add_argument("served", nargs="?", type=Path, default=SERVED, help="a file with the JSON of `make serve`")
    try:
        served = read_served(parser.parse_args(arguments).served)
        path = write_env(served)
    except (NotServingError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"wrote {path.relative_to(ROOT)}; next: sam local invoke -e tests/events/custom_launch.json")
    if served.get("host", _LOOPBACK[0]) in _LOOPBACK:
        print("`make serve` listens on loopback only; `make serve HOST=0.0.0.0` is for SAM's containers.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

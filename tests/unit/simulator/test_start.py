"""The demonstration can be interrupted from its first moment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator import __main__ as start
from simulator import drive, play

ROOT = Path(start.__file__).parents[1]


class Interrupted:
    """Finds a module as if Ctrl-C were pressed while it is loaded."""

    def __init__(self, name):
        self.name = name

    def find_spec(self, name, *_):
        if name == self.name:
            raise KeyboardInterrupt


@pytest.mark.parametrize(("car", "program"), [("1", drive), ("", play)], ids=["car", "prompt"])
def test_the_environment_chooses_what_is_started(car, program, monkeypatch):
    """CAR=1 is the car, anything else the prompt."""
    monkeypatch.setenv("CAR", car)
    monkeypatch.setattr(program, "main", lambda: 7)
    assert start.main() == 7


@pytest.mark.parametrize(("car", "name"), [("1", "simulator.drive"), ("", "simulator.play")])
def test_an_interruption_while_it_loads_is_no_failure(car, name, monkeypatch):
    """Ctrl-C before anything runs ends it with 130, as it does later, and not with a traceback."""
    monkeypatch.setenv("CAR", car)
    monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Interrupted(name), *sys.meta_path])
    try:
        assert start.main() == 130
    except KeyboardInterrupt:
        pytest.fail("it was interrupted with a traceback")


def test_nothing_is_loaded_before_it_can_be_interrupted():
    """The module that is started loads only what Python itself has loaded, so that it heeds Ctrl-C at once."""
    script = "import sys; before = {*sys.modules}; import simulator.__main__; print(*({*sys.modules} - before))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    loaded = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert set(loaded.stdout.split()) == {"simulator", "simulator.__main__"}

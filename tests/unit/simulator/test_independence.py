"""The referee is independent of what it judges."""

import ast
from pathlib import Path

import pytest

import simulator

ROOT = Path(simulator.__file__).parent
OURS = ("music_assistant_alexa", "home_bridge", "lambda_function")
START = ("echo", "music_service", "rules", "utterances", "envelopes", "sound", "audio_device")


def imports_of(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def file_of(module):
    path = ROOT.parent / module.replace(".", "/")
    return next((each for each in (path.with_suffix(".py"), path / "__init__.py") if each.is_file()), None)


def reached_from(start):
    seen, waiting = {}, [f"simulator.{start}"]
    while waiting:
        module = waiting.pop()
        file = file_of(module)
        if file is None or module in seen:
            continue
        seen[module] = set(imports_of(file))
        waiting += [name for name in seen[module] if name.startswith("simulator.")]
    return seen


@pytest.mark.parametrize("start", START)
def test_the_echo_knows_nothing_of_the_skill(start):
    """Neither the Echo nor anything it imports, however far, imports the skill or the bridge."""
    reached = reached_from(start)
    assert reached, f"simulator.{start} was not found"
    for module, imported in reached.items():
        guilty = [name for name in imported if name.split(".")[0] in OURS]
        assert not guilty, f"{module} imports {guilty}"

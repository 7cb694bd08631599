"""The catalogue is a room of its own beside the skill: the skill never loads it, and it takes little from the skill."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

LAMBDA = Path(__file__).parents[3] / "lambda"
FILES = sorted((LAMBDA / "music_catalog").glob("*.py"))

MAY_IMPORT = {
    "errors": set(),
    "models": set(),
    "names": {"models"},
    "wire": {"models"},
    "entities": {"models", "names"},
    "state": {"errors", "models"},
    "library": {"errors", "models", "wire"},
    "builder": {"entities", "errors", "models", "state"},
    "smapi": {"errors", "models"},
    "upload": {"builder", "errors", "models", "smapi", "state"},
    "runs": {"builder", "models", "state", "upload"},
    "settings": {"errors", "models", "smapi", "upload"},
    "bucket": {"errors"},
}
"""What each module may import of its own package; `__main__` and `cloud` wire it all."""

DOORS = {"requests": {"library", "smapi"}, "boto3": {"bucket"}, "rich": {"__main__"}, "sqlite3": {"state"}}
OF_THE_SKILL = {
    "wire": {"entity_ids"},
    "entities": {"entity_ids"},
    "cloud": {"adapters", "errors", "settings"},
}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def rooms(path, package):
    return {name.split(".")[1] for name in imported(path) if name.startswith(f"{package}.")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_imports_point_inward(path):
    """Each module sees only what it builds on, and of the skill only ids, secrets and the rows of entities."""
    if path.stem in MAY_IMPORT:
        assert rooms(path, "music_catalog") <= MAY_IMPORT[path.stem]
    else:
        assert path.stem in {"__init__", "__main__", "cloud"}
    assert rooms(path, "music_assistant_alexa") <= OF_THE_SKILL.get(path.stem, set())


@pytest.mark.parametrize("library", DOORS)
def test_each_library_is_behind_one_door(library):
    """A library of others is imported where it belongs alone."""
    users = {path.stem for path in FILES if any(name.split(".")[0] == library for name in imported(path))}
    assert users == DOORS[library]


@pytest.mark.slow
def test_the_skill_never_loads_the_catalogue():
    """A cold start of the skill pays nothing for it."""
    code = "import sys, music_assistant_alexa.app; print([name for name in sys.modules if 'catalog' in name])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=LAMBDA)
    assert done.stdout.strip() == "[]"


def functions(path):
    nodes = ast.walk(ast.parse(path.read_text()))
    return [node for node in nodes if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_modules_and_functions_stay_small(path):
    """No module has over 320 lines and no function over 40."""
    assert len(path.read_text().splitlines()) <= 320
    assert [node.name for node in functions(path) if node.end_lineno - node.lineno + 1 > 40] == []


def test_the_environment_is_read_in_settings_only():
    """Nobody but settings reads the environment."""
    assert {path.stem for path in FILES if "os.environ" in path.read_text()} == {"settings"}


def test_every_module_is_on_the_page():
    """The architecture page says where each thing lives, and names no module that is gone."""
    page = (LAMBDA.parent / "docs" / "architecture.md").read_text()
    block = page.partition("lambda/music_catalog/\n")[2].partition("```")[0]
    named = {word for line in block.splitlines() for word in line[:39].split()}
    assert named == {path.stem for path in FILES} - {"__init__"}

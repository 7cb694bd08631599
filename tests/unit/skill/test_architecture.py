"""Who may import whom, and how big things may be: the architecture, read off the source."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LAMBDA = ROOT / "lambda"
PACKAGE = LAMBDA / "music_assistant_alexa"
CATALOGUE = {LAMBDA / "catalog_function.py", *(LAMBDA / "music_catalog").rglob("*.py")}
"""A program of its own, with rules of its own in tests/unit/catalog."""

SKILL_FILES = sorted(set(LAMBDA.rglob("*.py")) - CATALOGUE)
REDIRECTS = PACKAGE / "account_linking" / "redirects.py"
BRIDGE_FILES = sorted((ROOT / "home").rglob("*.py"))

DIALECTS = ("custom_skill", "music_skill", "auto")
CORE = (
    "actions",
    "contents",
    "deadline",
    "entity_ids",
    "errors",
    "handler_table",
    "library",
    "media_session",
    "models",
    "music_queue",
    "music_queues",
    "playback",
    "playback_events",
    "ports",
    "stations",
    "stream_handout",
    "stream_token",
)
MAY_IMPORT = {
    "errors": set(),
    "deadline": set(),
    "entity_ids": set(),
    "handler_table": set(),
    "json_parts": set(),
    "stream_urls": {"errors"},
    "stream_token": set(),
    "models": {"stream_token"},
    "media_session": {"models"},
    "stations": {"errors", "library", "models", "ports"},
    "actions": {"models"},
    "music_queue": {"models"},
    "ports": {"media_session", "models", "music_queue"},
    "settings": {"errors"},
    "web": {"errors", "telemetry"},
    "account_linking": {"errors", "ports", "settings", "telemetry", "web"},
    "auto_http": {"errors", "settings", "telemetry", "web"},
    "telemetry": set(),
    "library": {"errors", "models", "ports"},
    "contents": {"entity_ids", "errors", "library", "models", "ports"},
    "music_queues": {"actions", "contents", "errors", "models", "music_queue", "ports", "stream_urls"},
    "stream_handout": {"actions", "errors", "models", "ports", "stream_token", "stream_urls"},
    "playback": {"actions", "errors", "models", "stream_handout", "stream_token"},
    "playback_events": {"actions", "errors", "models", "stream_handout", "stream_token"},
    "adapters": {
        *("deadline", "errors", "media_session", "models", "music_queue"),
        *("settings", "stream_token", "telemetry"),
    },
    "custom_skill": {
        *("actions", "errors", "handler_table", "json_parts", "library", "models"),
        *("playback", "playback_events", "stream_token", "telemetry"),
    },
    "music_skill": {
        *("actions", "contents", "errors", "handler_table", "json_parts", "models"),
        *("music_queue", "music_queues", "telemetry"),
    },
    "auto": {
        *("actions", "deadline", "errors", "handler_table", "json_parts", "media_session", "models"),
        *("playback", "playback_events", "ports", "stations", "stream_token", "telemetry"),
    },
}
"""Rooms of the package, and the rooms each may import besides itself; `app` wires them all."""


def imported(path):
    """Yield the full name of everything a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(path):
    """Return the package's room a file belongs to: its first folder, or its own name."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rooms_imported(path):
    own = "music_assistant_alexa."
    return {name.removeprefix(own).split(".")[0] for name in imported(path) if name.startswith(own)}


def functions(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", [path for path in SKILL_FILES if path.is_relative_to(PACKAGE)], ids=str)
def test_imports_point_inward(path):
    """Each room imports only the rooms the architecture lets it see."""
    if room(path) in {"app", "__init__"}:
        return
    assert rooms_imported(path) - {room(path)} <= MAY_IMPORT[room(path)]


def test_every_room_is_in_the_table():
    """No module of the package is outside the table of rooms."""
    rooms = {room(path) for path in SKILL_FILES if path.is_relative_to(PACKAGE)} - {"app", "__init__"}
    assert rooms == set(MAY_IMPORT)


def test_only_app_is_imported_by_the_entry():
    """lambda_function knows the wiring, the settings and the metrics, nothing else."""
    assert rooms_imported(LAMBDA / "lambda_function.py") == {"app", "settings", "telemetry"}


def test_nobody_imports_app():
    """The wiring is imported by the entry alone."""
    assert [str(path) for path in PACKAGE.rglob("*.py") if "app" in rooms_imported(path)] == []


def test_dialects_never_import_each_other():
    """No dialect knows another one."""
    for path in SKILL_FILES:
        if path.is_relative_to(PACKAGE) and room(path) in DIALECTS:
            assert rooms_imported(path) & set(DIALECTS) <= {room(path)}, path


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("ask_sdk", {"custom_skill"}),
        ("boto", {"adapters"}),
        ("requests", {"adapters"}),
        ("urllib3", {"adapters"}),
        ("aws_lambda_powertools", {"lambda_function", "settings", "telemetry"}),
    ],
)
def test_each_library_is_behind_one_door(library, allowed):
    """A library of others is imported only where the architecture says."""
    users = {path for path in SKILL_FILES if any(name.startswith(library) for name in imported(path))}
    assert {room(path) if path.is_relative_to(PACKAGE) else path.stem for path in users} <= allowed


def test_the_core_knows_no_libraries():
    """The core imports the standard library and the package, nothing else."""
    foreign = ("ask_sdk", "boto", "requests", "urllib3", "aiohttp", "aws_lambda_powertools", "certifi")
    for name in (*CORE, "stream_urls"):
        assert not [found for found in imported(PACKAGE / f"{name}.py") if found.startswith(foreign)], name


def test_the_environment_is_read_in_settings_only():
    """Nobody but settings touches os.environ or os.getenv."""
    readers = {path.name for path in SKILL_FILES if re.search(r"\benviron\b|\bgetenv\b", path.read_text())}
    assert readers == {"settings.py"}


def test_the_stream_urls_know_the_standard_library_only():
    """What the bridge shares with the skill drags nothing of the skill along."""
    assert rooms_imported(PACKAGE / "stream_urls.py") == {"errors"}
    assert rooms_imported(PACKAGE / "errors.py") == set()


@pytest.mark.parametrize("path", BRIDGE_FILES, ids=str)
def test_the_bridge_shares_two_modules_only(path):
    """The bridge imports of the skill only what signs and checks URLs."""
    assert rooms_imported(path) <= {"stream_urls", "errors"}


def test_the_simulated_echo_knows_neither_side():
    """The Echo is judge of the skill, so it may not import it."""
    for name in ("echo.py", "audio_device.py", "envelopes.py", "head_unit.py"):
        found = {each.split(".")[0] for each in imported(ROOT / "simulator" / name)}
        assert not found & {"music_assistant_alexa", "home_bridge", "lambda_function"}, name


def test_the_package_itself_is_empty():
    """Importing the package costs nothing, and the bridge's image can copy three files of it."""
    assert (PACKAGE / "__init__.py").read_text() == ""


def test_the_entry_is_short():
    """lambda_function.py has under 40 lines."""
    assert len((LAMBDA / "lambda_function.py").read_text().splitlines()) < 40


@pytest.mark.parametrize("path", SKILL_FILES + BRIDGE_FILES, ids=str)
def test_modules_and_functions_stay_small(path):
    """No module has over 320 lines and no function over 40."""
    assert len(path.read_text().splitlines()) <= 320
    long = [node.name for node in functions(path) if node.end_lineno - node.lineno + 1 > 40]
    assert long == []


@pytest.mark.parametrize("files", [SKILL_FILES, BRIDGE_FILES], ids=["skill", "bridge"])
def test_functions_are_short_by_habit(files):
    """The median function of the skill, and of the bridge, has 8 lines at most."""
    lengths = sorted(node.end_lineno - node.lineno + 1 for path in files for node in functions(path))
    assert lengths[len(lengths) // 2] <= 8


@pytest.mark.parametrize(
    "forbidden",
    [
        r"alexapy|alexa_media|alexa media player",
        r"layla\.amazon|pitangui|amazon\.[a-z.]+/(api|ap)/",
        r"silence\.mp3|silent\.mp3|data:audio|dummy.?(stream|url|track|audio|mp3)",
        r"\btime\.sleep\(",
    ],
    ids=["no AlexaPy", "no unofficial API", "no dummy stream", "no blocking sleep"],
)
def test_what_this_project_never_does(forbidden):
    """Neither the skill nor the bridge logs in to Amazon, plays a stand-in for silence, or sleeps."""
    files = [path for path in SKILL_FILES + BRIDGE_FILES if path != REDIRECTS]
    guilty = [str(path) for path in files if re.search(forbidden, path.read_text(), re.IGNORECASE)]
    assert guilty == []


def test_amazons_hosts_are_named_only_to_send_a_browser_back():
    """The one file that names them has nothing that could call them: it imports nothing."""
    assert list(imported(REDIRECTS)) == []


def called(node):
    """Return the names of what is called in a piece of source."""
    calls = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
    return {func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "") for func in calls}


def loops(tree):
    """Yield the loops that may go on for ever: each `while`, whatever it waits for, and `for` over what has no end."""
    for node in ast.walk(tree):
        endless = isinstance(node, ast.For | ast.AsyncFor) and called(node.iter) & {"count", "cycle", "repeat", "iter"}
        if isinstance(node, ast.While) or endless:
            yield node


BYTES_OF_ONE_ANSWER = "while (chunk := response.raw.read1(64 * 1024))"


def test_the_skill_never_polls():
    """The skill has no timers, threads or waiting loops: it answers, and is done.

    The deadline alone has threads, which it leaves behind when what they wait for takes too long. One loop may go on:
    it reads the answer that has come, which is bounded in bytes.
    """
    found = set()
    for path in SKILL_FILES:
        text = path.read_text()
        found |= {ast.unparse(loop).splitlines()[0].rstrip(":") for loop in loops(ast.parse(text))}
        if path.stem == "deadline":
            text = text.replace("from threading import Thread", "")
        assert not re.search(r"\bsleep\b|\bthreading\b|\basyncio\b|\bsched\b", text), path
    assert found == {BYTES_OF_ONE_ANSWER}


MAY_ASK_AGAIN = {
    ("session.py", "ready"): "1.5 s at most, for MA to register a player that has just said HELO",
    ("look_ahead.py", "_expected"): "4 s at most, for MA to refill a queue that goes on by itself",
    ("turn.py", "_start_on_screen"): "1.2 s at most, for MA to say where its screen started a stream",
    ("music_flows.py", "previous"): "one item nearer to the first each time",
}
"""Functions whose loop asks Music Assistant, and why it ends."""


def asking(trees):
    """Return the names of the bridge's functions that ask Music Assistant, themselves or by others."""
    flows = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]
    asked, found = set(), {"api", "call", "call_raw"}
    while asked != found:
        asked = set(found)
        found |= {flow.name for flow in flows if awaited(flow) & asked}
    return found


def awaited(node):
    """Return the names of what is called in what a piece of source awaits."""
    return {name for each in ast.walk(node) if isinstance(each, ast.Await) for name in called(each)}


def test_the_bridge_asks_nothing_in_a_circle():
    """No loop of the bridge asks Music Assistant over and over: what it knows, it is told by slimproto.

    Some wait for what it tells nobody, for a moment.
    """
    trees = {path.name: ast.parse(path.read_text()) for path in BRIDGE_FILES}
    names = asking(trees.values())
    found = {
        (file, flow.name)
        for file, tree in trees.items()
        for flow in ast.walk(tree)
        if isinstance(flow, ast.AsyncFunctionDef) and any(awaited(loop) & names for loop in loops(flow))
    }
    assert found == set(MAY_ASK_AGAIN)


NAMES_END = 39
"""The column of that page where the names end and what they are for begins."""


def test_every_module_of_the_bridge_is_on_the_page():
    """The architecture page says where each thing of the home package lives, and names no module that is gone."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    block = page.partition("home/home_bridge/\n")[2].partition("```")[0]
    named = {word for line in block.splitlines() for word in line[:NAMES_END].split()}
    assert named == {path.stem for path in BRIDGE_FILES if path.parent.name == "home_bridge"} - {"__init__"}

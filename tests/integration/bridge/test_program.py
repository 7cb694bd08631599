"""`python -m home_bridge` as a container runs it, and the files that make the container."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
import venv
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from home_bridge import __version__
from home_bridge.settings import Settings
from simulator.waiting import eventually

ROOT = Path(__file__).resolve().parents[3]
HOME = ROOT / "home"
ENVIRON = {
    "MUSIC_ASSISTANT_URL": "http://127.0.0.1:9",
    "MUSIC_ASSISTANT_TOKEN": "t",
    "BRIDGE_TOKENS": "b",
    "STREAM_SIGNING_KEYS": "s",
    "SLIMPROTO_PORT": "9",
    "BRIDGE_HOST": "127.0.0.1",
    "BRIDGE_PORT": "0",
}


@pytest.fixture(scope="module")
def container(tmp_path_factory):
    """Lay out what the Dockerfile copies, with an environment of home/requirements.txt alone; the interpreter."""
    folder = tmp_path_factory.mktemp("container")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    install = [python, "-m", "pip", "install", "--disable-pip-version-check", "-r", HOME / "requirements.txt"]
    if subprocess.run(install, check=False, capture_output=True).returncode:
        pytest.skip("home/requirements.txt cannot be installed here: no package index is reached")
    for source, where in copied_files():
        target = folder / where.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            target.mkdir(exist_ok=True)
            shutil.copy(source, target)
    return folder, python


def copied_files():
    """Return what the Dockerfile copies into /app, as (source, target)."""
    lines = (HOME / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    copies = [line.split()[1:] for line in lines if line.startswith("COPY") and "/app" in line]
    return [(ROOT / source, words[-1]) for words in copies for source in words[:-1]]


@contextmanager
def running(container, folder, **changes):
    root, python = container
    environ = {**ENVIRON, "CACHE_DIR": str(folder), "PYTHONPATH": str(root / "app"), "PATH": os.environ["PATH"]}
    program = subprocess.Popen(
        [python, "-m", "home_bridge"], env=environ | changes, cwd=folder, stderr=subprocess.PIPE, text=True
    )
    try:
        yield program
    finally:
        program.terminate()
        program.wait(10)
        program.stderr.close()


@pytest.mark.slow
def test_runs_with_its_own_requirements_alone(container, tmp_path):
    """It starts at once, says where it listens, answers, and needs little memory at rest; a signal ends it."""
    began = time.monotonic()
    with running(container, tmp_path) as program:
        line = program.stderr.readline()
        found = re.search(rf"home bridge {re.escape(__version__)} listening on (http://127\.0\.0\.1:\d+)", line)
        assert found, line + program.stderr.read() if program.poll() else line
        with urllib.request.urlopen(f"{found[1]}/healthz", timeout=5) as answer:
            assert json.load(answer) == {"status": "ok", "version": __version__}
        print(f"answered {time.monotonic() - began:.2f} s after its start, {resident_mb(program.pid):.0f} MB")
        if sys.platform == "linux":
            assert resident_mb(program.pid) < 80
    assert program.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"MUSIC_ASSISTANT_URL": "nonsense"}, "MUSIC_ASSISTANT_URL"),
        ({"BRIDGE_TOKENS": ""}, "BRIDGE_TOKENS"),
        ({"BRIDGE_PORT": "99999"}, "BRIDGE_PORT"),
        ({"CACHE_DIR": "/proc/nothing"}, "CACHE_DIR"),
    ],
)
def test_wrong_settings_end_it_with_a_sentence(container, tmp_path, changes, name):
    """A wrong setting ends it with one sentence that names it, and no traceback."""
    assert name in said_at_the_end(container, tmp_path, **changes)


@pytest.mark.slow
def test_a_players_file_that_cannot_be_opened(container, tmp_path):
    """The disk is full, say, when the bridge starts: it ends with a sentence that names the folder's setting."""
    (tmp_path / "players.sqlite3").mkdir()
    assert "CACHE_DIR" in said_at_the_end(container, tmp_path)


def said_at_the_end(container, folder, **changes):
    """Return the one sentence with which it ends by itself."""
    with running(container, folder, **changes) as program:
        said = program.stderr.read()
        assert program.wait(10) != 0
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1
    return said


@pytest.mark.slow
def test_nothing_secret_is_logged(container, tmp_path):
    """Neither token nor key nor a whole MAC stands in the log, also when MA is away."""
    secrets = {
        "MUSIC_ASSISTANT_TOKEN": "token-of-ma",
        "BRIDGE_TOKENS": "token-of-bridge",
        "STREAM_SIGNING_KEYS": "key-x",
    }
    with running(container, tmp_path, **secrets) as program:
        url = re.search(r"(http://\S+)", program.stderr.readline())[1]
        request = urllib.request.Request(f"{url}/players/02:00:00:00:cc:01", b'{"name": "Kitchen"}', method="PUT")
        request.add_header("Authorization", "Bearer token-of-bridge")
        urllib.request.urlopen(request, timeout=10).close()
        program.terminate()
        said = program.stderr.read()
    assert "..cc:01" in said
    assert not any(secret in said for secret in (*secrets.values(), "02:00:00:00:cc:01", "Kitchen"))


def resident_mb(pid):
    status = eventually(lambda: Path(f"/proc/{pid}/status").read_text(), what="the process")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024


def test_only_aiohttp_and_pillow_are_imported():
    """The bridge imports the standard library, aiohttp, in one place Pillow, and two modules of the skill."""
    allowed = {*sys.stdlib_module_names, "aiohttp", "home_bridge"}
    shared = {"music_assistant_alexa.errors", "music_assistant_alexa.stream_urls"}
    for module in (HOME / "home_bridge").glob("*.py"):
        for name in re.findall(r"^\s*(?:from|import) ([\w.]+)", module.read_text(), re.MULTILINE):
            library = name.partition(".")[0]
            known = library in allowed or name in shared or (library == "PIL" and module.name == "square.py")
            assert known, f"{module.name} imports {name}"


def test_compose_file():
    """Two services, nothing published, no room to write but a volume and a tmpfs, no capabilities."""
    compose = yaml.safe_load((HOME / "compose.yaml").read_text())
    assert set(compose["services"]) == {"bridge", "cloudflared"}
    for service in compose["services"].values():
        assert "ports" not in service
        assert "network_mode" not in service
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert compose["services"]["bridge"]["build"] == {"context": "..", "dockerfile": "home/Dockerfile"}
    assert compose["services"]["bridge"]["volumes"] == ["cache:/cache"]


def test_example_settings_name_what_compose_needs():
    """Every variable without a default in the compose file stands in .env.example, and nothing else needs one."""
    compose, example = (HOME / "compose.yaml").read_text(), (HOME / ".env.example").read_text()
    needed = set(re.findall(r"\$\{(\w+):\?", compose))
    offered = set(re.findall(r"^(?:# )?(\w+)=", example, re.MULTILINE))
    assert needed <= offered
    assert offered == set(re.findall(r"\$\{(\w+)", compose))


def test_example_settings_are_good_settings():
    """What .env.example proposes passes the bridge's own check once the blanks are filled."""
    lines = (HOME / ".env.example").read_text().splitlines()
    pairs = [line.removeprefix("# ").split("=", 1) for line in lines if re.match(r"(?:# )?[A-Z_]+=", line)]
    environ = {name: value or "filled-in" for name, value in pairs}
    assert Settings.from_env(environ).stream_url == "http://192.168.1.10:8097"


@pytest.mark.toolchain
def test_docker_takes_the_compose_file(tmp_path):
    """`docker compose config` accepts the file with a filled .env."""
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker compose is not installed here")
    environ = {**os.environ, **ENVIRON, "TUNNEL_TOKEN": "t"}
    command = [docker, "compose", "-f", str(HOME / "compose.yaml"), "config", "--quiet"]
    subprocess.run(command, check=True, env=environ, cwd=tmp_path)

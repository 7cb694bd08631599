"""aioslimproto in the versions that Music Assistant uses, each in a folder of its own."""

import subprocess
import sys
import tempfile
from pathlib import Path

VERSIONS = ("3.1.5", "3.3.0")
"""The two generations in use: up to Music Assistant 2.9, and newer."""

DEFAULT_VERSION = "3.3.0"

_CACHE = Path(__file__).resolve().parents[2] / ".cache" / "aioslimproto"


def aioslimproto_folder(version: str) -> Path:
    """Return the folder to import a version from; it is installed there on first use."""
    folder = _CACHE / version
    if not (folder / "aioslimproto").is_dir():
        _install(version, folder)
    return folder


def _install(version: str, folder: Path) -> None:
    """Install beside the target and move, so that two processes can want it at once."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE) as scratch:
        fresh = Path(scratch) / version
        # What it needs (aiohttp, Pillow) is in the simulator's own requirements.
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--target", str(fresh), f"aioslimproto=={version}"], check=True)
        if not folder.exists():
            fresh.rename(folder)

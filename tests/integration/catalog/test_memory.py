"""A large library needs no more memory than a small one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LIMIT_BYTES = 200_000_000


def measured(tracks):
    script = Path(__file__).with_name("large_library.py")
    command, paths = [sys.executable, str(script), str(tracks)], os.pathsep.join(sys.path)
    environ = os.environ | {"PYTHONPATH": paths}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_library():
    """Seven times as many tracks take less than a tenth more memory, where their catalogue is seven times as long."""
    few, many = measured(2_000), measured(14_000)
    assert many["file_bytes"] > 6 * few["file_bytes"]
    assert many["noted"] > many["tracks"] == 14_000
    assert many["peak_bytes"] < 1.1 * few["peak_bytes"]


@pytest.mark.load
@pytest.mark.timeout(400)
def test_200_000_tracks_fit_in_200_mb():
    """The whole process, interpreter and libraries included, stays under 200 MB for 200,000 tracks."""
    large = measured(200_000)
    assert large["tracks"] == 200_000
    assert large["file_bytes"] > 50_000_000
    assert large["peak_bytes"] < LIMIT_BYTES

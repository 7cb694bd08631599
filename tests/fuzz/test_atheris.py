"""The parsers that read bytes, under a coverage-guided fuzzer."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LONGEST_S = 20
SEEDS = {
    "slimproto": [b"\x08\x01\x00\x04vers\x00\x05setd\x00", b"\x00\x00\x00\x1cstrmt0" + b"\x00" * 22],
    "signed_urls": [
        b'\x00{"p":"/single/s1/02:00:00:00:00:01/0123456789abcdef0123456789abcdef/x.mp3","g":1}',
        b'\x00{"q":"queue","n":1}',
        b'\x01{"p":"/imageproxy?path=x&provider=y"}',
        b'\x01{"u":"https://example.com/x.jpg"}',
        b'\x01{"b":1,"s":256}',
        b"\x02e30.mp3?1795000060?sig",
    ],
    "ranges": [b"bytes=0-", b"bytes=5-99", b"bytes=-500", b"bytes=0-1,2-3", b"items=1-2"],
    "audio_length": [
        b"\x00\x07ID3\x04\x00\x00\x00\x00\x00\x02xx\xff\xfb\xe0\x00" + b"\x00" * 64,
        b"\x80\x0b" + b"\xff\xf1\x50\x80\x01\x3f\xfcxx" * 4,
    ],
}
"""One of each kind; what grows out of them is not kept."""
RUNS = re.compile(r"Done (\d+) runs|#(\d+)\s+DONE")


@pytest.mark.fuzz
@pytest.mark.timeout(4 * LONGEST_S)
@pytest.mark.parametrize("target", SEEDS)
def test_bytes_under_coverage(tried, tmp_path, target):
    """So many seconds of bytes that reach every branch: nothing but what the parser may raise."""
    if importlib.util.find_spec("atheris") is None:
        pytest.skip(
            "atheris is not here: `.venv/bin/pip install -r tests/fuzz/requirements.txt` brings it, where it has"
            " a wheel for this Python"
        )
    for number, seed in enumerate(SEEDS[target]):
        (tmp_path / str(number)).write_bytes(seed)
    command = [
        sys.executable,
        str(HERE / f"atheris_{target}.py"),
        f"-max_total_time={LONGEST_S}",
        "-max_len=4096",
        str(tmp_path),
    ]
    paths = os.pathsep.join(path for path in sys.path if path)
    ended = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-4_000:]
    tried[f"bytes of {target}"] += int(next(filter(None, RUNS.findall(ended.stderr)[-1])))

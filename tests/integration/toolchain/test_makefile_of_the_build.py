"""The build on a machine without Python 3.13."""

import os
import shutil
import subprocess

import pytest

from simulator.toolchain import ROOT


@pytest.mark.slow
def test_without_python_313_it_builds_uncompiled_and_says_so(tmp_path):
    """The function is copied all the same; one sentence says what it costs."""
    tools, source, artifacts = tmp_path / "bin", tmp_path / "source", tmp_path / "artifacts"
    for folder in (tools, source, artifacts):
        folder.mkdir()
    for name in ("make", "sh", "cp", "find", "rm", "echo"):
        (tools / name).symlink_to(shutil.which(name))
    (source / "lambda_function.py").write_text("x = 1\n", encoding="utf-8")
    built = subprocess.run(
        ["make", "--makefile", ROOT / "layers" / "dependencies" / "Makefile", "build-SkillFunction"],
        cwd=source,
        env={"PATH": str(tools), "HOME": os.devnull, "ARTIFACTS_DIR": str(artifacts), "SHELL": str(tools / "sh")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "No python3.13 was found: build-SkillFunction is not compiled ahead" in built.stderr
    assert [path.name for path in artifacts.iterdir()] == ["lambda_function.py"]

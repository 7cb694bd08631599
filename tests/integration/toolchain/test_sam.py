"""What SAM makes of the template, without an AWS account."""

import re

import pytest

from simulator.toolchain import ROOT

pytestmark = [pytest.mark.toolchain, pytest.mark.slow, pytest.mark.timeout(600)]

AARCH64 = 0xB7
"""e_machine of ELF files for arm64."""


def pinned():
    lines = (ROOT / "layers" / "dependencies" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return {line.lower().replace("-", "_") for line in lines if line and not line.startswith("#")}


def modules(folder):
    return {path.relative_to(folder).with_suffix("") for path in folder.rglob("*.py")}


def compiled(folder):
    """Modules with a .pyc for Python 3.13 that needs no look at the source's date: flags 1, PEP 552."""
    found = set()
    for path in folder.rglob("*.cpython-313.pyc"):
        assert int.from_bytes(path.read_bytes()[4:8], "little") == 1
        found.add(path.parent.parent.relative_to(folder) / path.name.removesuffix(".cpython-313.pyc"))
    return found


def test_the_template_is_valid(sam):
    """`sam validate --lint` accepts it without credentials."""
    assert "is a valid SAM Template" in sam("validate", "--lint")


def test_the_build_holds_the_package_and_nothing_else(built):
    """What is uploaded is lambda/, file by file, with no cache of another Python."""
    source, made = ROOT / "lambda", built / "SkillFunction"
    assert (made / "lambda_function.py").exists()
    assert modules(made) == modules(source)
    assert {path.suffix for path in made.rglob("*") if path.is_file()} <= {".py", ".pyc", ".typed"}


def test_the_layer_holds_what_is_pinned_and_no_boto(built):
    """Every package of the layer is in requirements.txt with its version; boto3 comes with the runtime."""
    layer = built / "DependenciesLayer" / "python"
    installed = {path.name.removesuffix(".dist-info").replace("-", "==") for path in layer.glob("*.dist-info")}
    assert {name.lower() for name in installed} == pinned()
    assert not (layer / "boto3").exists()
    assert not (layer / "bin").exists()


@pytest.mark.parametrize("part", ["SkillFunction", "DependenciesLayer"])
def test_everything_is_compiled_ahead(built, python_313, part):
    """Each module has its .pyc, so that no cold start compiles."""
    assert modules(built / part) - compiled(built / part) == set()


def test_tracebacks_name_the_places_of_lambda(built, python_313):
    """The .pyc hold /var/task and /opt, not the folders of the machine that built them."""
    ours = next((built / "SkillFunction").rglob("lambda_function.cpython-313.pyc")).read_bytes()
    theirs = next((built / "DependenciesLayer").rglob("skill_builder.cpython-313.pyc")).read_bytes()
    assert b"/var/task/lambda_function.py" in ours
    assert b"/opt/python/ask_sdk_core/skill_builder.py" in theirs
    assert str(built).encode() not in ours + theirs


def test_compiled_parts_of_the_layer_are_for_arm64_and_have_a_twin_in_python(built):
    """Lambda's machine finds its own; the emulator, on whichever machine, falls back to the same module in Python."""
    for library in (built / "DependenciesLayer").rglob("*.so"):
        assert int.from_bytes(library.read_bytes()[18:20], "little") == AARCH64
        assert library.with_name(library.name.split(".")[0] + ".py").exists()


def test_the_built_template_points_at_what_was_built(built):
    """`sam deploy` uploads the three folders."""
    text = (built / "template.yaml").read_text(encoding="utf-8")
    found = re.findall(r"(?:CodeUri|ContentUri): (\S+)", text)
    assert found == ["SkillFunction", "DependenciesLayer", "CatalogFunction"]

import os
import subprocess
from pathlib import Path

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from simulator import toolchain

HOME_URL = "https://music.example.com"


class NoManagedPolicies:
    """The template names none, so that SAM has none to look up in an account."""

    def load(self):
        return {}


@pytest.fixture(scope="session")
def template():
    """template.yaml as SAM reads it, before the transform."""
    return yaml_parse((toolchain.ROOT / "template.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def stack(monkeypatch):
    """Make what CloudFormation is told, from parameters: SAM's transform, less what a false condition leaves out."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")

    def of(**given):
        source = yaml_parse((toolchain.ROOT / "template.yaml").read_text(encoding="utf-8"))
        places = {"SkillFunction": "CodeUri", "CatalogFunction": "CodeUri", "DependenciesLayer": "ContentUri"}
        for name, key in places.items():
            source["Resources"][name]["Properties"][key] = f"s3://bucket/{name}.zip"
        values = {"HomeUrl": HOME_URL, **given}
        defaults = {name: each.get("Default") for name, each in source["Parameters"].items()}
        return resolved(transform(source, values, NoManagedPolicies()), {**defaults, **values})

    return of


def resolved(template, parameters):
    """Leave out what a false condition leaves out, and choose in each Fn::If; references stay."""
    conditions = {}
    for name, body in template["Conditions"].items():
        conditions[name] = _holds(body, parameters, conditions)

    def chosen(node):
        if isinstance(node, dict):
            if node.keys() == {"Fn::If"}:
                condition, yes, no = node["Fn::If"]
                return chosen(yes if conditions[condition] else no)
            found = {key: chosen(value) for key, value in node.items()}
            return {key: value for key, value in found.items() if value != {"Ref": "AWS::NoValue"}}
        if isinstance(node, list):
            return [each for each in map(chosen, node) if each != {"Ref": "AWS::NoValue"}]
        return node

    def there(section):
        return {name: chosen(body) for name, body in section.items() if conditions.get(body.get("Condition"), True)}

    return {**template, "Resources": there(template["Resources"]), "Outputs": there(template["Outputs"])}


def _holds(body, parameters, conditions):
    """Tell whether a condition holds; what it refers to stands before it."""
    if "Condition" in body:
        return conditions[body["Condition"]]
    if "Fn::Or" in body:
        return any(_holds(each, parameters, conditions) for each in body["Fn::Or"])
    if "Fn::Not" in body:
        return not _holds(body["Fn::Not"][0], parameters, conditions)
    left, right = (parameters[each["Ref"]] if isinstance(each, dict) else each for each in body["Fn::Equals"])
    return left == right


@pytest.fixture(scope="session")
def sam(skipping_without_tools):
    """Run SAM as on a machine without an account; its words come back when it ends well, else the test fails."""
    with skipping_without_tools():
        command, environment = toolchain.sam(), toolchain.sam_environment()

    def run(*arguments):
        ended = subprocess.run(
            [command, *arguments],
            cwd=toolchain.ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert ended.returncode == 0, f"sam {' '.join(map(str, arguments))}\n{ended.stdout}\n{ended.stderr}"
        return ended.stdout + ended.stderr

    return run


@pytest.fixture(scope="session")
def built(sam, tmp_path_factory):
    """Build into a fresh folder, with nothing of this checkout's own build or cache."""
    folder = tmp_path_factory.mktemp("built")
    sam("build", "--no-cached", "--build-dir", folder)
    return folder


@pytest.fixture(scope="session")
def stub(tmp_path_factory):
    """Make a function of a few lines, to see what the emulator itself does."""

    def make(source):
        folder = Path(tmp_path_factory.mktemp("stub"))
        (folder / "lambda_function.py").write_text(source, encoding="utf-8")
        return folder

    return make


@pytest.fixture(scope="session")
def python_313():
    """Skip where no Python 3.13 is: the build then compiles nothing, and has said so."""
    folders = [Path(each) for each in os.get_exec_path()] + sorted(Path.home().glob(".pyenv/versions/3.13.*/bin"))
    for python in (folder / "python3.13" for folder in folders):
        if python.exists() and subprocess.run([python, "--version"], capture_output=True, check=False).returncode == 0:
            return python
    pytest.skip("no Python 3.13 is on this machine, so nothing could be compiled ahead for it")

import json

import pytest

from simulator import local_env

CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


@pytest.fixture
def served(tmp_path):
    """Make what `make serve` prints."""
    (tmp_path / "ca.pem").write_text(CA, encoding="ascii")
    return {
        "invoke_url": "http://127.0.0.1:1/2015-03-31/functions/function/invocations",
        "bridge_url": "https://127.0.0.1:2",
        "stream_url": "https://127.0.0.1:2",
        "ca_file": str(tmp_path / "ca.pem"),
        "music_assistant_url": "http://127.0.0.1:3",
        "bridge_token": "very-secret",
        "application_id": "amzn1.ask.skill.00000000-1111-4222-8333-444444444444",
        "aws_endpoint": "http://127.0.0.1:4",
        "host": "127.0.0.1",
    }


def variables(path):
    return json.loads(path.read_text(encoding="utf-8"))["SkillFunction"]


def test_it_has_the_form_that_sam_reads(served, tmp_path):
    """One object per function, by logical id, with text values only."""
    written = json.loads(local_env.write_env(served, tmp_path / "env.json").read_text(encoding="utf-8"))
    assert list(written) == ["SkillFunction"]
    assert all(isinstance(value, str) for value in written["SkillFunction"].values())


def test_every_variable_is_declared_in_the_template(served, tmp_path, template):
    """SAM drops a variable that the template does not declare, without a word."""
    declared = template["Resources"]["SkillFunction"]["Properties"]["Environment"]["Variables"]
    assert variables(local_env.write_env(served, tmp_path / "env.json")).keys() <= declared.keys()


def test_it_leads_to_what_serves(served, tmp_path):
    """Skill id, home, its certificate authority as text, and AWS are those of the running `make serve`."""
    found = variables(local_env.write_env(served, tmp_path / "env.json"))
    assert found["ALEXA_SKILL_ID"] == served["application_id"]
    assert found["HOME_URL"] == "https://127.0.0.1:2"
    assert found["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4"
    assert found["HOME_CA_PEM"] == CA


def test_no_secret_is_written(served, tmp_path):
    """The function reads its secrets by name, as it does in AWS."""
    path = local_env.write_env(served, tmp_path / "env.json")
    assert "very-secret" not in path.read_text(encoding="utf-8")
    assert variables(path)["SECRET_NAME"].startswith("/")


def test_containers_find_what_listens_on_all_interfaces(served, tmp_path):
    """Loopback is a container's own; by samconfig's name for this machine it finds the same ports."""
    served["host"] = "0.0.0.0"
    found = variables(local_env.write_env(served, tmp_path / "env.json"))
    assert found["HOME_URL"] == "https://host.docker.internal:2"
    assert found["AWS_ENDPOINT_URL"] == "http://host.docker.internal:4"


def test_without_serve_it_says_what_to_start(tmp_path, capsys):
    """The remedy is one command."""
    assert local_env.main([str(tmp_path / "serve.json")]) == 1
    assert "start `make serve` in another terminal first" in capsys.readouterr().err


def test_a_broken_file_of_serve_is_said_to_be_so(tmp_path, capsys):
    """A file cut short names itself."""
    (tmp_path / "serve.json").write_text('{"invoke_url": "htt', encoding="utf-8")
    assert local_env.main([str(tmp_path / "serve.json")]) == 1
    assert "serve.json is no JSON" in capsys.readouterr().err

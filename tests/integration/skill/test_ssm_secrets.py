"""The secrets' way in: one SecureString of SSM, or an error with the remedy."""

import threading

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws

from music_assistant_alexa import deadline
from music_assistant_alexa.adapters.ssm_secrets import fetch_secret
from music_assistant_alexa.errors import ConfigurationError

NAME, VALUE = "/music-assistant-alexa/secrets", '{"bridge_token": "secret-token", "stream_signing_key": "k"}'


@pytest.fixture
def ssm(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "local")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws(), deadline.spending(60):  # moto loads for seconds
        yield boto3.client("ssm")


def test_the_secret_comes_decrypted(ssm):
    """What `aws ssm put-parameter --type SecureString` stored is what the skill reads."""
    ssm.put_parameter(Name=NAME, Value=VALUE, Type="SecureString")
    assert fetch_secret(NAME) == VALUE


def test_a_missing_secret_names_the_command_that_makes_it(ssm):
    """Before the parameter exists, the error says its name, AWS's reason and the remedy."""
    with pytest.raises(ConfigurationError, match=r"/music-assistant-alexa/secrets .*ParameterNotFound.*put-parameter"):
        fetch_secret(NAME)


def test_ssm_out_of_reach_is_an_error_of_its_own(ssm):
    """A time-out is no missing parameter."""

    def silent(**_):
        raise ReadTimeoutError(endpoint_url="https://ssm.eu-west-1.amazonaws.com")

    ssm.meta.events.register_first("before-send.ssm.*", silent)
    with pytest.raises(ConfigurationError, match="SSM cannot be reached: ReadTimeoutError"):
        fetch_secret(NAME, client=ssm)


def test_ssm_that_hangs_is_left_at_the_deadline(ssm):
    """The secret spends of the request's time as everything else does."""
    hangs = threading.Event()
    ssm.meta.events.register_first("before-send.ssm.*", lambda **_: hangs.wait(20) and None)
    with deadline.spending(0.2), pytest.raises(ConfigurationError, match="SSM cannot be reached: TimeoutError"):
        fetch_secret(NAME, client=ssm)
    hangs.set()

"""What Amazon's API answers with HTTP 200 and is not what it promises: a portal's page, half of an answer."""

import json

import pytest
import requests
from requests.adapters import BaseAdapter

from music_catalog.errors import SmapiError
from music_catalog.models import Kind
from music_catalog.smapi import LwaCredentials, Smapi

LOGIN = {"access_token": "a", "expires_in": 3600}


class Wire(BaseAdapter):
    """Gives the login one body and every other call another."""

    def __init__(self, login, other):
        super().__init__()
        self.login, self.other = login, other

    def send(self, request, **_):
        response = requests.Response()
        body = self.login if request.url.endswith("/auth/o2/token") else self.other
        response.status_code, response._content = 200, body.encode()
        return response

    def close(self):
        pass


@pytest.fixture
def client():
    def made(login, other):
        smapi = Smapi(LwaCredentials("id", "secret", "refresh"))
        smapi._session.mount("https://", Wire(login, other))
        return smapi

    return made


CALLS = {
    "vendors": lambda smapi: smapi.vendor_ids(),
    "catalogues": lambda smapi: smapi.catalogs_of("amzn1.ask.skill.1"),
    "a new catalogue": lambda smapi: smapi.create_catalog(Kind.TRACK, "M1"),
    "an upload": lambda smapi: smapi.create_upload("c", 1),
    "its state": lambda smapi: smapi.upload_status("c", "u"),
    "the manifest": lambda smapi: smapi.manifest("amzn1.ask.skill.1"),
    "its state, too": lambda smapi: smapi.manifest_state("amzn1.ask.skill.1"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("body", ["<html>Welcome to our guest network</html>", "", "[1]", "null", '"text"'])
def test_an_answer_that_cannot_be_read(client, call, body):
    """It is an error that names the remedy, whichever call it answers."""
    with pytest.raises(SmapiError, match="proxy or a portal"):
        call(client(json.dumps(LOGIN), body))


@pytest.mark.parametrize("body", ["<html></html>", "{}", '{"access_token": "a", "expires_in": "soon"}', "[]"])
def test_a_login_that_cannot_be_read(client, body):
    """A page in place of a token, or an answer without one, is such an error, too."""
    with pytest.raises(SmapiError, match="proxy or a portal"):
        client(body, "{}").vendor_ids()

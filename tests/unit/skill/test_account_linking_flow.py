"""Account linking in the whole app: music plays with a token, and nothing else comes in by HTTP."""

import json
from dataclasses import replace

import pytest

from music_assistant_alexa import app as app_module
from music_assistant_alexa.account_linking.grants import ACCESS_S
from music_assistant_alexa.app import build_app
from music_assistant_alexa.errors import UnknownDialectError
from music_assistant_alexa.settings import Credentials
from simulator import envelopes
from simulator.account_linking import HOST, VENDOR_ID, Linker, http_event
from simulator.memory_linking import MemoryLinkingStore

INVALID = ("Alexa", "3.0", "INVALID_AUTHORIZATION_CREDENTIAL")
EXPIRED = ("Alexa", "3.0", "EXPIRED_AUTHORIZATION_CREDENTIAL")
ATTRIBUTES = [{"type": "MEDIA_TYPE", "value": "TRACK"}]
SEARCH = "Alexa.Media.Search.GetPlayableContent"


@pytest.fixture
def linking_store(clock):
    return MemoryLinkingStore(clock)


@pytest.fixture
def linked_app(settings, linking, home, queues, store, music_store, auto_sessions, linking_store, clock, monkeypatch):
    """Build the whole app with account linking on."""
    monkeypatch.setattr(app_module, "HomeHttp", lambda *_: None)
    return build_app(
        replace(settings, linking_vendor_id=VENDOR_ID),
        music=home,
        players=home,
        queues=queues,
        store=store,
        music_store=music_store,
        auto_sessions=auto_sessions,
        linking_store=linking_store,
        credentials=Credentials("/secrets", lambda _name: json.dumps(linking.secret)),
        now=clock,
    )


@pytest.fixture
def alexa(linked_app):
    return Linker(linked_app.answer)


def directive(key, token=None, **payload):
    """Return a directive with an access token, or with none."""
    namespace, _, name = key.rpartition(".")
    header = {"namespace": namespace, "name": name, "messageId": "message-1", "payloadVersion": "1.0"}
    user = {"id": "amzn1.ask.account.USER"} | ({"accessToken": token} if token is not None else {})
    return {"header": header, "payload": {"requestContext": {"user": user}, **payload}}


def search(app, token=None):
    """Ask for music; return the error, or the contentId."""
    criteria = {"filters": {"explicitLanguageAllowed": True}, "selectionCriteria": {"attributes": ATTRIBUTES}}
    answer = app.answer(directive(SEARCH, token, **criteria))
    if answer["header"]["name"] == "ErrorResponse":
        return answer["header"]["namespace"], answer["header"]["payloadVersion"], answer["payload"]["type"]
    return answer["payload"]["content"]["id"]


def test_an_account_is_linked_and_plays_until_it_is_not(linked_app, alexa, clock):
    """Page, passphrase, redirect, tokens, music; an hour later EXPIRED; refreshed, music again."""
    assert search(linked_app) == INVALID
    page = alexa.open_page()
    assert page["statusCode"] == 200
    refused = alexa.enter(page, "not the passphrase")
    assert refused["statusCode"] == 403
    code = alexa.code_in(alexa.enter(refused), refused)
    first = alexa.tokens(code)
    assert search(linked_app, first["access_token"]) == "ma:library"
    clock.now += first["expires_in"]
    assert search(linked_app, first["access_token"]) == EXPIRED
    second = alexa.refreshed(first["refresh_token"])
    assert search(linked_app, second["access_token"]) == "ma:library"
    assert search(linked_app, first["access_token"]) == EXPIRED


@pytest.mark.parametrize("token", ["", "x", "e72e16c7e42f292c6912e7710c83EXAMPLE", "access.k1.AAAA." + "A" * 43])
@pytest.mark.parametrize(
    "key",
    [SEARCH, "Alexa.Media.Playback.Initiate", "Alexa.Audio.PlayQueue.GetNextItem", "Alexa.Media.PlayQueue.GetView"],
)
def test_every_directive_needs_a_good_token(linked_app, home, queues, key, token):
    """Missing or false: refused before anything is read or asked at home."""
    for given in (None, token):
        answer = linked_app.answer(directive(key, given))
        assert answer["payload"]["type"] == "INVALID_AUTHORIZATION_CREDENTIAL"
    assert (home.calls, queues.names) == ([], [])


@pytest.mark.parametrize("token", [7, [], {}, True], ids=repr)
def test_a_token_that_is_no_text_is_a_false_one(linked_app, token):
    """Whatever JSON can hold."""
    assert search(linked_app, token) == INVALID


def test_a_refresh_token_and_a_code_play_nothing(linked_app, alexa):
    """Only an access token does."""
    code = alexa.code()
    pair = alexa.tokens(code)
    assert search(linked_app, code) == INVALID
    assert search(linked_app, pair["refresh_token"]) == INVALID


def test_a_revoked_link_plays_for_an_hour_at_most(linked_app, alexa, clock):
    """Its access token is not looked up, and so ends by itself; it is renewed no more."""
    code = alexa.code()
    pair = alexa.tokens(code)
    alexa.ask(grant_type="authorization_code", code=code, redirect_uri=alexa.redirect_uri)
    clock.now += ACCESS_S
    assert search(linked_app, pair["access_token"]) == EXPIRED
    refused = alexa.ask(grant_type="refresh_token", refresh_token=pair["refresh_token"])
    assert json.loads(refused["body"]) == {"error": "invalid_grant"}


def test_the_custom_skill_needs_no_linked_account(linked_app, skill):
    """Its own application id is enough there: only the music skill is asked for tokens."""
    assert linked_app.answer(skill.envelope("LaunchRequest"))["response"]


# Off, as it comes


@pytest.mark.parametrize("token", [None, "e72e16c7e42f292c6912e7710c83EXAMPLE"])
def test_without_account_linking_any_token_will_do(skill, token):
    """One household, one skill id: a missing token is accepted, and one that Alexa sends is not looked at."""
    assert search(skill.app, token) == "ma:library"


@pytest.mark.parametrize("path", ["/authorize", "/token", "/"])
def test_without_account_linking_nothing_answers_http(skill, path):
    """There is no URL then; were there one, the event would be an error."""
    with pytest.raises(UnknownDialectError):
        skill.app.answer(http_event("POST", path, body="x"))


# By HTTP nothing else is reached


def disguises(skill):
    """Yield HTTP events that look like every other dialect's as well."""
    launch = skill.envelope("LaunchRequest")
    event = {"request": {"type": "AlexaAudioPlayQueueEvent.ItemPlaybackStarted"}, "context": launch["context"]}
    message = {"header": {"messageDescription": {"topic": "LocalMediaSource", "action": "Play"}}, "payload": {}}
    yield from (
        launch,
        event,
        directive(SEARCH),
        message,
        {"vehicleId": "car-1", "message": message},
        {"directive": {"header": {"namespace": "Alexa.Discovery"}}},
    )


@pytest.mark.parametrize("path", ["/", "/authorize", "/token", "/unknown"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_http_request_reaches_no_other_dialect(linked_app, skill, home, queues, store, method, path):
    """Whatever stands beside `requestContext.http` or in the body, the answer is HTTP's and home hears nothing."""
    for shape in disguises(skill):
        body = json.dumps(shape)
        headers = {"content-type": "application/json"}
        plain = http_event(method, path, headers=headers, body=body)
        for event in (plain, {**shape, **plain}, {**plain, **shape}):
            answer = linked_app.answer(event)
            assert answer.keys() >= {"statusCode", "headers", "body"}
            assert 400 <= answer["statusCode"] < 500
    assert (home.calls, queues.names, store.writes) == ([], [], [])


def test_a_body_is_never_read_as_an_event(linked_app, skill):
    """The body of a request to our own host, in the form of a launch, launches nothing."""
    body = json.dumps(skill.envelope("LaunchRequest")).encode()
    answer = linked_app.answer(http_event("POST", "/authorize", headers={"host": HOST}, body=body))
    assert "outputSpeech" not in answer["body"]
    assert envelopes.APPLICATION_ID not in answer["body"]

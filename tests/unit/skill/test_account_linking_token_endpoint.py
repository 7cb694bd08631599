"""/token: what Alexa's server is given, and every way in which it is refused."""

import base64
import json
from dataclasses import replace
from urllib.parse import quote_plus, urlencode

import pytest

from music_assistant_alexa.account_linking.grants import ACCESS_S, CODE_S, REFRESH_S
from music_assistant_alexa.errors import ExpiredAuthorizationError
from simulator.account_linking import CLIENT_ID, CLIENT_SECRET, VENDOR_ID, http_event

FORM = "application/x-www-form-urlencoded"
VERIFIER = "verifier-of-the-tests_0123456789.~abcdefghij"
OTHER = f"https://pitangui.amazon.com/api/skill/link/{VENDOR_ID}"


@pytest.fixture
def alexa(linking):
    return linking.alexa


def told(answer):
    """Return status and OAuth's word of a refusal, in the form RFC 6749, 5.2 asks for."""
    assert answer["headers"]["content-type"] == "application/json"
    assert answer["headers"]["cache-control"] == "no-store"
    body = json.loads(answer["body"])
    assert set(body) == {"error"}
    return answer["statusCode"], body["error"]


def exchange(alexa, code, **changed):
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": alexa.redirect_uri, **changed}
    return alexa.ask(**{name: value for name, value in fields.items() if value is not None})


# What is given


@pytest.mark.parametrize("basic", [True, False], ids=["HTTP Basic", "in the body"])
@pytest.mark.parametrize("verifier", ["", VERIFIER], ids=["without PKCE", "with PKCE"])
def test_a_code_is_worth_tokens(linking, basic, verifier):
    """However the console is set: the client by header or in the body, PKCE on or off."""
    alexa = replace(linking.alexa, basic=basic, verifier=verifier, cookies={})
    pair = alexa.tokens(alexa.code())
    assert pair["expires_in"] == ACCESS_S == 3600
    linking.grants.authorize(pair["access_token"])
    linking.grants.authorize(alexa.refreshed(pair["refresh_token"])["access_token"])


def test_a_refresh_token_rotates(linking, alexa):
    """Each time another one comes back, and the new ones go on working."""
    pair = alexa.tokens(alexa.code())
    seen = {pair["refresh_token"]}
    for _ in range(5):
        linking.clock.now += ACCESS_S
        pair = alexa.refreshed(pair["refresh_token"])
        linking.grants.authorize(pair["access_token"])
        seen.add(pair["refresh_token"])
    assert len(seen) == 6


def test_an_answer_that_was_lost_can_be_asked_for_again(linking, alexa):
    """The refresh token before is good until its successor has been used."""
    first = alexa.tokens(alexa.code())
    alexa.refreshed(first["refresh_token"])  # lost
    linking.clock.now += 3600
    again = alexa.refreshed(first["refresh_token"])
    linking.grants.authorize(alexa.refreshed(again["refresh_token"])["access_token"])


def test_an_access_token_is_short_lived(linking, alexa):
    """After an hour it is too old, which is another thing than false."""
    token = alexa.tokens(alexa.code())["access_token"]
    linking.clock.now += ACCESS_S - 1
    linking.grants.authorize(token)
    linking.clock.now += 1
    with pytest.raises(ExpiredAuthorizationError):
        linking.grants.authorize(token)


def test_a_link_that_is_used_does_not_end(linking, alexa):
    """Renewed once a year, for years."""
    pair = alexa.tokens(alexa.code())
    for _ in range(5):
        linking.clock.now += 366 * 24 * 3600
        pair = alexa.refreshed(pair["refresh_token"])


# Who asks


def basic(text, scheme="Basic"):
    return f"{scheme} {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("authorization", "body"),
    [
        (None, {}),
        (None, {"client_id": CLIENT_ID}),
        (None, {"client_id": CLIENT_ID, "client_secret": ""}),
        (None, {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET + "x"}),
        (None, {"client_id": "another", "client_secret": CLIENT_SECRET}),
        (None, {"client_id": CLIENT_ID, "client_secret": "é\x00"}),
        (basic(f"{CLIENT_ID}:wrong"), {}),
        (basic(f"another:{CLIENT_SECRET}"), {}),
        (basic(f"{CLIENT_ID}:{CLIENT_SECRET}"), {"client_secret": CLIENT_SECRET}),
        (basic(f"{CLIENT_ID}:{CLIENT_SECRET}"), {"client_id": "another"}),
        (basic(f"{CLIENT_ID}:{CLIENT_SECRET}", "Bearer"), {}),
        (basic(CLIENT_ID + CLIENT_SECRET), {}),
        (basic(":"), {}),
        *((text, {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}) for text in ("", "Basic", "Basic !", "é")),
        ("Basic " + base64.b64encode(b"\xff:\xff").decode(), {}),
        ("Basic " + "A" * 10_000, {}),
    ],
)
def test_who_does_not_say_who_it_is_gets_nothing(linking, alexa, authorization, body):
    """401 with the way to say it; nothing is asked of the table, and the code is still good."""
    code = alexa.code()
    calls = linking.store.calls
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": alexa.redirect_uri, **body}
    headers = {"content-type": FORM} | ({} if authorization is None else {"authorization": authorization})
    answer = linking.web.answer(http_event("POST", "/token", headers=headers, body=urlencode(fields).encode()))
    assert told(answer) == (401, "invalid_client")
    assert answer["headers"]["www-authenticate"].startswith("Basic ")
    assert linking.store.calls == calls
    assert alexa.tokens(code)


def test_a_secret_may_be_quoted_in_basic(linking, alexa):
    """RFC 6749, 2.3.1: both halves are form-encoded before they are joined."""
    linking.secret["linking_client_secret"] = secret = "ä:%+ secret that is long enough to be taken"
    linking.web, _ = linking.sandbox()
    fields = {"grant_type": "refresh_token", "refresh_token": "x"}
    headers = {"content-type": FORM, "authorization": basic(f"{quote_plus(CLIENT_ID)}:{quote_plus(secret)}")}
    answer = linking.web.answer(http_event("POST", "/token", headers=headers, body=urlencode(fields).encode()))
    assert told(answer) == (400, "invalid_grant")


# What is asked


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        *(
            ({"grant_type": kind}, "unsupported_grant_type")
            for kind in ("password", "client_credentials", "implicit", "Refresh_Token", "x" * 1000)
        ),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": ""}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_request"),
        ({"grant_type": "authorization_code", "redirect_uri": "x"}, "invalid_request"),
        ({"grant_type": "authorization_code", "redirect_uri": "x", "code": "x"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
    ],
    ids=repr,
)
def test_a_wrong_question_gets_oauths_word(linking, alexa, fields, error):
    """400, as RFC 6749, 5.2 has it; nothing is asked of the table."""
    assert told(alexa.ask(**fields)) == (400, error)
    assert linking.store.calls == 0


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        *((kind, b"a=b", 415) for kind in ("application/json", "", "text/plain", "multipart/form-data")),
        (FORM, b"grant_type=a&grant_type=b", 400),
        (FORM, b"grant_type=%ff", 400),
        (FORM, b"a=" + b"x" * 20_000, 413),
    ],
)
def test_a_body_of_another_shape_is_refused(linking, kind, body, status):
    """Only a form, of bounded size, each field once."""
    answer = linking.web.answer(http_event("POST", "/token", headers={"content-type": kind}, body=body))
    assert answer["statusCode"] == status


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "OPTIONS"])
def test_tokens_are_posted_for(linking, method):
    """A token in a URL would stand in logs and histories."""
    answer = linking.web.answer(http_event(method, "/token", query="grant_type=refresh_token"))
    assert (answer["statusCode"], answer["headers"]["allow"]) == (405, "POST")


# Codes


def test_a_code_lives_a_minute(linking, alexa):
    """Alexa's server comes at once."""
    code = alexa.code()
    linking.clock.now += CODE_S
    assert told(exchange(alexa, code)) == (400, "invalid_grant")


def test_a_code_is_good_once_and_ends_what_it_began(linking, alexa):
    """A second use means that someone else has it: the tokens of the first are renewed no more (RFC 6749, 4.1.2)."""
    code = alexa.code()
    pair = alexa.tokens(code)
    for _ in range(2):
        assert told(exchange(alexa, code)) == (400, "invalid_grant")
    assert told(alexa.ask(grant_type="refresh_token", refresh_token=pair["refresh_token"])) == (400, "invalid_grant")


def test_a_code_is_good_once_in_all_sandboxes(linking, alexa):
    """The table remembers it, not the sandbox."""
    code = alexa.code()
    alexa.tokens(code)
    other, _ = linking.sandbox()
    assert told(exchange(replace(alexa, answer=other.answer), code)) == (400, "invalid_grant")


@pytest.mark.parametrize("redirect_uri", [OTHER, "https://evil.example", "x"])
def test_a_code_is_good_for_its_own_redirect(alexa, redirect_uri):
    """RFC 6749, 4.1.3: the redirect URI is the one of the question; a wrong try does not use the code up."""
    code = alexa.code()
    assert told(exchange(alexa, code, redirect_uri=redirect_uri)) == (400, "invalid_grant")
    assert alexa.tokens(code)


@pytest.mark.parametrize(
    ("asked", "sent", "error"),
    [
        (VERIFIER, None, "invalid_grant"),
        (VERIFIER, VERIFIER[::-1], "invalid_grant"),
        ("", VERIFIER, "invalid_grant"),
        *((VERIFIER, text, "invalid_request") for text in ("", "x" * 42, "x" * 129, "é" * 43, VERIFIER + " ")),
    ],
    ids=["missing", "wrong", "not asked for", "empty", "short", "long", "no ASCII", "space"],
)
def test_a_verifier_must_be_the_one_that_was_asked_for(linking, asked, sent, error):
    """With PKCE the code alone is worth nothing; without it, none may be added (RFC 9700, 2.1.1)."""
    alexa = replace(linking.alexa, verifier=asked, cookies={})
    code = alexa.code()
    assert told(exchange(alexa, code, code_verifier=sent)) == (400, error)


def test_no_token_passes_for_another(linking, alexa):
    """A code is no refresh token, an access token no code, and so on."""
    code = alexa.code()
    pair = alexa.tokens(code)
    for token in (code, pair["access_token"]):
        assert told(alexa.ask(grant_type="refresh_token", refresh_token=token)) == (400, "invalid_grant")
    for token in (pair["access_token"], pair["refresh_token"]):
        assert told(exchange(alexa, token)) == (400, "invalid_grant")
    linking.grants.authorize(alexa.refreshed(pair["refresh_token"])["access_token"])


# Refresh tokens


def test_a_refresh_token_that_was_replaced_ends_the_link(linking, alexa, counted):
    """Older than the last but one: someone kept it. Neither it nor the newest is good any more."""
    first = alexa.tokens(alexa.code())["refresh_token"]
    second = alexa.refreshed(first)["refresh_token"]
    third = alexa.refreshed(second)["refresh_token"]
    for token in (first, second, third):
        assert told(alexa.ask(grant_type="refresh_token", refresh_token=token)) == (400, "invalid_grant")
    assert "LinkingRevoked" in counted


def test_one_link_that_ends_leaves_the_others(linking, alexa):
    """Two accounts of a household are two grants."""
    mine, yours = alexa.code(), alexa.code()
    kept = alexa.tokens(mine)
    alexa.tokens(yours)
    exchange(alexa, yours)
    assert alexa.refreshed(kept["refresh_token"])


def test_a_refresh_token_that_nobody_used_ends(linking, alexa):
    """After four hundred days without a request the account is linked no more."""
    token = alexa.tokens(alexa.code())["refresh_token"]
    linking.clock.now += REFRESH_S
    assert told(alexa.ask(grant_type="refresh_token", refresh_token=token)) == (400, "invalid_grant")


def test_a_new_key_id_ends_every_link(linking, alexa):
    """One changed field of the secret, and every account must be linked again."""
    tokens = [alexa.tokens(alexa.code())["refresh_token"] for _ in range(3)]
    linking.secret["linking_key_id"] = "k2"
    linking.clock.now += 60
    for token in tokens:
        assert told(alexa.ask(grant_type="refresh_token", refresh_token=token)) == (400, "invalid_grant")
    assert alexa.tokens(alexa.code())


def test_without_the_table_there_are_no_tokens(linking, alexa):
    """503, so that Alexa asks again; nothing is used up by it."""
    code = alexa.code()
    linking.store.away = True
    assert exchange(alexa, code)["statusCode"] == 503
    linking.store.away = False
    token = alexa.tokens(code)["refresh_token"]
    linking.store.away = True
    assert alexa.ask(grant_type="refresh_token", refresh_token=token)["statusCode"] == 503
    linking.store.away = False
    assert alexa.refreshed(token)

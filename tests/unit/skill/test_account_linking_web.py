"""The function's own URL: what of HTTP reaches a handler, and what is answered before."""

import json

import pytest

from music_assistant_alexa.errors import ConfigurationError, HomeUnreachableError, PlaybackStoreError
from music_assistant_alexa.web import BODY_LIMIT, QUERY_LIMIT, RequestError, Route, Web, WebResponse, fields_of
from simulator.account_linking import HOST, http_event

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def seen():
    return []


@pytest.fixture
def web(seen):
    """One path of two methods; what its handler is given is collected."""

    def handler(request):
        seen.append(request)
        return WebResponse(200, "ok")

    return Web({"/a": Route({"GET": handler, "POST": handler})})


def failing(error):
    def handler(_request):
        raise error

    return Web({"/a": Route({"GET": handler})})


def test_a_request_is_read_whole(web, seen):
    """Method, path, host, query, headers in small letters, cookies, body and source."""
    event = http_event("POST", "/a", query="x=1&y=%20", headers={"X-Two": "2"}, cookies=["a=b=c", "d=e"], body="é")
    assert web.answer(event)["statusCode"] == 200
    (request,) = seen
    assert (request.method, request.path, request.host, request.query) == ("POST", "/a", HOST, "x=1&y=%20")
    assert request.headers["x-two"] == "2"
    assert request.cookies == {"a": "b=c", "d": "e"}
    assert (request.body, request.source) == ("é".encode(), "203.0.113.7")


def test_a_body_in_base64_is_the_same(web, seen):
    """Lambda encodes what is not JSON or text."""
    web.answer(http_event("POST", "/a", headers=FORM, body=b"x=%C3%A9&y="))
    assert seen[0].form() == {"x": "é", "y": ""}


def test_the_source_is_the_one_aws_saw(web, seen):
    """No header changes who is counted."""
    web.answer(http_event("GET", "/a", headers={"x-forwarded-for": "198.51.100.1", "forwarded": "for=x"}))
    assert seen[0].source == "203.0.113.7"


@pytest.mark.parametrize("path", ["", "/", "/A", "/a/", "/a/b", "//a", "/b", "/%61", "/../a", "/authorize", "/token"])
def test_an_unknown_path_is_404(web, seen, path):
    """Only what is in the table, letter by letter."""
    assert web.answer(http_event("GET", path))["statusCode"] == 404
    assert seen == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "get", ""])
def test_another_method_is_405(web, seen, method):
    """The answer names those there are (RFC 9110, 15.5.6)."""
    answer = web.answer(http_event(method, "/a"))
    assert (answer["statusCode"], answer["headers"]["allow"]) == (405, "GET, POST")
    assert seen == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("x" * BODY_LIMIT, 200),
        (b"x" * BODY_LIMIT, 200),
        ("x" * (BODY_LIMIT + 1), 413),
        (b"x" * (BODY_LIMIT + 1), 413),
        ("é" * (BODY_LIMIT // 2 + 1), 413),
        ("x" * 6_000_000, 413),
        (b"x" * 4_000_000, 413),
    ],
    ids=["limit", "limit, base64", "over", "over, base64", "over in bytes", "Lambda's limit", "Lambda's, base64"],
)
def test_a_body_is_bounded(web, body, status):
    """What is too large is not decoded."""
    assert web.answer(http_event("POST", "/a", body=body))["statusCode"] == status


def test_a_route_may_have_a_limit_of_its_own(seen):
    """Of its path alone; what is found nowhere keeps the common one."""
    web = Web({"/a": Route({"POST": lambda request: seen.append(request) or WebResponse(200)}, body_limit=10)})
    statuses = [
        web.answer(http_event("POST", "/a", body=body))["statusCode"] for body in ("x" * 10, "x" * 11, b"x" * 11)
    ]
    assert statuses == [200, 413, 413]
    assert web.answer(http_event("POST", "/b", body="x" * 11))["statusCode"] == 404
    assert len(seen) == 1


@pytest.mark.parametrize("text", ["not base64!", "é", "QQ", "QQ=\n="])
def test_a_body_that_cannot_be_decoded_is_400(web, seen, text):
    """Said to be base64, and is not."""
    assert web.answer({**http_event("POST", "/a", body=text), "isBase64Encoded": True})["statusCode"] == 400
    assert seen == []


def test_a_query_is_bounded(web):
    """What is too long is not parsed."""
    assert web.answer(http_event("GET", "/a", query="x" * QUERY_LIMIT))["statusCode"] == 200
    assert web.answer(http_event("GET", "/a", query="x" * (QUERY_LIMIT + 1)))["statusCode"] == 414


@pytest.mark.parametrize(
    "kind", [None, "", "application/json", "multipart/form-data", "text/plain", "x-www-form-urlencoded"]
)
def test_a_form_must_say_that_it_is_one(web, seen, kind):
    """Any other content type is 415."""
    web.answer(http_event("POST", "/a", headers={"content-type": kind} if kind is not None else {}, body="a=b"))
    with pytest.raises(RequestError) as caught:
        seen[0].form()
    assert caught.value.response.status == 415


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded; charset=UTF-8", "Application/X-WWW-Form-Urlencoded"]
)
def test_a_form_may_name_its_charset(web, seen, kind):
    """Parameters and case of a media type do not matter."""
    web.answer(http_event("POST", "/a", headers={"Content-Type": kind}, body="a=b"))
    assert seen[0].form() == {"a": "b"}


@pytest.mark.parametrize(
    "text", ["a=1&a=2", "a=1&b=2&a=1", "&".join(f"f{n}=1" for n in range(30)), "a=%ff", "%C3=1", "a=%ED%A0%80"]
)
def test_fields_stand_there_once_and_can_be_read(text):
    """Twice the same field, too many, or bytes that are no text: 400."""
    with pytest.raises(RequestError) as caught:
        fields_of(text)
    assert caught.value.response.status == 400


@pytest.mark.parametrize(
    "event",
    [
        {"requestContext": {"http": None}},
        {"requestContext": {"http": []}},
        {"requestContext": {"http": "GET /a"}},
        {"requestContext": {"http": {}}},
        {"requestContext": {"http": {"method": 7, "sourceIp": []}}, "rawPath": 7},
        {**http_event("GET", "/a"), "headers": None, "cookies": "a=b", "body": 7, "rawQueryString": None},
        {**http_event("GET", "/a"), "headers": {"x": 7}, "cookies": [7, None, "a"], "rawQueryString": []},
    ],
    ids=range(7),
)
def test_an_odd_envelope_is_answered(web, event):
    """Whatever stands in the envelope, an HTTP answer comes back."""
    assert web.speaks(event)
    assert web.answer(event)["statusCode"] in {200, 400, 404}


@pytest.mark.parametrize(
    "event",
    [{}, {"requestContext": None}, {"requestContext": {}}, {"requestContext": ["http"]}, {"rawPath": "/a"}],
    ids=range(5),
)
def test_what_did_not_come_by_http_is_not_ours(web, event):
    """The shape alone decides."""
    assert not web.speaks(event)


@pytest.mark.parametrize("path", ["/a", "/unknown"])
def test_every_answer_stays_out_of_caches_and_frames(web, path):
    """Also those that are none of a handler's."""
    headers = web.answer(http_event("GET", path))["headers"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize(
    ("error", "status"),
    [(PlaybackStoreError("away"), 503), (HomeUnreachableError("away"), 503), (ConfigurationError("SECRET_NAME"), 500)],
)
def test_what_cannot_be_answered_is_said_without_its_cause(error, status, logs):
    """The log has the cause, whoever asked has a sentence."""
    answer = failing(error).answer(http_event("GET", "/a"))
    assert answer["statusCode"] == status
    assert str(error) not in answer["body"]
    assert str(error) in logs.text


def test_an_error_nobody_expected_counts_as_one():
    """It is raised, so that Lambda answers 502 and the error alarm sees it."""
    with pytest.raises(ZeroDivisionError):
        failing(ZeroDivisionError()).answer(http_event("GET", "/a"))


def test_a_request_does_not_print(web, seen):
    """Nothing of query, headers, cookies, body or source can reach a log by accident."""
    web.answer(http_event("POST", "/a", query="s1", headers={"x": "s2"}, cookies=["s3=s4"], body="s5", source="s6"))
    assert not [secret for secret in ("s1", "s2", "s3", "s4", "s5", "s6") if secret in repr(seen[0])]


def test_an_answer_in_json_is_compact(web):
    """Bytes, not spaces; and what is not text comes as it is."""
    response = WebResponse.json(201, {"a": "é", "b": 1})
    assert (response.status, json.loads(response.body)) == (201, {"a": "é", "b": 1})
    assert " " not in response.body

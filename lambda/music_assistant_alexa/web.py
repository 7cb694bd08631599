"""The function's own URL: what comes from a browser or a server, not from Alexa. The only reader of its envelope.

The envelope is Lambda's payload format 2.0. Whatever comes in it is answered by a route, and reaches no dialect that
the route was not given. Routes are a table, path and method, so that another room can add its own.
"""

import base64
import binascii
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from music_assistant_alexa import telemetry
from music_assistant_alexa.errors import ConfigurationError, SkillError

__all__ = ["RequestError", "Route", "Routes", "Web", "WebRequest", "WebResponse", "fields_of"]

BODY_LIMIT = 16_384
"""Bytes of a body at most, where a route does not say otherwise."""

QUERY_LIMIT = 4_096
"""Characters of a query at most."""

FIELD_LIMIT = 20

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

_ALWAYS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "referrer-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WebRequest:
    """One HTTP request. Nothing of it but method and path is ever printed."""

    method: str
    path: str
    host: str = field(default="", repr=False)
    query: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By name in small letters."""

    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    source: str = field(default="", repr=False)
    """Address of the caller, as AWS saw it; no header can change it."""

    def form(self) -> dict[str, str]:
        """Return the fields of a posted form. Raises RequestError: 415, 400."""
        self._must_be(FORM)
        return fields_of(self.body.decode(errors="replace"))

    def json(self) -> dict[str, Any]:
        """Return the object that was posted. Raises RequestError: 415, 400."""
        self._must_be(JSON)
        try:
            value = json.loads(self.body.decode())
        except (ValueError, RecursionError) as error:
            raise RequestError(400, "the body cannot be read as JSON") from error
        if not isinstance(value, dict):
            raise RequestError(400, "the body is no JSON object")
        return value

    def _must_be(self, kind: str) -> None:
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != kind:
            raise RequestError(415, f"the body must be {kind}")


@dataclass(frozen=True, slots=True)
class WebResponse:
    """What is answered; headers that keep it out of frames and caches are added to every one."""

    status: int
    body: str = field(default="", repr=False)
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookies: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def json(cls, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> "WebResponse":
        """Return an answer in JSON."""
        return cls(status, json.dumps(body, separators=(",", ":")), "application/json", headers or {})


Handler = Callable[[WebRequest], WebResponse]


@dataclass(frozen=True, slots=True)
class Route:
    """What is found under one path."""

    handlers: Mapping[str, Handler]
    """By method."""

    body_limit: int = BODY_LIMIT


Routes = Mapping[str, Route]
"""By path."""


class RequestError(Exception):
    """A request that is answered with a status and a sentence, before any rule of a handler's own."""

    def __init__(self, status: int, cause: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(cause)
        self.response = WebResponse(status, cause + "\n", headers=headers or {})


def fields_of(text: str) -> dict[str, str]:
    """Return the fields of a query or a form, each of which stands there once (RFC 6749, 3.1). Raises RequestError."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=FIELD_LIMIT, errors="strict")
    except ValueError as error:
        raise RequestError(400, "the fields cannot be read") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise RequestError(400, "a field stands there twice")
    return fields


class Web:
    """The dialect of browsers and servers."""

    def __init__(self, routes: Routes) -> None:
        self._routes = routes

    @staticmethod
    def speaks(event: Mapping[str, Any]) -> bool:
        """Tell whether an event came by HTTP; whatever else it looks like, it is nobody else's then."""
        context = event.get("requestContext")
        return isinstance(context, Mapping) and "http" in context

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the route's handler, or with what is wrong with the request."""
        try:
            route = self._routes.get(_text(event.get("rawPath")))
            request = _read(event, route.body_limit if route else BODY_LIMIT)
            return _written(self._answer(request, route))
        except RequestError as error:
            telemetry.count("WebRefused")
            return _written(error.response)

    @staticmethod
    def _answer(request: WebRequest, route: Route | None) -> WebResponse:
        handler = _handler(request, route)
        try:
            return handler(request)
        except (ConfigurationError, SkillError) as error:
            _log.warning("%s %s: %s: %s", request.method, request.path, type(error).__name__, error)
            telemetry.count("WebUnavailable")
            if isinstance(error, ConfigurationError):
                return WebResponse(500, "This is not set up completely. The function's log says what is missing.\n")
            return WebResponse(503, "This cannot be answered now. Try again in a minute.\n")


def _handler(request: WebRequest, route: Route | None) -> Handler:
    if route is None:
        raise RequestError(404, "nothing is here")
    if request.method not in route.handlers:
        raise RequestError(405, "not with this method", {"allow": ", ".join(route.handlers)})
    return route.handlers[request.method]


def _read(event: Mapping[str, Any], body_limit: int) -> WebRequest:
    http = event["requestContext"]["http"]
    if not isinstance(http, Mapping):
        raise RequestError(400, "this is no HTTP request")
    return WebRequest(
        method=_text(http.get("method")),
        path=_text(event.get("rawPath")),
        host=_text(event["requestContext"].get("domainName")),
        query=_query(event),
        headers=_headers(event.get("headers")),
        cookies=_cookies(event.get("cookies")),
        body=_body(event, body_limit),
        source=_text(http.get("sourceIp")),
    )


def _query(event: Mapping[str, Any]) -> str:
    query = _text(event.get("rawQueryString"))
    if len(query) > QUERY_LIMIT:
        raise RequestError(414, f"the query has over {QUERY_LIMIT} characters")
    return query


def _body(event: Mapping[str, Any], limit: int) -> bytes:
    """Return the body; measured before it is decoded, since base64 only makes it longer."""
    text = _text(event.get("body"))
    encoded = event.get("isBase64Encoded") is True
    if len(text) > limit * (4 / 3 if encoded else 1) + 4:
        raise RequestError(413, f"the body has over {limit} bytes")
    try:
        body = base64.b64decode(text, validate=True) if encoded else text.encode()
    except (binascii.Error, ValueError) as error:
        raise RequestError(400, "the body cannot be read") from error
    if len(body) > limit:
        raise RequestError(413, f"the body has over {limit} bytes")
    return body


def _headers(headers: object) -> dict[str, str]:
    given = headers if isinstance(headers, Mapping) else {}
    return {str(name).lower(): _text(value) for name, value in given.items()}


def _cookies(cookies: object) -> dict[str, str]:
    texts = [text for text in cookies if isinstance(text, str)] if isinstance(cookies, list) else []
    pairs = (text.partition("=") for text in texts)
    return {name.strip(): value for name, _, value in pairs}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _written(response: WebResponse) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "statusCode": response.status,
        "headers": {**_ALWAYS, "content-type": response.content_type, **response.headers},
        "body": response.body,
        "isBase64Encoded": False,
    }
    return answer | ({"cookies": list(response.cookies)} if response.cookies else {})

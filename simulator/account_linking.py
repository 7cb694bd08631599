"""Alexa's side of account linking: the app's browser, which knows the passphrase, and Alexa's server with its tokens.

Strict as a browser and Amazon are: cookies, Content-Security-Policy, redirects and token answers are held against what
they would take. The envelope is that of a Lambda function URL, payload format 2.0.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "HOST", "LINKING_SECRET", "PASSPHRASE", "VENDOR_ID", "Linker", "http_event"]

HOST = "abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws"
VENDOR_ID = "M2AAAAAAAAAAAA"
CLIENT_ID = "alexa"
CLIENT_SECRET = "client-secret-of-the-tests-000000000000"
PASSPHRASE = "märchen lantern ox canal"
_FORM = "application/x-www-form-urlencoded"
_SALT = b"salt of the test"

Answer = dict[str, Any]


def _cheap_hash() -> str:
    """Return the hash of the passphrase that the secret holds, made with so few rounds that tests stay quick."""
    digest = hashlib.scrypt(PASSPHRASE.encode(), salt=_SALT, n=2**10, r=8, p=1, dklen=32)
    salt, text = (base64.urlsafe_b64encode(raw).rstrip(b"=").decode() for raw in (_SALT, digest))
    return f"scrypt$10$8$1${salt}${text}"


LINKING_SECRET = {
    "linking_client_id": CLIENT_ID,
    "linking_client_secret": CLIENT_SECRET,
    "linking_passphrase_hash": _cheap_hash(),
    "linking_signing_key": "signing-key-of-the-tests-00000000000000",
    "linking_key_id": "k1",
}


def http_event(
    method: str,
    path: str,
    *,
    query: str = "",
    headers: Mapping[str, str] | None = None,
    cookies: list[str] | None = None,
    body: str | bytes | None = None,
    source: str = "203.0.113.7",
) -> dict[str, Any]:
    """Return the event Lambda makes of an HTTP request; a body in bytes comes in base64, as forms do."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": HOST, "x-forwarded-proto": "https", **(headers or {})},
        "requestContext": {
            "accountId": "anonymous",
            "domainName": HOST,
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": source, "userAgent": "Alexa"},
            "stage": "$default",
        },
        "isBase64Encoded": isinstance(body, bytes),
    }
    text = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    return event | ({"cookies": cookies} if cookies else {}) | ({"body": text} if text is not None else {})


class _Fields(HTMLParser):
    """Collects the inputs of a page, and everything that a page without script may not have."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if tag == "input":
            self.values[given.get("name") or ""] = given.get("value") or ""


@dataclass
class Linker:
    """One Amazon account that is being linked, against whatever answers HTTP events."""

    answer: Callable[[dict[str, Any]], Answer]
    source: str = "203.0.113.7"
    redirect_uri: str = f"https://layla.amazon.com/api/skill/link/{VENDOR_ID}"
    state: str = "A2SAAEAEBr9J+/=state"
    verifier: str = ""
    basic: bool = True
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        """What Alexa puts into the authorization URI."""
        fields = {"client_id": CLIENT_ID, "response_type": "code", "state": self.state, "scope": "music"}
        fields["redirect_uri"] = self.redirect_uri
        if self.verifier:
            digest = hashlib.sha256(self.verifier.encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            fields |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        return fields

    def open_page(self, **changed: str) -> Answer:
        """Open the authorization URI in the app's browser."""
        query = urlencode({name: value for name, value in {**self.query, **changed}.items() if value})
        return self._browse(
            http_event("GET", "/authorize", query=query, cookies=self._cookies_sent(), source=self.source)
        )

    def enter(self, page: Answer, passphrase: str = PASSPHRASE, /, **fields: str) -> Answer:
        """Enter a passphrase into the page and send it."""
        form = {**fields_of_page(page), "passphrase": passphrase, **fields}
        return self.post_form(urlencode(form).encode())

    def post_form(self, body: bytes, *, query: str | None = None, **headers: str) -> Answer:
        """Post a form from our own page."""
        query = urlencode(self.query) if query is None else query
        sent = {"content-type": _FORM, "origin": f"https://{HOST}", **headers}
        cookies = self._cookies_sent()
        event = http_event(
            "POST", "/authorize", query=query, headers=sent, cookies=cookies, body=body, source=self.source
        )
        return self._browse(event)

    def code(self, passphrase: str = PASSPHRASE) -> str:
        """Go the browser's whole way; return the code that reaches Amazon."""
        page = self.open_page()
        return self.code_in(self.enter(page, passphrase), page)

    def code_in(self, answer: Answer, page: Answer) -> str:
        """Return the code of a redirect that a browser would follow, to the URI Alexa named, with its state."""
        assert answer["statusCode"] == 303, answer
        location = answer["headers"]["location"]
        assert location.startswith(self.redirect_uri + "?"), location
        assert _may_be_followed(location, page), "form-action forbids the redirect"
        fields = parse_qs(urlsplit(location).query, strict_parsing=True)
        assert fields["state"] == [self.state]
        (code,) = fields["code"]
        return str(code)

    def tokens(self, code: str) -> dict[str, Any]:
        """Have Alexa's server exchange a code."""
        fields = {"code_verifier": self.verifier} if self.verifier else {}
        return self._pair(
            self.ask(grant_type="authorization_code", code=code, redirect_uri=self.redirect_uri, **fields)
        )

    def refreshed(self, refresh_token: str) -> dict[str, Any]:
        """Have Alexa's server renew its tokens."""
        return self._pair(self.ask(grant_type="refresh_token", refresh_token=refresh_token))

    def ask(self, **fields: str) -> Answer:
        """Ask /token, as Alexa's server does; with HTTP Basic it names the client in the body as well."""
        fields = {"client_id": CLIENT_ID} | fields
        headers = {"content-type": _FORM}
        if self.basic:
            headers["authorization"] = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        else:
            fields = {"client_secret": CLIENT_SECRET} | fields
        body = urlencode(fields).encode()
        return self.answer(http_event("POST", "/token", headers=headers, body=body, source="52.94.1.1"))

    def _cookies_sent(self) -> list[str]:
        return [f"{name}={value}" for name, value in self.cookies.items()]

    def _pair(self, answer: Answer) -> dict[str, Any]:
        assert answer["statusCode"] == 200, answer
        assert answer["headers"]["cache-control"] == "no-store"
        assert answer["headers"]["content-type"] == "application/json"
        pair: dict[str, Any] = json.loads(answer["body"])
        assert set(pair) == {"access_token", "token_type", "expires_in", "refresh_token"}
        assert pair["token_type"].lower() == "bearer"
        return pair

    def _browse(self, event: dict[str, Any]) -> Answer:
        answer = self.answer(event)
        for cookie in answer.get("cookies", []):
            name, _, rest = cookie.partition("=")
            flags = {part.strip() for part in rest.split(";")[1:]}
            assert {"Secure", "HttpOnly", "Path=/"} <= flags, cookie
            self.cookies[name] = rest.partition(";")[0]
        return answer


def fields_of_page(page: Answer) -> dict[str, str]:
    """Return the fields of a page's form; the page itself may hold nothing that runs or loads."""
    found = _Fields()
    found.feed(page["body"])
    assert not {"script", "img", "link", "iframe", "object", "meta-refresh"} & set(found.tags)
    return {name: unescape(value) for name, value in found.values.items()}


def _may_be_followed(location: str, page: Answer) -> bool:
    """Tell whether a browser follows a form's redirect: its target must be one of the page's form-action."""
    policy = page["headers"]["content-security-policy"]
    match = re.search(r"form-action ([^;]*)", policy)
    host = urlsplit(location).hostname or ""
    sources = match[1].split() if match else []
    return any(host.endswith(source.removeprefix("https://*")) for source in sources if source.startswith("https://"))

"""`/token`: Alexa's own server brings a code or a refresh token, and is given the next pair (RFC 6749, 4.1.3 and 6)."""

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from urllib.parse import unquote_plus

from music_assistant_alexa import telemetry
from music_assistant_alexa.account_linking.grants import ACCESS_S, Grants, Tokens
from music_assistant_alexa.account_linking.household import Household
from music_assistant_alexa.account_linking.tokens import binding_of
from music_assistant_alexa.errors import AuthorizationError
from music_assistant_alexa.web import WebRequest, WebResponse

__all__ = ["TokenEndpoint"]

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")

Form = Mapping[str, str]


class _TokenError(Exception):
    """OAuth's word for why there are no tokens."""

    def __init__(self, word: str, status: int = 400) -> None:
        super().__init__(word)
        self.word = word
        self.status = status


class TokenEndpoint:
    """Where tokens come from. Whoever asks says first who it is."""

    def __init__(self, household: Household, grants: Grants) -> None:
        self._household = household
        self._flows: dict[str, Callable[[Form], Tokens]] = {
            "authorization_code": lambda form: _exchanged(grants, form),
            "refresh_token": lambda form: grants.refresh(_needed(form, "refresh_token")),
        }

    def answer(self, request: WebRequest) -> WebResponse:
        """Answer POST with tokens, or with OAuth's word for what is wrong."""
        try:
            tokens = self._tokens(request)
        except (_TokenError, AuthorizationError) as error:
            word = error.word if isinstance(error, _TokenError) else "invalid_grant"
            telemetry.count("LinkingTokenRefused")
            return _refused(word, error.status if isinstance(error, _TokenError) else 400)
        telemetry.count("LinkingTokenGiven")
        return WebResponse.json(200, _pair(tokens), {"pragma": "no-cache"})

    def _tokens(self, request: WebRequest) -> Tokens:
        form = request.form()
        self._check_client(*_client(request.headers.get("authorization"), form))
        flow = self._flows.get(_needed(form, "grant_type"))
        if flow is None:
            raise _TokenError("unsupported_grant_type")
        return flow(form)

    def _check_client(self, client_id: str, client_secret: str) -> None:
        expected = self._household.fresh()
        known = secrets.compare_digest(client_id.encode(errors="replace"), expected.client_id.encode())
        right = secrets.compare_digest(client_secret.encode(errors="replace"), expected.client_secret.encode())
        if not (known and right):
            raise _TokenError("invalid_client", 401)


def _exchanged(grants: Grants, form: Form) -> Tokens:
    binding = binding_of(_needed(form, "redirect_uri"), _challenge(form))
    return grants.exchange(_needed(form, "code"), binding)


def _challenge(form: Form) -> str:
    """Return the challenge that a code verifier answers, "" without one; it must be what the code is bound to."""
    if "code_verifier" not in form:
        return ""
    if not _VERIFIER.fullmatch(form["code_verifier"]):
        raise _TokenError("invalid_request")
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _client(authorization: str | None, form: Form) -> tuple[str, str]:
    """Return who asks, and its secret: by HTTP Basic or in the body, as the console is set, never by both."""
    if authorization is None:
        return form.get("client_id", ""), form.get("client_secret", "")
    client_id, client_secret = _basic(authorization)
    if "client_secret" in form or form.get("client_id", client_id) != client_id:
        raise _TokenError("invalid_client", 401)
    return client_id, client_secret


def _basic(authorization: str) -> tuple[str, str]:
    """Return both halves, unquoted (RFC 6749, 2.3.1); the ones our command makes need no quoting."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise _TokenError("invalid_client", 401) from error
    client_id, colon, client_secret = text.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise _TokenError("invalid_client", 401)
    return unquote_plus(client_id), unquote_plus(client_secret)


def _needed(form: Form, name: str) -> str:
    if not form.get(name):
        raise _TokenError("invalid_request")
    return form[name]


def _pair(tokens: Tokens) -> dict[str, str | int]:
    return {
        "access_token": tokens.access,
        "token_type": "Bearer",
        "expires_in": ACCESS_S,
        "refresh_token": tokens.refresh,
    }


def _refused(word: str, status: int) -> WebResponse:
    """Return the refusal; a caller without credentials is told how to send them (RFC 6749, 5.2)."""
    challenge = {"www-authenticate": 'Basic realm="token"'} if status == 401 else {}  # noqa: PLR2004
    return WebResponse.json(status, {"error": word}, challenge)

"""`/authorize`: Alexa sends a browser here; with the passphrase it goes back with a code.

The page is good only in the browser that was given it (a cookie, which the page's token is bound to), for what Alexa
asked then, and for ten minutes.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from music_assistant_alexa import telemetry
from music_assistant_alexa.account_linking.grants import Grants
from music_assistant_alexa.account_linking.household import Household, LinkingSecrets
from music_assistant_alexa.account_linking.page import PASSPHRASE, TOKEN, language_of, page
from music_assistant_alexa.account_linking.passphrase import matches
from music_assistant_alexa.account_linking.tokens import Claims, Kind, binding_of, opened, sealed
from music_assistant_alexa.account_linking.tries import WINDOW_S, Tries
from music_assistant_alexa.errors import AuthorizationError
from music_assistant_alexa.web import RequestError, WebRequest, WebResponse, fields_of

__all__ = ["COOKIE", "PAGE_S", "Authorize"]

PAGE_S = 600
"""Seconds a page is good for."""

COOKIE = "__Host-linking"
"""Browsers take a cookie of that prefix only from us, over TLS, for the whole host."""

_STATE_LIMIT = 2_048
_NONCE = re.compile(r"[A-Za-z0-9_-]{22}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What Alexa asks for, in the query: a code, to be brought to one of its own URLs."""

    client_id: str
    redirect_uri: str
    state: str = field(repr=False)
    challenge: str = ""
    """SHA-256 of what only Alexa's server knows (RFC 7636); empty where the console has PKCE off."""

    @property
    def code_binding(self) -> str:
        """What the code is good for."""
        return binding_of(self.redirect_uri, self.challenge)

    def page_binding(self, cookie: str) -> str:
        """Return what a page is good for."""
        return binding_of(cookie, self.redirect_uri, self.state, self.challenge)

    def back(self, **fields: str) -> WebResponse:
        """Send the browser back to Alexa."""
        location = f"{self.redirect_uri}?{urlencode({**fields, 'state': self.state})}"
        return WebResponse(303, headers={"location": location})


class Authorize:
    """The passphrase page. Its errors go back to Alexa only once it is certain that Alexa asked."""

    def __init__(self, household: Household, grants: Grants, tries: Tries, now: Callable[[], float]) -> None:
        self._household = household
        self._grants = grants
        self._tries = tries
        self._now = now

    def show(self, request: WebRequest) -> WebResponse:
        """Answer GET with the page."""
        known = self._household.fresh()
        asked = self._asked(request, known)
        if isinstance(asked, WebResponse):
            return asked
        return self._page(200, request, asked, known)

    def enter(self, request: WebRequest) -> WebResponse:
        """Answer POST: the right passphrase sends the browser back with a code, a wrong one gets the page again.

        Raises RequestError for a form of another site, PlaybackStoreError, ConfigurationError.
        """
        known = self._household.fresh()
        asked = self._asked(request, known)
        if isinstance(asked, WebResponse):
            return asked
        if request.headers.get("origin", f"https://{request.host}") != f"https://{request.host}":
            raise RequestError(403, "a form of another site")
        form = request.form()
        if not self._is_our_page(form.get(TOKEN, ""), request, asked, known):
            telemetry.count("LinkingStalePage")
            return self._page(403, request, asked, known, "stale")
        return self._tried(form.get(PASSPHRASE, ""), request, asked, known)

    def _tried(self, passphrase: str, request: WebRequest, asked: _Asked, known: LinkingSecrets) -> WebResponse:
        counted = self._tries.begin(request.source, known.key.secret)
        if counted is None:
            telemetry.count("LinkingTooOften")
            refused = page(429, _language(request), problem="often")
            return replace(refused, headers={**refused.headers, "retry-after": str(WINDOW_S)})
        if not matches(passphrase, known.passphrase_hash):
            telemetry.count("LinkingWrongPassphrase")
            return self._page(403, request, asked, known, "wrong")
        self._tries.give_back(counted)
        telemetry.count("LinkingGranted")
        return asked.back(code=self._grants.code(asked.code_binding))

    def _asked(self, request: WebRequest, known: LinkingSecrets) -> _Asked | WebResponse:
        """Return what is asked, or the answer to what must not be."""
        fields = fields_of(request.query)
        asked = _Asked(
            fields.get("client_id", ""),
            fields.get("redirect_uri", ""),
            fields.get("state", ""),
            fields.get("code_challenge", ""),
        )
        if asked.client_id != known.client_id or asked.redirect_uri not in self._household.redirect_uris:
            telemetry.count("LinkingForeignLink")
            return page(400, _language(request), problem="link")
        error = _error(fields)
        return asked.back(error=error) if error else asked

    def _page(
        self, status: int, request: WebRequest, asked: _Asked, known: LinkingSecrets, problem: str = ""
    ) -> WebResponse:
        kept = request.cookies.get(COOKIE, "")  # of the same page in another tab, which stays good
        nonce = kept if _NONCE.fullmatch(kept) else secrets.token_urlsafe(16)
        claims = Claims("", int(self._now()) + PAGE_S, asked.page_binding(nonce))
        token = sealed(Kind.PAGE, claims, known.key)
        cookie = f"{COOKIE}={nonce}; Path=/; Max-Age={PAGE_S}; Secure; HttpOnly; SameSite=Strict"
        return page(status, _language(request), problem=problem, token=token, cookie=cookie)

    def _is_our_page(self, token: str, request: WebRequest, asked: _Asked, known: LinkingSecrets) -> bool:
        cookie = request.cookies.get(COOKIE, "")
        try:
            claims = opened(Kind.PAGE, token, known.key, self._now())
        except AuthorizationError:
            return False
        return secrets.compare_digest(claims.binding, asked.page_binding(cookie))


def _error(fields: dict[str, str]) -> str:
    """Return OAuth's word for what is wrong with the question, "" if nothing is."""
    if not 0 < len(fields.get("state", "")) <= _STATE_LIMIT:
        return "invalid_request"
    if fields.get("response_type") != "code":
        return "unsupported_response_type"
    if "code_challenge" not in fields and "code_challenge_method" not in fields:
        return ""
    hidden = fields.get("code_challenge_method") == "S256" and _CHALLENGE.fullmatch(fields.get("code_challenge", ""))
    return "" if hidden else "invalid_request"


def _language(request: WebRequest) -> str:
    return language_of(request.headers.get("accept-language", ""))

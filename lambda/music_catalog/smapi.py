"""Amazon's Skill Management API (SMAPI): its catalogues, the manifest and the enablement of a skill.

Not by ask-smapi-sdk: its models refuse the ingestion steps that Amazon names today (ER_INGESTION), its calls have no
time-outs, and it is 11 MB that the function would carry.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from music_catalog.errors import LinkExpiredError, LoginError, SmapiError
from music_catalog.models import Kind

__all__ = ["LwaCredentials", "Smapi", "UploadStatus"]

T = TypeVar("T")

API_URL = "https://api.amazonalexa.com"
LOGIN_URL = "https://api.amazon.com"
STAGE = "development"
"""A household's own skill is never published."""

_TIMEOUTS = (5.0, 60.0)
_EARLY_S = 60.0
"""Before its end a token is renewed by so much."""
_OK, _MULTIPLE = 200, 300
_UPLOAD_IS_OVER = {400, 404, 409}
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404
_REMEDIES = {
    400: "this version of `make catalog` and Amazon's API no longer fit; look for a newer one",
    401: "Login with Amazon's token is not taken; make a new refresh token as docs/catalog.md shows",
    403: "the account may not do this: is it the developer account the skill belongs to, and were all scopes given?",
    404: "there is no such skill or catalogue in this account; check MUSIC_SKILL_ID",
    429: "too many calls in a short time; run it again in some minutes, it goes on where it was",
}
_STEP_OF_VOICE = "ER_INGESTION"
"""The step after which Alexa finds the names; SLU_MODELING, behind it, may be pending for weeks."""


@dataclass(frozen=True, slots=True)
class LwaCredentials:
    """What Login with Amazon gives tokens for."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UploadStatus:
    """How far Amazon is with an upload."""

    taken_in: bool
    refusal: str = ""
    """The step that failed, and why."""


class Smapi:
    """One method owns the network; all else names a call. Raises SmapiError."""

    def __init__(
        self,
        credentials: LwaCredentials,
        api_url: str = API_URL,
        login_url: str = LOGIN_URL,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._credentials = credentials
        self._api_url = api_url
        self._login_url = login_url
        self._now = now
        self._session = _session()
        self._token = ""
        self._token_ends = 0.0

    def vendor_ids(self) -> list[str]:
        """Return the ids of the developer accounts, of which there is one as a rule."""
        return self._read("GET", "/v1/vendors", lambda answer: [str(each["id"]) for each in answer["vendors"]])

    def catalogs_of(self, skill_id: str) -> dict[str, str]:
        """Return the catalogues associated with a skill: type to id."""
        path, token = f"/v0/skills/{quote(skill_id)}/catalogs", ""
        found: dict[str, str] = {}
        for _ in range(100):  # pages; there are six catalogues
            query = {"maxResults": "50"} | ({"nextToken": token} if token else {})
            page, token = self._read("GET", path, _page_of_catalogs, query=query)
            found |= page
            if not token:
                break
        return found

    def create_catalog(self, kind: Kind, vendor_id: str) -> str:
        """Make a catalogue and return its id."""
        body = {"title": f"Music Assistant {kind}", "type": kind.type, "usage": kind.usage, "vendorId": vendor_id}
        return self._read("POST", "/v0/catalogs", lambda answer: str(answer["id"]), body)

    def associate(self, skill_id: str, catalog_id: str) -> None:
        """Let a skill use a catalogue."""
        self._call("PUT", f"/v0/skills/{quote(skill_id)}/catalogs/{quote(catalog_id)}")

    def create_upload(self, catalog_id: str, parts: int) -> tuple[str, list[str]]:
        """Begin an upload; return its id, and where to each of its parts goes."""
        return self._read("POST", _uploads(catalog_id), _begun_upload, {"numberOfUploadParts": parts})

    def put_part(self, url: str, content: bytes) -> str:
        """Send a part and return its ETag. Raises LinkExpiredError."""
        response = self._exchange("PUT", url, content)
        if response.status_code in {_FORBIDDEN, _NOT_FOUND}:
            raise LinkExpiredError("the address for this part is no longer valid", response.status_code)
        if not _is_fine(response) or not response.headers.get("ETag"):
            raise _refusal(response)
        return str(response.headers["ETag"])

    def complete_upload(self, catalog_id: str, upload_id: str, etags: list[str]) -> None:
        """Tell that all parts are there. Raises LinkExpiredError when the upload is over, or was told so before."""
        parts = [{"eTag": etag, "partNumber": number} for number, etag in enumerate(etags, 1)]
        try:
            self._call("POST", f"{_uploads(catalog_id)}/{quote(upload_id)}", {"partETags": parts})
        except SmapiError as error:
            if error.status in _UPLOAD_IS_OVER:
                raise LinkExpiredError(str(error), error.status) from error
            raise

    def upload_status(self, catalog_id: str, upload_id: str) -> UploadStatus:
        """Ask how far Amazon is with an upload."""
        return self._read("GET", f"{_uploads(catalog_id)}/{quote(upload_id)}", _status)

    def manifest(self, skill_id: str) -> tuple[dict[str, Any], str]:
        """Return the manifest of a skill and its ETag."""
        response = self._call("GET", f"{_stage(skill_id)}/manifest")
        return _answer(response, dict), response.headers.get("ETag", "")

    def put_manifest(self, skill_id: str, manifest: Mapping[str, Any], etag: str) -> None:
        """Write the manifest of a skill if it still is what it was."""
        self._call("PUT", f"{_stage(skill_id)}/manifest", manifest, headers={"If-Match": etag} if etag else {})

    def manifest_state(self, skill_id: str) -> str:
        """Return IN_PROGRESS, SUCCEEDED or FAILED: what became of the manifest written last."""
        path = f"/v1/skills/{quote(skill_id)}/status"
        return self._read("GET", path, _state_of_manifest, query={"resource": "manifest"})

    def disable(self, skill_id: str) -> None:
        """Take a skill away from the account's devices; nothing happens where it was not enabled."""
        try:
            self._call("DELETE", f"{_stage(skill_id)}/enablement")
        except SmapiError as error:
            if error.status != _NOT_FOUND:
                raise

    def enable(self, skill_id: str) -> None:
        """Give a skill to the account's devices."""
        self._call("PUT", f"{_stage(skill_id)}/enablement")

    def _read(
        self,
        method: str,
        path: str,
        read: Callable[[Any], T],
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> T:
        return _answer(self._call(method, path, body, query=query), read)

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        sent = {"Authorization": f"Bearer {self._access_token()}", **(headers or {})}
        response = self._exchange(method, self._api_url + path, json=body, params=query, headers=sent)
        if response.status_code == _UNAUTHORIZED:
            self._token = ""
        if not _is_fine(response):
            raise _refusal(response)
        return response

    def _access_token(self) -> str:
        if not self._token or self._now() > self._token_ends - _EARLY_S:
            self._log_in()
        return self._token

    def _log_in(self) -> None:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
            "refresh_token": self._credentials.refresh_token,
        }
        response = self._exchange("POST", f"{self._login_url}/auth/o2/token", form)
        if not _is_fine(response):
            raise LoginError(
                f"Login with Amazon refused (HTTP {response.status_code}): LWA_CLIENT_ID, LWA_CLIENT_SECRET and "
                "LWA_REFRESH_TOKEN must be of one security profile; docs/catalog.md shows how to get them",
                response.status_code,
            )
        self._token, lasts_s = _answer(response, _token)
        self._token_ends = self._now() + lasts_s

    def _exchange(self, method: str, url: str, data: Any = None, **more: Any) -> requests.Response:
        try:
            return self._session.request(method, url, data=data, timeout=_TIMEOUTS, allow_redirects=False, **more)
        except requests.RequestException as error:
            raise SmapiError(
                f"Amazon does not answer ({type(error).__name__}); run it again, it goes on where it was"
            ) from error


def _session() -> requests.Session:
    """Return a session that tries again what may be done twice."""
    session = requests.Session()
    session.trust_env = False  # or a .netrc of the machine would silently replace the token
    session.headers["Accept"] = "application/json"
    twice = frozenset({"GET", "PUT", "DELETE"})
    tries = Retry(total=4, backoff_factor=1, status_forcelist={429, 500, 502, 503, 504}, allowed_methods=twice)
    tries.raise_on_status = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=tries))
    return session


def _answer(response: requests.Response, read: Callable[[Any], T]) -> T:
    """Return what is read in an answer. Raises SmapiError where it is no JSON, or not what the API promises."""
    try:
        return read(response.json())
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise SmapiError(
            f"Amazon's answer cannot be read ({type(error).__name__}): does a proxy or a portal answer in its place? "
            "If not, run it again later, it goes on where it was; or look for a newer version of `make catalog`",
            response.status_code,
        ) from error


def _token(answer: Mapping[str, Any]) -> tuple[str, float]:
    return str(answer["access_token"]), float(answer.get("expires_in", 3600))


def _page_of_catalogs(answer: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """Read catalogues by their types, and where the next page of them begins."""
    found = {str(each["type"]): str(each["id"]) for each in answer.get("catalogs") or []}
    return found, str(answer.get("nextToken") or "") if answer.get("isTruncated") else ""


def _begun_upload(answer: Mapping[str, Any]) -> tuple[str, list[str]]:
    numbered = sorted(answer["presignedUploadParts"], key=lambda part: int(part["partNumber"]))
    return str(answer["id"]), [str(part["url"]) for part in numbered]


def _state_of_manifest(answer: Mapping[str, Any]) -> str:
    return str((answer.get("manifest") or {}).get("lastUpdateRequest", {}).get("status", "SUCCEEDED"))


def _status(answer: Mapping[str, Any]) -> UploadStatus:
    steps = {str(step["name"]): step for step in answer.get("ingestionSteps") or []}
    for name, step in steps.items():
        if step.get("status") in {"FAILED", "CANCELLED"}:
            return UploadStatus(taken_in=False, refusal=f"{name}: {_reasons(step)}")
    if answer.get("status") == "FAILED":
        return UploadStatus(taken_in=False, refusal="it names no step")
    heard = steps.get(_STEP_OF_VOICE, {}).get("status") == "SUCCEEDED"
    return UploadStatus(taken_in=heard or answer.get("status") == "SUCCEEDED")


def _reasons(step: Mapping[str, Any]) -> str:
    texts = [str(error.get("message", "")) for error in step.get("errors") or []]
    return "; ".join(filter(None, texts))[:1000] or "Amazon gives no reason"


def _refusal(response: requests.Response) -> SmapiError:
    status = response.status_code
    remedy = _REMEDIES.get(status, "Amazon's service is in trouble; run it again later, it goes on where it was")
    return SmapiError(f"Amazon answered HTTP {status}{_message(response)}: {remedy}", status)


def _message(response: requests.Response) -> str:
    try:
        answer = response.json()
        message = answer.get("message") or answer["violations"][0]["message"]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return ""
    return f' "{str(message)[:300]}"'


def _is_fine(response: requests.Response) -> bool:
    return _OK <= response.status_code < _MULTIPLE


def _uploads(catalog_id: str) -> str:
    return f"/v0/catalogs/{quote(catalog_id)}/uploads"


def _stage(skill_id: str) -> str:
    return f"/v1/skills/{quote(skill_id)}/stages/{STAGE}"

"""Amazon's Skill Management API on loopback, as strict as the published one: its catalogues, and what binds a skill.

It keeps what it was told, reads every catalogue by the schema, refuses calls in a wrong order, and can break off.
"""

import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl

from simulator.smapi_schema import ENTITY_TYPES, problems_of

__all__ = ["SmapiStandIn"]

SKILL_ID = "amzn1.ask.skill.00000000-1111-4222-8333-444444444444"
VENDOR_ID = "M0THESTANDIN"
LWA = {"client_id": "amzn1.application-oa2-client.one", "client_secret": "secret of tests", "refresh_token": "Atzr|one"}
TOKEN = "Atza|of-the-stand-in"
SMALLEST_PART = 5 * 1024 * 1024


class RefusedError(Exception):
    """The answer to a call that Amazon would refuse."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class _Upload:
    upload_id: str
    parts: list[bytes | None]
    completed: bool = False
    polls: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass
class _Catalog:
    type: str
    skills: set[str] = field(default_factory=set)
    uploads: dict[str, _Upload] = field(default_factory=dict)
    entities: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class _Call:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise RefusedError(400, "the body is no JSON") from error


Answer = tuple[int, Any, dict[str, str]]


class SmapiStandIn:
    """The service; start it with `with`."""

    def __init__(self, limit: int = 500_000) -> None:
        self.catalogs: dict[str, _Catalog] = {}
        self.calls: list[str] = []
        """Method and path of each call, ids left out, in their order."""

        self.bound = True
        """Whether voice reaches the skill: an upload ends that, a new enablement after a new manifest begins it."""

        self.ignored: list[str] = []
        """Entities that changed while their lastUpdatedTime did not: Amazon may ignore them."""

        self.needless: list[str] = []
        """Entities whose lastUpdatedTime changed while they did not."""

        self.parts_until_failure: int | None = None
        self.polls_until_done = 0
        self.links_expired = False
        self.vendors = [VENDOR_ID]
        self.enabled = True
        self._limit = limit
        self._manifest = {"manifest": {"manifestVersion": "1.0", "apis": {"music": {}}}}
        self._manifest_is_new = False
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Begin to answer."""
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def known(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the entities of a type that voice can find, by id."""
        return next((catalog.entities for catalog in self.catalogs.values() if catalog.type == kind), {})

    def answer(self, call: _Call) -> Answer:
        """Answer one call. Raises RefusedError."""
        with self._lock:
            for method, pattern, answer in self._routes:
                found = re.fullmatch(pattern, call.path.partition("?")[0])
                if found and method == call.method:
                    self.calls.append(f"{method} {answer.__name__.lstrip('_')}")
                    if answer not in {self._log_in, self._put_part}:
                        _check_token(call)
                    return answer(call, *found.groups())
            raise RefusedError(404, "there is no such resource")

    @property
    def _routes(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        one, skill = "([^/]+)", f"/v1/skills/{re.escape(SKILL_ID)}"
        return [
            ("POST", "/auth/o2/token", self._log_in),
            ("GET", "/v1/vendors", self._list_vendors),
            ("POST", "/v0/catalogs", self._create_catalog),
            ("GET", f"/v0/skills/{re.escape(SKILL_ID)}/catalogs", self._list_catalogs),
            ("PUT", f"/v0/skills/{re.escape(SKILL_ID)}/catalogs/{one}", self._associate),
            ("POST", f"/v0/catalogs/{one}/uploads", self._create_upload),
            ("PUT", f"/parts/{one}/{one}/{one}", self._put_part),
            ("POST", f"/v0/catalogs/{one}/uploads/{one}", self._complete_upload),
            ("GET", f"/v0/catalogs/{one}/uploads/{one}", self._get_upload),
            ("GET", f"{skill}/stages/development/manifest", self._get_manifest),
            ("PUT", f"{skill}/stages/development/manifest", self._put_manifest),
            ("GET", f"{skill}/status", self._get_status),
            ("DELETE", f"{skill}/stages/development/enablement", self._disable),
            ("PUT", f"{skill}/stages/development/enablement", self._enable),
        ]

    def _log_in(self, call: _Call) -> Answer:
        if dict(parse_qsl(call.body.decode())) != {"grant_type": "refresh_token", **LWA}:
            raise RefusedError(400, "invalid_grant")
        return 200, {"access_token": TOKEN, "token_type": "bearer", "expires_in": 3600}, {}

    def _list_vendors(self, _call: _Call) -> Answer:
        return 200, {"vendors": [{"id": each, "name": "me", "roles": ["ROLE_ADMIN"]} for each in self.vendors]}, {}

    def _create_catalog(self, call: _Call) -> Answer:
        body = call.json()
        if body.get("type") not in ENTITY_TYPES or body.get("vendorId") not in self.vendors or not body.get("title"):
            raise RefusedError(400, "title, type or vendorId is not right")
        if body.get("usage") != "AlexaMusic.Catalog." + body["type"].removeprefix("AMAZON."):
            raise RefusedError(400, "usage does not fit the type")
        catalog_id = f"amzn1.ask-catalog.cat.{len(self.catalogs) + 1}"
        self.catalogs[catalog_id] = _Catalog(body["type"])
        return 201, {"id": catalog_id, **body}, {}

    def _list_catalogs(self, _call: _Call) -> Answer:
        found = [{"id": key, "type": each.type} for key, each in self.catalogs.items() if SKILL_ID in each.skills]
        return 200, {"catalogs": found, "isTruncated": False, "totalCount": len(found)}, {}

    def _associate(self, _call: _Call, catalog_id: str) -> Answer:
        self._catalog(catalog_id).skills.add(SKILL_ID)
        return 201, None, {}

    def _create_upload(self, call: _Call, catalog_id: str) -> Answer:
        catalog, parts = self._catalog(catalog_id), call.json().get("numberOfUploadParts")
        if SKILL_ID not in catalog.skills:
            raise RefusedError(403, "associate the catalog with a skill before you upload to it")
        if not isinstance(parts, int) or not 1 <= parts <= 10_000:
            raise RefusedError(400, "numberOfUploadParts must be a number from 1")
        upload = _Upload(f"up-{catalog_id[-1]}-{len(catalog.uploads) + 1}", [None] * parts)
        catalog.uploads[upload.upload_id] = upload
        self.links_expired = False
        base = f"{self.url}/parts/{catalog_id}/{upload.upload_id}"
        urls = [{"partNumber": number, "url": f"{base}/{number}?X-Amz-Signature=s"} for number in range(1, parts + 1)]
        return 201, {"id": upload.upload_id, "status": "PENDING", "presignedUploadParts": urls}, {}

    def _put_part(self, call: _Call, catalog_id: str, upload_id: str, number: str) -> Answer:
        if "Authorization" in call.headers:
            raise RefusedError(400, "only one auth mechanism allowed")
        if self.links_expired:
            raise RefusedError(403, "Request has expired")
        if self.parts_until_failure == 0:
            raise RefusedError(400, "broken off on request")
        if self.parts_until_failure is not None:
            self.parts_until_failure -= 1
        self._upload(catalog_id, upload_id).parts[int(number) - 1] = call.body
        return 200, None, {"ETag": _etag(call.body)}

    def _complete_upload(self, call: _Call, catalog_id: str, upload_id: str) -> Answer:
        upload = self._upload(catalog_id, upload_id)
        etags = [(each["partNumber"], each["eTag"]) for each in call.json()["partETags"]]
        there = [(number, _etag(part or b"")) for number, part in enumerate(upload.parts, 1)]
        if upload.completed or etags != there or any(len(part or b"") < SMALLEST_PART for part in upload.parts[:-1]):
            raise RefusedError(400, "the upload is over, a part is missing or too small, or its ETag is another")
        upload.completed = True
        self.bound = self._manifest_is_new = False
        self._take_in(self._catalog(catalog_id), upload)
        return 202, None, {}

    def _take_in(self, catalog: _Catalog, upload: _Upload) -> None:
        try:
            content = json.loads(b"".join(part or b"" for part in upload.parts))
        except ValueError:
            upload.problems = ["the file is no JSON"]
            return
        others = sum(len(each.entities) for each in self.catalogs.values() if each is not catalog)
        upload.problems = problems_of(content, catalog.type)
        if not upload.problems and others + len(catalog.entities | _by_id(content)) > self._limit:
            upload.problems = [f"more than {self._limit} entities"]
        if not upload.problems:
            for entity in content["entities"]:
                self._take_in_one(catalog, entity)

    def _take_in_one(self, catalog: _Catalog, entity: dict[str, Any]) -> None:
        before = catalog.entities.get(entity["id"])
        if before and entity["lastUpdatedTime"] <= before["lastUpdatedTime"]:
            self.ignored += [] if entity == before else [entity["id"]]
            return
        if before and _timeless(entity) == _timeless(before):
            self.needless.append(entity["id"])
        if entity.get("deleted"):
            catalog.entities.pop(entity["id"], None)
        else:
            catalog.entities[entity["id"]] = entity

    def _get_upload(self, _call: _Call, catalog_id: str, upload_id: str) -> Answer:
        upload = self._upload(catalog_id, upload_id)
        upload.polls += 1
        done = upload.completed and upload.polls > self.polls_until_done
        failed = done and bool(upload.problems)
        errors = [{"code": "INVALID", "message": text} for text in upload.problems]
        read = "FAILED" if failed else "SUCCEEDED" if done else "PENDING"
        steps: list[dict[str, Any]] = [
            {"name": "UPLOAD", "status": "SUCCEEDED" if upload.completed else "PENDING", "errors": []},
            {"name": "SCHEMA_VALIDATION", "status": read, "errors": errors if failed else []},
            {"name": "ER_INGESTION", "status": "PENDING" if failed else read, "errors": []},
            {"name": "SLU_MODELING", "status": "PENDING", "errors": []},
        ]
        status = "FAILED" if failed else "PROCESSING" if upload.completed else "PENDING"
        return 200, {"id": upload_id, "catalogId": catalog_id, "status": status, "ingestionSteps": steps}, {}

    def _get_manifest(self, _call: _Call) -> Answer:
        return 200, self._manifest, {"ETag": _etag(json.dumps(self._manifest).encode())}

    def _put_manifest(self, call: _Call) -> Answer:
        if call.headers.get("If-Match") != _etag(json.dumps(self._manifest).encode()):
            raise RefusedError(412, "the manifest is another by now")
        self._manifest, self._manifest_is_new = call.json(), True
        return 202, None, {"Location": f"/v1/skills/{SKILL_ID}/status?resource=manifest"}

    def _get_status(self, _call: _Call) -> Answer:
        return 200, {"manifest": {"lastUpdateRequest": {"status": "SUCCEEDED"}, "eTag": "one"}}, {}

    def _disable(self, _call: _Call) -> Answer:
        if not self.enabled:
            raise RefusedError(404, "the skill is not enabled")
        self.enabled = self.bound = False
        return 204, None, {}

    def _enable(self, _call: _Call) -> Answer:
        self.bound = self.bound or (not self.enabled and self._manifest_is_new)
        self.enabled = True
        return 204, None, {}

    def _catalog(self, catalog_id: str) -> _Catalog:
        if catalog_id not in self.catalogs:
            raise RefusedError(404, "there is no such catalog")
        return self.catalogs[catalog_id]

    def _upload(self, catalog_id: str, upload_id: str) -> _Upload:
        uploads = self._catalog(catalog_id).uploads
        if upload_id not in uploads:
            raise RefusedError(404, "there is no such upload")
        return uploads[upload_id]


def _handler(service: SmapiStandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer waits 40 ms for the acknowledgement of its headers

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                status, value, headers = service.answer(_Call(self.command, self.path, dict(self.headers), body))
            except RefusedError as refused:
                status, value, headers = refused.status, {"message": str(refused)}, {}
            content = b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            for name, text in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _do  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _check_token(call: _Call) -> None:
    if call.headers.get("Authorization") != f"Bearer {TOKEN}":
        raise RefusedError(401, "the token is not valid")


def _etag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def _by_id(content: dict[str, Any]) -> dict[str, Any]:
    return {entity["id"]: entity for entity in content["entities"]}


def _timeless(entity: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entity.items() if name != "lastUpdatedTime"}

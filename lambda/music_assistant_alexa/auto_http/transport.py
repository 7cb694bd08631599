"""`POST /aasb`: a vehicle shows its token, and is answered as it would be by a Lambda invoke.

Who it is comes first: without a token nothing of a body is read. All tokens that are not good are refused alike.
"""

import re
from collections.abc import Mapping
from typing import Any, Protocol

from music_assistant_alexa import telemetry
from music_assistant_alexa.auto_http.pace import WINDOW_S, Pace
from music_assistant_alexa.auto_http.vehicle_tokens import VehicleTokens
from music_assistant_alexa.web import RequestError, Route, Routes, WebRequest, WebResponse

__all__ = ["BODY_LIMIT", "MOST_MESSAGES", "MOST_REFUSALS", "PATH", "Transport", "routes"]

PATH = "/aasb"

BODY_LIMIT = 262_144
"""Bytes of a body at most."""

MOST_MESSAGES = 600
"""Of one vehicle in a minute: more than who turns the volume knob sends, less than one that goes round in circles."""

MOST_REFUSALS = 20
"""From one address in a minute, before it is told to wait; a good token from there never is."""

_BEARER = re.compile(r"bearer +([a-z0-9_-]{43,200})", re.IGNORECASE)
"""RFC 6750, 2.1. Nothing shorter than what our command makes: what a person can make up, others can guess."""


class AutoDialect(Protocol):
    """What answers vehicles, whichever way they come."""

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer it."""
        ...


class Transport:
    """The vehicles' way in by HTTPS. It leads to their dialect and nowhere else."""

    def __init__(self, auto: AutoDialect, tokens: VehicleTokens, pace: Pace) -> None:
        self._auto = auto
        self._tokens = tokens
        self._pace = pace

    def answer(self, request: WebRequest) -> WebResponse:
        """Answer what a vehicle sends. Raises RequestError: 401, 403, 415, 429, 400; ConfigurationError."""
        vehicle_id = self._vehicle_id(request)
        return WebResponse.json(200, self._auto.answer(_event(request.json(), vehicle_id)))

    def _vehicle_id(self, request: WebRequest) -> str:
        sent = _BEARER.fullmatch(request.headers.get("authorization", ""))
        vehicle_id = self._tokens.owner(sent[1]) if sent else None
        if vehicle_id is None:
            raise self._refusal(request.source)
        if not self._pace.allows("vehicle", vehicle_id, MOST_MESSAGES):
            raise _too_often()
        return vehicle_id

    def _refusal(self, source: str) -> RequestError:
        telemetry.count("VehicleRefused")
        if not self._pace.allows("source", source, MOST_REFUSALS):
            return _too_often()
        return RequestError(401, "a vehicle's token is needed", {"www-authenticate": 'Bearer realm="aasb"'})


def routes(transport: Transport) -> Routes:
    """Return its part of the table of routes."""
    return {PATH: Route({"POST": transport.answer}, BODY_LIMIT)}


def _event(body: Mapping[str, Any], vehicle_id: str) -> dict[str, Any]:
    """Return the body as the token's vehicle sent it: in an envelope that names it, or names none, or bare."""
    if body.get("vehicleId", vehicle_id) != vehicle_id:
        raise RequestError(403, "the body names a vehicle that is not the token's")
    bare = not {"vehicleId", "message", "event"} & body.keys()
    return {"message": body, "vehicleId": vehicle_id} if bare else {**body, "vehicleId": vehicle_id}


def _too_often() -> RequestError:
    return RequestError(429, f"too often; wait {WINDOW_S} seconds", {"retry-after": str(WINDOW_S)})

"""What a screen fetches: /art, by signed URLs and without a token. There is always a picture: at worst the built-in."""

import hashlib

from aiohttp import ETag, web

from home_bridge.access import Access
from home_bridge.gallery import Gallery, Shown
from home_bridge.http_api import error_answer

FRESH_S = 24 * 3600
FRESH_IN_PLACE_S = 60
"""How long the built-in picture may be shown in place of another one."""


class ArtApi:
    """Serves square JPEGs."""

    def __init__(self, access: Access, gallery: Gallery) -> None:
        self._access = access
        self._gallery = gallery

    def routes(self) -> list[web.RouteDef]:
        """Return the route; aiohttp answers HEAD by the GET handler."""
        return [web.get("/art/{name}", self.art)]

    async def art(self, request: web.Request) -> web.Response:
        """Serve a picture; 304 to who has it."""
        query = request.query
        ref = self._access.reference("art", request.match_info["name"], query.get("exp", ""), query.get("sig", ""))
        if ref is None:
            return error_answer(403, "forbidden", "no such picture")
        shown = await self._gallery.picture(ref)
        tag = hashlib.sha256(shown.body).hexdigest()[:32]
        seen = any(known.value in {tag, "*"} for known in request.if_none_match or ())
        answer = web.Response(status=304) if seen else web.Response(body=shown.body, content_type="image/jpeg")
        answer.headers.update(_headers(shown))
        answer.etag = ETag(tag)
        return answer


def _headers(shown: Shown) -> dict[str, str]:
    fresh = FRESH_S if shown.own else FRESH_IN_PLACE_S
    return {
        # Private: else Cloudflare, which keeps .jpg by itself, would serve it beyond the URL's end.
        "Cache-Control": f"private, max-age={fresh}",
        "X-Content-Type-Options": "nosniff",
        # The Alexa app shows cards on a web page; it needs this of whoever serves a card's picture.
        "Access-Control-Allow-Origin": "*",
    }

"""Pictures as a screen fetches them, over real sockets: Music Assistant's, remote ones over TLS, the built-in one."""

import asyncio
import contextlib
import http.client
import io
import ssl
import time
from http import HTTPStatus
from urllib.parse import quote_plus, urlsplit

import aiohttp
import pytest
from aiohttp import web
from PIL import Image

from home_bridge.access import Access
from home_bridge.art import LIMIT_BYTES, Pictures, is_public
from home_bridge.art_api import ArtApi
from home_bridge.art_cache import ArtCache
from home_bridge.gallery import Gallery
from home_bridge.square import built_in_jpeg
from music_assistant_alexa.stream_urls import ART_EDGES, public_art_url
from simulator.stand_in import StandIn
from simulator.tls import Authority

pytestmark = pytest.mark.slow

MAC = "02:00:00:00:aa:01"
KEY = "signing-key-of-the-tests"
HOME = "https://home.example"
CERTIFIED = "127.0.0.1"


@pytest.fixture(scope="module")
def home():
    """Start a home for all tests of this module; each allows again what it refused."""
    with StandIn() as running:
        yield running


@pytest.fixture(autouse=True)
def _allow_again(request):
    yield
    if "home" in request.fixturenames:
        request.getfixturevalue("home").allow()


@pytest.fixture
def cover(home, bridge):
    """Play an album; the path of its cover in MA's imageproxy."""
    uri = home.api("music/search", search_query="Morning Tide", media_types=["album"])["albums"][0]["uri"]
    return bridge.echo(MAC).command("play", media=[uri])["queue"]["current_item"]["image_url"]


def art_path(image, edge=600, *, now=None, key=KEY):
    url = public_art_url(image, edge, base_url=HOME, key=key, now=time.time() if now is None else now)
    return url.removeprefix(HOME)


def get(bridge, path, method="GET", **headers):
    """Return the answer, read."""
    connection = http.client.HTTPConnection(urlsplit(bridge.url).netloc, timeout=10)
    with contextlib.closing(connection):
        connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
        answer = connection.getresponse()
        answer.body = answer.read()
        return answer


def size_of(body):
    image = Image.open(io.BytesIO(body))
    assert image.format == "JPEG"
    image.load()
    return image.size


# With a Music Assistant


@pytest.mark.parametrize("edge", ART_EDGES)
def test_a_cover_in_every_size(bridge, cover, edge):
    """A cover that MA keeps as 5:4 comes as a square JPEG of just the edge that was asked for."""
    answer = get(bridge, art_path(cover, edge))
    assert answer.status == HTTPStatus.OK
    assert size_of(answer.body) == (edge, edge)
    assert answer.body != built_in_jpeg(edge)


def test_headers(bridge, cover):
    """A picture is a JPEG and nothing else, private to Cloudflare, and may stand on a card."""
    answer = get(bridge, art_path(cover))
    assert answer.getheader("Content-Type") == "image/jpeg"
    assert answer.getheader("Cache-Control") == "private, max-age=86400"
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Access-Control-Allow-Origin") == "*"
    assert answer.getheader("Content-Length") == str(len(answer.body))


def test_head(bridge, cover):
    """HEAD has the headers of GET and no body."""
    whole, head = get(bridge, art_path(cover)), get(bridge, art_path(cover), "HEAD")
    assert (head.status, head.body) == (HTTPStatus.OK, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
        assert head.getheader(name) == whole.getheader(name)


def test_who_has_it_is_not_sent_it_again(bridge, cover):
    """If-None-Match with the picture's tag is answered 304; with another one the picture comes."""
    whole = get(bridge, art_path(cover))
    tag = whole.getheader("ETag")
    for known in (tag, f'"other", W/{tag}', "*"):
        answer = get(bridge, art_path(cover), If_None_Match=known)
        assert (answer.status, answer.body) == (HTTPStatus.NOT_MODIFIED, b"")
        assert answer.getheader("ETag") == tag
        assert answer.getheader("Cache-Control") == "private, max-age=86400"
    assert get(bridge, art_path(cover), If_None_Match='"other"').body == whole.body
    assert get(bridge, art_path(cover, 48), If_None_Match=tag).status == HTTPStatus.OK


def test_covers_outlive_a_restart(home, bridge_beside, cover, tmp_path):
    """What was shown once is shown again by the next run, though MA has no pictures any more."""
    folder = tmp_path / "of two runs"
    with bridge_beside(home, folder) as first:
        before = get(first, art_path(cover)).body
    home.refuse("imageproxy", status=500)
    with bridge_beside(home, folder) as again:
        assert get(again, art_path(cover)).body == before
        assert get(again, art_path(cover, 256)).body == built_in_jpeg(256)


def test_what_ma_has_not_is_the_built_in_picture(bridge):
    """A picture that MA does not know is the built-in one, for a minute only."""
    answer = get(bridge, art_path("/imageproxy?path=nothing&provider=nobody", 256))
    assert answer.status == HTTPStatus.OK
    assert answer.body == built_in_jpeg(256)
    assert answer.getheader("Cache-Control") == "private, max-age=60"


def test_a_picture_that_comes_back_is_seen_after_a_minute(home, bridge, cover):
    """MA is away for pictures, and back: a minute later the cover is there."""
    home.refuse("imageproxy", status=500)
    assert get(bridge, art_path(cover)).body == built_in_jpeg(600)
    home.allow()
    bridge.advance(61)
    assert get(bridge, art_path(cover, now=bridge.clock.time())).body != built_in_jpeg(600)


def test_no_picture_at_all(bridge):
    """What the skill signs for an item without a picture is the built-in one, for a day."""
    answer = get(bridge, art_path("", 1200))
    assert (answer.status, answer.body) == (HTTPStatus.OK, built_in_jpeg(1200))
    assert answer.getheader("Cache-Control") == "private, max-age=86400"


@pytest.mark.parametrize(
    "image",
    [
        "https://127.0.0.1/picture.jpg",
        "https://[::1]/picture.jpg",
        "https://localhost/picture.jpg",
        "https://169.254.169.254/latest/meta-data",
        "https://192.0.2.1:22/picture.jpg",
    ],
)
def test_addresses_that_are_not_the_internets(bridge, image):
    """A remote picture at home or on this machine is not fetched: the built-in one, at once."""
    began = time.monotonic()
    assert get(bridge, art_path(image, 48)).body == built_in_jpeg(48)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.replace("sig=", "sig=A"),
        lambda path: path.partition("?")[0],
        lambda path: path.replace("exp=1", "exp=2"),
        lambda path: path.replace(".jpg?", ".png?"),
        lambda path: path.replace("/art/", "/stream/"),
        lambda path: path[:-2],
        lambda _: art_path("", key="another key"),
        lambda _: art_path("", now=1_000_000_000),
    ],
    ids=["signature", "none", "expiry", "extension", "kind", "cut", "key", "old"],
)
def test_bad_signatures(bridge, spoil):
    """A wrong, missing or expired signature is 403 without a picture, the built-in one too."""
    answer = get(bridge, spoil(art_path("")))
    assert answer.status == HTTPStatus.FORBIDDEN
    assert b"forbidden" in answer.body


# With a Music Assistant and a far server that say what they were asked


class Places:
    """A bridge's /art beside a Music Assistant and a server on the internet; both answer what a test says."""

    def __init__(self, folder, **pictures):
        self.folder = folder
        self.pictures = pictures
        self.asked = []
        self.answer = lambda _: web.Response(body=a_picture(), content_type="image/jpeg")

    @contextlib.asynccontextmanager
    async def open(self):
        authority = Authority()
        async with contextlib.AsyncExitStack() as stack:
            ma = await stack.enter_async_context(served(self._answer))
            self.remote = await stack.enter_async_context(served(self._answer, authority.server_context(CERTIFIED)))
            session = await stack.enter_async_context(aiohttp.ClientSession())
            tls = ssl.create_default_context(cadata=authority.pem)
            pictures = Pictures(session, ma, **{"tls": tls, "reachable": lambda _: True} | self.pictures)
            stack.push_async_callback(pictures.close)
            gallery = Gallery(pictures, ArtCache(self.folder), time.time)
            await gallery.open()
            stack.push_async_callback(gallery.close)
            app = web.Application()
            app.add_routes(ArtApi(Access(["t"], [KEY], time.time), gallery).routes())
            self.url = await stack.enter_async_context(served(app))
            self.session = session
            yield self

    async def _answer(self, request):
        self.asked.append(str(request.rel_url))
        return self.answer(request)

    async def get(self, path):
        async with self.session.get(self.url + path) as answer:
            return answer.status, await answer.read()


@contextlib.asynccontextmanager
async def served(what, tls=None):
    """Serve an application, or one handler for everything; yield the address."""
    if isinstance(what, web.Application):
        runner = web.AppRunner(what, shutdown_timeout=0)
    else:
        runner = web.ServerRunner(web.Server(what), shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    yield f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def a_picture(size=(200, 200), kind="JPEG"):
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, kind)
    return file.getvalue()


@pytest.fixture
def places(tmp_path):
    """Run a story between the three."""

    def run(story, **pictures):
        async def whole():
            async with Places(tmp_path / "art", **pictures).open() as found:
                return await story(found)

        return asyncio.run(whole())

    return run


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_remote_picture_is_fetched_by_the_bridge(places, kind):
    """The bridge fetches it over TLS, whichever kind it is, and hands out a JPEG; the second time from the disk."""

    async def story(found):
        found.answer = lambda _: web.Response(body=a_picture(kind=kind), content_type=f"image/{kind.lower()}")
        for _ in range(2):
            status, body = await found.get(art_path(f"{found.remote}/a.jpg?w=1", 256))
            assert (status, size_of(body)) == (HTTPStatus.OK, (256, 256))
            assert body != built_in_jpeg(256)
        assert found.asked == ["/a.jpg?w=1"]

    places(story)


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(body=a_picture(), content_type="text/html"),
        lambda: web.Response(body=b"<svg/>", content_type="image/svg+xml"),
        lambda: web.Response(body=b"<html>", content_type="image/jpeg"),
        lambda: web.Response(body=a_picture(kind="BMP"), content_type="image/jpeg"),
        lambda: web.Response(body=a_picture()[:300], content_type="image/jpeg"),
        lambda: web.Response(body=a_picture() + bytes(LIMIT_BYTES), content_type="image/jpeg"),
        lambda: web.Response(status=500, body=a_picture(), content_type="image/jpeg"),
        lambda: web.Response(status=302, headers={"Location": "/b.jpg"}, body=a_picture(), content_type="image/jpeg"),
    ],
    ids=["type", "svg", "page", "format", "half", "over 10 MB", "error", "redirect"],
)
@pytest.mark.parametrize("where", ["Music Assistant", "remote"])
def test_what_is_no_picture_is_refused(places, answer, where):
    """Wrong type, wrong content, over 10 MB, a redirect: the built-in picture, and one request."""

    async def story(found):
        found.answer = lambda _: answer()
        image = f"{found.remote}/a.jpg" if where == "remote" else "/imageproxy?path=a&provider=x"
        assert await found.get(art_path(image, 48)) == (HTTPStatus.OK, built_in_jpeg(48))
        assert len(found.asked) == 1

    places(story)


@pytest.mark.parametrize("image", ["https://localhost:{port}/a.jpg", "https://127.0.0.1:{port}/a.jpg"])
def test_the_address_that_is_connected_to_is_checked(places, image):
    """Whatever a name resolves to: what is not the internet's is not even connected to."""

    async def story(found):
        port = urlsplit(found.remote).port
        assert await found.get(art_path(image.format(port=port), 48)) == (HTTPStatus.OK, built_in_jpeg(48))
        assert found.asked == []

    places(story, reachable=is_public)


def test_a_certificate_that_is_not_trusted(places):
    """A far server that nobody vouches for is not asked."""

    async def story(found):
        assert await found.get(art_path(f"{found.remote}/a.jpg", 48)) == (HTTPStatus.OK, built_in_jpeg(48))
        assert found.asked == []

    places(story, tls=None)


def test_ma_is_asked_for_a_jpeg_of_a_size_it_has(places):
    """The path of MA's answer to the letter, its size and format replaced; newer MAs by their picture's id."""

    async def story(found):
        double = quote_plus(quote_plus("Élodie Marchand/Café Minuit/03 - Static.flac"))
        await found.get(art_path(f"/imageproxy?path={double}&provider=files--x&size=512&fmt=png", 256))
        await found.get(art_path(f"/imageproxy/{'0f' * 32}", 48))
        assert found.asked == [
            f"/imageproxy?path={double}&provider=files--x&size=512&fmt=jpeg",
            f"/imageproxy/{'0f' * 32}?size=256&fmt=jpeg",
        ]

    places(story)


@pytest.mark.parametrize("provider", ["builtin", "http", "url", "file", "filesystem_local--x"])
@pytest.mark.parametrize(
    "path",
    ["http://192.168.1.1/admin.png", "http://169.254.169.254/", "/etc/passwd", "/media/private/photo.jpg", "../a"],
)
def test_imageproxys_habit_is_not_for_the_public(places, provider, path):
    """MA's imageproxy fetches any URL and reads any picture file: it hears nothing that was not signed at home."""

    async def story(found):
        query = f"/imageproxy?path={quote_plus(quote_plus(path))}&provider={provider}"
        good, forged = urlsplit(art_path("/imageproxy?path=a&provider=x")), art_path(query, key="another key")
        mixed = f"{urlsplit(forged).path}?{good.query}"
        for way in (forged, mixed, urlsplit(forged).path, f"/art{query}", f"/art/x.jpg?p={quote_plus(query)}"):
            assert (await found.get(way))[0] in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
        for way in (query, "/art/.." + query, "/art/%2e%2e" + query, "/art//imageproxy"):
            assert (await found.get(way))[0] in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
        assert found.asked == []
        assert (await found.get(f"{good.path}?{good.query}"))[0] == HTTPStatus.OK
        assert len(found.asked) == 1

    places(story)

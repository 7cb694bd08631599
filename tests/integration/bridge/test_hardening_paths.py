"""Whatever the path: nothing is asked of Music Assistant but what was signed, and of nobody else anything."""

import http.client
import json

import pytest

from music_assistant_alexa import stream_urls
from music_assistant_alexa.errors import StreamUrlError
from music_assistant_alexa.stream_urls import public_art_url, public_stream_url
from simulator.recording_home import RecordingHome

pytestmark = pytest.mark.slow

MAC = "02:00:00:00:cc:02"
PATH = f"/single/abc/{MAC}/{1:032x}/{MAC}.mp3"
IMAGE = "/imageproxy?path=Blue%2BHarbor%252FNight%2BFerry%252F02%2B-%2BSummit.mp3&provider=filesystem_local--RvnmN74n"
BASE = "https://home.example"


@pytest.fixture(scope="module")
def home():
    """Stand where Music Assistant would, and write down what is asked."""
    with RecordingHome() as running:
        yield running


@pytest.fixture(autouse=True)
def _unasked(home):
    home.asked.clear()
    home.connections = 0


@pytest.fixture(scope="module")
def bridge(home, bridge_beside, tmp_path_factory):
    """Start one bridge for all tests of this module."""
    with bridge_beside(home, tmp_path_factory.mktemp("cache")) as running:
        yield running


def status_of(bridge, method, path, token=None):
    """Return the status of a call whose path goes out as it stands."""
    connection = http.client.HTTPConnection("127.0.0.1", bridge.bridge.port, timeout=10)
    try:
        connection.putrequest(method, "/", skip_accept_encoding=True)
        connection._buffer[0] = f"{method} {path} HTTP/1.1".encode("latin-1")  # else it refuses what we want to try
        if token:
            connection.putheader("Authorization", f"Bearer {token}")
        body = json.dumps({"command": "players/all"}).encode() if method == "POST" else b""
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


ASTRAY = [
    *("..", "../api", "../../api", "./api", "..%2fapi", "..%2Fapi", "..%5capi", "..\\api", "..\\..\\api"),
    *("%2e%2e", "%2e%2e/api", "%2E%2E%2Fapi", ".%2e/api", "%252e%252e%252fapi", "%25252e%25252e/api"),
    *("%00", "..%00/api", "a%00.mp3", "..;/api", ";/../api", "%3b/api", "%0d%0aGET%20/api", "%20", "%09/api"),
    *(
        "%c0%ae%c0%ae/api",
        "%ef%bc%8e%ef%bc%8e/api",
        "%e2%80%a4%e2%80%a4%e2%88%95api",
        "\xae\xae/api",
        "%ff",
        "%",
        "%zz",
    ),
    *("/elsewhere/api", "//elsewhere/api", "%2f%2felsewhere/api", "http://elsewhere/api", "http:%2f%2felsewhere"),
    *("@elsewhere/api", "elsewhere:80/api", "?path=/etc/passwd", "imageproxy?path=/etc/passwd", "IMAGEPROXY?path=/a"),
    *("%69mageproxy?path=/etc/passwd&provider=file", "..%2fimageproxy%3fpath=http:%2f%2felsewhere&provider=url"),
]
BEFORE = ["/", "/stream/", "/art/", "/players/", f"/players/{MAC}/", "/api/", "/healthz/"]


@pytest.mark.parametrize("before", BEFORE)
def test_paths_that_go_astray(home, bridge, before):
    """No way of writing a path leads to Music Assistant, with a token or a signature of another path or without."""
    signed = public_stream_url(f"http://home{PATH}", 1, base_url=BASE, key=key(bridge), now=bridge.clock.time())
    query = signed.partition("?")[2]
    for astray in ASTRAY:
        path = before + astray
        tries = {
            status_of(bridge, "GET", path),
            status_of(bridge, "GET", f"{path}{'&' if '?' in path else '?'}{query}"),
            status_of(bridge, "GET", path, bridge.settings.bridge_tokens[0]),
            status_of(bridge, "POST", path, "wrong"),
        }
        assert tries <= {400, 401, 403, 404, 405}, path
    assert (home.asked, home.connections) == ([], 0)


@pytest.mark.parametrize("path", ["/API", "/api/", "//api", "/api%2f", "/api;a", "/./api", "/x/../api", "/api%00"])
def test_the_api_has_one_name(home, bridge, path):
    """Other ways of writing /api are other paths, also with the token."""
    assert status_of(bridge, "POST", path, bridge.settings.bridge_tokens[0]) in {400, 404, 405}
    assert home.connections == 0
    assert status_of(bridge, "POST", "/api", bridge.settings.bridge_tokens[0]) == 200
    assert home.asked == ["POST /api HTTP/1.1"]


@pytest.mark.parametrize("kind", ["stream", "art"])
def test_a_signed_url_is_good_as_it_stands(home, bridge, kind):
    """What was signed is asked of Music Assistant in its very words, and no other way of writing it is good."""
    options = {"base_url": BASE, "key": key(bridge), "now": bridge.clock.time()}
    signed = (
        public_stream_url(f"http://home{PATH}", 1, **options) if kind == "stream" else public_art_url(IMAGE, **options)
    )
    name, _, query = signed.removeprefix(f"{BASE}/{kind}/").partition("?")
    for other in (
        *(f"/{kind.upper()}/{name}?{query}", f"/{kind}//{name}?{query}", f"/{kind}/./{name}?{query}"),
        *(f"/{kind}/x/../{name}?{query}", f"/{kind}/{name}/?{query}", f"/{kind}/{name}/..?{query}"),
        *(
            f"/{kind}/{name}%00?{query}",
            f"/{kind}/{name};a?{query}",
            f"/{kind}/{name}%2f?{query}",
            f"/{kind}/{name}#?{query}",
        ),
        *(f"/{kind}/{name.upper()}?{query}", f"/{kind}/{name}%3f{query}", f"/{kind}/{name}?{query.upper()}"),
        *(
            f"/{kind}/{name}?{query}%00",
            f"/{kind}/{name}?{query}%20",
            f"/{kind}/{name}?{query}=",
            f"/{kind}/{name}?a&{query}a",
        ),
        *(f"/{'art' if kind == 'stream' else 'stream'}/{name}?{query}", f"http://home/{kind}/{name}?{query}"),
    ):
        assert status_of(bridge, "GET", other) in {400, 403, 404, 405}, other
    assert home.connections == 0
    assert status_of(bridge, "GET", f"/{kind}/{name}?{query}&path=/etc/passwd&provider=file") == 200
    [asked] = home.asked
    assert asked.split()[1].startswith(PATH if kind == "stream" else IMAGE)
    assert "passwd" not in asked


SIGNED_ASTRAY = [
    ("stream", path)
    for path in (
        *("/api", "/imageproxy?path=/etc/passwd&provider=file", "/command/x/next.mp3", "/announcement/x.mp3"),
        *(
            PATH + "?a=b",
            PATH + "#a",
            "/" + PATH,
            "http://elsewhere" + PATH,
            "@elsewhere" + PATH,
            PATH.replace("single", ".."),
        ),
        *(
            PATH.replace("abc", ".."),
            PATH.replace("abc", "%2e%2e"),
            PATH.replace(MAC, "..", 1),
            PATH.replace("/", "\\"),
        ),
        *(PATH + "\r\nHost: elsewhere", PATH + "\n", PATH + "\0", PATH.upper(), PATH.replace("mp3", "mp3/../../api")),
    )
] + [
    ("art", path)
    for path in (
        *("/api", "/imageproxy", "/imageproxy?", "/imageproxy/../api", "/imageproxy/..%2fapi", "/imageproxy;?path=a"),
        *("//elsewhere" + IMAGE, "http://elsewhere" + IMAGE, "@elsewhere" + IMAGE, "/IMAGEPROXY?path=a", "/x" + IMAGE),
        *(IMAGE + "#a", IMAGE + " HTTP/1.1\r\nHost: elsewhere", IMAGE + "\n", IMAGE + "\t", "/%69mageproxy?path=a"),
    )
]


@pytest.mark.parametrize(("kind", "path"), SIGNED_ASTRAY)
def test_signed_paths_that_go_astray(home, bridge, kind, path):
    """Even with a good signature nothing else of Music Assistant is asked for."""
    ref = {"p": path, "g": 1} if kind == "stream" else {"p": path, "s": 600}
    assert status_of(bridge, "GET", signed_by_hand(bridge, kind, ref)) == 403
    assert home.connections == 0


def test_imageproxy_is_for_signed_references_only(home, bridge):
    """MA's imageproxy fetches any URL and reads any picture file: only what we signed is passed on to it."""
    wishes = [
        "/imageproxy?path=http%253A%252F%252F169.254.169.254%252F&provider=url&size=0",
        "/imageproxy?path=%252Fetc%252Fpasswd&provider=file",
        "/imageproxy?path=..%252F..%252Fsecret.jpg&provider=filesystem_local--RvnmN74n",
    ]
    for wish in wishes:
        assert status_of(bridge, "GET", wish) == 404
        assert status_of(bridge, "GET", wish, bridge.settings.bridge_tokens[0]) == 404
        forged = signed_by_hand(bridge, "art", {"p": wish, "s": 600}, signing_key="a key of theirs")
        assert status_of(bridge, "GET", forged) == 403
        assert status_of(bridge, "GET", forged.replace("/art/", "/stream/")) == 403
    assert home.connections == 0


@pytest.mark.parametrize(
    "image_url",
    [
        *(
            "http://169.254.169.254/latest.jpg",
            "file:///etc/passwd",
            "/etc/passwd",
            "/imageproxy/../api",
            "ftp://x" + IMAGE,
        ),
        *(
            "/imageproxy?a\\b",
            "https://user@elsewhere/a.jpg",
            IMAGE + "\r\nHost: elsewhere",
            "/imageproxy",
            "imageproxy:a",
        ),
    ],
)
def test_the_signer_makes_no_such_picture(image_url):
    """What the bridge would refuse is not signed either."""
    with pytest.raises(StreamUrlError):
        public_art_url(image_url, base_url=BASE, key="a key", now=1.0)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0"])
def test_remote_pictures_are_not_from_home(home, bridge, host):
    """A signed remote picture is never fetched from this machine or its network, however the address is written."""
    port = home.url.rpartition(":")[2]
    url = signed_by_hand(bridge, "art", {"u": f"https://{host}:{port}/a.jpg", "s": 600})
    assert status_of(bridge, "GET", url) in {200, 404}  # the built-in picture, or none
    assert home.connections == 0


def key(bridge):
    return bridge.settings.signing_keys[0]


def signed_by_hand(bridge, kind, ref, signing_key=None):
    """Return the path of a reference that the signer itself would not make."""
    expiry = int(bridge.clock.time()) + 100
    extension = "mp3" if kind == "stream" else "jpg"
    signed = stream_urls._signed(kind, ref, extension, BASE, signing_key or key(bridge), expiry)
    return signed.removeprefix(BASE)

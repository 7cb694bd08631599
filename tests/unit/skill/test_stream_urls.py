"""URLs for the public: what is made of Music Assistant's, and what is accepted back."""

import base64
import json
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from music_assistant_alexa import stream_urls
from music_assistant_alexa.errors import StreamUrlError
from music_assistant_alexa.stream_urls import (
    ART_EDGES,
    DEFAULT_EDGE,
    VALID_S,
    PublicUrls,
    check_signed,
    public_art_url,
    public_stream_url,
)

NOW = 1_795_000_000.0
KEY = "a key"
BASE = "https://home.example.com"
QUEUE, ITEM = "02:ab:cd:ef:01:23", "0123456789abcdef" * 2
PATH = f"/single/aB3dE5gH/{QUEUE}/{ITEM}/{QUEUE}"
LAN = f"http://192.168.1.20:8097{PATH}.flac"
HALF_DAY, WEEK = 12 * 3600, 7 * 24 * 3600


def stream_url(ma_url=LAN, generation=7, base_url=BASE, key=KEY, now=NOW, **options):
    return public_stream_url(ma_url, generation, base_url=base_url, key=key, now=now, **options)


def art_url(image_url, *edge, **options):
    return public_art_url(image_url, *edge, base_url=BASE, key=KEY, now=NOW, **options)


def parts_of(url):
    """Return kind, name, exp and sig of a public URL."""
    split = urlsplit(url)
    query = parse_qs(split.query, strict_parsing=True)
    kind, name = split.path.split("/")[-2:]
    return kind, name, query["exp"][0], query["sig"][0]


def checked(url, keys=(KEY,), now=NOW, kind=None):
    found, name, exp, sig = parts_of(url)
    return check_signed(kind or found, name, exp, sig, keys=keys, now=now)


def signed(ref, kind="stream", ext="mp3", exp=None):
    """Sign any reference at all, as only a holder of the key could."""
    text = ref if isinstance(ref, bytes) else json.dumps(ref).encode()
    name = base64.urlsafe_b64encode(text).rstrip(b"=").decode() + "." + ext
    exp = str(int(NOW) + 60) if exp is None else exp
    return kind, name, exp, stream_urls._signature(kind, name, exp, KEY).decode()


@pytest.mark.parametrize(
    "host",
    [
        *("192.168.1.20:8097", "192.168.1.20", "homeassistant.local:8097", "[fd00::1]:8097", "[::1]", "ma:80"),
        *("ma.example.com:443", "user:secret@192.168.1.20:8097", "xn--bcher-kva.local:1", "MA.LOCAL:8097"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https", "HTTP"])
def test_the_lan_host_is_dropped(scheme, host):
    """Whatever host Music Assistant says, the public URL has only the household's own and MA's path."""
    url = stream_url(f"{scheme}://{host}{PATH}.flac")
    assert urlsplit(url).netloc == "home.example.com"
    assert checked(url) == {"p": PATH + ".mp3", "g": 7}
    assert "secret" not in url


@pytest.mark.parametrize("extension", ["flac", "mp3", "wav", "aac", "ogg", "pcm"])
def test_extensions(extension):
    """An Echo cannot play flac, and MA encodes what is asked: all become MP3 but AAC, which the household chose."""
    url = stream_url(f"http://192.168.1.20:8097{PATH}.{extension}")
    expected = "aac" if extension == "aac" else "mp3"
    assert checked(url)["p"].endswith(f"/{QUEUE}.{expected}")
    assert urlsplit(url).path.endswith(f".{expected}")


def test_flow_streams_are_streams():
    """MA's flow mode is rewritten like single items."""
    assert checked(stream_url(LAN.replace("/single/", "/flow/")))["p"].startswith("/flow/")


def test_percent_encoded_colons_are_the_same_path():
    """A queue id with %3A for its colons gives the reference that plain colons give."""
    encoded = f"http://192.168.1.20:8097/single/aB3dE5gH/{quote(QUEUE)}/{ITEM}/{quote(QUEUE, safe='')}.flac"
    assert encoded != LAN
    assert checked(stream_url(encoded)) == checked(stream_url(LAN))


@pytest.mark.parametrize(
    "ma_url",
    [
        *("", " ", "/", PATH + ".flac", f"//192.168.1.20{PATH}.flac", "192.168.1.20:8097" + PATH),
        *(f"ftp://192.168.1.20{PATH}.flac", f"file://{PATH}.flac", f"http://{PATH}.flac", f"http:///{PATH}.flac"),
        *(LAN + "?x=1", LAN + "#f", LAN + "?exp=1&sig=2"),
        *(LAN.replace("8097", "99999"), LAN.replace("8097", "port"), "http://[fd00::1" + PATH + ".flac"),
        *(LAN.replace("/single/", "/../"), LAN.replace("/single/", "/single/../single/"), LAN + "/../x.mp3"),
        *(LAN.replace("aB3dE5gH", ".."), LAN.replace("aB3dE5gH", "%2e%2e"), LAN.replace("/single/", "/single%2F..%2F")),
        LAN.replace(f"/{QUEUE}/", "/../"),
        LAN.replace(f"/{QUEUE}/", "/./"),
        *(LAN.replace(ITEM, ITEM[:-1]), LAN.replace(ITEM, ITEM.upper()), LAN.replace(ITEM, "x" * 32)),
        *(LAN.removesuffix(".flac"), LAN + "\n", "\n" + LAN, LAN.replace("single", "sin\ngle"), LAN + "\x00"),
        *(LAN.replace("/single", "\\single"), LAN + " ", LAN.replace(":8097", ":8097 "), LAN + "%0a", LAN + "%00"),
        *("http://192.168.1.20:8097/announcement/02:00.mp3", "http://192.168.1.20:8095/api", "spotify://track/1"),
        *("http://192.168.1.20:8097//single" + PATH.removeprefix("/single") + ".flac", "\ud800", LAN + "\ud800"),
    ],
)
def test_anything_else_is_an_error(ma_url):
    """What is not one of MA's stream URLs is refused: never half rewritten, never guessed at."""
    with pytest.raises(StreamUrlError) as caught:
        stream_url(ma_url)
    assert "192.168" not in str(caught.value)


@pytest.mark.parametrize(
    ("base_url", "begins"),
    [
        ("https://home.example.com", "https://home.example.com/stream/"),
        ("https://home.example.com/", "https://home.example.com/stream/"),
        ("https://home.example.com:443", "https://home.example.com/stream/"),
        ("https://home.example.com:8443", "https://home.example.com:8443/stream/"),
        ("https://home.example.com/ma", "https://home.example.com/ma/stream/"),
        ("https://home.example.com/ma/bridge//", "https://home.example.com/ma/bridge/stream/"),
        ("https://HOME.example.com", "https://home.example.com/stream/"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x/stream/"),
        ("https://bücher.example", "https://xn--bcher-kva.example/stream/"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example/stream/"),
        ("https://192.0.2.1", "https://192.0.2.1/stream/"),
    ],
)
def test_the_base_url_is_kept(base_url, begins):
    """Port, path, IPv6 and foreign letters of the household's own address survive."""
    url = stream_url(base_url=base_url)
    assert url.startswith(begins)
    assert checked(url)["g"] == 7


@pytest.mark.parametrize(
    "base_url",
    [
        *("http://home.example.com", "home.example.com", "", "https://", "https:///x", "//home.example.com"),
        *("https://home.example.com?x=1", "https://home.example.com/#f", "https://user@home.example.com"),
        *("https://user:pw@home.example.com", "https://home.example.com:99999", "https://home .example.com"),
        *(
            "https://home.example.com\n",
            "https://[2001:db8::1",
            "https://" + "ü" * 80 + ".example",
            "https://@h.example",
        ),
        "https://a..bü.example",
    ],
)
def test_a_wrong_base_url_is_an_error(base_url):
    """A base URL that is not plain https is refused, since an Echo would not fetch from it."""
    with pytest.raises(StreamUrlError):
        stream_url(base_url=base_url)


def test_the_url_has_nothing_of_the_device_in_it():
    """The same stream has the same URL for whoever fetches it: a room move makes another Echo fetch it."""
    assert stream_url() == stream_url()
    assert set(checked(stream_url())) == {"p", "g"}


@pytest.mark.parametrize("place", range(1, 4))
@pytest.mark.parametrize("change", ["flip", "cut", "add", "empty", "newline", "surrogate"])
def test_a_change_of_any_part_is_refused(place, change):
    """One character more, less or other in name, expiry or signature, and the URL is refused."""
    parts = list(parts_of(stream_url()))
    text = parts[place]
    parts[place] = {
        "flip": text[:3] + chr(ord(text[3]) ^ 1) + text[4:],
        "cut": text[:-1],
        "add": text + "0",
        "empty": "",
        "newline": text + "\n",
        "surrogate": text + "\ud800",
    }[change]
    with pytest.raises(StreamUrlError):
        check_signed(*parts, keys=[KEY], now=NOW)


@pytest.mark.parametrize("bit", range(0, 258, 5))
def test_every_bit_of_the_signature_counts(bit):
    """No signature but the very text that was signed is accepted, not even one that decodes alike."""
    kind, name, exp, sig = parts_of(stream_url())
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    at = bit // 6
    other = alphabet[alphabet.index(sig[at]) ^ (1 << bit % 6)]
    with pytest.raises(StreamUrlError):
        check_signed(kind, name, exp, sig[:at] + other + sig[at + 1 :], keys=[KEY], now=NOW)


@pytest.mark.parametrize(
    ("later", "good"),
    [(0, True), (HALF_DAY - 1, True), (HALF_DAY - 0.5, True), (HALF_DAY, False), (HALF_DAY + 1, False)],
)
def test_a_url_expires_to_the_second(later, good):
    """A URL is good until the second in it, and not in that second."""
    url = stream_url()
    if good:
        assert checked(url, now=NOW + later)["g"] == 7
    else:
        with pytest.raises(StreamUrlError):
            checked(url, now=NOW + later)


@pytest.mark.parametrize(("valid_s", "good"), [(WEEK, True), (WEEK + 1, False), (0, False), (-5, False)])
def test_no_url_is_good_for_over_a_week(valid_s, good):
    """An expiry over seven days ahead, or one that has passed, is refused however well it is signed."""
    url = stream_url(valid_s=valid_s)
    if good:
        assert checked(url)
    else:
        with pytest.raises(StreamUrlError):
            checked(url)


@pytest.mark.parametrize(
    "exp", ["", "1e9", "-1", "0x77", "1795000060.0", " 1795000060", "1_795_000_060", "٣", "9" * 13]
)
def test_an_expiry_is_plain_digits(exp):
    """An expiry that is no plain number is refused, though its signature be right."""
    with pytest.raises(StreamUrlError):
        check_signed(*signed({"p": PATH + ".mp3", "g": 7}, exp=exp), keys=[KEY], now=NOW)


def test_any_of_several_keys_verifies():
    """Keys are rotated: the old one still verifies while it is in the list, and is refused afterwards."""
    url = stream_url(key="old")
    assert checked(url, keys=["new", "old"])
    for keys in (["new"], [], [""]):
        with pytest.raises(StreamUrlError):
            checked(url, keys=keys)


def test_a_signature_is_good_for_one_kind_only():
    """A picture's signature opens no stream, and a stream's no picture."""
    picture = art_url("https://img.example.com/a.jpg")
    with pytest.raises(StreamUrlError):
        checked(picture, kind="stream")
    with pytest.raises(StreamUrlError):
        checked(stream_url(), kind="art")


def test_the_kind_is_signed():
    """A reference of a stream that was signed as a picture is no stream, though its shape be right."""
    _, name, exp, sig = signed({"p": PATH + ".mp3", "g": 7}, kind="art")
    with pytest.raises(StreamUrlError):
        check_signed("stream", name, exp, sig, keys=[KEY], now=NOW)


def test_all_refusals_of_a_signature_read_alike():
    """Wrong, expired and missing signatures cannot be told apart from outside."""
    kind, name, exp, sig = parts_of(stream_url())
    messages = set()
    for values, now in (((name, exp, "x"), NOW), ((name, exp, sig), NOW + WEEK), ((name, "", ""), NOW)):
        with pytest.raises(StreamUrlError) as caught:
            check_signed(kind, *values, keys=[KEY], now=now)
        messages.add(str(caught.value))
    assert len(messages) == 1


@pytest.mark.parametrize(
    "ref",
    [
        *([], "text", 7, None, True, {}, {"p": 7, "g": 7}, {"p": PATH + ".mp3"}, {"g": 7}, {"u": "https://x"}),
        *({"p": PATH + ".mp3", "g": "7"}, {"p": PATH + ".mp3", "g": True}, {"p": PATH + ".mp3", "g": 7.0}),
        *({"p": "/../etc/passwd", "g": 7}, {"p": "/single/../../x/" + ITEM + "/a.mp3", "g": 7}),
        *({"p": "http://evil.example" + PATH + ".mp3", "g": 7}, {"p": PATH + ".mp3\n", "g": 7}, {"p": "", "g": 7}),
        *({"p": PATH + ".mp3?x", "g": 7}, {"p": PATH + ".mp3#x", "g": 7}, {"p": "/imageproxy?path=x", "g": 7}),
        *({"p": f"/single/abc/../{ITEM}/a.mp3", "g": 7}, {"p": f"/single/abc/./{ITEM}/a.mp3", "g": 7}),
        *({"p": f"/single/abc/.../{ITEM}/a.mp3", "g": 7}, {"q": 7, "n": 7}, {"q": "x", "n": True}, {"q": "x"}),
        *(b"\xff\xfe", b"{", b"[" * 3000, b'{"p": NaN'),
    ],
    ids=repr,
)
def test_a_signed_reference_of_another_shape_is_refused(ref):
    """Even with a right signature nothing is fetched but a stream path of MA's own shape."""
    with pytest.raises(StreamUrlError):
        check_signed(*signed(ref), keys=[KEY], now=NOW)


def test_references_of_music_skill_queues_are_streams():
    """The shape of the music skill's queues is accepted."""
    assert check_signed(*signed({"q": "queue-1", "n": 3}), keys=[KEY], now=NOW) == {"q": "queue-1", "n": 3}


@pytest.mark.parametrize("codec", ["mp3", "aac"])
def test_the_url_of_an_entry(codec):
    """An entry's URL names its queue and its number, in the codec asked for, and says until when it is good."""
    url, expires_at = PublicUrls("https://home.example.com", lambda: KEY, lambda: NOW).entry("queue-1", "17", codec)
    assert urlsplit(url).path.endswith(f".{codec}")
    assert f"exp={expires_at}&" in url
    assert expires_at == NOW + VALID_S
    assert checked(url) == {"q": "queue-1", "n": 17}


@pytest.mark.parametrize(
    ("queue_id", "entry_id"),
    [("", "1"), *(("queue-1", entry_id) for entry_id in ("", "0", "01", "-1", "1.0", "x", "1" * 10, "\u0661", "1\n"))],
    ids=repr,
)
def test_what_is_no_entry_has_no_url(queue_id, entry_id):
    """An entry's id is a number the bridge gave; a URL for anything else never leaves."""
    with pytest.raises(StreamUrlError):
        PublicUrls("https://home.example.com", lambda: KEY, lambda: NOW).entry(queue_id, entry_id)


@pytest.mark.parametrize(
    "name", ["..", "../x.mp3", "a/b.mp3", ".mp3", "abc", "abc.", "abc.mp3.x", "abc.MP3", "a%2e.mp3"]
)
def test_a_name_is_one_plain_segment(name):
    """The last segment is base64url, a dot and an extension; anything else is refused."""
    with pytest.raises(StreamUrlError):
        check_signed("stream", name, str(int(NOW) + 60), "x", keys=[KEY], now=NOW)


@pytest.mark.parametrize(
    ("image_url", "ref"),
    [
        ("", {"b": 1}),
        ("/imageproxy?path=a%2Fb&provider=x", {"p": "/imageproxy?path=a%2Fb&provider=x"}),
        (f"/imageproxy/{'0f' * 32}?size=512&fmt=jpeg", {"p": f"/imageproxy/{'0f' * 32}"}),
        (f"http://192.168.1.20:8095/base/imageproxy/{'0f' * 32}", {"p": f"/imageproxy/{'0f' * 32}"}),
        ("http://192.168.1.20:8095/imageproxy?path=a&size=256", {"p": "/imageproxy?path=a&size=256"}),
        ("https://ma.lan/base/imageproxy?path=a", {"p": "/imageproxy?path=a"}),
        ("https://img.example.com/a/b.png?w=1", {"u": "https://img.example.com/a/b.png?w=1"}),
    ],
)
def test_pictures_are_signed(image_url, ref):
    """MA's imageproxy keeps its query or its id, a remote picture its whole URL; none is the built-in one."""
    url = art_url(image_url)
    assert url.startswith("https://home.example.com/art/")
    assert checked(url, kind="art") == ref | {"s": DEFAULT_EDGE}


@pytest.mark.parametrize("edge", ART_EDGES)
def test_pictures_have_the_edges_of_the_list(edge):
    """The edge stands in the reference."""
    assert checked(art_url("", edge), kind="art") == {"b": 1, "s": edge}


@pytest.mark.parametrize("edge", [0, -48, 47, 1201, 2400, True, 48.0, "48", None])
def test_other_edges_are_not_handed_out(edge):
    """An edge that is not on the list is neither signed nor, signed by whomever, accepted."""
    with pytest.raises(StreamUrlError):
        art_url("https://img.example.com/a.jpg", edge)
    for ref in ({"b": 1}, {"u": "https://img.example.com/a.jpg"}, {"p": "/imageproxy?path=x"}):
        with pytest.raises(StreamUrlError):
            check_signed(*signed(ref | {"s": edge}, kind="art"), keys=[KEY], now=NOW)


@pytest.mark.parametrize("ref", [{"p": "/imageproxy?path=x"}, {"u": "https://img.example.com/a.jpg"}])
def test_references_without_an_edge_are_still_good(ref):
    """A URL that was signed before pictures had sizes is good for as long as it says."""
    assert check_signed(*signed(ref, kind="art"), keys=[KEY], now=NOW) == ref


@pytest.mark.parametrize(
    "ref",
    [
        *(
            {},
            {"s": 48},
            {"b": 0},
            {"b": True},
            {"b": "1"},
            {"b": 1.0},
            {"u": "http://img.example.com/a.jpg"},
            {"u": 1},
        ),
        *(
            {"p": path}
            for path in ("", "/", "/api", "/imageproxy", "/imageproxy?", "/imageproxy/", "/imageproxy/../api")
        ),
        *({"p": path} for path in ("/imageproxy?a#b", "/imageproxy?a b", "/imageproxyx?a", "//host/imageproxy?a", 1)),
        *({"p": f"/imageproxy/{part}"} for part in ("0f" * 31, "0F" * 32, "0f" * 33, "0f" * 32 + "/x")),
        *({"p": "/imageproxy?path=x", "u": "https://img.example.com/a.jpg"}, {"u": "https://x/a.jpg", "b": 1}),
    ],
    ids=str,
)
def test_other_references_are_no_pictures(ref):
    """What is signed but names no picture, or two, is refused."""
    with pytest.raises(StreamUrlError):
        check_signed(*signed(ref, kind="art"), keys=[KEY], now=NOW)


@pytest.mark.parametrize(
    "image_url",
    [
        *(
            "/imageproxy",
            "/imageproxy/",
            "/imageproxy/x?a",
            "/etc/passwd",
            "http://img.example.com/a.jpg",
            "file:///a.jpg",
            "ftp://x/imageproxy?a",
        ),
        *("https://", "https:///a.jpg", "https://img.example.com/a b.jpg", 'https://x/"><script>', "/imageproxy?a\nb"),
        *(
            "https://user:secret@img.example.com/a.jpg",
            "https://x/" + "a" * 5000,
            "https://x/\ud800",
            "/imageproxy?\udfff",
        ),
    ],
)
def test_other_pictures_are_not_handed_out(image_url):
    """What is neither MA's imageproxy nor a plain https picture is an error; PublicUrls shows the built-in one."""
    with pytest.raises(StreamUrlError):
        art_url(image_url)
    shown = PublicUrls(BASE, lambda: KEY, lambda: NOW).art(image_url)
    assert shown == {edge: art_url("", edge) for edge in ART_EDGES}


def test_the_key_is_fetched_late():
    """The key is not read before the first URL is signed."""
    asked = []
    urls = PublicUrls(BASE, lambda: asked.append(1) or KEY, lambda: NOW)
    assert not asked
    assert urls.stream(LAN, 7) == stream_url()
    assert asked


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(st.characters()), st.text().map(lambda text: LAN + text), st.text().map(PATH.join)))
def test_any_text_is_signed_whole_or_refused(text):
    """Whatever text comes as a stream URL, the outcome is a URL that checks, or StreamUrlError."""
    try:
        url = stream_url(text)
    except StreamUrlError:
        return
    assert checked(url)["g"] == 7


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(st.characters()), st.text(st.characters()).map(lambda text: "/imageproxy?" + text)))
def test_any_text_of_a_picture_is_signed_whole_or_refused(text):
    """Whatever text comes as a picture's URL, the outcome is a URL that checks, or StreamUrlError."""
    try:
        url = art_url(text)
    except StreamUrlError:
        return
    assert checked(url)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters()), st.text(st.characters()), st.text(st.characters()))
def test_any_text_of_a_signed_url_is_refused(name, exp, sig):
    """Whatever comes in from outside, the answer is StreamUrlError and nothing else."""
    with pytest.raises(StreamUrlError):
        check_signed("stream", name, exp, sig, keys=[KEY], now=NOW)

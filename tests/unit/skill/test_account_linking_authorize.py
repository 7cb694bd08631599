"""/authorize: the passphrase page, and every way in which it is refused."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from music_assistant_alexa.account_linking import page as page_module
from music_assistant_alexa.account_linking.authorize import COOKIE, PAGE_S
from music_assistant_alexa.account_linking.tries import OF_ALL, OF_ONE, WINDOW_S
from simulator.account_linking import HOST, LINKING_SECRET, PASSPHRASE, VENDOR_ID, Linker, fields_of_page, http_event

REDIRECTS = [
    f"https://{host}/api/skill/link/{VENDOR_ID}"
    for host in ("layla.amazon.com", "pitangui.amazon.com", "alexa.amazon.co.jp")
]


@pytest.fixture
def alexa(linking):
    return linking.alexa


def problem_of(answer):
    """Return the name of the problem a page tells of, in English."""
    (text,) = re.findall(r'role="alert"[^>]*>([^<]*)<', answer["body"]) or [""]
    return next((name for name, words in page_module._WORDS["en"].items() if words == unescape(text)), "")


# The page


def test_the_page_is_a_page_that_everyone_can_use(alexa):
    """Language, title, one heading, a label for the field, its hint, a button; fit for a phone."""
    body = alexa.open_page()["body"]
    for needed in (
        *('<html lang="en">', "<title>", "<main>", "<h1>", 'name="viewport"', "<button>", 'method="post"'),
        *('<label for="passphrase">', 'id="passphrase"', 'autocomplete="current-password"', 'type="password"'),
        *('aria-describedby="hint"', 'id="hint"'),
    ):
        assert body.count(needed) == 1, needed
    assert "aria-invalid" not in body


def test_the_page_loads_and_runs_nothing(alexa):
    """No script, no style but the hashed one, no frame around it, forms only to us and on to Amazon."""
    page = alexa.open_page()
    policy = page["headers"]["content-security-policy"]
    assert page["headers"]["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert "script" not in page["body"]
    assert not re.search(r'\b(src|href|style|on\w+)="', page["body"])
    (form_action,) = re.findall(r"form-action ([^;]*)", policy)
    assert all(source == "'self'" or source.startswith("https://*.amazon.") for source in form_action.split())


def test_the_style_is_the_one_that_the_policy_allows(alexa):
    """A browser compares the hash of what stands between the tags."""
    page = alexa.open_page()
    (style,) = re.findall(r"<style>(.*?)</style>", page["body"], re.DOTALL)
    digest = page_module.base64.b64encode(page_module.hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in page["headers"]["content-security-policy"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        *(("de-DE,de;q=0.9,en;q=0.8", "de"), ("fr-FR, de;q=0.5", "de"), ("DE", "de"), ("en-GB,de", "en")),
        *(("", "en"), ("fr", "en"), ("*", "en"), ("x" * 10_000, "en"), (",;=", "en")),
    ],
)
def test_the_page_is_in_the_listeners_language(alexa, linking, accepted, language):
    """The first language of the browser's that we have, else English; a problem is told in it too."""
    headers = {"accept-language": accepted}
    for query in (alexa.query, {}):
        answer = linking.web.answer(http_event("GET", "/authorize", query=urlencode(query), headers=headers))
        assert f'<html lang="{language}">' in answer["body"]
        assert page_module._WORDS[language]["title"] in answer["body"]


def test_both_languages_say_the_same_things():
    """No sentence is missing in one of them."""
    names = [words.keys() for words in page_module._WORDS.values()]
    assert all(each == names[0] for each in names)


@pytest.mark.parametrize("redirect_uri", REDIRECTS)
def test_the_right_passphrase_goes_back_to_alexa(linking, redirect_uri):
    """To each of Amazon's three, with the state as it came and a code that is worth tokens."""
    alexa = replace(linking.alexa, redirect_uri=redirect_uri, cookies={})
    assert alexa.tokens(alexa.code())["expires_in"] == 3600


@pytest.mark.parametrize("state", ["x", "a b&c=d#e%20", "é", "x" * 2048, "<script>"])
def test_the_state_goes_back_as_it_came(linking, state):
    """Whatever Alexa put there; it is nowhere in the page."""
    alexa = replace(linking.alexa, state=state, cookies={})
    page = alexa.open_page()
    assert state == "x" or state not in page["body"]
    assert alexa.code_in(alexa.enter(page), page)


# What is no question of Alexa's is not answered with a redirect

LAYLA = REDIRECTS[0]


@pytest.mark.parametrize(
    "changed",
    [
        *({"client_id": client} for client in ("", "Alexa", "alexa ", "another")),
        *(
            {"redirect_uri": uri}
            for uri in (
                *("", "https://evil.example/api/skill/link/" + VENDOR_ID, LAYLA + "/", LAYLA + "?x=1", LAYLA + "#x"),
                *(LAYLA.replace("https", "http"), LAYLA.replace(VENDOR_ID, "M2BBBBBBBBBBBB"), LAYLA.upper()),
                *(LAYLA.replace(VENDOR_ID, ""), LAYLA.replace(VENDOR_ID, "../" + VENDOR_ID), LAYLA + "\n"),
                *(
                    LAYLA.replace(".com", ".com.evil.example"),
                    LAYLA.replace("layla.", "layla.amazon.com@evil.example/"),
                ),
                *(
                    LAYLA.replace("layla", "evil"),
                    LAYLA.replace("amazon.com", "amazon.com:8443"),
                    "javascript:alert(1)",
                ),
                *(LAYLA.replace("https:", ""), " " + LAYLA, LAYLA.replace("layla", "user@layla"), "/authorize"),
            )
        ),
    ],
    ids=lambda changed: repr(next(iter(changed.values()))),
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_link_stays_here(linking, alexa, changed, method):
    """An unknown client, or an address that is not exactly one of Amazon's: no form, no redirect, nothing counted."""
    alexa.open_page()
    calls = linking.store.calls
    query = urlencode({name: value for name, value in {**alexa.query, **changed}.items() if value})
    answer = alexa.open_page(**changed) if method == "GET" else alexa.post_form(b"passphrase=x", query=query)
    assert (answer["statusCode"], problem_of(answer)) == (400, "link")
    assert "location" not in answer["headers"]
    assert "<form" not in answer["body"]
    assert linking.store.calls == calls


@pytest.mark.parametrize(
    "query",
    [
        *("client_id=alexa&client_id=evil", "redirect_uri=a&redirect_uri=b", "&".join(f"f{n}=1" for n in range(30))),
        *("state=%ff", "state=a&state=a"),
    ],
)
def test_a_query_that_says_a_thing_twice_is_refused(linking, query):
    """RFC 6749, 3.1: no field stands there more than once."""
    answer = linking.web.answer(http_event("GET", "/authorize", query=query))
    assert (answer["statusCode"], answer["headers"].get("location")) == (400, None)


# What Alexa asks wrongly, it is told

VERIFIER = "v" * 43
S256 = {"code_challenge": "A" * 43, "code_challenge_method": "S256"}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        *(({"response_type": kind}, "unsupported_response_type") for kind in ("", "token", "code token", "CODE")),
        *(({"state": state}, "invalid_request") for state in ("", "x" * 2049)),
        *(({**S256, "code_challenge_method": method}, "invalid_request") for method in ("", "plain", "s256", "S512")),
        *(
            ({**S256, "code_challenge": challenge}, "invalid_request")
            for challenge in ("", "A" * 42, "A" * 44, "A" * 42 + "=", "A" * 42 + "é")
        ),
    ],
    ids=repr,
)
def test_a_wrong_question_goes_back_with_its_error(alexa, changed, error):
    """To Amazon's own URL, in OAuth's words (RFC 6749, 4.1.2.1; RFC 7636, 4.4.1), with the state and without a code."""
    answer = alexa.open_page(**changed)
    location = urlsplit(answer["headers"]["location"])
    assert answer["statusCode"] == 303
    assert f"{location.scheme}://{location.netloc}{location.path}" == LAYLA
    fields = parse_qs(location.query, keep_blank_values=True)
    assert fields == {"error": [error], "state": [changed.get("state", alexa.state)]}


# What is entered


@pytest.mark.parametrize("passphrase", ["", "wrong", PASSPHRASE.upper(), PASSPHRASE + "x", "x" * 10_000, "\x00"])
def test_a_wrong_passphrase_shows_the_page_again(alexa, passphrase):
    """With a sentence that is read out, a new token, and nothing of what was typed."""
    answer = alexa.enter(alexa.open_page(), passphrase)
    assert (answer["statusCode"], problem_of(answer)) == (403, "wrong")
    assert 'aria-invalid="true"' in answer["body"]
    assert 'aria-describedby="problem hint"' in answer["body"]
    assert not passphrase or passphrase not in answer["body"]
    assert alexa.code_in(alexa.enter(answer), answer)


def test_a_form_without_a_passphrase_is_a_wrong_one(alexa):
    """A missing field lets nobody in."""
    fields = fields_of_page(alexa.open_page())
    answer = alexa.post_form(urlencode({"page": fields["page"]}).encode())
    assert (answer["statusCode"], problem_of(answer)) == (403, "wrong")


def test_the_page_of_another_browser_is_not_taken(linking, alexa):
    """A page that someone fetched for someone else has another cookie; nothing is tried with it."""
    stranger = Linker(linking.web.answer, source="198.51.100.66")
    theirs = stranger.open_page()
    alexa.open_page()
    for cookies in (dict(alexa.cookies), {}, {COOKIE: ""}, {"other": "x"}):
        answer = replace(alexa, cookies=cookies).enter(theirs)
        assert (answer["statusCode"], problem_of(answer)) == (403, "stale")
    assert linking.store.calls == 0


@pytest.mark.parametrize("changed", [{"state": "of another"}, {"redirect_uri": REDIRECTS[1]}, {**S256}])
def test_a_page_is_good_for_what_was_asked(linking, alexa, changed):
    """Its token does not fit a query that was changed since."""
    fields = {**fields_of_page(alexa.open_page()), "passphrase": PASSPHRASE}
    answer = alexa.post_form(urlencode(fields).encode(), query=urlencode({**alexa.query, **changed}))
    assert (answer["statusCode"], problem_of(answer)) == (403, "stale")
    assert linking.store.calls == 0


@pytest.mark.parametrize("token", ["", "x", "page.k1.AAAA." + "A" * 43])
def test_a_page_that_we_did_not_make_is_not_taken(linking, alexa, token):
    """A false or a missing token: nothing is tried."""
    answer = alexa.enter(alexa.open_page(), page=token)
    assert (answer["statusCode"], problem_of(answer)) == (403, "stale")
    assert linking.store.calls == 0


def test_two_tabs_of_one_browser_are_both_good(alexa):
    """Opening the page again does not make the first one stale; a cookie that is none of ours is replaced."""
    first, second = alexa.open_page(), alexa.open_page()
    for page in (second, first):
        assert alexa.code_in(alexa.enter(page), page)
    alexa.cookies[COOKIE] = "x"
    page = alexa.open_page()
    assert alexa.code_in(alexa.enter(page), page)
    assert len(alexa.cookies[COOKIE]) == 22


def test_no_token_of_another_kind_opens_the_page(alexa):
    """A code, an access token and a refresh token are no page."""
    code = alexa.code()
    pair = alexa.tokens(code)
    for token in (code, pair["access_token"], pair["refresh_token"]):
        assert problem_of(alexa.enter(alexa.open_page(), page=token)) == "stale"


def test_an_old_page_is_shown_anew(linking, alexa):
    """After ten minutes it says so, and the new one works."""
    page = alexa.open_page()
    linking.clock.now += PAGE_S
    answer = alexa.enter(page)
    assert (answer["statusCode"], problem_of(answer)) == (403, "stale")
    assert alexa.code_in(alexa.enter(answer), answer)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", f"http://{HOST}", f"https://{HOST}.evil.example"]
)
def test_a_form_of_another_site_is_refused(linking, alexa, origin):
    """A browser says where a form stood; only ours counts."""
    fields = {**fields_of_page(alexa.open_page()), "passphrase": PASSPHRASE}
    answer = alexa.post_form(urlencode(fields).encode(), origin=origin)
    assert (answer["statusCode"], linking.store.calls) == (403, 0)


def test_the_cookie_is_for_us_alone(alexa):
    """Whole host, TLS, no script, not from other sites; as `__Host-` demands."""
    (cookie,) = alexa.open_page()["cookies"]
    name, *flags = cookie.split("; ")
    assert name.startswith("__Host-")
    assert set(flags) == {"Path=/", f"Max-Age={PAGE_S}", "Secure", "HttpOnly", "SameSite=Strict"}


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"content-type": "application/json"}, b"{}", 415),
        ({"content-type": "multipart/form-data"}, b"", 415),
        ({}, b"passphrase=a&passphrase=b", 400),
        ({}, b"page=%ff", 400),
        ({}, b"x" * 20_000, 413),
    ],
)
def test_a_form_of_another_shape_is_refused(linking, alexa, headers, body, status):
    """Before anything is tried."""
    alexa.open_page()
    answer = alexa.post_form(body, **headers)
    assert (answer["statusCode"], linking.store.calls) == (status, 0)


# How often


def test_after_five_wrong_ones_a_source_waits(linking, alexa, counted):
    """The sixth is not even looked at, right or wrong; after a quarter of an hour it is."""
    page = alexa.open_page()
    assert [alexa.enter(page, "wrong")["statusCode"] for _ in range(OF_ONE)] == [403] * OF_ONE
    for passphrase in ("wrong", PASSPHRASE):
        answer = alexa.enter(page, passphrase)
        assert (answer["statusCode"], problem_of(answer)) == (429, "often")
        assert answer["headers"]["retry-after"] == str(WINDOW_S)
        assert "<form" not in answer["body"]
    assert counted.count("LinkingTooOften") == 2
    assert Linker(linking.web.answer, source="198.51.100.1").code()
    linking.clock.now += WINDOW_S
    assert alexa.code()


def test_many_sources_are_stopped_together(linking):
    """Fifty wrong ones from anywhere, and all wait."""
    for n in range(OF_ALL):
        guesser = Linker(linking.web.answer, source=f"203.0.113.{n}")
        assert guesser.enter(guesser.open_page(), "wrong")["statusCode"] == 403
    last = Linker(linking.web.answer, source="198.51.100.1")
    assert last.enter(last.open_page())["statusCode"] == 429


def test_a_household_links_as_many_accounts_as_it_has(linking):
    """Right passphrases are no failures."""
    assert len({Linker(linking.web.answer).code() for _ in range(OF_ONE * 3)}) == OF_ONE * 3


def test_without_the_table_nobody_is_let_in(linking, alexa):
    """What cannot be counted is not tried."""
    page = alexa.open_page()
    linking.store.away = True
    answer = alexa.enter(page)
    assert (answer["statusCode"], answer["headers"].get("location")) == (503, None)


@pytest.mark.parametrize("field", LINKING_SECRET)
def test_without_the_secret_nobody_is_let_in(linking, alexa, field):
    """On, but not set up: 500, and the log says what is missing."""
    page = alexa.open_page()
    linking.clock.now += PAGE_S - 1
    linking.secret[field] = ""
    assert alexa.enter(page)["statusCode"] == 500


def test_nothing_secret_is_logged_or_counted(linking, alexa, logs, counted):
    """Passphrases, codes, tokens, states and addresses are in no line and no metric of the whole way."""
    page = alexa.open_page()
    alexa.enter(page, "a wrong passphrase")
    code = alexa.code()
    pair = alexa.tokens(code)
    alexa.refreshed(pair["refresh_token"])
    alexa.ask(grant_type="authorization_code", code=code, redirect_uri=alexa.redirect_uri)
    text = logs.text + " ".join(counted)
    assert "came again" in text
    secrets = (PASSPHRASE, "a wrong passphrase", code, *map(str, pair.values()), alexa.state, alexa.source)
    assert [secret for secret in (*secrets, *LINKING_SECRET.values()) if len(secret) > 6 and secret in text] == []


def test_what_happened_is_counted(linking, alexa, counted):
    """Each metric that docs/account-linking.md names is counted when that happens."""
    code = alexa.code()
    for _ in range(2):
        alexa.ask(grant_type="authorization_code", code=code, redirect_uri=alexa.redirect_uri)
    for _ in range(OF_ONE + 1):
        alexa.enter(alexa.open_page(), "a wrong passphrase")
    page = (Path(__file__).parents[3] / "docs" / "account-linking.md").read_text()
    named = set(re.findall(r"`(Linking[A-Z]\w+)`", page))
    assert len(named) >= 5
    assert named - set(counted) == set()
    assert (counted.count("LinkingGranted"), counted.count("LinkingWrongPassphrase")) == (1, OF_ONE)

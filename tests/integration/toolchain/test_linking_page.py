"""The passphrase page in a real browser: it has the last word on cookies, policies and redirects."""

import json
import os
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of, title_is, url_to_be
from selenium.webdriver.support.wait import WebDriverWait

from music_assistant_alexa.account_linking.grants import Grants
from music_assistant_alexa.account_linking.household import Household
from music_assistant_alexa.account_linking.routes import routes
from music_assistant_alexa.account_linking.tries import Tries
from music_assistant_alexa.settings import Credentials
from music_assistant_alexa.web import Web
from simulator.account_linking import HOST, LINKING_SECRET, PASSPHRASE, VENDOR_ID, Linker, http_event
from simulator.memory_linking import MemoryLinkingStore
from simulator.tls import Authority

NOW = 1_795_000_000
SECRET = {"bridge_token": "t", "stream_signing_key": "s", **LINKING_SECRET}
BROWSER = ("chromium", "chromedriver")
FLAGS = (
    *("--headless=new", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run"),
    "--no-sandbox",  # as root in a container
    "--ignore-certificate-errors",
    *("--no-proxy-server", "--disable-background-networking", "--disable-component-update"),
)
WITHIN_S = 20
LAST = "https://alexa.amazon.de/spa/index.html"

pytestmark = [
    pytest.mark.toolchain,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # selenium's own connections
]


class Internet(BaseHTTPRequestHandler):
    """The function's URL, and Amazon's three hosts, which send the browser on to the listener's own country."""

    web = None
    arrived = None

    def do_GET(self):
        self._answer("GET", None)

    def do_POST(self):
        self._answer("POST", self.rfile.read(int(self.headers["content-length"])))

    def _answer(self, method, body):
        if self.headers["host"].partition(":")[0] != HOST:
            self._as_amazon()
            return
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items() if name.lower() != "cookie"}
        cookies = [each for each in (self.headers["cookie"] or "").split("; ") if each]
        answer = self.web.answer(http_event(method, path, query=query, headers=headers, cookies=cookies, body=body))
        self._send(answer["statusCode"], answer["headers"], answer["body"], answer.get("cookies", []))

    def _as_amazon(self):
        if self.path.startswith("/api/skill/link/"):
            self.arrived.append(f"https://{self.headers['host']}{self.path}")
            self._send(302, {"location": LAST}, "")
        else:
            self._send(200, {"content-type": "text/html"}, "<title>linked</title>")

    def _send(self, status, headers, body, cookies=()):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        for cookie in cookies:
            self.send_header("set-cookie", cookie)
        self.send_header("content-length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def arrived():
    """Collect what reaches Amazon."""
    return []


@pytest.fixture
def port(arrived):
    """Serve it all over TLS on loopback."""
    credentials = Credentials("/secrets", lambda _name: json.dumps(SECRET))
    household, store = Household(credentials, VENDOR_ID, lambda: NOW), MemoryLinkingStore(lambda: NOW)
    grants = Grants(household, store, lambda: NOW)
    web = Web(routes(household, grants, Tries(store, lambda: NOW), lambda: NOW))
    handler = type("Handler", (Internet,), {"web": web, "arrived": arrived})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.socket = Authority().server_context(HOST).wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def browser(port, tmp_path):
    """Start a browser for which every host is the one on loopback."""
    binary, service = (shutil.which(name) for name in BROWSER)
    if not binary or not service:
        sentence = "no Chromium with its driver is here; on Debian: apt-get install chromium chromium-driver"
        if os.environ.get("TOOLCHAIN") == "required":
            pytest.fail(sentence)
        pytest.skip(sentence)
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    rules = f"--host-resolver-rules=MAP * 127.0.0.1:{port}"
    for flag in (*FLAGS, rules, f"--user-data-dir={tmp_path}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    running = webdriver.Chrome(options=options, service=Service(service))
    running.implicitly_wait(WITHIN_S)
    yield running
    running.quit()


def enter(browser, passphrase):
    """Enter it, and wait for the page that comes of it."""
    field = browser.find_element(By.ID, "passphrase")
    field.send_keys(passphrase)
    browser.find_element(By.TAG_NAME, "button").click()
    WebDriverWait(browser, WITHIN_S).until(staleness_of(field))


def test_a_browser_links_an_account(browser, arrived):
    """Wrong, then right: the cookie is kept, the style is allowed, and the redirect is followed to the end."""
    alexa = Linker(None)
    browser.get(f"https://{HOST}/authorize?{urlencode(alexa.query)}")
    button = browser.find_element(By.TAG_NAME, "button")
    assert button.value_of_css_property("font-weight") == "700"
    enter(browser, "not the passphrase")
    assert browser.find_element(By.ID, "problem").get_attribute("role") == "alert"
    assert browser.switch_to.active_element.get_attribute("id") == "passphrase"
    enter(browser, PASSPHRASE)
    WebDriverWait(browser, WITHIN_S).until(url_to_be(LAST))
    WebDriverWait(browser, WITHIN_S).until(title_is("linked"))
    (uri,) = arrived
    assert uri.startswith(alexa.redirect_uri + "?")
    assert parse_qs(urlsplit(uri).query)["state"] == [alexa.state]
    refused = [each["message"] for each in browser.get_log("browser") if "Content Security Policy" in each["message"]]
    assert refused == []

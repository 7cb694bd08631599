"""Players that are not ours: curl, and a real browser's audio element."""

import http.server
import json
import os
import shutil
import subprocess
import threading
from http import HTTPStatus

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from simulator.tones import seconds
from simulator.waiting import eventually

pytestmark = [pytest.mark.audio, pytest.mark.timeout(90)]

GROWN = 4 << 20
"""Bytes of a growing stream that are here: 105 s."""

BROWSER = ("chromium", "chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # as root in a container
    "--disable-dev-shm-usage",
    "--autoplay-policy=no-user-gesture-required",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
SCRIPT = """
const [until, url, to] = arguments, done = arguments[arguments.length - 1];
const audio = document.querySelector('audio');
const happened = (event, check) => new Promise((resolve, reject) => {
  audio.addEventListener('error', () => reject(audio.error.message), {once: true});
  const look = () => { if (!check || check()) { audio.removeEventListener(event, look); resolve(); } };
  audio.addEventListener(event, look);
});
const heardFrom = (start) => happened('timeupdate', () => audio.currentTime > start + 0.2);
const state = (fault) => ({
  fault, at: audio.currentTime, paused: audio.paused, ended: audio.ended,
  duration: isFinite(audio.duration) ? audio.duration : null,
  seekable: audio.seekable.length ? audio.seekable.end(0) : 0,
});
(async () => { %s })().then(() => done(state(null)), (fault) => done(state(String(fault))));
"""
"""What runs in the page: nothing is waited for but events of the element."""

LOAD = "const loaded = happened('loadedmetadata'); audio.src = url; await loaded;"
PLAY = "const from = audio.currentTime; await audio.play(); await heardFrom(from);"
PAUSE = "if (!audio.paused) { const paused = happened('pause'); audio.pause(); await paused; }"
SEEK = "const sought = happened('seeked'); audio.currentTime = to; await sought; await heardFrom(to);"
TO_END = "const ended = happened('ended'); audio.currentTime = to; await ended;"


class Page(http.server.BaseHTTPRequestHandler):
    """A page with nothing but an audio element."""

    def do_GET(self):
        page = b"<!doctype html><title>audio</title><audio controls></audio>"
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *args):
        pass


class Browser:
    """A page in Chromium, and what its element fetched."""

    def __init__(self, driver):
        self._driver = driver

    def does(self, script, url=None, to=None):
        """Have the element do something; return its state when the events have come."""
        state = self._driver.execute_async_script(SCRIPT % script, None, url, to)
        assert state["fault"] is None
        return state

    def fetched(self):
        """Return the (Range, status) of each request for audio since this was last asked."""
        asked, answered = {}, []
        for entry in self._driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            params = message["params"]
            if message["method"] == "Network.requestWillBeSent" and "/stream/" in params["request"]["url"]:
                asked[params["requestId"]] = params["request"]["headers"].get("Range")
            elif message["method"] == "Network.responseReceived" and params["requestId"] in asked:
                answered.append((asked[params["requestId"]], params["response"]["status"]))
        return answered


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    browser, service = (shutil.which(name) for name in BROWSER)
    if not (browser and service):
        sentence = "no Chromium with its driver is here; on Debian: apt-get install chromium chromium-driver"
        if os.environ.get("TOOLCHAIN") == "required":
            pytest.fail(sentence)
        pytest.skip(sentence)
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    running = webdriver.Chrome(options=options, service=Service(service))
    running.set_script_timeout(30)
    yield running
    running.quit()


@pytest.fixture
def page(driver):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    driver.get(f"http://127.0.0.1:{server.server_port}/")
    yield Browser(driver)
    driver.get("about:blank")
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def length_s(origin):
    return seconds(origin.body)


def test_a_browser_plays_seeks_and_resumes(origin, bridge, opened, page, length_s, shown):
    """A finished stream is a file to it: its length known at once, and every place a request for a part."""
    path = bridge.new_stream()
    with opened(bridge.url, path) as answer:
        answer.read()
    loaded = page.does(LOAD, bridge.url + path)
    assert loaded["duration"] == pytest.approx(length_s, abs=0.5)
    assert loaded["seekable"] == loaded["duration"]
    assert page.does(PLAY)["at"] > 0
    later = page.does(SEEK, to=600)
    paused = page.does(PAUSE)
    assert paused["paused"]
    assert paused["at"] == pytest.approx(later["at"], abs=1)
    assert page.does(PLAY)["at"] == pytest.approx(paused["at"], abs=1)
    assert page.does(SEEK, to=300)["at"] == pytest.approx(300, abs=1)
    ended = page.does(TO_END, to=length_s - 0.5)
    assert ended["ended"]
    assert ended["at"] == ended["duration"] == pytest.approx(length_s, abs=0.1)
    fetched = page.fetched()
    assert {status for _, status in fetched} == {HTTPStatus.PARTIAL_CONTENT}
    assert {asked for asked, _ in fetched} > {"bytes=0-"}
    shown(
        "parts a browser fetched of a finished stream",
        len(fetched),
        "parts",
        detail="each 206",
        browser="plays, seeks, resumes",
    )


def test_a_browser_plays_what_is_still_growing(origin, bridge, page, length_s, shown):
    """It plays, goes forth and back in what is here, goes on when the rest comes, and knows the length at the end."""
    origin.hold_after(GROWN)
    loaded = page.does(LOAD, bridge.url + bridge.new_stream())
    assert loaded["duration"] is None
    assert page.does(PLAY)["at"] > 0
    assert page.does(SEEK, to=60)["at"] == pytest.approx(60, abs=1)
    paused = page.does(PAUSE)
    assert page.does(PLAY)["at"] == pytest.approx(paused["at"], abs=1)
    assert page.does(SEEK, to=30)["at"] == pytest.approx(30, abs=1)
    origin.go_on()
    assert page.does(SEEK, to=600)["at"] == pytest.approx(600, abs=1)
    ended = page.does(TO_END, to=length_s - 0.5)
    assert ended["ended"]
    assert ended["duration"] == pytest.approx(length_s, abs=0.1)
    fetched = page.fetched()
    assert fetched[0] == ("bytes=0-", HTTPStatus.OK)
    shown("requests of a browser for a growing stream", len(fetched), "requests", detail="the first 200, as it comes")


@pytest.fixture
def curl(tmp_path):
    """Return a function that starts curl, without any settings of its own."""
    program = shutil.which("curl")
    if not program:
        pytest.skip("no curl is here; on Debian: apt-get install curl")

    def start(*arguments):
        command = [program, "--disable", "--noproxy", "*", "--silent", "--show-error", "--fail", *arguments]
        return subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    return start


def ended(process):
    out, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors.decode()
    return out


def test_curl_fetches_all_parts_and_headers(origin, bridge, curl):
    """The whole, a part (-r), the last bytes, and the headers alone (-I)."""
    url = bridge.url + bridge.new_stream()
    assert ended(curl(url)) == origin.body
    assert ended(curl("-r", "1000-1999", url)) == origin.body[1000:2000]
    assert ended(curl("-r", "-500", url)) == origin.body[-500:]
    headers = ended(curl("-I", url)).decode().lower()
    assert headers.startswith("http/1.1 200")
    assert f"content-length: {len(origin.body)}" in headers
    assert "accept-ranges: bytes" in headers


@pytest.mark.parametrize("when", ["growing", "finished"])
def test_curl_goes_on_with_a_broken_download(origin, bridge, curl, tmp_path, when):
    """What was cut off in the middle is fetched from there on (-C -), and the file is whole."""
    url, file = bridge.url + bridge.new_stream(), tmp_path / "track.mp3"
    origin.hold_after(GROWN)
    broken = curl("-o", file.name, url)
    eventually(lambda: file.exists() and file.stat().st_size > GROWN // 2, what="half of it")
    broken.kill()
    broken.communicate()
    had = file.stat().st_size
    if when == "finished":
        origin.go_on()
        ended(curl("-o", "whole.mp3", url))
    again = curl("-C", "-", "-o", file.name, "-D", "headers.txt", url)
    origin.go_on()
    ended(again)
    assert file.read_bytes() == origin.body
    headers = (tmp_path / "headers.txt").read_text(encoding="ascii").lower()
    assert f"content-range: bytes {had}-{len(origin.body) - 1}/" in headers

"""The bridge behind nginx, configured as docs/https-proxies.md shows."""

import json
import re
import shutil
import socket
import ssl
import subprocess
import urllib.request
from pathlib import Path

import pytest
import trustme

from simulator.stand_in import StandIn
from simulator.tones import identify
from simulator.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.toolchain]

PAGE = Path(__file__).resolve().parents[3] / "docs" / "https-proxies.md"


def shown_configuration(bridge_port, https_port, folder):
    """Return the page's nginx block with the ports, names and certificates of this machine."""
    block = re.search(r"```nginx\n(.+?)```", PAGE.read_text(), re.DOTALL)[1]
    block = block.replace("listen 443 ssl;", f"listen 127.0.0.1:{https_port} ssl;")
    block = block.replace("    listen [::]:443 ssl;\n", "").replace("127.0.0.1:8098", f"127.0.0.1:{bridge_port}")
    block = re.sub(r"ssl_certificate .+;", f"ssl_certificate {folder}/chain.pem;", block)
    block = re.sub(r"ssl_certificate_key .+;", f"ssl_certificate_key {folder}/key.pem;", block)
    paths = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"pid {folder}/pid; error_log {folder}/error.log; daemon off; events {{}}\n"
        f"http {{ access_log off; {paths}\n{block}\n}}\n"
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def https(tmp_path, bridge_beside):
    """Start home, bridge and nginx; how to fetch through nginx, and the bridge."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not nginx:
        pytest.skip("nginx is not installed here")
    ca, port = trustme.CA(), free_port()
    certificate = ca.issue_cert("127.0.0.1", "music.example.com")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(tmp_path / "chain.pem", append=True)
    context = ssl.create_default_context(cadata=ca.cert_pem.bytes().decode())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))

    def fetch(path, body=None, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"https://127.0.0.1:{port}{path}", body, headers)
        with opener.open(request, timeout=10) as answer:
            return answer.read()

    with StandIn() as home, bridge_beside(home, tmp_path / "cache") as bridge:
        configuration = tmp_path / "nginx.conf"
        configuration.write_text(shown_configuration(bridge.bridge.port, port, tmp_path))
        program = subprocess.Popen([nginx, "-p", str(tmp_path), "-c", str(configuration)])
        try:
            eventually(lambda: listens(port), what="nginx to listen")
            yield fetch, bridge, home
        finally:
            program.terminate()
            program.wait(10)


def test_play_and_fetch_through_nginx(https):
    """A command and the audio it leads to come through the proxy of the page."""
    fetch, bridge, home = https
    assert json.loads(fetch("/healthz"))["status"] == "ok"
    uri = home.api("music/tracks/library_items", limit=1)[0]["uri"]
    body = json.dumps({"command": "play", "args": {"media": [uri]}}).encode()
    token = bridge.settings.bridge_tokens[0]
    state = json.loads(fetch("/players/02:00:00:00:00:01/command", body, token))
    audio = fetch(bridge.stream_path(state["stream"]))
    assert identify(audio) == state["queue"]["current_item"]["title"]

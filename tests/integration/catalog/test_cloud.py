"""The scheduled function: the same run, its state in S3, its secrets in SSM, and never longer than it may take."""

import json
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from music_assistant_alexa import deadline
from music_assistant_alexa.adapters.dynamodb_music_store import DynamoDbMusicStore
from music_assistant_alexa.models import MediaType
from music_catalog import cloud
from music_catalog.bucket import Bucket
from music_catalog.cloud import BATCH
from music_catalog.errors import ConfigurationError, SmapiError
from music_catalog.models import Locale
from music_catalog.settings import CloudSettings
from music_catalog.upload import Skill
from simulator.cloud import TABLE_NAME, make_table
from simulator.smapi import LWA, SKILL_ID

TRACKS = "AMAZON.MusicRecording"
SECRET = {"bridge_token": "bridge", "stream_signing_key": "k", "access_client_id": "me", "access_client_secret": "s"}
LONG = 900_000


@pytest.fixture
def aws(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "local")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws(), deadline.spending(60):  # moto loads for seconds
        region = {"LocationConstraint": "eu-west-1"}
        boto3.client("s3").create_bucket(Bucket="catalogue", CreateBucketConfiguration=region)
        ssm = boto3.client("ssm")
        ssm.put_parameter(Name="/secrets", Value=json.dumps(SECRET), Type="SecureString")
        ssm.put_parameter(Name="/lwa", Value=json.dumps(LWA), Type="SecureString")
        yield ssm


@pytest.fixture
def table(aws, settings):
    """Make the skill's table, and return its rows of entities, the settings that lead to it, and what empties it."""
    client = boto3.client("dynamodb")
    make_table(client)

    def rows():
        return {row["device_id"]["S"]: row["name"]["S"] for row in client.scan(TableName=TABLE_NAME)["Items"]}

    def empty():
        for key in rows():
            client.delete_item(TableName=TABLE_NAME, Key={"device_id": {"S": key}})

    return SimpleNamespace(
        rows=rows,
        empty=empty,
        settings=replace(settings, table_name=TABLE_NAME),
        store=DynamoDbMusicStore(client, TABLE_NAME, time.time),
    )


class Refusing:
    """An S3 that lets nobody in."""

    def download_file(self, *_):
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadObject")


@pytest.fixture
def bridge(desk):
    """Serve the bridge's /api to whoever has its token and Cloudflare's."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            allowed = self.headers["Authorization"] == "Bearer bridge" and self.headers["CF-Access-Client-Id"] == "me"
            content = json.dumps(desk.ask(body["command"], body["args"])).encode() if allowed else b"{}"
            self.send_response(200 if allowed else 401)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(aws, bridge, amazon):
    locales = (Locale("en", "US"),)
    return CloudSettings(bridge, "/secrets", "/lwa", "catalogue", Skill(SKILL_ID), locales, "", amazon.url, amazon.url)


@pytest.mark.slow
def test_each_run_goes_on_from_the_one_before(settings, amazon, items):
    """The state outlives the function: a second run sends only what changed, and Amazon sees no false change."""
    told = cloud.run(settings, lambda: LONG)
    assert (told["tracks"], told["waiting_for"]) == (3, [])
    del items["tracks"][0]
    cloud.run(settings, lambda: LONG)
    assert amazon.names(TRACKS) == {"Song 2", "Song 3"}
    assert (amazon.ignored, amazon.needless) == ([], [])
    assert len([call for call in amazon.calls if call == "POST create_upload"]) == 4
    assert amazon.bound


@pytest.mark.slow
def test_the_skill_finds_what_amazon_was_told(table, items):
    """A run notes what entities are in the skill's table, with their kind, artist and providers' uris; then changes."""
    items["albums"][0] |= {"provider_mappings": [{"provider_instance": "files--1", "item_id": "Night Ferry"}]}
    cloud.run(table.settings, lambda: LONG)
    assert len(table.rows()) == 5
    told = table.store.entity("library://album/1")
    assert (told.name, told.artist, told.media_type) == ("Night Ferry", "Blue Harbor", MediaType.ALBUM)
    assert told.other_uris == ("files--1://album/Night Ferry",)
    table.empty()
    items["tracks"][0] = items["tracks"][0] | {"name": "Other"}
    cloud.run(table.settings, lambda: LONG)
    assert table.rows() == {"entity#library://track/1": "Other"}


@pytest.mark.slow
def test_more_rows_than_one_call_takes(table, items):
    """A library of some batches is noted whole; what a busy table leaves undone is written again."""
    items["tracks"] = [{"uri": f"library://track/{number}", "name": f"Song {number}"} for number in range(2 * BATCH)]
    make, calls = cloud.dynamodb_client, []

    def busy(endpoint):
        client = make(endpoint)
        write = client.batch_write_item

        def written(RequestItems):  # noqa: N803 - as boto3 has it
            ((name, rows),) = RequestItems.items()
            calls.append(len(rows))
            later = rows[-1:] if len(rows) == BATCH else []
            write(RequestItems={name: rows[: len(rows) - len(later)]})
            return {"UnprocessedItems": {name: later} if later else {}}

        client.batch_write_item = written
        return client

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cloud, "dynamodb_client", busy)
        cloud.run(table.settings, lambda: LONG)
    assert len(table.rows()) == 2 + 2 * BATCH
    assert calls == [BATCH, 1, BATCH, 1, 2]


@pytest.mark.slow
def test_without_its_table_a_run_fails_before_amazon_is_told(settings, amazon):
    """A table that is not there, or that the role may not write to, is an error in words; the next run does it all."""
    with pytest.raises(ConfigurationError, match="table cannot be told"):
        cloud.run(replace(settings, table_name="never-made"), lambda: LONG)
    assert amazon.calls == []
    assert cloud.run(settings, lambda: LONG)["tracks"] == 3


@pytest.mark.slow
def test_a_run_ends_before_its_time_is_over(settings, amazon):
    """What Amazon is not done with is left to the next run; the skill is bound meanwhile."""
    amazon.polls_until_done = 2
    assert set(cloud.run(settings, lambda: 1_000)["waiting_for"]) == {"artists", "albums", "tracks"}
    assert amazon.bound
    amazon.polls_until_done = 0
    assert cloud.run(settings, lambda: 1_000)["waiting_for"] == []
    assert len([call for call in amazon.calls if call == "POST create_upload"]) == 3


@pytest.mark.slow
def test_a_run_that_fails_keeps_what_was_sent(settings, amazon, monkeypatch):
    """The state is stored also when the run breaks off, and the next one tells what is missing."""
    amazon.parts_until_failure = 1
    with pytest.raises(SmapiError):
        cloud.run(settings, lambda: LONG)
    amazon.parts_until_failure = None
    cloud.run(settings, lambda: LONG)
    assert amazon.names(TRACKS) == {"Song 1", "Song 2", "Song 3"}
    assert len(amazon.catalogs) == 3


@pytest.mark.slow
@pytest.mark.parametrize("value", ["no JSON", "{}", "[]"])
def test_a_broken_secret_names_its_form_and_parameter(settings, aws, value):
    """The three values must be there; the sentence names the parameter and holds none of them."""
    aws.put_parameter(Name="/lwa", Value=value, Type="SecureString", Overwrite=True)
    with pytest.raises(ConfigurationError, match=r"CatalogSecretName.*refresh_token"):
        cloud.run(settings, lambda: LONG)


@pytest.mark.slow
def test_a_bucket_that_is_gone_is_said(aws, tmp_path):
    """A state that is not there is a first run; a bucket that cannot be used is an error, not a first run."""
    path = tmp_path / "state.sqlite"
    path.touch()
    Bucket("catalogue").fetch(path)
    assert not path.exists()
    path.touch()
    with pytest.raises(ConfigurationError, match="deploy the stack again"):
        Bucket("another").keep(path)
    with pytest.raises(ConfigurationError, match="deploy the stack again"):
        Bucket("catalogue", client=Refusing()).fetch(path)

import socket
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from simulator import toolchain
from simulator.dynamodb_local import DynamoDbLocal

pytestmark = [pytest.mark.toolchain, pytest.mark.slow]


def client(url):
    return boto3.client(
        "dynamodb", endpoint_url=url, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


def test_it_is_a_dynamodb_that_keeps_conditions(dynamodb_local):
    """A conditional write that does not hold is refused, with the item that was in the way."""
    database = client(dynamodb_local)
    database.create_table(
        TableName="conditions",
        KeySchema=[{"AttributeName": "device_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "device_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    item = {"device_id": {"S": "kitchen"}, "generation": {"N": "7"}}
    database.put_item(TableName="conditions", Item=item)
    with pytest.raises(ClientError) as refused:
        database.put_item(
            TableName="conditions",
            Item=item,
            ConditionExpression="attribute_not_exists(device_id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert refused.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert refused.value.response["Item"] == item
    database.delete_table(TableName="conditions")


def test_it_is_gone_when_it_is_no_longer_needed(skipping_without_tools):
    """Leaving the context ends the server and frees its port."""
    with skipping_without_tools(), DynamoDbLocal() as database:
        where = urlsplit(database.url)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((where.hostname, where.port), timeout=1)


def test_a_missing_database_is_a_sentence_with_the_remedy(tmp_path, monkeypatch):
    """Who has not run `make toolchain` is told to."""
    monkeypatch.setattr(toolchain, "CACHE", tmp_path)
    with pytest.raises(toolchain.MissingToolError, match="DynamoDB Local is not here: run `make toolchain`"):
        toolchain.dynamodb_local()

"""The cloud on loopback keeps what DynamoDB promises where moto alone does not."""

import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from simulator.cloud import TABLE_NAME, LocalCloud, LocalSecrets

pytestmark = pytest.mark.slow

ITEMS, WRITERS = 40, 4


@pytest.fixture
def client():
    cloud = LocalCloud(LocalSecrets())
    switching_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads take turns as on a machine that is busy
    yield boto3.client("dynamodb", endpoint_url=cloud.endpoint)
    sys.setswitchinterval(switching_s)
    cloud.close()


def test_of_conditional_writes_at_once_the_newest_stays(client):
    """Condition and write are one: whoever comes last, the highest generation is kept."""

    def write(device_id, generation):
        try:
            client.update_item(
                TableName=TABLE_NAME,
                Key={"device_id": {"S": device_id}},
                UpdateExpression="SET generation = :generation",
                ConditionExpression="attribute_not_exists(generation) OR generation < :generation",
                ExpressionAttributeValues={":generation": {"N": str(generation)}},
            )
        except client.exceptions.ConditionalCheckFailedException:
            return

    with ThreadPoolExecutor(WRITERS) as writers:
        for item in range(ITEMS):
            list(writers.map(lambda generation, name=f"device-{item}": write(name, generation), range(WRITERS, 0, -1)))
    kept = [row["generation"]["N"] for row in client.scan(TableName=TABLE_NAME)["Items"]]
    assert kept == [str(WRITERS)] * ITEMS

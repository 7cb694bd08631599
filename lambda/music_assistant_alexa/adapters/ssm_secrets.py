"""The secrets' way in: one SecureString of SSM.

One call of our own, since Powertools' parameters would cost the cold start another half second.
"""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from music_assistant_alexa import deadline
from music_assistant_alexa.errors import ConfigurationError

__all__ = ["fetch_secret"]


def fetch_secret(name: str, endpoint: str = "", client: Any = None) -> str:
    """Return the decrypted parameter. Raises ConfigurationError with the remedy."""
    client = client or _client(endpoint)
    try:
        answer = deadline.enforced(lambda: client.get_parameter(Name=name, WithDecryption=True))
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise ConfigurationError(
            f"SSM parameter {name} (template parameter SecretName) cannot be read: {code}; make it with the README's "
            "`aws ssm put-parameter` command in the function's region"
        ) from error
    except (BotoCoreError, TimeoutError) as error:
        raise ConfigurationError(f"SSM cannot be reached: {type(error).__name__}") from error
    return str(answer["Parameter"]["Value"])


def _client(endpoint: str) -> Any:
    config = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2})
    return boto3.client("ssm", config=config, endpoint_url=endpoint or None)

"""The scheduled function's entry: builds and uploads the catalogues once a run. The skill's own is lambda_function."""

from typing import Any

from aws_lambda_powertools import Logger

from music_catalog.cloud import run
from music_catalog.settings import CloudSettings

logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(_event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Build and upload; raise what failed, so that the error metric moves."""
    told = run(CloudSettings.from_env(), context.get_remaining_time_in_millis)
    logger.info("catalogue", extra=told)
    return told

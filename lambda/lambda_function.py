"""The function's entry: everything is built once, when the sandbox starts."""

from typing import Any

from aws_lambda_powertools import Logger

from music_assistant_alexa.app import build_app
from music_assistant_alexa.settings import Settings
from music_assistant_alexa.telemetry import metrics

logger = Logger()
app = build_app(Settings.from_env())


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(raise_on_empty_metrics=False)
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one event, in whichever dialect it comes."""
    return app.answer(event, context)

"""What the pages promise in numbers is what the code has: tests elsewhere move their clocks by the code's own names."""

from pathlib import Path

import pytest

from music_assistant_alexa import deadline, playback
from music_assistant_alexa.account_linking import authorize, grants, tries
from music_assistant_alexa.adapters import breaker, dynamodb_music_store, dynamodb_store, dynamodb_table

DAY = 24 * 3600
PAGES = Path(__file__).parents[3] / "docs"
PROMISED = [
    ("architecture", "A request has 5 s", deadline.BUDGET_S, 5),
    ("architecture", "DynamoDB (1.5 s for a call", dynamodb_table.CALL_S, 1.5),
    ("architecture", "nobody waits for it again for 20 s", breaker.OPEN_S, 20),
    ("architecture", "three calls in a row", breaker.TRIES, 3),
    ("architecture", "given up after 1 s", breaker.PROBE_S, 1),
    ("architecture", "TTL, 90 days by our own clock", dynamodb_store.KEPT_S, 90 * DAY),
    ("architecture", "kept for 90 days", dynamodb_music_store.POOL_KEPT_S, 90 * DAY),
    ("architecture", "kept for 400 days", dynamodb_music_store.CONTENT_KEPT_S, 400 * DAY),
    ("architecture", "is written at most once a minute", dynamodb_music_store.HEARD_EVERY_S, 60),
    ("architecture", "Stopped under 15 s ago", playback.SPEECH_PAUSE_S, 15),
    ("account-linking", "nobody used for 400 days ends by itself", grants.REFRESH_S, 400 * DAY),
    ("account-linking", "A code lives 60 s", grants.CODE_S, 60),
    ("account-linking", "Access tokens live an hour", grants.ACCESS_S, 3600),
    ("account-linking", "the page is older than ten minutes", authorize.PAGE_S, 600),
    ("account-linking", "5 wrong ones from your address", tries.OF_ONE, 5),
    ("account-linking", "or 50 from anywhere", tries.OF_ALL, 50),
    ("account-linking", "in a quarter of an hour", tries.WINDOW_S, 15 * 60),
]


@pytest.mark.parametrize(("page", "words", "number", "promised"), PROMISED, ids=lambda value: str(value)[:30])
def test_a_page_says_what_the_code_does(page, words, number, promised):
    """The page has the sentence, and the constant its number."""
    assert words in " ".join((PAGES / f"{page}.md").read_text().split())
    assert number == promised

"""The README's table of what Alexa says when something fails is true and whole."""

import re
from pathlib import Path

import pytest

from music_assistant_alexa.custom_skill.speech import CATALOGUES

README = Path(__file__).parents[3] / "README.md"
ENGLISH = CATALOGUES["en"]
CAUSES = {key: text for key, text in ENGLISH.items() if key.startswith(("home_", "auth_"))}
OTHERS = {"refused", "bad_stream", "store", "configuration", "unexpected", "overtaken"}


def said():
    """Return the sentences of the table's first column, up to where they are cut."""
    section = README.read_text(encoding="utf-8").partition("## When it fails")[2].partition("\n## ")[0]
    return [sentence.removesuffix("…").strip() for sentence in re.findall(r'^\| "([^"]+)" \|', section, re.MULTILINE)]


@pytest.mark.parametrize("sentence", said())
def test_a_sentence_of_the_table_is_one_that_is_said(sentence):
    """What the README quotes is how exactly one sentence of the skill begins."""
    assert len([key for key, text in ENGLISH.items() if text.startswith(sentence)]) == 1


@pytest.mark.parametrize("key", [*CAUSES, *sorted(OTHERS)])
def test_a_sentence_that_names_a_cause_is_in_the_table(key):
    """Whoever hears what failed finds in the README what it means."""
    assert [sentence for sentence in said() if ENGLISH[key].startswith(sentence)]

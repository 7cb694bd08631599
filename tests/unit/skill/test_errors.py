"""The tree of errors, and the sentence each leaf becomes."""

import ast
import inspect
import logging
import string

import pytest

from music_assistant_alexa import errors, playback, telemetry
from music_assistant_alexa.custom_skill import failures
from music_assistant_alexa.custom_skill.speech import CATALOGUES, plain_text
from music_assistant_alexa.errors import (
    ConfigurationError,
    HomeAuthError,
    HomeCommandError,
    HomeError,
    HomePart,
    HomeUnreachableError,
    MediaNotFoundError,
    SkillError,
    UnknownDialectError,
    UnsupportedReason,
    UnsupportedRequestError,
)

EVERY = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
LEAVES = [kind for kind in EVERY if not kind.__subclasses__()]


def examples(kind):
    """Return one error of a type for each sentence it may become."""
    if kind is MediaNotFoundError:
        kinds = (None, "artist", "album", "track", "playlist", "radio", "podcast")
        return [MediaNotFoundError("<Tom & Jerry>", each) for each in kinds]
    if kind is UnsupportedRequestError:
        return [UnsupportedRequestError("cause", reason) for reason in UnsupportedReason]
    if kind is HomeCommandError:
        return [HomeCommandError("refused", part, 400, "bad_request") for part in HomePart]
    if issubclass(kind, HomeError):
        return [kind("cause", part) for part in HomePart]
    return [kind("cause")]


def names_in(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_every_error_has_the_one_root(kind):
    """An error of the package is a SkillError, or one of the two that no dialect answers by itself."""
    assert issubclass(kind, SkillError) or kind in {ConfigurationError, UnknownDialectError}


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_every_error_is_in_the_drawing(kind):
    """The tree at the top of errors.py names every error."""
    assert kind.__name__ in errors.__doc__


@pytest.mark.parametrize("locale", CATALOGUES)
@pytest.mark.parametrize("kind", [kind for kind in LEAVES if kind is not UnknownDialectError], ids=str)
def test_every_leaf_has_a_sentence_in_every_language(kind, locale):
    """Whatever goes wrong, there is a sentence of its own for it, and it can be said."""
    for error in examples(kind):
        sentence = failures.reply_to(error).sentence
        assert sentence.key in CATALOGUES[locale]
        assert plain_text(locale, sentence.key, **sentence.names)


@pytest.mark.parametrize("kind", [kind for kind in LEAVES if kind is not UnknownDialectError], ids=str)
def test_no_leaf_is_merely_unexpected(kind):
    """No known error falls through to the sentence for unknown ones."""
    assert {failures.reply_to(error).sentence.key for error in examples(kind)} & {"unexpected"} == set()


def test_what_nobody_foresaw_has_a_sentence():
    """Any other exception is answered with the last resort."""
    assert failures.reply_to(ZeroDivisionError()).sentence.key == "unexpected"


@pytest.mark.parametrize("part", HomePart)
@pytest.mark.parametrize(("kind", "begins"), [(HomeUnreachableError, "home"), (HomeAuthError, "auth")])
def test_the_sentence_names_the_part_that_failed(kind, begins, part):
    """Tunnel, bridge and Music Assistant are three sentences, for being away and for a refused token alike."""
    keys = {failures.reply_to(kind("cause", each)).sentence.key for each in HomePart}
    assert len(keys) == len(HomePart)
    assert failures.reply_to(kind("cause", part)).sentence.key == f"{begins}_{part}"


def test_a_refusal_is_told_by_who_refused():
    """What the bridge cannot do is the bridge's, and only what Music Assistant cannot is Music Assistant's."""
    said = {
        part: failures.reply_to(HomeCommandError("refused", part, 400, "bad_request")).sentence.key
        for part in (HomePart.BRIDGE, HomePart.MUSIC_ASSISTANT)
    }
    assert said == {HomePart.BRIDGE: "home_bridge", HomePart.MUSIC_ASSISTANT: "refused"}


def test_every_reason_has_a_sentence_of_its_own():
    """What does not apply is told by why: each reason is another sentence."""
    keys = {failures.reply_to(error).sentence.key for error in examples(UnsupportedRequestError)}
    assert len(keys) == len(UnsupportedReason)


def test_the_core_refuses_in_sentences():
    """What the core refuses is told in words to whoever reads a log: no name of a sentence, no code."""
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(playback))) if isinstance(node, ast.Call)]
    causes = [call.args[0].value for call in calls if getattr(call.func, "id", "") == "UnsupportedRequestError"]
    assert len(causes) == len(UnsupportedReason)
    assert all(" " in cause and "_" not in cause for cause in causes)


@pytest.mark.parametrize("locale", CATALOGUES)
def test_all_languages_say_the_same(locale):
    """A catalogue has the same sentences as the English one, with the same names in each."""
    english = {key: names_in(sentence) for key, sentence in CATALOGUES["en"].items()}
    assert {key: names_in(sentence) for key, sentence in CATALOGUES[locale].items()} == english


@pytest.mark.parametrize("locale", CATALOGUES)
def test_sentences_are_for_ears(locale):
    """No sentence has markup, brackets, codes or double spaces in it."""
    for key, sentence in CATALOGUES[locale].items():
        assert not set(sentence) & set("<>[]()/_\n"), key
        assert "  " not in sentence, key


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_errors_are_counted_under_short_names(kind, monkeypatch):
    """A metric is named after its error, without the word Error."""
    counted = []
    monkeypatch.setattr(telemetry, "count", counted.append)
    telemetry.failed(logging.getLogger(__name__), "a request", examples(kind)[0])
    assert counted == [kind.__name__.removesuffix("Error")]


@pytest.mark.parametrize(("everyday", "level"), [((SkillError,), "INFO"), ((HomeError,), "WARNING")])
def test_an_everyday_error_warns_nobody(caplog, monkeypatch, everyday, level):
    """What people say wrong is a line of the log; what someone has to mend is a warning."""
    monkeypatch.setattr(telemetry, "count", lambda outcome: None)
    with caplog.at_level("INFO"):
        telemetry.failed(logging.getLogger(__name__), "a request", MediaNotFoundError("x"), everyday)
    assert [record.levelname for record in caplog.records] == [level]

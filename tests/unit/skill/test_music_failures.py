"""What goes wrong in the music skill: each error in Alexa's words, who may ask, and what is never logged."""

import logging
from dataclasses import replace

import pytest

from music_assistant_alexa import errors
from music_assistant_alexa.app import build_app
from music_assistant_alexa.errors import (
    ConfigurationError,
    ContentFilteredError,
    ContentUnavailableError,
    ExpiredAuthorizationError,
    HomeAuthError,
    HomeCommandError,
    HomePart,
    HomeRateLimitError,
    HomeUnreachableError,
    IncompleteRequestError,
    InvalidAuthorizationError,
    ItemNotFoundError,
    MediaNotFoundError,
    PlaybackStoreError,
    SkillError,
    StreamUrlError,
    UnavailableReason,
    UnknownDialectError,
)
from music_assistant_alexa.music_skill import handlers, invalid_directive
from music_assistant_alexa.music_skill.directive import EVENTS
from music_assistant_alexa.music_skill.failures import ERRORS, failure_of, response_to
from music_assistant_alexa.music_skill.table import table
from simulator.envelopes import APPLICATION_ID
from simulator.rules.music_given import ERROR_VERSIONS
from simulator.rules.music_given import ERRORS as ALEXAS

EVERY = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
LEAVES = [kind for kind in EVERY if not kind.__subclasses__() and kind is not UnknownDialectError]
INTERNAL = ("Alexa", "3.0", "INTERNAL_ERROR")
INITIATE = "Alexa.Media.Playback.Initiate"
TYPES = {
    "gone": (MediaNotFoundError(), ("Alexa.Media", "1.0", "CONTENT_NOT_FOUND")),
    "explicit": (ContentFilteredError(), ("Alexa.Media", "1.0", "CONTENT_FILTERED")),
    "no subscription": (ContentUnavailableError("x"), ("Alexa.Media", "1.0", "INSUFFICIENT_USER_SUBSCRIPTION")),
    "another country": (
        ContentUnavailableError("x", UnavailableReason.REGION),
        ("Alexa.Media", "1.0", "GEOGRAPHICAL_RESTRICTION_ERROR"),
    ),
    "no such item": (ItemNotFoundError("x"), ("Alexa.Media", "1.0", "ITEM_NOT_FOUND")),
    "that very item": (ItemNotFoundError("x", named=True), ("Alexa.Media", "1.0", "INVALID_ITEM")),
    "half a directive": (IncompleteRequestError("x"), ("Alexa", "3.0", "INVALID_DIRECTIVE")),
    "no token": (InvalidAuthorizationError("x"), ("Alexa", "3.0", "INVALID_AUTHORIZATION_CREDENTIAL")),
    "an old token": (ExpiredAuthorizationError("x"), ("Alexa", "3.0", "EXPIRED_AUTHORIZATION_CREDENTIAL")),
    "too often": (HomeRateLimitError("HTTP 429"), ("Alexa", "3.0", "RATE_LIMIT_EXCEEDED")),
    "home away": (HomeUnreachableError("x"), INTERNAL),
    "home's token": (HomeAuthError("x"), INTERNAL),
    "home refuses": (HomeCommandError("x", HomePart.BRIDGE, 400), INTERNAL),
    "no table": (PlaybackStoreError("x"), INTERNAL),
    "not set up": (ConfigurationError("x"), INTERNAL),
    "bad stream": (StreamUrlError("x"), INTERNAL),
    "nobody knows": (ZeroDivisionError("x"), INTERNAL),
}


def example(kind):
    return kind("cause", HomePart.BRIDGE, 400) if kind is HomeCommandError else kind("cause")


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_every_leaf_resolves(kind):
    """Each error there is has a type of Alexa's, in the namespace and version that type belongs to."""
    assert any(known in ERRORS for known in kind.__mro__)
    failure = failure_of(example(kind))
    assert failure.type in ALEXAS[failure.namespace]
    assert failure.version == ERROR_VERSIONS[failure.namespace]


@pytest.mark.parametrize(("error", "expected"), TYPES.values(), ids=list(TYPES))
def test_each_error_in_alexas_words(music, monkeypatch, error, expected):
    """What home raises comes out as Alexa's error, with a message, and is counted under its own name."""
    music.queues.failure = error
    answer = music.ask(INITIATE, contentId="library://album/1")
    assert music.error(answer) == expected
    assert answer["payload"]["message"]
    assert len(answer["header"]["messageId"]) <= 128


def test_what_is_filtered_says_by_what():
    """The explicit filter is named."""
    assert response_to(ContentFilteredError()).payload["subtypes"] == ["EXPLICIT_LANGUAGE_FILTER"]


def test_outcomes_are_counted(music, counted):
    """One outcome for each request: an answer, an error by its name, a directive or a report nobody knows."""
    counted.clear()
    music.ask(INITIATE, contentId="library://album/1")
    music.ask(INITIATE, contentId="album:9")
    music.ask("Alexa.Media.Playback.Yodel")
    music.event("ItemPlaybackYodelled", {})
    music.queues.failure = ZeroDivisionError("surprise")
    music.ask(INITIATE, contentId="library://album/1")
    assert counted == ["Answered", "MediaNotFound", "UnknownDirective", "UnknownRequest", "Unexpected"]


DIRECTIVES = [key for key in table if not key.startswith(EVENTS)]


@pytest.mark.parametrize(
    "key", [*DIRECTIVES, "Alexa.Authorization.AcceptGrant", "Alexa.UserPreference.ResetUserPreference"]
)
def test_a_directive_without_a_payload(music, key):
    """Every directive by its bare name is answered in form; what cannot be done without more is INVALID_DIRECTIVE."""
    complete = {"Alexa.Media.Search.GetPlayableContent", "Alexa.Media.Search.GetDisplayableContent"}
    complete |= {"Alexa.UserPreference.ReceiveFeedback"}
    answer = music.ask(key)
    if key in complete:
        assert answer["header"]["name"] != "ErrorResponse"
    else:
        assert music.error(answer) == ("Alexa", "3.0", "INVALID_DIRECTIVE")


@pytest.mark.parametrize("name", ["SetShuffle", "SetLoop", "SetRepeat"])
@pytest.mark.parametrize("said", [{}, {"enable": "yes"}, {"enable": 1}, {"mode": {"status": "SOMETIMES"}}], ids=str)
def test_a_mode_that_is_not_said(music, name, said):
    """Neither on nor off: refused, and home is not asked."""
    reference = music.reference(music.initiate())
    music.queues.calls.clear()
    answer = music.queue(f"Media.PlayQueue.{name}", reference, **said)
    assert music.error(answer) == ("Alexa", "3.0", "INVALID_DIRECTIVE")
    assert music.trips == []


def test_a_jump_to_nowhere(music):
    """A jump that names no item is refused, and home is not asked."""
    reference = music.reference(music.initiate())
    music.queues.calls.clear()
    answer = music.queue("Audio.PlayQueue.JumpToItem", reference)
    assert music.error(answer) == ("Alexa", "3.0", "INVALID_DIRECTIVE")
    assert music.trips == []


def test_the_table_is_the_issue_in_full():
    """Every directive and every report of the protocol has its handler."""
    assert set(table) == {
        *(f"Alexa.Media.Search.{name}" for name in ("GetPlayableContent", "GetDisplayableContent")),
        *(f"Alexa.Media.Playback.{name}" for name in ("Initiate", "Reinitiate")),
        *(f"Alexa.Audio.PlayQueue.{name}" for name in ("GetNextItem", "GetPreviousItem", "JumpToItem")),
        *(f"Alexa.Media.PlayQueue.{name}" for name in ("GetItem", "GetView", "SetShuffle", "SetLoop", "SetRepeat")),
        "Alexa.UserPreference.ReceiveFeedback",
        *(f"AlexaAudioPlayQueueEvent.ItemPlayback{name}" for name in ("Started", "Stopped", "Finished", "Failed")),
    }
    assert handlers.__all__


def test_a_message_that_only_looks_like_ours():
    """What other code refuses in this dialect's form is the general error in version 3.0."""
    answer = invalid_directive("no")
    assert (answer["header"]["payloadVersion"], answer["payload"]["type"]) == ("3.0", "INVALID_DIRECTIVE")


# Who may ask


def bearing(token):
    return {"requestContext": {"user": {"id": "amzn1.ask.account.SECRETUSER", "accessToken": token}}}


class Gate:
    """Notes who asks to be let in, and lets in whom it is told to."""

    def __init__(self, error=None):
        self.asked = []
        self._error = error

    def __call__(self, token):
        self.asked.append(token)
        if self._error:
            raise self._error


@pytest.mark.parametrize("token", ["a token", None, 7, ""])
def test_the_token_is_looked_at_first(music, monkeypatch, token):
    """Whoever checks tokens gets the one that came, or None; it is looked at before home or the table are asked."""
    gate = Gate(InvalidAuthorizationError("not ours"))
    monkeypatch.setattr(music.app._dialects[0], "_authorize", gate)
    answer = music.ask(INITIATE, contentId="library://album/1", **bearing(token))
    assert music.error(answer) == ("Alexa", "3.0", "INVALID_AUTHORIZATION_CREDENTIAL")
    assert gate.asked == [token if token == "a token" else None]
    assert (music.trips, music.store.reads) == ([], 0)


def test_without_linking_everyone_is_let_in(music):
    """One household, one skill: a missing token is accepted, and so is any."""
    assert music.initiate()
    assert music.initiate(**bearing("whatever"))


def test_whom_the_gate_lets_in_is_answered(music, monkeypatch):
    """A good token changes nothing."""
    monkeypatch.setattr(music.app._dialects[0], "_authorize", Gate())
    assert music.initiate(**bearing("good"))


@pytest.mark.parametrize("application", ["amzn1.ask.skill.another", "", None, 7])
def test_events_of_another_application(music, counted, application):
    """They are answered with nothing, counted, and touch neither home nor table."""
    counted.clear()
    event = {
        "context": {"System": {"application": {"applicationId": application}}},
        "request": {"type": "AlexaAudioPlayQueueEvent.ItemPlaybackStarted", "body": {"item": {"id": "1"}}},
    }
    assert music.app.answer(event) == {}
    assert (music.trips, music.store.reads, counted) == ([], 0, ["WrongApplication"])


@pytest.mark.parametrize("ids", [frozenset(), frozenset({""})], ids=repr)
def test_without_an_id_no_event_is_ours(music, counted, ids):
    """A stack that does not know its skill's id yet takes no report, not even one without an id."""
    dialect = music.app._dialects[0]
    other = type(dialect)(ids, dialect._services)
    counted.clear()
    assert other.answer({"request": {"type": "AlexaAudioPlayQueueEvent.ItemPlaybackStarted"}}) == {}
    assert counted == ["WrongApplication"]


@pytest.mark.parametrize("application", [APPLICATION_ID, "amzn1.ask.skill.music"])
def test_the_second_skills_events_are_ours(settings, queues, music_store, counted, application):
    """A skill of the type Music has an id of its own, beside that of the custom skill."""
    elsewhere = {"store": music_store, "auto_sessions": music_store}  # of other dialects, not asked here
    settings = replace(settings, music_skill_id="amzn1.ask.skill.music")
    app = build_app(settings, queues=queues, music_store=music_store, **elsewhere)
    counted.clear()
    event = {
        "context": {"System": {"application": {"applicationId": application}}},
        "request": {
            "type": "AlexaAudioPlayQueueEvent.ItemPlaybackStarted",
            "body": {"item": {"id": "1", "queueId": "x"}},
        },
    }
    assert app.answer(event) == {}
    assert counted == ["Answered"]


# What is logged


def test_nothing_secret_is_logged(music, logs):
    """Words, users, tokens, queues and URLs reach no log, whatever goes wrong."""
    reference = music.reference(music.initiate(**bearing("secret-token")))
    for failure in (HomeUnreachableError("HTTP 530"), ItemNotFoundError("x"), ZeroDivisionError("y"), SkillError("z")):
        music.queues.failure = music.home.failure = failure
        music.ask(INITIATE, contentId="library://album/1", **bearing("secret-token"))
        music.search(("ARTIST", "secret words"))
        music.queue("Audio.PlayQueue.GetNextItem", reference, **bearing("secret-token"))
        music.event("ItemPlaybackFailed", reference)
    assert logs.lines
    for secret in ("secret", "SECRETUSER", reference["queueId"], "sig=", "home.example.com", "amzn1"):
        assert secret not in logs.text


def test_what_is_everyday_is_no_warning(music, logs):
    """Not found, filtered, no more: information. Home away: a warning."""
    logger = logging.getLogger("music_assistant_alexa.music_skill")
    seen = []
    logger.addFilter(note := lambda record: seen.append(record.levelno) or True)
    music.ask(INITIATE, contentId="album:9")
    music.queues.failure = HomeUnreachableError("x")
    music.ask(INITIATE, contentId="library://album/1")
    logger.removeFilter(note)
    assert seen == [logging.INFO, logging.WARNING]

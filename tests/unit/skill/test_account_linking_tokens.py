"""What account linking signs, hashes and counts with: the parts that know no HTTP."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from music_assistant_alexa.account_linking import __main__ as command
from music_assistant_alexa.account_linking import passphrase
from music_assistant_alexa.account_linking.grants import Tokens
from music_assistant_alexa.account_linking.household import LinkingSecrets
from music_assistant_alexa.account_linking.redirects import redirect_uris
from music_assistant_alexa.account_linking.tokens import Claims, Key, Kind, binding_of, key_id_of, opened, sealed
from music_assistant_alexa.account_linking.tries import OF_ALL, OF_ONE, WINDOW_S, Tries
from music_assistant_alexa.errors import (
    AuthorizationError,
    ConfigurationError,
    ExpiredAuthorizationError,
    InvalidAuthorizationError,
)
from music_assistant_alexa.settings import FRESH_S, Secrets
from simulator.account_linking import LINKING_SECRET, PASSPHRASE
from simulator.memory_linking import MemoryLinkingStore

ROOT = Path(__file__).parents[3]
NOW = 1_795_000_000
KEY = Key("k1", "a signing key of the tests")
CLAIMS = Claims("grant-1", NOW + 60, "binding", 7)
TOKEN = sealed(Kind.ACCESS, CLAIMS, KEY)


# Tokens


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("claims", [CLAIMS, Claims("", NOW + 1), Claims("é" * 20, NOW + 1)])
def test_a_token_says_what_was_put_in(kind, claims):
    """What was sealed is what is opened, until the second in which it expires."""
    assert opened(kind, sealed(kind, claims, KEY), KEY, NOW) == claims
    assert opened(kind, sealed(kind, claims, KEY), KEY, claims.expires_at - 1) == claims


@pytest.mark.parametrize("after", [0, 1, 10**9])
def test_an_old_token_was_good_once(after):
    """Expired is another error than false: Alexa renews the one and asks a person about the other."""
    with pytest.raises(ExpiredAuthorizationError):
        opened(Kind.ACCESS, TOKEN, KEY, CLAIMS.expires_at + after)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.ACCESS])
def test_no_kind_passes_for_another(kind):
    """Neither as it is nor with the other's name in front."""
    for token in (TOKEN, TOKEN.replace("access", kind, 1)):
        with pytest.raises(InvalidAuthorizationError):
            opened(kind, token, KEY, NOW)


@pytest.mark.parametrize("key", [Key("k2", KEY.secret), Key("k1", "another"), Key("k1", "")])
def test_another_key_opens_nothing(key):
    """A new id or a new text ends what was signed before."""
    with pytest.raises(InvalidAuthorizationError):
        opened(Kind.ACCESS, TOKEN, key, NOW)


def test_the_name_of_the_key_is_signed_too():
    """A token cannot be moved to another key by its name."""
    with pytest.raises(InvalidAuthorizationError):
        opened(Kind.ACCESS, TOKEN.replace(".k1.", ".k2."), Key("k2", KEY.secret), NOW)


def test_every_changed_character_is_noticed():
    """No character of a token can be another one."""
    for position, character in enumerate(TOKEN):
        changed = TOKEN[:position] + ("A" if character != "A" else "B") + TOKEN[position + 1 :]
        with pytest.raises(InvalidAuthorizationError):
            opened(Kind.ACCESS, changed, KEY, NOW)


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "access", "access.k1..", "a" * 100_000, TOKEN + ".", TOKEN + "\n", " " + TOKEN, TOKEN[:-1]),
        *(TOKEN.replace("k1", "ké"), TOKEN.upper(), "access.k1.é." + "A" * 43, TOKEN + "\ud800", "\x00", "null"),
    ],
)
def test_what_is_no_token_is_false(text):
    """Text of any other shape is InvalidAuthorizationError, never another error."""
    with pytest.raises(InvalidAuthorizationError):
        opened(Kind.ACCESS, text, KEY, NOW)
    assert key_id_of(text) in {"", "k1", "K1"}


def test_what_we_signed_in_another_time_is_false():
    """A list of another shape, signed by our key, is refused like a forged one."""
    for fields in ([], {}, ["x"], ["x", "y", "z", 1], [1, 2, "z", 1], None):
        payload = command.json.dumps(fields).encode()
        text = passphrase.base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
        signed = f"access.k1.{text}"
        token = f"{signed}.{KEY.sign(signed).decode()}"
        with pytest.raises(InvalidAuthorizationError):
            opened(Kind.ACCESS, token, KEY, NOW)


def test_lists_of_other_parts_have_other_bindings():
    """No text runs over into the next part."""
    parts = [("a", "bc"), ("ab", "c"), ("abc",), ("a", "b", "c"), ("", "abc"), ('a","b',), ("a", "b")]
    assert len({binding_of(*each) for each in parts}) == len(parts)


def test_a_key_does_not_print():
    """Neither a key nor a set of secrets shows what must not be seen."""
    known = LinkingSecrets.of(Secrets("t", "s", **LINKING_SECRET))
    for secret in (LINKING_SECRET["linking_signing_key"], LINKING_SECRET["linking_client_secret"], "scrypt"):
        assert secret not in repr(known)


# The passphrase


@pytest.mark.slow
def test_a_passphrase_matches_its_own_hash_only():
    """Made with the real cost: the same text matches, another does not, and no two hashes are the same."""
    stored = passphrase.hashed(PASSPHRASE)
    assert passphrase.matches(PASSPHRASE, stored)
    assert not passphrase.matches(PASSPHRASE + "x", stored)
    assert stored != passphrase.hashed(PASSPHRASE)
    assert PASSPHRASE not in stored


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        *((text, True) for text in (PASSPHRASE, f" {PASSPHRASE} ", "ma\u0308rchen lantern ox canal")),
        *((text, False) for text in ("", "Märchen lantern ox canal", "marchen lantern ox canal", "x" * 100_000)),
        *((text, False) for text in ("märchen  lantern ox canal", "\ud800", "\x00")),
    ],
)
def test_a_passphrase_may_come_from_any_keyboard(typed, right):
    """Accents in either form and spaces around it are the same; letters, case and words are not."""
    assert passphrase.matches(typed, LINKING_SECRET["linking_passphrase_hash"]) is right


@pytest.mark.parametrize("text", ["", "short", " " * 40, "elevenchars", "x" * 201])
def test_a_passphrase_that_is_too_short_is_not_taken(text):
    """What can be guessed is refused where it is chosen."""
    with pytest.raises(ValueError, match="12 to 200"):
        passphrase.hashed(text)


GOOD = LINKING_SECRET["linking_passphrase_hash"]


@pytest.mark.parametrize(
    "stored",
    [
        *("", PASSPHRASE, GOOD[:-1], GOOD + "A", GOOD.replace("scrypt", "bcrypt"), GOOD.replace("$10$", "$17$")),
        *(GOOD.replace("$8$1$", "$8$0$"), GOOD.replace("$8$1$", "$0$1$"), GOOD.replace("$10$8$", "$16$99$")),
    ],
)
def test_a_hash_that_cannot_be_read_names_the_remedy(stored):
    """The owner is told which field it is; nothing of it is repeated, and nobody is let in."""
    with pytest.raises(ConfigurationError, match="linking_passphrase_hash") as caught:
        passphrase.matches(PASSPHRASE, stored)
    assert not stored or stored not in str(caught.value)


@pytest.mark.slow
def test_the_command_makes_a_whole_set(capsys):
    """What it prints is accepted by the function; each run makes other keys."""
    made = []
    for _ in range(2):
        assert command.main(lambda _question: PASSPHRASE) == 0
        made.append(json.loads(capsys.readouterr().out))
        known = LinkingSecrets.of(Secrets("t", "s", **made[-1]))
        assert passphrase.matches(PASSPHRASE, known.passphrase_hash)
    same = {name for name in made[0] if made[0][name] == made[1][name]}
    assert same == {"linking_client_id"}


@pytest.mark.parametrize("answers", [("short", "short"), (PASSPHRASE, PASSPHRASE + "x")])
def test_the_command_makes_nothing_of_a_wrong_answer(capsys, answers):
    """Too short, or not the same twice: a sentence, no secret, another end."""
    given = iter(answers)
    assert command.main(lambda _question: next(given)) == 1
    out, err = capsys.readouterr()
    assert (out, PASSPHRASE in err, bool(err)) == ("", False, True)


@pytest.mark.slow
def test_the_command_needs_nothing_but_python():
    """It runs without any package installed (-S: no site-packages), as on a household's own machine."""
    code = "import music_assistant_alexa.account_linking.__main__ as c; print(len(c.fields('four words that do')))"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "lambda")}
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout.strip()) == (0, "5"), done.stderr


# The household's secret


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((name, "") for name in LINKING_SECRET),
        *((name, "x" * 31) for name in ("linking_client_secret", "linking_signing_key")),
        *(("linking_key_id", value) for value in ("a.b", "a b", "x" * 33, "é", "a\n")),
    ],
)
def test_a_missing_secret_is_named(field, value):
    """The error says which field cannot be used, and quotes none."""
    with pytest.raises(ConfigurationError, match=f"AccountLinking.*{field}") as caught:
        LinkingSecrets.of(Secrets("t", "s", **{**LINKING_SECRET, field: value}))
    for secret in LINKING_SECRET.values():
        assert len(secret) < 10 or secret not in str(caught.value)


def test_a_new_key_is_known_to_every_sandbox(linking):
    """Tokens of a new key are good in a sandbox that read the old one; those of the old key end everywhere."""
    _, other = linking.sandbox()
    old = linking.alexa.tokens(linking.alexa.code())
    other.authorize(old["access_token"])
    linking.secret["linking_key_id"] = "k2"
    linking.clock.now += FRESH_S
    new = linking.alexa.tokens(linking.alexa.code())
    other.authorize(new["access_token"])
    for grants in (linking.grants, other):
        with pytest.raises(InvalidAuthorizationError):
            grants.authorize(old["access_token"])
        with pytest.raises(InvalidAuthorizationError):
            grants.refresh(old["refresh_token"])


def test_the_secret_is_not_fetched_for_each_token(linking):
    """A good token costs no call, and any number of false ones one call a minute."""
    token = linking.alexa.tokens(linking.alexa.code())["access_token"]
    fetched = linking.fetched
    for _ in range(20):
        linking.grants.authorize(token)
        with pytest.raises(AuthorizationError):
            linking.grants.authorize("access.k9.AAAA." + "A" * 43)
    assert linking.fetched - fetched <= 1


@pytest.mark.parametrize("token", [None, "", "x", 7, [], {"a": 1}, TOKEN])
def test_a_directive_without_a_good_token_is_not_let_in(linking, token):
    """Missing, false, signed by another, of no text at all."""
    with pytest.raises(InvalidAuthorizationError):
        linking.grants.authorize(token)


def test_looking_at_a_token_asks_nothing_of_the_table(linking):
    """A directive with a token costs no round trip."""
    token = linking.alexa.tokens(linking.alexa.code())["access_token"]
    calls = linking.store.calls
    linking.grants.authorize(token)
    assert linking.store.calls == calls


# Where a code may be sent, and how often a passphrase may be tried


def test_codes_go_to_amazons_three_urls():
    """The developer console's list, one for each of Alexa's regions, and nothing like it."""
    assert redirect_uris("M2AAAAAAAAAAAA") == {
        "https://layla.amazon.com/api/skill/link/M2AAAAAAAAAAAA",
        "https://pitangui.amazon.com/api/skill/link/M2AAAAAAAAAAAA",
        "https://alexa.amazon.co.jp/api/skill/link/M2AAAAAAAAAAAA",
    }


def tries_of(clock):
    store = MemoryLinkingStore(clock)
    return Tries(store, clock), store


def test_one_source_is_stopped_others_are_not(clock):
    """Each address has its own count; an IPv6 customer has one for all addresses."""
    tries, _ = tries_of(clock)
    assert [bool(tries.begin("203.0.113.7", "k")) for _ in range(OF_ONE + 1)] == [True] * OF_ONE + [False]
    assert tries.begin("203.0.113.8", "k")
    assert [bool(tries.begin(f"2001:db8:1:2::{n}", "k")) for n in range(OF_ONE + 1)] == [True] * OF_ONE + [False]
    assert tries.begin("2001:db8:1:3::1", "k")


def test_all_sources_together_are_stopped(clock):
    """Who has many addresses gets no further."""
    tries, _ = tries_of(clock)
    assert all(tries.begin(f"203.0.113.{n}", "k") for n in range(OF_ALL))
    assert tries.begin("198.51.100.1", "k") is None


def test_a_source_that_is_stopped_takes_nothing_from_all(clock):
    """One caller alone cannot lock out a household."""
    tries, _ = tries_of(clock)
    for _ in range(OF_ALL * 2):
        tries.begin("203.0.113.7", "k")
    assert tries.begin("203.0.113.8", "k")


def test_after_its_time_counting_begins_anew(clock):
    """A quarter of an hour later the same source may try again."""
    tries, _ = tries_of(clock)
    for _ in range(OF_ONE + 1):
        tries.begin("203.0.113.7", "k")
    clock.now += WINDOW_S
    assert tries.begin("203.0.113.7", "k")


@pytest.mark.parametrize("source", ["203.0.113.7", "2001:db8::7", "", "unix:", "::ffff:203.0.113.7"])
def test_the_table_does_not_tell_who_was_there(clock, source):
    """No address is in a key, also not as a digest that anyone could make."""
    tries, store = tries_of(clock)
    other, others = tries_of(clock)
    tries.begin(source, "k")
    other.begin(source, "another key")
    assert not [key for key in store.keys if "203.0" in key or "db8" in key]
    assert len(store.keys & others.keys) == 1  # that of all sources


def test_right_passphrases_are_not_counted(clock):
    """What is given back can be tried again."""
    tries, _ = tries_of(clock)
    for _ in range(OF_ALL + OF_ONE):
        tries.give_back(tries.begin("203.0.113.7", "k"))


def test_a_right_passphrase_gives_back_no_more_than_itself(clock):
    """Wrong ones before it still count: whoever links an account does not let others go on trying."""
    tries, _ = tries_of(clock)
    for _ in range(OF_ONE - 1):
        tries.begin("203.0.113.7", "k")
    tries.give_back(tries.begin("203.0.113.7", "k"))
    assert tries.begin("203.0.113.7", "k")
    assert tries.begin("203.0.113.7", "k") is None


def test_no_secret_is_shown():
    """Neither the household's secrets nor a token are in what a log or a traceback would show of them."""
    known = LinkingSecrets("alexa", "the client's", "the hash", Key("k1", "the key's"))
    tokens = Tokens("an access token", "a refresh token")
    secrets = ("the client's", "the hash", "the key's", tokens.access, tokens.refresh)
    assert [secret for secret in secrets if secret in repr((known, tokens))] == []


def test_tries_a_minute_apart_count_together(clock):
    """Five in a quarter of an hour means of all that time, not of one moment in it."""
    tries, _ = tries_of(clock)
    clock.now -= clock.now % WINDOW_S
    for _ in range(OF_ONE):
        assert tries.begin("203.0.113.7", "k")
        clock.now += 60
    clock.now += WINDOW_S - 60 * OF_ONE - 1
    assert tries.begin("203.0.113.7", "k") is None
    clock.now += 1
    assert tries.begin("203.0.113.7", "k")

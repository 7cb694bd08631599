"""One contract for every store of account linking: in memory, on DynamoDB as moto plays it, on DynamoDB Local."""

import threading

import pytest

from music_assistant_alexa.adapters.dynamodb_linking import DynamoDbLinkingStore
from music_assistant_alexa.errors import PlaybackStoreError
from simulator.memory_linking import MemoryLinkingStore

NOW = 1_795_000_000
KEPT_S = 1000
LIMIT = 3


REAL = pytest.param("dynamodb local", marks=[pytest.mark.toolchain, pytest.mark.slow])
ATOMIC = pytest.mark.parametrize("kind", ["memory", REAL])
"""For what happens at once: moto looks and writes in two steps."""


@pytest.fixture
def store(make_store):
    return make_store(MemoryLinkingStore, DynamoDbLinkingStore)


def at_once(*calls):
    """Make all calls in the same moment; return what they return."""
    outcomes, gate = [], threading.Barrier(len(calls))

    def run(call):
        gate.wait(10)
        outcomes.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return outcomes


# Grants


def test_a_grant_begins_once(store):
    """A code that comes again begins nothing; another grant is not touched by that."""
    assert [store.begin("one", KEPT_S) for _ in range(3)] == [True, False, False]
    assert store.begin("two", KEPT_S) is True


@ATOMIC
def test_of_many_at_once_one_begins(store):
    """The same code in several sandboxes at once is used in one of them."""
    assert sorted(at_once(*[lambda: store.begin("one", KEPT_S)] * 4)) == [False, False, False, True]


def test_a_grant_moves_on_with_its_newest_generation(store):
    """Each generation gives the one that follows."""
    store.begin("one", KEPT_S)
    assert [store.renew("one", generation, KEPT_S) for generation in (1, 2, 3)] == [2, 3, 4]


def test_the_generation_before_is_good_until_its_successor_is_used(store):
    """An answer can be lost: the same question gets the same generation, as often as it comes."""
    store.begin("one", KEPT_S)
    assert [store.renew("one", 1, KEPT_S) for _ in range(3)] == [2, 2, 2]
    assert store.renew("one", 2, KEPT_S) == 3
    assert store.renew("one", 1, KEPT_S) is None


@ATOMIC
def test_two_renewals_at_once_agree(store):
    """Two sandboxes that are asked the same give the same generation."""
    store.begin("one", KEPT_S)
    assert at_once(*[lambda: store.renew("one", 1, KEPT_S)] * 4) == [2, 2, 2, 2]


@pytest.mark.parametrize("generation", [0, 2, 7])
def test_a_generation_that_never_was_is_none(store, generation):
    """What is neither the newest nor the one before gives nothing and changes nothing."""
    store.begin("one", KEPT_S)
    if generation:
        assert store.renew("one", generation, KEPT_S) is None
    assert store.renew("one", 1, KEPT_S) == 2


def test_a_grant_that_never_began_is_not_renewed(store):
    """There is no row to move on, and none is made."""
    assert store.renew("one", 1, KEPT_S) is None
    assert store.begin("one", KEPT_S) is True


def test_a_revoked_grant_is_over(store):
    """No generation of it is good, and its code does not begin it again."""
    store.begin("one", KEPT_S)
    store.renew("one", 1, KEPT_S)
    store.revoke("one", KEPT_S)
    assert [store.renew("one", generation, KEPT_S) for generation in (1, 2, 3)] == [None, None, None]
    assert store.begin("one", KEPT_S) is False


def test_how_long_a_revoked_grant_is_remembered(store, clock):
    """As long as it was asked for, and no longer: its row is kept for that."""
    store.begin("one", 10 * KEPT_S)
    store.revoke("one", KEPT_S)
    clock.now += KEPT_S - 1
    assert store.begin("one", KEPT_S) is False
    clock.now += 1
    assert store.begin("one", KEPT_S) is True


def test_revoking_nothing_makes_nothing(store):
    """A grant that never began can still begin."""
    store.revoke("one", KEPT_S)
    assert store.begin("one", KEPT_S) is True


def test_an_expired_grant_is_none(store, clock):
    """DynamoDB deletes days later; what has expired counts no more, and renewing puts the end off."""
    store.begin("one", KEPT_S)
    clock.now += KEPT_S - 1
    assert store.renew("one", 1, KEPT_S) == 2
    clock.now += KEPT_S - 1
    assert store.renew("one", 2, KEPT_S) == 3
    clock.now += KEPT_S
    assert store.renew("one", 3, KEPT_S) is None


# Counts


def test_a_count_stops_at_its_limit(store):
    """As many as the limit are let pass, of each counter."""
    assert [store.count("a", LIMIT, KEPT_S) for _ in range(5)] == [True, True, True, False, False]
    assert store.count("b", LIMIT, KEPT_S) is True


@ATOMIC
def test_many_at_once_are_never_more_than_the_limit(store):
    """Trying in parallel is no way around."""
    assert sum(at_once(*[lambda: store.count("a", LIMIT, KEPT_S)] * 8)) <= LIMIT


def test_what_is_given_back_can_be_had_again(store):
    """One less is counted, never less than none."""
    assert [store.count("a", LIMIT, KEPT_S) for _ in range(LIMIT)] == [True] * LIMIT
    store.uncount("a", KEPT_S)
    assert [store.count("a", LIMIT, KEPT_S) for _ in range(2)] == [True, False]
    for _ in range(LIMIT + 2):
        store.uncount("a", KEPT_S)
    assert [store.count("a", LIMIT, KEPT_S) for _ in range(LIMIT + 1)] == [True] * LIMIT + [False]


def test_an_expired_count_begins_anew(store, clock):
    """After its time nothing of it is left."""
    for _ in range(LIMIT):
        store.count("a", LIMIT, KEPT_S)
    clock.now += KEPT_S
    assert store.count("a", LIMIT, KEPT_S) is True


def test_grants_and_counts_share_no_row(store):
    """A name may be both."""
    assert store.count("one", LIMIT, KEPT_S) is True
    assert store.begin("one", KEPT_S) is True
    assert store.renew("one", 1, KEPT_S) == 2
    assert store.count("one", LIMIT, KEPT_S) is True


@pytest.mark.parametrize("kind", ["moto"])
def test_a_table_that_is_missing_is_the_stores_own_error(clock, store, moto_client):
    """No error of botocore's comes out, and nothing is let pass."""
    gone = DynamoDbLinkingStore(moto_client, "gone", clock)
    for call in (
        lambda: gone.begin("one", KEPT_S),
        lambda: gone.renew("one", 1, KEPT_S),
        lambda: gone.revoke("one", KEPT_S),
        lambda: gone.count("a", LIMIT, KEPT_S),
        lambda: gone.uncount("a", KEPT_S),
    ):
        with pytest.raises(PlaybackStoreError, match="ResourceNotFoundException"):
            call()


@pytest.mark.parametrize("kind", ["moto"])
def test_every_row_expires_by_itself(store, moto_client):
    """Each row has the TTL attribute of the table, and a key that says whose it is."""
    store.begin("one", KEPT_S)
    store.count("a", LIMIT, KEPT_S)
    rows = moto_client.scan(TableName=store._table._name)["Items"]
    assert {row["device_id"]["S"] for row in rows} == {"linking#grant#one", "linking#tries#a"}
    assert {row["expires_at"]["N"] for row in rows} == {str(NOW + KEPT_S)}

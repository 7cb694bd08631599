"""The count of what was judged: what passes, what fails, and what was never tried."""

from simulator.rules import Breach, Exchange
from simulator.rules.not_yet import UNUSED
from simulator.rules.tally import Tally, lines

EMPTY = {"version": "1.0", "response": {}}
STARTED = {"request": {"type": "AudioPlayer.PlaybackStarted", "token": "a"}}
PLAY = {"type": "AudioPlayer.Play", "playBehavior": "REPLACE_ALL", "audioItem": {"stream": {}}}
ILLEGAL = {"version": "1.0", "response": {"directives": [PLAY]}}


def verdict(tally, row):
    return next(each for each in tally.verdicts if each.row.row == row)


def test_a_row_passes_by_what_it_is_about():
    """An answer counts for the rows it is about, and for no other."""
    tally = Tally()
    tally.judge([Exchange(STARTED, EMPTY)] * 3, "three events")
    assert (verdict(tally, 19).judged, verdict(tally, 19).result) == (3, "pass")
    assert verdict(tally, 20).judged == 0
    assert tally.responses == 3


def test_a_row_nobody_exercised_fails():
    """A rule that judged nothing proves nothing."""
    assert verdict(Tally(), 19).result == "FAIL"


def test_a_row_that_waits_is_no_failure_until_it_is_judged():
    """What the skill does not do yet is excused; once it does it, the row counts."""
    (row,) = [row for row in UNUSED if row == 64]
    assert verdict(Tally(), row).result == "not yet"
    assert verdict(Tally(), row).sentences == ["No answer updates dynamic entities."]
    tally = Tally()
    tally.enter(row, [Breach(row, "A7", "too many")], "an answer")
    assert verdict(tally, row).result == "FAIL"


def test_a_breach_fails_its_row_and_names_the_evidence():
    """The table says which evidence broke the row."""
    tally = Tally()
    tally.judge([Exchange(STARTED, EMPTY), Exchange(STARTED, ILLEGAL)], "an evening")
    assert verdict(tally, 19).result == "FAIL"
    sentence = "an evening: AudioPlayer.PlaybackStarted is answered with AudioPlayer.Play"
    assert verdict(tally, 19).sentences == [sentence]
    assert any(sentence in line for line in lines(tally))


def test_what_is_unconfirmed_only_warns():
    """A breach of a warning's level does not fail the row; an answer with two rules of one row counts once."""
    tally = Tally()
    tally.judge([Exchange(STARTED, {**EMPTY, "x": "y" * 30_000})], "a large answer")
    assert (verdict(tally, 2).judged, verdict(tally, 2).result) == (1, "warning")


def test_every_row_of_a_trace_is_counted():
    """A row about several exchanges counts its cases."""
    late = {"request": {"type": "AudioPlayer.PlaybackNearlyFinished", "token": "a"}}
    tally = Tally()
    tally.judge([Exchange(STARTED, EMPTY), Exchange(late, EMPTY), Exchange(late, EMPTY)], "asked twice")
    assert verdict(tally, 52).judged == 1

"""The Range header, by RFC 9110."""

from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from home_bridge.ranges import LONGEST_HEADER, Span, parse_range, unmet

SIZE = 1000


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-", range(1000)),
        ("bytes=0-0", range(1)),
        ("bytes=0-499", range(500)),
        ("bytes=500-", range(500, 1000)),
        ("bytes=999-", range(999, 1000)),
        ("bytes=500-5000", range(500, 1000)),
        ("bytes=-1", range(999, 1000)),
        ("bytes=-500", range(500, 1000)),
        ("bytes=-5000", range(1000)),
        ("Bytes=1-2", range(1, 3)),
        ("bytes= 1-2", range(1, 3)),
        ("bytes=1-2 ", range(1, 3)),
        ("bytes=007-8", range(7, 9)),
    ],
)
def test_what_is_meant(header, expected):
    """First and last byte are both included, a suffix counts from the end, and what is beyond the end is cut off."""
    assert parse_range(header).of(SIZE) == expected


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=999999999999999999-"])
def test_nothing_is_there(header):
    """What begins beyond the end cannot be satisfied: 416."""
    assert parse_range(header).of(SIZE) is None


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", "bytes", "bytes=", "bytes=-", "bytes=--1", "bytes=a-b", "bytes=1-2-3", "bytes=5-4", "bytes=+1-2"),
        *("items=0-5", "seconds=1-2", "byte=0-5", "0-5", "bytes 0-5", "bytes=0-5;", "bytes=1.5-2", "bytes=0x1-2"),
        *("bytes=0-1,2-3", "bytes=0-1, -1", "bytes=" + "0-1," * 500, "bytes=1-2,", "bytes=,1-2", "bytes=\u0661-\u0662"),
        *("bytes=" + "9" * 19 + "-", "bytes=" + "0" * LONGEST_HEADER + "-", "bytes=1\n-2", "bytes=1-2\r\nX: y"),
    ],
    ids=lambda header: repr(header)[:30],
)
def test_what_is_ignored(header):
    """Another unit must be ignored; several ranges and what is no range may be, and are: all is answered."""
    assert parse_range(header) is None


@given(st.text(max_size=40) | st.from_regex(r"bytes=\d{0,4}-\d{0,4}", fullmatch=True), st.integers(0, 5000))
def test_any_text(header, size):
    """Whatever is sent, the answer is to ignore it or a range of bytes that are there."""
    span = parse_range(header)
    part = span.of(size) if span else None
    assert part is None or (0 <= part.start < part.stop <= size)


def test_what_can_be_answered_early():
    """A part that ends in what is here needs no length; one that goes to the end does."""
    assert Span(0, 99).needs == 100
    assert Span(0, None).needs is None
    assert Span(None, 1).needs is None
    assert Span(0, None).whole
    assert not Span(0, 5).whole


TAG = '"a,b"'
FAILED, SEEN = HTTPStatus.PRECONDITION_FAILED, HTTPStatus.NOT_MODIFIED


@pytest.mark.parametrize(
    ("if_match", "if_none_match", "expected"),
    [
        ([], [], None),
        # If-Match: compared strongly (13.1.1)
        ([TAG], [], None),
        (['"x", ' + TAG], [], None),
        (['"x"', TAG], [], None),
        (["*"], [], None),
        (['"x"'], [], FAILED),
        (["W/" + TAG], [], FAILED),
        (['"*"'], [], FAILED),
        ([""], [], FAILED),
        (["nonsense"], [], FAILED),
        # If-None-Match: compared weakly (13.1.2)
        ([], [TAG], SEEN),
        ([], ["W/" + TAG], SEEN),
        ([], ['"x",' + TAG], SEEN),
        ([], ['"x"', TAG], SEEN),
        ([], [" * "], SEEN),
        ([], ['"x"'], None),
        ([], ['"*"'], None),
        ([], ['"a', 'b"'], SEEN),  # two lines are one list, and this is one tag
        ([], ["nonsense"], None),
        # both: If-Match first (13.2.2)
        (['"x"'], [TAG], FAILED),
        ([TAG], [TAG], SEEN),
        ([TAG], ['"x"'], None),
    ],
)
def test_conditions(if_match, if_none_match, expected):
    """If-Match that is not met is 412, If-None-Match that is not met 304, in this order."""
    assert unmet(if_match, if_none_match, TAG) == expected


def test_conditions_on_what_has_no_tag():
    """Without an entity tag no named one is met, and "any" is: there is something."""
    assert unmet([TAG], [], None) == FAILED
    assert unmet(["*"], [], None) is None
    assert unmet([], [TAG], None) is None
    assert unmet([], ["*"], None) == SEEN


@given(st.lists(st.text(max_size=20), max_size=3), st.lists(st.text(max_size=20), max_size=3))
def test_any_conditions(if_match, if_none_match):
    """Whatever is sent, the answer is one of three."""
    assert unmet(if_match, if_none_match, TAG) in {None, FAILED, SEEN}

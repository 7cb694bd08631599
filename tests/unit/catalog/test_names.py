"""How else a name may be said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_catalog.names import MOST, alternate_names


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("Blue Harbor", []),
        ("The Beatles", ["Beatles"]),
        ("Beatles, The", ["The Beatles", "Beatles"]),
        ("The The", ["The"]),
        ("Theory", []),
        ("Café Minuit", ["Cafe Minuit"]),
        ("Mø", ["Mo"]),
        ("ガガ", []),
        ("हिन्दी", []),
        ("ガガ Café", ["ガガ Cafe"]),
        ("Cafe\u0301", ["Cafe"]),
        ("& " * 120 + "&", []),
        ("Simon & Garfunkel", ["Simon and Garfunkel"]),
        ("Florence + The Machine", ["Florence and The Machine", "Florence & The Machine"]),
        ("Sea and Cake", ["Sea & Cake"]),
        ("Echo (Live) [Remastered 2011]", ["Echo"]),
        ("Echo - Remastered 2011", ["Echo"]),
        ("Rock-Remastered", []),
        ("(Untitled)", []),
        ("(What's the Story) Morning Glory", []),
        ("AT&T", ["AT and T", "AT & T"]),
    ],
)
def test_alternate_names(name, others):
    """Articles, accents, "&" and what stands in brackets behind may be left out or said otherwise."""
    assert alternate_names(name) == others


def test_changes_are_combined():
    """Several of them at once are known, too."""
    assert "Cafe and Sea" in alternate_names("The Café & Sea (Live)")


def test_a_long_version_is_not_said():
    """Nobody says a name of more characters than a name may have."""
    assert alternate_names("Echo", "Live " * 100) == []


def test_a_version_may_be_said():
    """What tells two of one name apart is said behind it, unless it is there already."""
    assert alternate_names("Echo", "Live") == ["Echo Live"]
    assert alternate_names("Echo (Live)", "live") == ["Echo"]


@given(st.text(max_size=80))
def test_no_name_comes_twice_or_empty(name):
    """Whatever the name, the others are few, different from it and from each other, and none is empty."""
    others = alternate_names(name)
    folded = [each.casefold() for each in others]
    assert len(set(folded)) == len(folded) <= MOST
    assert name.casefold() not in folded
    assert all(others)

"""An entity's id is its uri in letters: read back without remembering anything, and refused when it is not ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_assistant_alexa.entity_ids import ID_LIMIT, entity_id, uri_of

URIS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=35)


@given(URIS)
def test_every_uri_comes_back(uri):
    """What was made of a uri gives that uri again."""
    assert uri_of(entity_id(uri)) == uri


@given(URIS)
def test_an_id_is_lower_case_letters_and_digits(uri):
    """No id holds anything that a service on the way might fold, quote or cut."""
    made = entity_id(uri)
    assert made.isascii()
    assert made.isalnum()
    assert made == made.lower()
    assert len(made) <= ID_LIMIT


def test_ids_are_the_same_for_ever():
    """An id may never change: Alexa keeps it, and alarms replay it years later."""
    assert entity_id("library://track/200000") == "manruwe4tboj4tulzporzgcy3lf4zdambqgayasj"


def test_case_on_the_way_does_no_harm():
    """An id in capitals names the same thing."""
    assert uri_of(entity_id("ma:genre/Bossa Nova").upper()) == "ma:genre/Bossa Nova"


@given(st.text(max_size=60))
def test_what_is_not_ours_is_refused_or_reads_back(text):
    """Whatever text comes, it is refused, or is exactly what we make of the uri in it."""
    uri = uri_of(text)
    assert uri is None or entity_id(uri) == text.lower()


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_cut_id_names_nothing(cut):
    """Track 200000 cut short is not track 20."""
    assert uri_of(entity_id("library://track/200000")[:-cut]) is None


@pytest.mark.parametrize("foreign", ["", "ma", "artist.1", "ma!!!!", "maaaaaaa", "amzn1.ask.skill.1", "ma" + "a" * 300])
def test_foreign_ids_are_refused(foreign):
    """What others made is no uri."""
    assert uri_of(foreign) is None


@pytest.mark.parametrize("uri", ["", "x" * 160])
def test_a_uri_that_fits_no_id_is_refused(uri):
    """Nothing and too much make no id."""
    with pytest.raises(ValueError, match="empty or too long"):
        entity_id(uri)

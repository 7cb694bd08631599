"""The whole way of the library: through TLS and the real bridge, as the scheduled function goes."""

import pytest

from music_catalog.errors import LibraryError
from music_catalog.library import Home, Library
from music_catalog.models import Kind
from simulator.stack import Stack

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")  # moto keeps one table for the whole process
def stack():
    with Stack() as stack:
        yield stack


def home(stack, token=None):
    return Home(stack.public_url, token or stack.secrets.bridge_token, ca_file=stack.ca_file)


def test_the_bridge_passes_on_every_listing(stack):
    """Its list of what is allowed has all that is asked for, and pages through it come without gaps or doubles."""
    library = Library(home(stack), page=7)
    found = {kind: [entry.uri for entry in library.entries(kind)] for kind in Kind}
    assert all(found.values())
    assert len(found[Kind.TRACK]) == len(set(found[Kind.TRACK])) > 20
    assert set(found[Kind.ALBUM]) == {each["uri"] for each in stack.home.api("music/albums/library_items")}


def test_another_token_is_refused_in_words(stack):
    """The sentence names the two settings that differ, and not the token."""
    with pytest.raises(LibraryError, match="BRIDGE_TOKENS") as refused:
        home(stack, "another token")("music/albums/library_items", {"limit": 1, "offset": 0})
    assert "another token" not in str(refused.value)

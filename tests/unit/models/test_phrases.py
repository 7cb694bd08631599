import pytest

from interactionModels.phrases import PhraseError, expand


@pytest.mark.parametrize(
    ("phrase", "samples"),
    [
        ("play {query}", ["play {query}"]),
        ("(play|start) {query}", ["play {query}", "start {query}"]),
        ("play [the] album {album}", ["play the album {album}", "play album {album}"]),
        ("play [the|my] mix", ["play the mix", "play my mix", "play mix"]),
        ("play [(some|the) music] now", ["play some music now", "play the music now", "play now"]),
        ("[please]  play ", ["please play", "play"]),
        ("(play|play) it", ["play it"]),
    ],
)
def test_a_phrase_stands_for_each_of_its_samples_once(phrase, samples):
    """Brackets choose, square ones may be left out, spaces are single."""
    assert expand(phrase) == samples


@pytest.mark.parametrize("phrase", ["(play", "play)", "[play", "play]", "(play]", "play|start", "(a|(b)"])
def test_brackets_that_do_not_pair_are_refused_and_shown(phrase):
    """The message holds the phrase, so that its line is found."""
    with pytest.raises(PhraseError) as refused:
        expand(phrase)
    assert repr(phrase) in str(refused.value)

import copy

import pytest

from interactionModels.generate import build_model
from interactionModels.rules import broken_rules

MODEL = build_model("en-US")


def language(model):
    return model["interactionModel"]["languageModel"]


def intent(model, name):
    return next(each for each in language(model)["intents"] if each["name"] == name)


def types(model):
    return language(model)["types"]


BROKEN = {
    "invocation name of one word": (
        lambda model: language(model).update(invocationName="musicassistant"),
        "two words or more",
    ),
    "invocation name in capitals": (
        lambda model: language(model).update(invocationName="Music Assistant"),
        "lower-case",
    ),
    "invocation name with a launch word": (
        lambda model: language(model).update(invocationName="play music"),
        "'play'",
    ),
    "no Pause": (
        lambda model: language(model)["intents"].remove(intent(model, "AMAZON.PauseIntent")),
        "AMAZON.PauseIntent is missing",
    ),
    "no Resume": (
        lambda model: language(model)["intents"].remove(intent(model, "AMAZON.ResumeIntent")),
        "AMAZON.ResumeIntent is missing",
    ),
    "an intent twice": (
        lambda model: language(model)["intents"].append({"name": "AMAZON.YesIntent", "samples": []}),
        "AMAZON.YesIntent is there 2 times",
    ),
    "a slot of two types": (
        lambda model: intent(model, "PlayAlbumIntent")["slots"][1].update(type="AMAZON.Musician"),
        "slot artist is MA_ARTIST in one intent and AMAZON.Musician in PlayAlbumIntent",
    ),
    "a slot of no type": (
        lambda model: types(model).pop(0),
        "which no slot type of the model is",
    ),
    "an undeclared slot": (
        lambda model: intent(model, "SeekIntent")["samples"].append("go near {place}"),
        "{place}, which the intent does not declare",
    ),
    "a slot nobody can fill": (
        lambda model: intent(model, "SeekIntent")["slots"].append({"name": "place", "type": "AMAZON.NUMBER"}),
        "declares {place}, which none of its samples uses",
    ),
    "a slot twice in a sample": (
        lambda model: intent(model, "SeekIntent")["samples"].append("from {duration} to {duration}"),
        "uses one slot twice",
    ),
    "digits in a sample": (
        lambda model: intent(model, "SeekIntent")["samples"].append("go 10 on to {duration}"),
        "letters, spaces, apostrophes",
    ),
    "an intent without samples": (
        lambda model: intent(model, "RemoveThisIntent").update(samples=[]),
        "nobody can say it",
    ),
    "one sample in two intents": (
        lambda model: intent(model, "RemoveThisIntent")["samples"].append("what is playing"),
        "cannot be told from",
    ),
    "two slots in the same words": (
        lambda model: intent(model, "AddToQueueIntent")["samples"].append("add {album} to the queue"),
        "cannot be told from",
    ),
    "a sample written twice": (
        lambda model: intent(model, "RemoveThisIntent")["samples"].append("remove this"),
        "cannot be told from",
    ),
    "a search query alone": (
        lambda model: intent(model, "PlayQueryIntent")["samples"].append("{query}"),
        "needs a carrier phrase",
    ),
    "a search query beside a slot": (
        lambda model: intent(model, "PlayQueryIntent")["slots"].append({"name": "artist", "type": "MA_ARTIST"}),
        "another slot beside AMAZON.SearchQuery",
    ),
    "a slot type without values": (
        lambda model: types(model)[0].update(values=[]),
        "has no value",
    ),
    "a slot value over 140 characters": (
        lambda model: types(model)[0]["values"].append({"name": {"value": "x" * 141, "synonyms": ["x"]}}),
        "has 141 characters",
    ),
    "a synonym over 140 characters": (
        lambda model: types(model)[0]["values"].append({"name": {"value": "x", "synonyms": ["y" * 141]}}),
        "has 141 characters",
    ),
    "an empty synonym": (
        lambda model: types(model)[0]["values"].append({"name": {"value": "x", "synonyms": [" "]}}),
        "1 to 140 are allowed",
    ),
    "a value said twice": (
        lambda model: types(model)[0]["values"].append({"name": {"value": "abba", "synonyms": ["x"]}}),
        "'abba' is there 2 times",
    ),
    "a dialog of an unknown intent": (
        lambda model: model["interactionModel"].update(dialog={"intents": [{"name": "DanceIntent"}]}),
        "the dialog lists DanceIntent",
    ),
    "a misspelt key": (
        lambda model: intent(model, "SeekIntent").update(utterances=[]),
        "an intent has the key 'utterances'",
    ),
    "a misspelt key of a value": (
        lambda model: types(model)[0]["values"][0]["name"].update(synonym=[]),
        "the name of a slot value has the key 'synonym'",
    ),
}


def test_the_unbroken_model_breaks_no_rule():
    """What follows starts from a model that Amazon builds."""
    assert broken_rules(MODEL) == []


@pytest.mark.parametrize("case", BROKEN)
def test_each_rule_is_noticed_when_it_is_broken(case):
    """A model with one thing wrong gets a sentence that names it."""
    break_it, sentence = BROKEN[case]
    model = copy.deepcopy(MODEL)
    break_it(model)
    assert [found for found in broken_rules(model) if sentence in found]


def test_an_intent_of_the_dialog_is_allowed():
    """Intents that ask back are listed in the dialog; those of the model may be."""
    model = copy.deepcopy(MODEL)
    model["interactionModel"]["dialog"] = {"intents": [{"name": "PlayAlbumIntent"}]}
    assert broken_rules(model) == []

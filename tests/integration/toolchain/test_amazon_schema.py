"""Models and manifest against the schema Amazon publishes (npm ask-smapi-model, spec.json)."""

import copy
import json

import jsonschema
import pytest

from interactionModels import generate
from simulator import toolchain

pytestmark = pytest.mark.toolchain

MODEL = "v1.skill.interactionModel.InteractionModelData"
MANIFEST = "v1.skill.Manifest.SkillManifestEnvelope"


@pytest.fixture(scope="module")
def refused(skipping_without_tools):
    """Say what Amazon's schema finds wrong with a document."""
    with skipping_without_tools():
        definitions = json.loads(toolchain.skill_schema().read_text(encoding="utf-8"))["definitions"]

    def of(document, definition):
        schema = {"$ref": f"#/definitions/{definition}", "definitions": definitions}
        return [error.message for error in jsonschema.Draft4Validator(schema).iter_errors(document)]

    return of


@pytest.mark.parametrize("locale", generate.locales())
def test_amazon_accepts_the_model(refused, locale):
    """The committed model is a valid interaction model."""
    assert refused(json.loads((generate.MODELS / f"{locale}.json").read_text(encoding="utf-8")), MODEL) == []


def manifest(name="skill.json"):
    return json.loads((toolchain.ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["skill.json", "music-skill.json"])
def test_amazon_accepts_the_manifest(refused, name):
    """Each of the two skills has a valid manifest."""
    assert refused(manifest(name), MANIFEST) == []


def test_the_music_skill_is_told_what_was_played(refused):
    """It subscribes to the four playback events, by Amazon's own names, and names content types of Amazon's list."""
    definitions = json.loads(toolchain.skill_schema().read_text(encoding="utf-8"))["definitions"]
    found = manifest("music-skill.json")["manifest"]
    events = {each["eventName"] for each in found["events"]["subscriptions"]}
    known = set(definitions["v1.skill.Manifest.EventNameType"]["enum"])
    assert events == {name for name in known if name.startswith("AUDIO_ITEM_PLAYBACK_")}
    kinds = {each["name"] for each in found["apis"]["music"]["contentTypes"]}
    assert kinds <= set(definitions["v1.skill.Manifest.MusicContentName"]["enum"])


def test_amazon_accepts_the_account_linking_of_the_docs(refused):
    """What docs/account-linking.md gives to ask-cli is a valid request, and its fields are Amazon's."""
    text = (toolchain.ROOT / "docs" / "account-linking.md").read_text(encoding="utf-8")
    request = json.loads(text.partition("```json\n")[2].partition("```")[0])
    definition = "v1.skill.accountLinking.AccountLinkingRequest"
    assert refused(request, definition) == []
    definitions = json.loads(toolchain.skill_schema().read_text(encoding="utf-8"))["definitions"]
    assert request["accountLinkingRequest"].keys() <= definitions[f"{definition}Payload"]["properties"].keys()


def test_the_words_that_the_schema_leaves_open_are_amazons_too(refused):
    """Interface types and event names are of Amazon's lists, which the validation does not follow."""
    definitions = json.loads(toolchain.skill_schema().read_text(encoding="utf-8"))["definitions"]
    found = manifest()["manifest"]
    interfaces = {each["type"] for each in found["apis"]["custom"]["interfaces"]}
    events = {each["eventName"] for each in found["events"]["subscriptions"]}
    assert interfaces <= set(definitions["v1.skill.Manifest.InterfaceType"]["enum"])
    assert events <= set(definitions["v1.skill.Manifest.EventNameType"]["enum"])


def test_the_schema_does_refuse_something(refused):
    """A validation that accepts everything would show nothing."""
    model = copy.deepcopy(generate.build_model("en-US"))
    del model["interactionModel"]["languageModel"]["invocationName"]
    assert refused(model, MODEL) == ["'invocationName' is a required property"]
    broken = manifest()
    broken["manifest"]["publishingInformation"]["locales"]["en-US"]["summary"] = "x" * 161
    assert len(refused(broken, MANIFEST)) == 1

"""The catalogues' function as CloudFormation would make it: not at all, until someone gives it a schedule."""

import pytest

SKILL_ID = "amzn1.ask.skill.00000000-1111-4222-8333-444444444444"

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # samtranslator and pydantic among themselves
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def catalog(made):
    return {name: each["Properties"] for name, each in made["Resources"].items() if name.startswith("Catalog")}


@pytest.fixture
def scheduled(stack):
    return lambda **more: catalog(stack(CatalogSchedule="rate(1 day)", MusicSkillId=SKILL_ID, **more))


def test_without_a_schedule_nothing_of_it_is_there(stack):
    """It is off by default: no function, no bucket, no role, no rule."""
    assert catalog(stack()) == {}
    assert catalog(stack(MusicSkillId=SKILL_ID)) == {}


def test_it_runs_on_its_schedule_with_the_skills_layer(scheduled):
    """The schedule calls a function of its own that has as long as Lambda allows, and needs no second layer."""
    made = scheduled()
    function = made["CatalogFunction"]
    assert (function["Handler"], function["Timeout"]) == ("catalog_function.lambda_handler", 900)
    assert len(function["Layers"]) == 1
    (rule,) = (each for each in made.values() if "ScheduleExpression" in each)
    assert rule["ScheduleExpression"] == {"Ref": "CatalogSchedule"}


def test_it_may_touch_its_log_its_state_and_its_secrets(scheduled):
    """The role allows one object of one bucket, two parameters, one log group, and to write rows into the table."""
    policies = scheduled()["CatalogFunctionRole"]["Policies"]
    allowed = [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]
    parameter = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter"
    assert [(each["Action"], each["Resource"]) for each in allowed] == [
        (["logs:CreateLogStream", "logs:PutLogEvents"], {"Fn::GetAtt": ["CatalogFunctionLogGroup", "Arn"]}),
        (["s3:GetObject", "s3:PutObject"], {"Fn::Sub": "${CatalogBucket.Arn}/state.sqlite"}),
        ("s3:ListBucket", {"Fn::GetAtt": ["CatalogBucket", "Arn"]}),
        ("dynamodb:BatchWriteItem", {"Fn::GetAtt": ["PlaybackTable", "Arn"]}),
        (
            "ssm:GetParameter",
            [{"Fn::Sub": parameter + "${SecretName}"}, {"Fn::Sub": parameter + "${CatalogSecretName}"}],
        ),
    ]


def test_of_the_table_it_may_write_rows_of_entities_only(scheduled):
    """What plays where and what contents mean stays out of its reach."""
    policies = scheduled()["CatalogFunctionRole"]["Policies"]
    (statement,) = next(each for each in policies if each["PolicyName"] == "note-what-entities-are")["PolicyDocument"][
        "Statement"
    ]
    assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["entity#*"]}}


def test_a_key_of_ones_own_decrypts_the_two_secrets(scheduled):
    """With SecretKeyArn both parameters, and through SSM only."""
    key = "arn:aws:kms:eu-west-1:123456789012:key/00000000-1111-4222-8333-444444444444"
    (*_, read, decrypt) = scheduled(SecretKeyArn=key)["CatalogFunctionRole"]["Policies"][-1]["PolicyDocument"][
        "Statement"
    ]
    assert (decrypt["Action"], decrypt["Resource"]) == ("kms:Decrypt", {"Ref": "SecretKeyArn"})
    assert decrypt["Condition"]["StringEquals"]["kms:EncryptionContext:PARAMETER_ARN"] == read["Resource"]


def test_its_environment_holds_names_and_no_secret(scheduled):
    """The function is told where secrets are."""
    variables = scheduled()["CatalogFunction"]["Environment"]["Variables"]
    assert variables.keys() == {
        *("MUSIC_SKILL_ID", "HOME_URL", "SECRET_NAME", "CATALOG_SECRET_NAME", "CATALOG_BUCKET_NAME"),
        "PLAYBACK_TABLE_NAME",
        *("CATALOG_LOCALES", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL"),
    }


def test_the_state_is_private_and_outlives_the_stack(stack, scheduled):
    """A lost state could never delete anything at Amazon again."""
    made = stack(CatalogSchedule="rate(1 day)", MusicSkillId=SKILL_ID)["Resources"]["CatalogBucket"]
    assert made["DeletionPolicy"] == "Retain"
    assert all(scheduled()["CatalogBucket"]["PublicAccessBlockConfiguration"].values())

"""The stack as CloudFormation would make it; needs Python packages only."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from simulator.toolchain import ROOT

SKILL_ID = "amzn1.ask.skill.00000000-1111-4222-8333-444444444444"
ALIAS = {"Ref": "SkillFunctionAliaslive"}
LINKING = {"AccountLinking": "on", "AlexaVendorId": "M2AAAAAAAAAAAA"}
URIS = {"AuthorizationUri": "authorize", "AccessTokenUri": "token", "VehicleUri": "aasb"}
ALEXA_REGIONS = {"eu-west-1", "us-east-1", "us-west-2", "ap-northeast-1"}

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # samtranslator and pydantic among themselves
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def of_type(stack, kind):
    return {name: each["Properties"] for name, each in stack["Resources"].items() if each["Type"] == kind}


def version_of(stack):
    ((_, version),) = of_type(stack, "AWS::Lambda::Version").items()
    return version


def literals(node):
    if isinstance(node, dict):
        return [text for value in node.values() for text in literals(value)]
    if isinstance(node, list):
        return [text for value in node for text in literals(value)]
    return [node] if isinstance(node, str) else []


def test_without_a_skill_nobody_may_call_and_an_output_says_what_is_left(stack):
    """The first deployment needs no skill id: no permission is made, and the next step is told."""
    first = stack(AlexaSkillId="")
    assert of_type(first, "AWS::Lambda::Permission") == {}
    assert "AlexaSkillId" in first["Outputs"]["NextStep"]["Value"]


def test_with_a_skill_that_skill_alone_may_call_the_alias(stack):
    """The second deployment lets Alexa in, the skill's id being the token, and has nothing left to tell."""
    second = stack(AlexaSkillId=SKILL_ID)
    assert of_type(second, "AWS::Lambda::Permission") == {
        "SkillPermission": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": ALIAS,
            "Principal": "alexa-appkit.amazon.com",
            "EventSourceToken": {"Ref": "AlexaSkillId"},
        }
    }
    assert "NextStep" not in second["Outputs"]


def test_the_music_skill_is_let_in_by_its_own_id(stack):
    """Directives and playback events come from two of Amazon's services; both name the second skill."""
    made = of_type(stack(MusicSkillId=SKILL_ID), "AWS::Lambda::Permission")
    assert {each["Principal"] for each in made.values()} == {
        "alexa-appkit.amazon.com",
        "alexa-connectedhome.amazon.com",
    }
    assert all(each["EventSourceToken"] == {"Ref": "MusicSkillId"} for each in made.values())
    assert all(each["FunctionName"] == ALIAS for each in made.values())


def test_without_account_linking_and_vehicles_nothing_but_alexa_reaches_the_function(stack):
    """Off, which is the default, there is no URL, nobody may call one, and no output speaks of it."""
    made = stack(AlexaSkillId=SKILL_ID, MusicSkillId=SKILL_ID)
    assert of_type(made, "AWS::Lambda::Url") == {}
    assert all("EventSourceToken" in each for each in of_type(made, "AWS::Lambda::Permission").values())
    assert not URIS.keys() & made["Outputs"].keys()


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        (LINKING, {"AuthorizationUri", "AccessTokenUri"}),
        ({"AutoHttp": "on"}, {"VehicleUri"}),
        ({**LINKING, "AutoHttp": "on"}, URIS.keys()),
    ],
    ids=["linking", "vehicles", "both"],
)
def test_with_account_linking_or_vehicles_the_alias_has_a_url(stack, parameters, told):
    """On, anyone may call the alias through its URL and in no other way; the outputs are those of what is on."""
    made = stack(**parameters)
    (url,) = of_type(made, "AWS::Lambda::Url").values()
    assert url == {"TargetFunctionArn": {"Ref": "SkillFunction"}, "Qualifier": "live", "AuthType": "NONE"}
    permissions = of_type(made, "AWS::Lambda::Permission").values()
    assert all(each.pop("FunctionName") == ALIAS and each.pop("Principal") == "*" for each in permissions)
    assert sorted(permissions, key=lambda each: each["Action"]) == [
        {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
        {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
    ]
    uris = {name: each["Value"] for name, each in made["Outputs"].items() if name in URIS}
    assert uris == {name: {"Fn::Sub": f"${{WebUrl.FunctionUrl}}{URIS[name]}"} for name in told}


def test_account_linking_needs_to_know_the_developer_account(template):
    """Without a vendor id there is no redirect URL to pin: the deployment fails with a sentence."""
    rule = template["Rules"]["LinkingNeedsVendor"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "AccountLinking"}, "on"]}
    (assertion,) = rule["Assertions"]
    assert assertion["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlexaVendorId"}, ""]}]}
    assert assertion["AssertDescription"]


@pytest.mark.parametrize("skill_id", ["", SKILL_ID])
def test_the_arn_to_paste_is_the_alias(stack, skill_id):
    """The permission is on the alias, so an ARN without it would be refused by Alexa."""
    made = stack(AlexaSkillId=skill_id)
    assert made["Outputs"]["SkillFunctionArn"]["Value"] == ALIAS
    (alias,) = of_type(made, "AWS::Lambda::Alias").values()
    assert alias["Name"] == "live"


@pytest.mark.parametrize(
    "change",
    [
        {"AlexaSkillId": SKILL_ID},
        {"MusicSkillId": SKILL_ID},
        {"HomeUrl": "https://other.example.com"},
        {"SecretName": "/other"},
        {"LogLevel": "DEBUG"},
        {"AccountLinking": "on"},
        {"AlexaVendorId": "M2AAAAAAAAAAAA"},
        {"AutoHttp": "on"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_parameter_reaches_the_alias(stack, change):
    """SAM publishes no version for a parameter; a new description makes CloudFormation replace the version."""

    def description(parameters):
        values = {"HomeUrl": "https://music.example.com", "SecretName": "/s", "LogLevel": "INFO"}
        values |= {"AlexaSkillId": "", "MusicSkillId": "", "AccountLinking": "off", "AlexaVendorId": ""}
        values |= {"AutoHttp": "off"}
        text = version_of(stack(**parameters))["Description"]["Fn::Sub"]
        return re.sub(r"\$\{(\w+)\}", lambda name: {**values, **parameters}[name[1]], text)

    assert description(change) != description({})


def test_the_description_of_a_version_is_never_too_long(template):
    """Lambda allows 256 characters; the parameters in it are limited so that they always fit."""
    text = template["Resources"]["SkillFunction"]["Properties"]["VersionDescription"]["Fn::Sub"]
    longest = {"HomeUrl": template["Parameters"]["HomeUrl"]["MaxLength"], "AlexaSkillId": len(SKILL_ID)}
    longest |= {"MusicSkillId": len(SKILL_ID), "AccountLinking": len("off"), "AlexaVendorId": 16}
    longest |= {"AutoHttp": len("off")}
    longest |= {"SecretName": template["Parameters"]["SecretName"]["MaxLength"], "LogLevel": len("WARNING")}
    assert len(re.sub(r"\$\{(\w+)\}", lambda name: "x" * longest[name[1]], text)) <= 256


def test_every_parameter_that_the_function_sees_is_in_the_description(template):
    """A parameter added to the environment and forgotten there would not reach the alias."""
    function = template["Resources"]["SkillFunction"]["Properties"]
    variables = function["Environment"]["Variables"].values()
    seen = {value["Ref"] for value in variables if isinstance(value, dict)} & template["Parameters"].keys()
    assert seen == set(re.findall(r"\$\{(\w+)\}", function["VersionDescription"]["Fn::Sub"]))


def test_the_function_may_do_three_things(stack):
    """Write its log, use its one table, read its one secret; no managed policy, no wildcard."""
    (role,) = of_type(stack(), "AWS::IAM::Role").values()
    assert "ManagedPolicyArns" not in role
    allowed = [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]
    parameter = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${SecretName}"
    assert allowed == [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": {"Fn::GetAtt": ["SkillFunctionLogGroup", "Arn"]},
        },
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
            "Resource": {"Fn::GetAtt": ["PlaybackTable", "Arn"]},
        },
        {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": {"Fn::Sub": parameter}},
    ]
    assert role["AssumeRolePolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]


def test_a_key_of_ones_own_decrypts_that_one_secret_only(stack):
    """With SecretKeyArn the role may decrypt with that key, through SSM, this parameter."""
    key = "arn:aws:kms:eu-west-1:123456789012:key/00000000-1111-4222-8333-444444444444"
    (role,) = of_type(stack(SecretKeyArn=key), "AWS::IAM::Role").values()
    (_, _, secrets) = role["Policies"]
    (read, decrypt) = secrets["PolicyDocument"]["Statement"]
    assert (decrypt["Action"], decrypt["Resource"]) == ("kms:Decrypt", {"Ref": "SecretKeyArn"})
    assert decrypt["Condition"]["StringEquals"] == {
        "kms:ViaService": {"Fn::Sub": "ssm.${AWS::Region}.amazonaws.com"},
        "kms:EncryptionContext:PARAMETER_ARN": read["Resource"],
    }


@pytest.mark.parametrize("parameters", [{}, {"AlexaSkillId": SKILL_ID, "AlarmEmail": "me@example.com"}])
def test_nothing_is_allowed_on_everything(stack, parameters):
    """No action and no resource of the whole stack holds an asterisk."""
    roles = of_type(stack(**parameters), "AWS::IAM::Role").values()
    assert [text for role in roles for text in literals(role["Policies"]) if "*" in text] == []


def test_the_policy_allows_exactly_the_calls_of_the_store(stack):
    """What the adapters call and what the role allows are the same."""
    adapters = (ROOT / "lambda" / "music_assistant_alexa" / "adapters").glob("*.py")
    called = {call for path in adapters for call in re.findall(r"client\.(\w+)", path.read_text(encoding="utf-8"))}
    (role,) = of_type(stack(), "AWS::IAM::Role").values()
    allowed = {text.split(":")[1] for text in literals(role["Policies"]) if re.match("(dynamodb|ssm):", text)}
    assert {word.title().replace("_", "") for word in called} == allowed


def test_the_function_is_the_one_the_readme_describes(stack):
    """One function: Python 3.13 on arm64, eight seconds, one layer, its own log group and role."""
    (function,) = of_type(stack(), "AWS::Lambda::Function").values()
    assert (function["Runtime"], function["Architectures"]) == ("python3.13", ["arm64"])
    assert (function["Handler"], function["Timeout"]) == ("lambda_function.lambda_handler", 8)
    assert len(function["Layers"]) == 1
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": "SkillFunctionLogGroup"}}
    assert function["Role"] == {"Fn::GetAtt": ["SkillFunctionRole", "Arn"]}


def test_the_table_is_on_demand_and_forgets_by_itself(stack):
    """Keyed per device, expiring, encrypted, recoverable; its loss harms nobody and so it goes with the stack."""
    (table,) = of_type(stack(), "AWS::DynamoDB::Table").values()
    assert table == {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "device_id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "device_id", "KeyType": "HASH"}],
        "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
        "SSESpecification": {"SSEEnabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    }
    assert stack()["Resources"]["PlaybackTable"]["DeletionPolicy"] == "Delete"


def test_logs_are_kept_for_a_limited_time(stack):
    """A log group that Lambda made by itself would be kept for ever."""
    (group,) = of_type(stack(), "AWS::Logs::LogGroup").values()
    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_what_goes_wrong_is_noticed(stack):
    """Errors, throttles and slow answers raise alarms, mailed when there is an address."""
    silent = of_type(stack(), "AWS::CloudWatch::Alarm")
    assert {each["MetricName"] for each in silent.values()} == {"Errors", "Throttles", "Duration"}
    assert not any("AlarmActions" in each for each in silent.values())
    assert of_type(stack(), "AWS::SNS::Topic") == {}
    mailed = of_type(stack(AlarmEmail="me@example.com"), "AWS::CloudWatch::Alarm")
    assert all(each["AlarmActions"] == [{"Ref": "AlarmTopic"}] for each in mailed.values())


def test_nothing_secret_is_in_the_environment(stack):
    """The function is told the name of its secrets, and Powertools not to log events."""
    (function,) = of_type(stack(), "AWS::Lambda::Function").values()
    assert function["Environment"]["Variables"] == {
        "ALEXA_SKILL_ID": {"Ref": "AlexaSkillId"},
        "MUSIC_SKILL_ID": {"Ref": "MusicSkillId"},
        "AUTO_SOURCES": "DEFAULT",
        "AUTO_PRESETS": "",
        "AUTO_HTTP": {"Ref": "AutoHttp"},
        "ACCOUNT_LINKING": {"Ref": "AccountLinking"},
        "ALEXA_VENDOR_ID": {"Ref": "AlexaVendorId"},
        "PLAYBACK_TABLE_NAME": {"Ref": "PlaybackTable"},
        "HOME_URL": {"Ref": "HomeUrl"},
        "SECRET_NAME": {"Ref": "SecretName"},
        "HOME_CA_PEM": "",
        "AWS_ENDPOINT_URL": "",
        "POWERTOOLS_SERVICE_NAME": "music_assistant_alexa",
        "POWERTOOLS_METRICS_NAMESPACE": "MusicAssistantAlexa",
        "POWERTOOLS_LOG_LEVEL": {"Ref": "LogLevel"},
        "POWERTOOLS_LOGGER_LOG_EVENT": "false",
    }


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        (
            "HomeUrl",
            ["https://music.example.com", "https://example.com/music", "https://example.com:8443/a/b"],
            [
                "http://music.example.com",
                "https://music.example.com/",
                "https://",
                "https://a b",
                "https://a/?b",
                "https://u@a",
                "",
            ],
        ),
        ("AlexaSkillId", ["", SKILL_ID], ["amzn1.ask.skill.", SKILL_ID.upper(), SKILL_ID + "0", "my skill"]),
        ("MusicSkillId", ["", SKILL_ID], ["amzn1.ask.skill.", SKILL_ID.upper(), SKILL_ID + "0", "my skill"]),
        ("AlexaVendorId", ["", "M2AAAAAAAAAAAA"], ["m2aaaaaaaaaaaa", "M2AAAAAAAAAAAAAAA", "M2/AAA", "*"]),
        ("SecretName", ["/music-assistant-alexa/secrets", "/a"], ["secrets", "/a/", "/a*", "//a", ""]),
        ("SecretKeyArn", ["", "arn:aws:kms:eu-west-1:123456789012:key/0-1"], ["alias/aws/ssm", "*", "key/0-1"]),
        ("AlarmEmail", ["", "me@example.com"], ["me", "me@", "a b@c"]),
    ],
)
def test_a_wrong_parameter_is_refused_at_deployment(template, parameter, good, bad):
    """A bad value fails with a sentence there, not in someone's kitchen."""
    rule = template["Parameters"][parameter]
    assert rule["Description"]
    assert rule["ConstraintDescription"]
    assert [value for value in good if not re.fullmatch(rule["AllowedPattern"], value)] == []
    assert [value for value in bad if re.fullmatch(rule["AllowedPattern"], value)] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "parameters",
    [
        ["AlexaSkillId="],
        [f"AlexaSkillId={SKILL_ID}", "AccountLinking=on", "AlexaVendorId=M2AAAAAAAAAAAA"],
        ["AutoHttp=on"],
    ],
)
def test_cfn_lint_finds_nothing(parameters):
    """Amazon's linter accepts the stack without and with a skill, with linked accounts, and with vehicles."""
    given = [*parameters, "HomeUrl=https://music.example.com"]
    linted = subprocess.run(
        [
            Path(sys.executable).with_name("cfn-lint"),
            "--non-zero-exit-code",
            "informational",
            "-t",
            "template.yaml",
            "--parameters",
            *given,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (linted.returncode, linted.stdout) == (0, ""), linted.stdout + linted.stderr


def test_samconfig_names_a_region_that_alexa_accepts_and_nothing_personal():
    """Alexa calls functions in four regions only; ids and secrets are asked for, not committed."""
    config = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))["default"]
    regions = {section["parameters"]["region"] for section in config.values() if "region" in section["parameters"]}
    assert regions == {"eu-west-1"}
    assert regions <= ALEXA_REGIONS
    assert "parameter_overrides" not in config["deploy"]["parameters"]
    assert config["deploy"]["parameters"]["capabilities"] == "CAPABILITY_IAM"

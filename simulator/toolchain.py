"""Where the tools lie that `make toolchain` brings, and a sentence for each that is missing.

None of them is needed for `make play` or `make test`; they show that what is deployed is what was tested.
"""

import os
import shutil
import socket
from pathlib import Path

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache"
BUILD = ROOT / ".aws-sam" / "build"

_REMEDY = "run `make toolchain`"


class MissingToolError(Exception):
    """A tool is not on this machine; the message says which and how it comes here."""


def sam() -> Path:
    """Return the SAM command of the environment of its own that `make toolchain` makes."""
    return _found(CACHE / "sam" / "bin" / "sam", "AWS SAM CLI")


def sam_environment() -> dict[str, str]:
    """Return an environment for SAM: no account, no telemetry, its own Python (which has pip) first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_"))}
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    path = os.pathsep.join([str(sam().parent), kept.get("PATH", os.defpath)])
    return {**kept, **nothing, "PATH": path, "SAM_CLI_TELEMETRY": "0", "AWS_EC2_METADATA_DISABLED": "true"}


def runtime_emulator() -> Path:
    """Return AWS's Lambda runtime interface emulator, which SAM brings along."""
    machine = "arm64" if os.uname().machine in ("aarch64", "arm64") else "x86_64"
    name = f"aws-lambda-rie-{machine}"
    folder = _found(CACHE / "sam" / "lib", "AWS SAM CLI")
    found = next(folder.glob(f"python*/site-packages/samcli/local/rapid/{name}"), folder / name)
    return _found(found, f"{name}, which AWS SAM CLI brings,")


def runtime_python() -> Path:
    """Return a Python with what the Lambda runtime has: awslambdaric and boto3; 3.13 where there is one."""
    return _found(CACHE / "runtime" / "bin" / "python", "the Python runtime of Lambda (awslambdaric)")


def built() -> Path:
    """Return the folder that `sam build` fills."""
    return _found(BUILD / "template.yaml", "the built function", "run `make build`").parent


def java() -> Path:
    """Return a Java to run DynamoDB Local on."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    return _found(Path(found or "/nowhere/java"), "Java", "install a Java runtime, 11 or newer")


def dynamodb_local() -> Path:
    """Return the folder of Amazon's DynamoDB Local."""
    return _found(CACHE / "node" / "dynamodb-local" / "DynamoDBLocal.jar", "DynamoDB Local").parent


def skill_schema() -> Path:
    """Return Amazon's schema of manifests and interaction models, a Swagger 2.0 file."""
    return _found(CACHE / "node" / "ask-smapi-model" / "spec.json", "Amazon's schema of skills")


def free_port() -> int:
    """Return a TCP port of loopback that nobody uses at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _found(path: Path, what: str, remedy: str = _REMEDY) -> Path:
    if not path.exists():
        raise MissingToolError(f"{what} is not here: {remedy}")
    return path

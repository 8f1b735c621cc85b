"""Creates the local stack from a template and says what was created."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devstack.template import LocalTemplate

if TYPE_CHECKING:
    from boto3 import Session
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

CODE_BUCKET = "rappro-local-code"
_TEMPLATE_KEY = "template.json"
_TIMEOUT_SECONDS = 60.0
_POLL_SECONDS = 0.05


class DeployError(RuntimeError):
    """The stack was not created; the message names each resource that failed, and why."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """The physical id of each resource by its logical id, and the stack's outputs."""

    resources: dict[str, str]
    outputs: dict[str, str]


def deploy(
    session: Session,
    endpoint_url: str,
    template: LocalTemplate,
    *,
    stack: str,
    parameters: dict[str, str],
) -> Deployed:
    """Create the stack and wait for it. Raises DeployError."""
    _upload(session.client("s3", endpoint_url=endpoint_url), session.region_name, template)
    formation = session.client("cloudformation", endpoint_url=endpoint_url)
    formation.create_stack(
        StackName=stack,
        TemplateURL=f"{endpoint_url}/{CODE_BUCKET}/{_TEMPLATE_KEY}",
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        found = formation.describe_stacks(StackName=stack)["Stacks"][0]
        if found["StackStatus"] == "CREATE_COMPLETE":
            outputs = {o["OutputKey"]: o["OutputValue"] for o in found.get("Outputs", [])}
            resources = formation.describe_stack_resources(StackName=stack)["StackResources"]
            physical = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources}
            return Deployed(physical, outputs)
        if not found["StackStatus"].endswith("IN_PROGRESS"):
            raise DeployError(_failures(formation, stack))
        time.sleep(_POLL_SECONDS)
    raise DeployError(f"the stack was not created in {_TIMEOUT_SECONDS:.0f} s")


def _upload(s3: S3Client, region: str, template: LocalTemplate) -> None:
    """Put the packages and the template in a bucket; a request may carry 51,200 bytes only."""
    s3.create_bucket(
        Bucket=CODE_BUCKET,
        CreateBucketConfiguration={"LocationConstraint": region},  # type: ignore[typeddict-item]  # any region
    )
    for key, package in template.packages.items():
        s3.put_object(Bucket=CODE_BUCKET, Key=key, Body=package)
    s3.put_object(Bucket=CODE_BUCKET, Key=_TEMPLATE_KEY, Body=json.dumps(template.body).encode())


def _failures(formation: CloudFormationClient, stack: str) -> str:
    events = formation.describe_stack_events(StackName=stack)["StackEvents"]
    return "\n".join(
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    )

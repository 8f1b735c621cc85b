"""Tenants are kept apart by the roles and in the code, wherever records and files are reached."""

from __future__ import annotations

import ast
import re

import pytest

from rappro.adapters.tenant_sessions import TAG
from tests.architecture.source import PACKAGE, function_files, imports, package_files, tree
from tests.architecture.stack_template import Grant, expanded, function, grants, of_type, written

LEADING_KEYS = {
    "Null": {"dynamodb:LeadingKeys": "false"},
    "ForAllValues:StringLike": {"dynamodb:LeadingKeys": f"${{aws:PrincipalTag/{TAG}}}#*"},
}
ITEM_ACTIONS = {
    f"dynamodb:{name}"
    for name in (
        "BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem",
        "Query", "UpdateItem",
    )
}  # fmt: skip
STREAM_ACTIONS = {
    f"dynamodb:{name}"
    for name in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
}
OWN_OBJECTS = re.compile(
    rf"\$\{{InboxBucket\.Arn\}}/\$\{{!aws:PrincipalTag/{TAG}\}}/\*"
    rf"|\$\{{ArchiveBucket\.Arn\}}/(sources|work)/\$\{{!aws:PrincipalTag/{TAG}\}}/\*"
)
WITHOUT_TENANT = ("RoutesTable.Arn",)
"""Asked before a tenant is known, and says nothing but whose something is (decision 0022)."""
WITHOUT_RECORDS = {"PublishEvents"}
"""Functions that reach neither records nor files: the publisher reads the stream alone."""
FUNCTIONS = sorted(of_type(written()["Resources"], "AWS::Serverless::Function"))


def of_service(service: str) -> list[Grant]:
    return [g for g in grants() if any(a.startswith(f"{service}:") for a in g.actions)]


def test_records_are_reached_below_the_tenants_own_partitions_only() -> None:
    """Every grant on a table or an index; where a request names no partition, none holds."""
    found = [
        g for g in of_service("dynamodb")
        if not set(g.actions) <= STREAM_ACTIONS and g.resources != WITHOUT_TENANT
    ]  # fmt: skip

    assert len(found) >= 4
    assert [g.holder for g in found if g.condition != LEADING_KEYS] == []
    assert {a for g in found for a in g.actions} <= ITEM_ACTIONS
    assert [r for g in found for r in g.resources if "*" in r] == []


def test_only_the_stream_is_read_without_a_tenant() -> None:
    found = [g for g in of_service("dynamodb") if set(g.actions) & STREAM_ACTIONS]

    assert [(g.holder, g.resources) for g in found] == [
        ("PublishEventsRole", ("StatementsTable.StreamArn",))
    ]


def test_files_are_reached_below_the_tenants_own_prefixes_only() -> None:
    found = [g for g in of_service("s3") if g.actions != ("s3:ListBucket",)]

    assert len(found) >= 5
    assert [r for g in found for r in g.resources if not OWN_OBJECTS.fullmatch(r)] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_takes_its_own_role_again_with_a_tenants_tag(name: str) -> None:
    role = of_type(expanded(), "AWS::IAM::Role")[f"{name}Role"]
    _, again = role["AssumeRolePolicyDocument"]["Statement"]

    assert again["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert again["Condition"]["StringLike"] == {f"aws:RequestTag/{TAG}": "?*"}
    assert again["Condition"]["ForAllValues:StringEquals"] == {"aws:TagKeys": [TAG]}
    policies = [p.get("Ref") for p in role["ManagedPolicyArns"] if isinstance(p, dict)]
    assert ("TenantSessionPolicy" in policies) is (name not in WITHOUT_RECORDS)


def test_functions_are_told_to_take_it() -> None:
    assert function("Api")["Environment"]["Variables"]["INBOX_BUCKET"]
    settings = written()["Globals"]["Function"]["Environment"]["Variables"]
    assert settings["TENANT_SESSIONS"] == "true"


def test_every_client_of_records_and_files_is_made_inside_the_fence() -> None:
    """Whoever names DynamoDB or S3 where clients are made, names a fence too."""
    path = PACKAGE / "bootstrap.py"
    makers = {
        node.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        and any(
            isinstance(part, ast.Constant) and part.value in ("dynamodb", "s3")
            for part in ast.walk(node)
        )
    }
    fenced = {
        node.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        and any(
            isinstance(part, ast.Call)
            and isinstance(part.func, ast.Name)
            and part.func.id in ("fence_items", "fence_objects")
            for part in ast.walk(node)
        )
    }

    assert makers - {"_routes"} == fenced == {"_items", "_blobs", "_inbox"}  # see WITHOUT_TENANT


def test_only_the_edge_puts_a_tenant_in_force_and_only_the_clients_ask_for_it() -> None:
    """Business code is told its tenant: what it takes from elsewhere could not disagree.

    Mailboxes put the id of a link in force, which is no tenant's (tests/contract/test_mailboxes).
    """
    knowing = {
        str(path.relative_to(PACKAGE))
        for path in package_files()
        if any(i.module.startswith("rappro.domain.tenancy") for i in imports(path))
    }
    handlers = [p for p in function_files() if "tenancy" in p.read_text(encoding="utf-8")]

    assert knowing == {
        "adapters/fence.py", "adapters/tenant_sessions.py", "edge/observability.py",
        "edge/api/caller.py", "adapters/mailboxes.py", "edge/api/outside.py",
    }  # fmt: skip
    assert handlers == []

"""What the template must hold: bounds, dead letters, retention, protection and least privilege."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from rappro.adapters.dynamodb.deliveries import EXPIRES_AT
from rappro.adapters.dynamodb.keys import KINDS
from rappro.adapters.dynamodb.names import KIND
from rappro.adapters.webhooks.sender import TOTAL_SECONDS
from rappro.domain.operations import AuditEvent
from rappro.edge.settings import Settings
from tests.architecture.source import ROOT, function_files
from tests.architecture.stack_template import Grant, expanded, function, grants, of_type, written

FUNCTIONS = sorted(of_type(written()["Resources"], "AWS::Serverless::Function"))
PASSING = "IdempotencyTable"
ROUTES = "RoutesTable"
"""Whose something at a provider is: no tenant is known before it was asked (decision 0022)."""
TABLES = sorted(of_type(written()["Resources"], "AWS::DynamoDB::Table").keys() - {PASSING, ROUTES})
"""The tables of records; what passes with the day is in one of its own."""
BUCKETS = sorted(of_type(written()["Resources"], "AWS::S3::Bucket"))
LINES_MAX = 1_200
MAILING = ("ses:SendEmail",)


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = written()["Resources"][name]["Properties"]
    return found


def table_arns(*, index: bool) -> set[str]:
    return {f"${{{t}.Arn}}/index/by_list" if index else f"{t}.Arn" for t in TABLES}


def test_the_template_can_be_read_in_one_sitting() -> None:
    assert len((ROOT / "template.yaml").read_text("utf-8").splitlines()) < LINES_MAX


def test_every_handler_is_deployed_and_nothing_else() -> None:
    folders = {function(name)["CodeUri"] for name in FUNCTIONS}

    assert folders == {f"functions/{path.parent.name}" for path in function_files()}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_bounds_and_a_log_that_expires(name: str) -> None:
    settings = function(name)

    log = settings["LoggingConfig"]["LogGroup"]["Ref"]
    assert settings["Timeout"] <= 900
    assert 128 <= settings["MemorySize"] <= 10240
    assert settings["Runtime"] == "python3.13"
    assert settings["Architectures"] == ["arm64"]
    assert properties(log)["RetentionInDays"] == {"Fn::If": ["IsProd", 365, 14]}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_gets_the_settings_that_exist(name: str) -> None:
    given = {
        **written()["Globals"]["Function"]["Environment"]["Variables"],
        **properties(name).get("Environment", {}).get("Variables", {}),
    }
    ours = {key.lower() for key in given}

    required = {n for n, field in Settings.model_fields.items() if field.is_required()}
    assert required <= ours <= set(Settings.model_fields)


def test_every_log_group_expires() -> None:
    groups = of_type(expanded(), "AWS::Logs::LogGroup")

    assert {n for n, p in groups.items() if "RetentionInDays" not in p} == set()


def test_a_drop_that_fails_ends_in_a_dead_letter_queue() -> None:
    drop = properties("ImportStatement")["Events"]["Dropped"]["Properties"]
    failed = properties("ImportStatement")["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]

    assert drop["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["EventsDlq", "Arn"]}}
    assert drop["RetryPolicy"] == {"MaximumRetryAttempts": 10, "MaximumEventAgeInSeconds": 21600}
    assert failed == {"Type": "SQS", "Destination": {"Fn::GetAtt": ["ImportDlq", "Arn"]}}


def test_a_synchronisation_that_fails_ends_in_a_dead_letter_queue() -> None:
    queue = properties("SyncQueue")
    mapping = properties("SyncQueueToFunction")

    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["SyncDlq", "Arn"]}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queue["VisibilityTimeout"] >= 6 * function("SyncAggregator")["Timeout"]


def test_what_is_published_are_the_new_rows_of_the_trail_until_it_succeeds() -> None:
    mapping = properties("TrailToFunction")
    (wanted,) = mapping["FilterCriteria"]["Filters"]

    code = KINDS[AuditEvent].code
    assert json.loads(wanted["Pattern"]) == {
        "eventName": ["INSERT"], "dynamodb": {"NewImage": {KIND: {"S": [code]}}},
    }  # fmt: skip
    assert properties("StatementsTable")["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["DestinationConfig"] == {
        "OnFailure": {"Destination": {"Fn::GetAtt": ["PublishDlq", "Arn"]}}
    }


def test_the_publisher_reads_no_table_and_writes_nothing_but_events() -> None:
    allowed = {a for g in grants() if g.holder == "PublishEventsRole" for a in g.actions}

    assert allowed == {
        "events:PutEvents", "sqs:SendMessage", "dynamodb:DescribeStream", "dynamodb:GetRecords",
        "dynamodb:GetShardIterator", "dynamodb:ListStreams",
    }  # fmt: skip


def test_every_dead_letter_queue_raises_an_alarm() -> None:
    queues = {n for n in of_type(written()["Resources"], "AWS::SQS::Queue") if n.endswith("Dlq")}
    alarms = of_type(written()["Resources"], "AWS::CloudWatch::Alarm").values()

    watched = {
        dimension["Value"]["Fn::GetAtt"][0]
        for alarm in alarms
        for dimension in alarm["Dimensions"]
        if dimension["Name"] == "QueueName"
    }

    assert queues == {"EventsDlq", "ImportDlq", "SyncDlq", "PublishDlq", "WebhooksDlq"}
    assert watched == queues | {"WebhooksQueue"}  # whose age is watched


def test_no_role_is_allowed_an_action_by_wildcard() -> None:
    wild = [(g.holder, a) for g in grants() for a in g.actions if "*" in a]

    assert grants()
    assert wild == []


def test_no_role_is_allowed_everything_of_a_kind() -> None:
    """A resource ends in a wildcard only below one tenant's prefix of a bucket, or in one stack."""
    below = re.compile(
        r"\$\{(InboxBucket|ArchiveBucket)\.Arn\}/([a-z]+/)?\$\{!aws:PrincipalTag/rappro-tenant\}/\*"
        r"|.*:schedule/\$\{ScheduleGroup\}/\*|.*:role/\$\{AWS::StackName\}-\*"
        r"|.*:execution:\$\{AWS::StackName\}-import:\*"
        r"|.*:secret:rappro/\$\{AWS::StackName\}/\$\{!aws:PrincipalTag/rappro-tenant\}/\*"
    )

    wide = [
        (g.holder, r)
        for g in grants()
        for r in g.resources
        if "*" in r and not below.fullmatch(r) and not is_log_delivery(g) and g.actions != MAILING
    ]

    assert wide == []


def test_mails_are_sent_from_the_one_address_that_the_stack_is_told() -> None:
    """As it is written: the emulator knows no identities, so the local stack grants all of them."""
    mailing = [
        rule["Resource"]["Fn::Sub"].rpartition(":")[2]
        for one in of_type(written()["Resources"], "AWS::Serverless::Function").values()
        for policy in one.get("Policies", ())
        for rule in policy.get("Statement", ())
        if "ses:" in str(rule["Action"])
    ]

    assert mailing == ["identity/${MailFrom}"] * 2


def is_log_delivery(grant: Grant) -> bool:
    """Say whether a grant is the one for which AWS knows no resource: vended logs."""
    return grant.holder == "LogDeliveryPolicy" and all(a.startswith("logs:") for a in grant.actions)


def test_no_role_may_scan_a_table() -> None:
    tables = [g for g in grants() if any(a.startswith("dynamodb:") for a in g.actions)]

    assert tables
    assert [g.holder for g in tables if "dynamodb:Scan" in g.actions] == []


def test_the_api_alone_reads_the_list_indexes_and_can_only_query_them() -> None:
    readers = [g for g in grants() if any("/index/" in r for r in g.resources)]

    assert [(g.holder, g.actions, set(g.resources)) for g in readers] == [
        ("ApiRole", ("dynamodb:Query",), table_arns(index=True))
    ]


def test_only_the_scheduler_s_role_is_passed_and_only_to_it_by_those_who_schedule() -> None:
    passes = [g for g in grants() if "iam:PassRole" in g.actions]

    assert passes == [
        Grant(
            holder=holder,
            actions=("iam:PassRole",),
            resources=("SchedulerRole.Arn",),
            condition={"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
        )
        for holder in ("ApiRole", "DeliverWebhooksRole")
    ]


def test_who_makes_the_secrets_of_webhooks_cannot_read_them_and_the_other_way_round() -> None:
    sealing = {
        (g.holder, a)
        for g in grants()
        if "WebhookKey.Arn" in g.resources
        for a in g.actions
        if a.startswith("kms:")
    }

    assert sealing == {("ApiRole", "kms:Encrypt"), ("DeliverWebhooksRole", "kms:Decrypt")}


def test_archives_are_signed_by_the_work_that_writes_them_and_by_nobody_else() -> None:
    signing = {
        (g.holder, a, r)
        for g in grants()
        for r in g.resources
        for a in g.actions
        if a.startswith("kms:") and r != "WebhookKey.Arn"
    }

    assert signing == {
        ("WorkRole", "kms:Sign", "ExchangeKey.Arn"),
        *(
            (holder, f"kms:{action}", "ExchangeKey.Arn")
            for holder in ("ApiRole", "ImportStatementRole", "WorkRole")
            for action in ("GetPublicKey", "Verify")
        ),
    }


def test_what_goes_out_to_the_internet_reads_no_books_and_no_statements() -> None:
    tables = {
        (a, r)
        for g in grants()
        if g.holder == "DeliverWebhooksRole"
        for a in g.actions
        if a.startswith("dynamodb:")
        for r in g.resources
    }

    assert tables == {
        ("dynamodb:GetItem", "FeedsTable.Arn"), ("dynamodb:PutItem", "FeedsTable.Arn"),
        ("dynamodb:PutItem", "StatementsTable.Arn"),
    }  # fmt: skip


def test_a_delivery_has_time_for_its_receiver_and_waits_for_no_other() -> None:
    mapping, queue = properties("WebhooksQueueToFunction"), properties("WebhooksQueue")

    assert mapping["BatchSize"] == 1
    assert function("DeliverWebhooks")["Timeout"] >= 2 * TOTAL_SECONDS
    assert queue["VisibilityTimeout"] >= 6 * function("DeliverWebhooks")["Timeout"]
    assert properties("FeedsTable")["TimeToLiveSpecification"] == {
        "AttributeName": EXPIRES_AT, "Enabled": True,
    }  # fmt: skip


def test_no_deployed_function_may_reach_its_own_machine_by_a_webhook() -> None:
    assert "WEBHOOKS_LOCAL" not in (ROOT / "template.yaml").read_text("utf-8")


def test_the_inbox_takes_files_below_the_writers_own_tenant_only() -> None:
    denials = properties("InboxBucketPolicy")["PolicyDocument"]["Statement"]

    guard = next(s for s in denials if s["Sid"] == "OnlyBelowOnesOwnTenant")
    assert (guard["Effect"], guard["Principal"], guard["Action"]) == ("Deny", "*", "s3:PutObject")
    assert guard["NotResource"] == {
        "Fn::Sub": "${InboxBucket.Arn}/${!aws:PrincipalTag/rappro-tenant, '-'}/*"
    }
    assert guard["Condition"] == {
        "ArnNotEquals": {"aws:PrincipalArn": {"Fn::GetAtt": ["ApiRole", "Arn"]}}
    }


@pytest.mark.parametrize("name", [*TABLES, ROUTES])
def test_a_table_is_backed_up_encrypted_and_protected(name: str) -> None:
    table = properties(name)

    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["DeletionProtectionEnabled"] == {"Fn::If": ["IsProd", True, False]}
    assert written()["Resources"][name]["DeletionPolicy"] == "Retain"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_one_key_and_one_index_for_lists(name: str) -> None:
    table = properties(name)

    assert [k["AttributeName"] for k in table["KeySchema"]] == ["pk", "sk"]
    assert [
        (i["IndexName"], [k["AttributeName"] for k in i["KeySchema"]], i["Projection"])
        for i in table["GlobalSecondaryIndexes"]
    ] == [("by_list", ["list_pk", "list_sk"], {"ProjectionType": "ALL"})]


def test_what_passes_with_the_day_is_deleted_by_itself_and_the_api_s_alone() -> None:
    table = properties(PASSING)
    holders = [(g.holder, set(g.actions)) for g in grants() if f"{PASSING}.Arn" in g.resources]

    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]
    assert holders == [
        ("ApiRole", {f"dynamodb:{what}Item" for what in ("Delete", "Get", "Put", "Update")})
    ]


def test_a_browser_may_send_and_read_every_header_that_the_api_speaks() -> None:
    cors = properties("HttpApi")["CorsConfiguration"]

    posting = properties("InboxBucket")["CorsConfiguration"]["CorsRules"][0]
    assert cors["AllowOrigins"][0] == {"Ref": "CorsOrigin"}
    assert cors["AllowOrigins"] == posting["AllowedOrigins"]
    assert {"idempotency-key", "if-match", "if-none-match"} <= set(cors["AllowHeaders"])
    assert {
        "content-language", "etag", "idempotency-replayed", "ratelimit", "ratelimit-policy",
        "retry-after",
    } <= set(cors["ExposeHeaders"])  # fmt: skip


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_is_private_versioned_encrypted_and_speaks_tls(name: str) -> None:
    bucket = properties(name)
    policy = properties(f"{name}Policy")["PolicyDocument"]["Statement"]

    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [{"Fn::GetAtt": [name, "Arn"]}, {"Fn::Sub": f"${{{name}.Arn}}/*"}],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    } in policy


def test_kept_sources_never_expire() -> None:
    rules = properties("ArchiveBucket")["LifecycleConfiguration"]["Rules"]

    expiring = [r.get("Prefix") for r in rules if "ExpirationInDays" in r]

    assert expiring == ["work/"]


def test_every_route_needs_a_token_but_the_description_of_the_api() -> None:
    routes = of_type(expanded(), "AWS::ApiGatewayV2::Route").values()

    open_routes = {r["RouteKey"] for r in routes if r.get("AuthorizationType") != "JWT"}

    assert {r["RouteKey"] for r in routes} - open_routes == {"ANY /v1/{proxy+}"}
    assert open_routes == {
        "OPTIONS /v1/{proxy+}", "GET /v1/docs", "GET /v1/openapi.json",
        "POST /v1/provider-webhooks/{provider}", "GET /v1/provider-callbacks/{provider}",
        "GET /v1/exchange-downloads",
    }  # fmt: skip


def test_what_needs_no_token_has_a_bound_of_its_own() -> None:
    said = properties("HttpApi")
    bounds = {route: one["ThrottlingRateLimit"] for route, one in said["RouteSettings"].items()}

    assert bounds.keys() == {
        "POST /v1/provider-webhooks/{provider}", "GET /v1/provider-callbacks/{provider}",
        "GET /v1/exchange-downloads",
    }  # fmt: skip
    assert max(bounds.values()) < said["DefaultRouteSettings"]["ThrottlingRateLimit"]


def test_requests_are_logged_without_their_parameters() -> None:
    logged = properties("HttpApi")["AccessLogSettings"]["Format"]

    assert "$context.path" in logged
    assert "query" not in logged.lower()


def test_routes_are_reached_by_those_who_know_no_tenant_and_never_listed() -> None:
    found = [g for g in grants() if f"{ROUTES}.Arn" in g.resources]

    assert [(g.holder, set(g.actions)) for g in found] == [
        ("FeedAccessPolicy", {f"dynamodb:{what}Item" for what in ("Delete", "Get", "Put")}),
        ("WorkRole", {"dynamodb:DeleteItem", "dynamodb:PutItem"}),
    ]
    assert properties(ROUTES)["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]
    assert "GlobalSecondaryIndexes" not in properties(ROUTES)


def test_a_tenant_s_credentials_are_reached_with_its_tag_alone() -> None:
    found = [g for g in grants() if any(a.startswith("secretsmanager:") for a in g.actions)]
    wide = [r for g in found for r in g.resources if "${!aws:PrincipalTag/rappro-tenant}" in r]

    assert {g.holder for g in found} == {"FeedAccessPolicy"}
    assert len(wide) == 1
    assert {r for g in found for r in g.resources} == {*wide, "ProviderKeys.Id"}

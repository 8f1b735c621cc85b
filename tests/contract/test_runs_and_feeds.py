"""Runs start once a name; a connection has one schedule; a request to synchronise is a message."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from rappro.adapters.feeds import AwsFeeds, FeedResources, schedule_name
from rappro.adapters.memory import MemoryFeeds, MemoryRuns
from rappro.adapters.stepfunctions import StepFunctionsRuns
from rappro.domain.errors import InvalidRequest, TooLarge
from rappro.domain.ids import CompanyId, TenantId
from rappro.ports import Feeds, Runs
from tests.contract.conftest import Aws

ROLE = "arn:aws:iam::200000000001:role/any"
_queues = count(1)

Started = Callable[[str], dict[str, Any]]
"""The input that an execution was started with, by its reference."""


@pytest.fixture(scope="session")
def state_machines(aws: Aws) -> tuple[Any, list[str]]:
    client = aws.client("stepfunctions")
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
    answers = [
        client.create_state_machine(
            name=name, definition=json.dumps(definition), roleArn=ROLE, type="STANDARD"
        )
        for name in ("reconcile", "import")
    ]
    return client, [answer["stateMachineArn"] for answer in answers]


@pytest.fixture(params=["memory", pytest.param("aws", marks=pytest.mark.emulator)])
def runs(request: pytest.FixtureRequest) -> tuple[Runs, Started]:
    if request.param == "memory":
        seen: dict[str, dict[str, Any]] = {}
        memory = MemoryRuns()

        def started(reference: str) -> dict[str, Any]:
            machines = ((memory.started, memory.start), (memory.imports, memory.start_import))
            for executions, start in machines:
                for execution in executions:
                    again = start(
                        execution.tenant, execution.company, execution.name, {"another": "input"}
                    )
                    seen[again] = execution.payload
            return seen[reference]

        return memory, started
    client, arns = request.getfixturevalue("state_machines")

    def described(reference: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            client.describe_execution(executionArn=reference)["input"]
        )
        return found

    return StepFunctionsRuns(client, *arns), described


def test_a_run_of_one_name_starts_once(
    runs: tuple[Runs, Started], tenant: TenantId, company: CompanyId
) -> None:
    """The second start is no error, changes nothing, and tells the same execution."""
    port, started = runs
    first = port.start(tenant, company, "st_1-1", {"run": 1, "é": [None]})

    assert port.start(tenant, company, "st_1-1", {"run": 1, "é": [None]}) == first
    assert port.start(tenant, company, "st_1-1", {"run": 2}) == first
    assert started(first) == {"run": 1, "é": [None]}
    assert port.start(tenant, company, "st_1-2", {"run": 2}) != first


def test_runs_of_several_owners_may_have_one_name(
    runs: tuple[Runs, Started], tenant: TenantId, other_tenant: TenantId, company: CompanyId
) -> None:
    """Nobody's run counts as started because somebody else's is."""
    port, started = runs
    owners = [(tenant, company), (other_tenant, company), (tenant, CompanyId("company-10"))]

    references = [
        port.start(*owner, "st_1-1", {"owner": number}) for number, owner in enumerate(owners)
    ]

    assert [started(reference)["owner"] for reference in references] == [0, 1, 2]


def test_an_import_starts_once_and_is_no_run(
    runs: tuple[Runs, Started], tenant: TenantId, company: CompanyId
) -> None:
    """The machines are two: a name that one has used is free in the other."""
    port, started = runs
    run = port.start(tenant, company, "one-name", {"run": 1})
    first = port.start_import(tenant, company, "one-name", {"import": 1})

    assert port.start_import(tenant, company, "one-name", {"import": 2}) == first
    assert (started(first), started(run)) == ({"import": 1}, {"run": 1})


@pytest.mark.parametrize("name", ["a" * 300, "é/ #?*", "x"])
def test_any_name_will_do(
    runs: tuple[Runs, Started], tenant: TenantId, company: CompanyId, name: str
) -> None:
    """Step Functions takes 80 characters of a few kinds; names that differ stay different."""
    port, started = runs
    one, two = (port.start(tenant, company, f"{name}{end}", {"end": end}) for end in ("1", "2"))

    assert one != two
    assert len(one.rsplit(":", 1)[1]) <= 80
    assert [started(one)["end"], started(two)["end"]] == ["1", "2"]


def test_what_cannot_be_an_input_is_refused(
    runs: tuple[Runs, Started], tenant: TenantId, company: CompanyId
) -> None:
    port, _ = runs
    with pytest.raises(TooLarge):
        port.start(tenant, company, "a", {"text": "x" * 262_144})
    for wrong in ({"set": {1}}, {"number": float("nan")}):
        with pytest.raises(InvalidRequest):
            port.start(tenant, company, "a", wrong)
    with pytest.raises(InvalidRequest):
        port.start(tenant, company, "", {})
    for bad in ("", "a#b", "A"):
        for scope in ((TenantId(bad), company), (tenant, CompanyId(bad))):
            with pytest.raises(InvalidRequest):
                port.start(*scope, "a", {})


def test_the_state_machine_may_run_in_process(tenant: TenantId, company: CompanyId) -> None:
    """The callback is called once for each run that starts, and none that had started."""
    names: list[str] = []
    memory = MemoryRuns(on_start=lambda execution: names.append(execution.name))

    for name in ("a", "b", "a"):
        memory.start(tenant, company, name, {})

    assert names == ["a", "b"]


class AwsWorld:
    """A queue and a schedule group of its own, and what is in them."""

    def __init__(self, aws: Aws) -> None:
        self.sqs, self.scheduler = aws.client("sqs"), aws.client("scheduler")
        name = f"sync-{next(_queues)}"
        self.url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        self.arn = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])[
            "Attributes"
        ]["QueueArn"]
        self.scheduler.create_schedule_group(Name=name)
        self.group = name
        self.port = AwsFeeds(
            self.sqs, self.scheduler, FeedResources(self.url, self.arn, name, ROLE)
        )

    def requests(self) -> list[dict[str, str]]:
        answer = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def schedules(self) -> dict[str, tuple[str, bool]]:
        """Return expression and state of each schedule, by the connection it asks for."""
        listed = self.scheduler.list_schedules(GroupName=self.group)["Schedules"]
        found = {}
        for short in listed:
            whole = self.scheduler.get_schedule(GroupName=self.group, Name=short["Name"])
            target = whole["Target"]
            assert (target["Arn"], target["RoleArn"]) == (self.arn, ROLE)
            asked = json.loads(target["Input"])
            name = f"{asked['tenant']}/{asked['company']}/{asked['connection_id']}"
            found[name] = (whole["ScheduleExpression"], whole["State"] == "ENABLED")
        return found


class MemoryWorld:
    def __init__(self) -> None:
        self.port = MemoryFeeds()

    def requests(self) -> list[dict[str, str]]:
        names = ("tenant", "company", "connection_id", "cause")
        return [dict(zip(names, request, strict=True)) for request in self.port.requests]

    def schedules(self) -> dict[str, tuple[str, bool]]:
        return {
            "/".join(key): (
                f"rate({kept.interval_minutes} minute{'s' * (kept.interval_minutes > 1)})",
                kept.is_on,
            )
            for key, kept in self.port.schedules.items()
        }


@pytest.fixture(params=["memory", pytest.param("aws", marks=pytest.mark.emulator)])
def feeds(request: pytest.FixtureRequest) -> Iterator[AwsWorld | MemoryWorld]:
    if request.param == "memory":
        yield MemoryWorld()
    else:
        yield AwsWorld(request.getfixturevalue("aws"))


def test_a_request_to_synchronise_names_its_connection(
    feeds: AwsWorld | MemoryWorld, tenant: TenantId, company: CompanyId
) -> None:
    port: Feeds = feeds.port
    port.enqueue_sync(tenant, company, "f1", cause="webhook")

    wanted = {"tenant": tenant, "company": company, "connection_id": "f1", "cause": "webhook"}
    assert feeds.requests() == [wanted]


def test_a_connection_has_one_schedule_that_changes(
    feeds: AwsWorld | MemoryWorld, tenant: TenantId, other_tenant: TenantId, company: CompanyId
) -> None:
    port: Feeds = feeds.port
    mine, theirs = f"{tenant}/{company}/f1", f"{other_tenant}/{company}/f1"

    port.save_schedule(tenant, company, "f1", interval_minutes=720, is_on=True)
    port.save_schedule(other_tenant, company, "f1", interval_minutes=1, is_on=True)
    assert feeds.schedules() == {
        mine: ("rate(720 minutes)", True),
        theirs: ("rate(1 minute)", True),
    }

    port.save_schedule(tenant, company, "f1", interval_minutes=2, is_on=False)
    port.save_schedule(tenant, company, "f1", interval_minutes=2, is_on=False)
    assert feeds.schedules() == {
        mine: ("rate(2 minutes)", False),
        theirs: ("rate(1 minute)", True),
    }


def test_a_removed_schedule_is_gone_and_may_be_removed_again(
    feeds: AwsWorld | MemoryWorld, tenant: TenantId, company: CompanyId
) -> None:
    feeds.port.save_schedule(tenant, company, "f1", interval_minutes=5, is_on=True)

    feeds.port.remove_schedule(tenant, company, "f1")
    feeds.port.remove_schedule(tenant, company, "f1")

    assert feeds.schedules() == {}


@pytest.mark.parametrize("minutes", [0, -1, 60 * 24 * 31 + 1])
def test_an_interval_has_bounds(
    feeds: AwsWorld | MemoryWorld, tenant: TenantId, company: CompanyId, minutes: int
) -> None:
    with pytest.raises(InvalidRequest):
        feeds.port.save_schedule(tenant, company, "f1", interval_minutes=minutes, is_on=True)

    assert feeds.schedules() == {}


@pytest.mark.parametrize("bad", ["", "a#b", "A"])
def test_feeds_refuse_what_names_no_owner(
    feeds: AwsWorld | MemoryWorld, tenant: TenantId, company: CompanyId, bad: str
) -> None:
    for scope in ((TenantId(bad), company), (tenant, CompanyId(bad))):
        with pytest.raises(InvalidRequest):
            feeds.port.enqueue_sync(*scope, "f1")
        with pytest.raises(InvalidRequest):
            feeds.port.save_schedule(*scope, "f1", interval_minutes=5, is_on=True)
    with pytest.raises(InvalidRequest):
        feeds.port.enqueue_sync(tenant, company, "")

    assert feeds.requests() == []
    assert feeds.schedules() == {}


def test_a_schedule_has_a_name_that_scheduler_takes() -> None:
    names = {
        schedule_name(tenant, company, connection)
        for tenant, company, connection in (
            ("ab", "c1", "f1"), ("ab", "c1", "f" * 900), ("ab", "c1-f1", "x"),
            ("ab-c1", "c1", "f1"),
        )
    }  # fmt: skip

    assert len(names) == 4
    assert all(len(name) <= 64 and name.replace("-", "").isalnum() for name in names)

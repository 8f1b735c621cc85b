"""The same scenarios on the local AWS: every call to DynamoDB and S3 fails in every way, once.

A hook of the SDK sees each request before it is sent and each answer before it is read. A call site
is an operation with the use case's line behind it. Faults are given out as calls are met, several
in one history, within what the retries of each function bear.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from types import SimpleNamespace
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from devstack.emulator import ACCOUNT, REGION, SECRET, Emulator
from rappro.adapters.dynamodb import keys
from rappro.adapters.dynamodb.gateway import Tables
from rappro.adapters.dynamodb.items import Item, record_of
from rappro.adapters.dynamodb.lines import lines_in
from rappro.adapters.dynamodb.names import DOC, KIND, PK, SK
from rappro.adapters.dynamodb.store import DynamoStore
from rappro.adapters.memory import FixedClock
from rappro.adapters.s3.blobs import S3Blobs
from rappro.adapters.s3.inbox import S3Inbox
from rappro.domain.operations import AuditEvent
from rappro.domain.records import LineRecord, SourceFile
from rappro.domain.writes import Record, Write, create
from rappro.ports import WRITES_MAX_PER_COMMIT, Drop
from simulation.books import Picture, difference
from simulation.faults import Fault, Killed
from simulation.harness import Outcome, Outside, Schedule, Simulation
from simulation.scenarios import ALONE, SCENARIOS, base
from simulation.worlds import COMPANY, FILES, TENANT

_READS: Final = (Fault.UNAVAILABLE, Fault.TIMED_OUT, Fault.THROTTLED, Fault.KILLED_BEFORE)
_EFFECTS: Final = (*_READS, Fault.LOST, Fault.KILLED_AFTER)
_OPERATIONS: Final[dict[str, tuple[Fault, ...]]] = {
    "dynamodb.GetItem": _READS,
    "dynamodb.Query": _READS,
    "dynamodb.BatchGetItem": (*_READS, Fault.PARTLY),
    "dynamodb.BatchWriteItem": (*_EFFECTS, Fault.PARTLY),
    "dynamodb.TransactWriteItems": (*_EFFECTS, Fault.CONFLICT),
    "dynamodb.PutItem": (*_EFFECTS, Fault.CONFLICT, Fault.CONFLICT_AFTER),
    "dynamodb.DeleteItem": (*_EFFECTS, Fault.CONFLICT, Fault.CONFLICT_AFTER),
    "s3.GetObject": _READS,
    "s3.HeadObject": _READS,
}
_FAULTS_PER_STEP: Final = 2
_FAULTS_PER_EVENT: Final = 12
_ROUNDS_MAX: Final = 400
_DETOURS_MAX: Final = 6
"""How often the faults that led to a call site are given out again, to disturb it as well."""
_NUMBERS: Final = itertools.count(1)
_NAMES_ALONE: Final = tuple(each.name for each in ALONE)


def _refusal(code: str, status: int, **more: Any) -> tuple[Any, dict[str, Any]]:
    answer = {"Error": {"Code": code, "Message": "planned"}, "ResponseMetadata": {}, **more}
    return SimpleNamespace(status_code=status), answer


class AwsStore(DynamoStore):
    """Port Store on the local AWS, which also tells all that it holds."""

    def __init__(self, client: Any, tables: Tables) -> None:
        super().__init__(client, tables)
        self._told, self._names = client, (tables.books, tables.statements, tables.feeds)

    def everything(self, tenant: str, company: str) -> Iterator[Record]:
        """Yield every record; copies in indexes are not records."""
        blocks = keys.partition(tenant, company, keys.KINDS[LineRecord].code, "")
        of_lines: list[Item] = []
        for name in self._names:
            for page in self._told.get_paginator("scan").paginate(TableName=name):
                for item in page["Items"]:
                    if item[PK]["S"].startswith(blocks):
                        of_lines.append(item)
                        continue
                    if KIND not in item or DOC not in item:
                        continue
                    record = record_of(item)
                    key = keys.key_of(tenant, company, record)
                    if (item[PK]["S"], item[SK]["S"]) == (key.pk, key.sk):
                        yield record
        yield from lines_in(of_lines)


Pair = tuple[str, Fault]
"""A call site and what goes wrong there."""


@dataclass(slots=True)
class Hook:
    """Gives out faults as calls are met."""

    needed: dict[str, set[Fault]] = field(default_factory=lambda: defaultdict(set))
    applied: dict[str, set[Fault]] = field(default_factory=lambda: defaultdict(set))
    sim: Simulation | None = None
    given: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    here: list[Pair] = field(default_factory=list)
    led_to: dict[str, tuple[Pair, ...]] = field(default_factory=dict)  # what a site was met behind
    again: set[Pair] = field(default_factory=set)  # to be given out once more, to get there
    lock: Any = field(default_factory=Lock)

    def begin(self, sim: Simulation) -> None:
        """Disturb another history."""
        self.sim = sim
        self.given.clear()
        self.told.clear()
        self.here.clear()

    def attach(self, client: Any) -> None:
        """Listen to a client's calls."""
        client.meta.events.register("provide-client-params", self.keep)
        client.meta.events.register("before-call", self.before)
        client.meta.events.register("after-call", self.after)

    def keep(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["simulation_params"] = params

    def before(self, model: Any, context: dict[str, Any], **_: Any) -> Any:
        """Decide on a call before it is sent; an answer given here is never sent."""
        if self.sim is None or not self.sim.is_inside:
            return None
        if self.sim.invocation.is_dead:
            raise Killed
        operation = f"{model.service_model.service_name}.{model.name}"
        fault = self._fault(operation)
        context["simulation_fault"] = fault
        if fault is Fault.KILLED_BEFORE:
            self._die()
        if fault is Fault.TIMED_OUT:
            raise ReadTimeoutError(endpoint_url="planned")
        if fault is Fault.UNAVAILABLE:
            return _refusal("InternalServerError", 500)
        if fault is Fault.THROTTLED:
            return _refusal(
                "SlowDown" if operation.startswith("s3") else "ThrottlingException", 400
            )
        if fault is Fault.CONFLICT:
            if operation.endswith("TransactWriteItems"):
                reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
                return _refusal("TransactionCanceledException", 400, CancellationReasons=reasons)
            return _refusal("TransactionConflictException", 400)
        return None

    def after(self, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        """Lose or change an answer."""
        fault = context.get("simulation_fault")
        if fault is Fault.LOST:
            raise ReadTimeoutError(endpoint_url="planned")
        if fault is Fault.KILLED_AFTER:
            self._die()
        if fault is Fault.CONFLICT_AFTER:
            refused: Any = {
                "Error": {"Code": "ConditionalCheckFailedException", "Message": "planned"}
            }
            raise ClientError(refused, "Any")
        if fault is Fault.PARTLY:
            asked = context["simulation_params"]["RequestItems"]
            if "Responses" in parsed:
                parsed["Responses"], parsed["UnprocessedKeys"] = {}, asked
            else:
                parsed["UnprocessedItems"] = asked

    def _die(self) -> None:
        assert self.sim is not None
        self.sim.invocation.is_dead = True
        raise Killed

    def _fault(self, operation: str) -> Fault | None:
        assert self.sim is not None
        invocation = self.sim.invocation
        with self.lock:
            site = f"{operation} < {self.sim.calls[-1].site.partition(' < ')[2]}"
            self.needed[site] |= set(_OPERATIONS.get(operation, _EFFECTS))
            self.led_to.setdefault(site, tuple(self.here))
            left = sorted(self.needed[site] - self.applied[site])
            repeated = [f for s, f in sorted(self.again) if s == site]
            bound = _FAULTS_PER_STEP if invocation.is_step else _FAULTS_PER_EVENT
            who = f"{self.sim.workers.current.name} {invocation.name}"
            if repeated:
                self.again.discard((site, repeated[0]))
            elif not left or self.given[who] >= bound:
                return None
            fault = repeated[0] if repeated else left[0]
            self.given[who] += not repeated
            self.applied[site].add(fault)
            self.told.append(f"{fault} at {site}")
            self.here.append((site, fault))
            return fault

    @property
    def open(self) -> list[str]:
        """The call sites that a fault is left for."""
        return sorted(site for site in self.needed if self.needed[site] - self.applied[site])


class Cloud:
    """Clients of a running emulator, and a fresh place on it for each history."""

    def __init__(self, endpoint_url: str, hook: Hook) -> None:
        self._endpoint_url, self._hook = endpoint_url, hook
        self._dynamodb, self._s3 = self._client("dynamodb"), self._client("s3")
        self._bucket("inbox")
        self._drops = {name: self._drop("inbox", *file) for name, file in FILES.items()}

    def _client(self, service: Any) -> Any:
        made = boto3.client(
            service, endpoint_url=self._endpoint_url, region_name=REGION,
            aws_access_key_id=ACCOUNT, aws_secret_access_key=SECRET,
            config=Config(s3={"addressing_style": "path"}, max_pool_connections=32),
        )  # fmt: skip
        self._hook.attach(made)
        return made

    def place(self, clock: FixedClock, records: Iterator[Record]) -> Outside:
        """Make tables and buckets, and put a world in them."""
        number = next(_NUMBERS)
        tables = Tables(*(f"{name}-{number}" for name in ("books", "statements", "feeds")))
        for name in (tables.books, tables.statements, tables.feeds):
            self._table(name)
        archive = f"archive-{number}"
        self._bucket(archive)
        store = AwsStore(self._dynamodb, tables)
        loaded, trail = list[Record](), list[Write]()
        for record in records:
            if isinstance(record, AuditEvent):
                trail.append(create(record))
            else:
                loaded.append(record)
        store.load(TENANT, COMPANY, loaded)
        for start in range(0, len(trail), WRITES_MAX_PER_COMMIT):
            store.commit(TENANT, COMPANY, trail[start : start + WRITES_MAX_PER_COMMIT])
        inbox = S3Inbox(self._s3, "inbox", clock)
        return Outside(store, S3Blobs(self._s3, archive), inbox, self._drops)

    def _bucket(self, name: str) -> None:
        where: Any = {"LocationConstraint": REGION}
        self._s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)
        versions: Any = {"Status": "Enabled"}
        self._s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=versions)

    def _drop(self, bucket: str, name: str, content: bytes) -> Drop:
        key = f"{TENANT}/{COMPANY}/{name}"
        put = self._s3.put_object(Bucket=bucket, Key=key, Body=content)
        return Drop(key, put["VersionId"], len(content))

    def _table(self, name: str) -> None:
        keys_of_table = ("pk", "sk")
        keys_of_list = ("list_pk", "list_sk")
        self._dynamodb.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": key, "AttributeType": "S"}
                for key in (*keys_of_table, *keys_of_list)
            ],
            KeySchema=_schema(*keys_of_table),
            GlobalSecondaryIndexes=[{
                "IndexName": "by_list", "KeySchema": _schema(*keys_of_list),
                "Projection": {"ProjectionType": "ALL"},
            }],
        )  # fmt: skip


def _schema(hash_key: str, range_key: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": hash_key, "KeyType": "HASH"},
        {"AttributeName": range_key, "KeyType": "RANGE"},
    ]


@dataclass(slots=True)
class EmulatorCampaign:
    """What was disturbed on the local AWS, and what came of it."""

    hook: Hook = field(default_factory=Hook)
    schedules: int = 0
    failures: list[str] = field(default_factory=list)

    def run(self, names: Sequence[str] = _NAMES_ALONE) -> None:
        """Repeat each scenario until no call site of it is left undisturbed."""
        with Emulator() as emulator:
            cloud = Cloud(emulator.endpoint_url, self.hook)
            for name in names:
                expected = self._expected(cloud, name)
                for _ in range(_ROUNDS_MAX):
                    if not self._history(cloud, name, expected):
                        break
                for _ in range(_DETOURS_MAX):
                    for site in self.hook.open:
                        self.hook.again = set(self.hook.led_to[site])
                        self._history(cloud, name, expected)
                        self.hook.again.clear()

    def _expected(self, cloud: Cloud, name: str) -> Picture:
        """Return what a scenario comes to there undisturbed: objects have versions of their own."""
        outcome = self._played(cloud, name, None)
        if outcome.problems or outcome.refusals:
            raise AssertionError(f"{name}, undisturbed: {outcome.problems} {outcome.refusals}")
        return outcome.picture

    def _played(self, cloud: Cloud, name: str, hook: Hook | None) -> Outcome:
        start = base(name)
        outside = cloud.place(start.clock, start.store.everything(TENANT, COMPANY))
        sim = Simulation(start, Schedule(name), outside)
        if hook is not None:
            hook.begin(sim)
        for stage in SCENARIOS[name].stages:
            sim.stage(stage)
        self.hook.sim = None
        outcome = sim.outcome()
        for key, record in outcome.picture.items():
            if isinstance(record, SourceFile):  # its bucket is another one each time
                outcome.picture[key] = replace(record, blob="")
        return outcome

    def _history(self, cloud: Cloud, name: str, expected: Picture) -> int:
        """Run a scenario once; return how many faults were given out."""
        outcome = self._played(cloud, name, self.hook)
        self.schedules += 1
        problems = [*outcome.problems, *difference(expected, outcome.picture)]
        if problems:
            self.failures.append("\n  ".join([name, *self.hook.told, *problems]))
        return len(self.hook.told)

    @property
    def covered(self) -> int:
        """How many call sites met every fault that may happen there."""
        return sum(faults <= self.hook.applied[site] for site, faults in self.hook.needed.items())

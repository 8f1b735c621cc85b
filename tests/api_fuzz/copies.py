"""Companies like one that was seeded: its items and objects under other names, in few requests.

To seed each through the ports takes as long on a local stack as the request that it is for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from devstack.stack import LocalStack
from rappro.domain.ids import CompanyId, TenantId
from rappro.edge.api import sample_ids as ids
from rappro.ports import Ports
from rappro.use_cases.launching import run_id_of
from tests.integration.api.exchange_seeds import archive_for, invitation_of, mailbox_of
from tests.integration.api.seeds import seed

_MODEL: Final = CompanyId("model-of-acme")
_BATCH: Final = 25  # items of one BatchWriteItem
_EVENT: Final = "provide-client-params"


class Copies:
    """Makes companies like a model, which it seeds through the ports of a local stack first."""

    def __init__(self, stack: LocalStack, ports: Ports, tenant: str, mark: str) -> None:
        self._stack, self._tenant = stack, TenantId(tenant)
        self._items: list[tuple[str, dict[str, Any]]] = []
        self._objects: list[tuple[str, str, bytes]] = []
        writers = {
            stack.dynamodb: ("dynamodb", self._note_items),
            stack.s3: ("s3", self._note_object),
        }
        for client, (service, note) in writers.items():
            client.meta.events.register(f"{_EVENT}.{service}", note)
        seed(ports, tenant, mark, company=_MODEL)
        for client, (service, note) in writers.items():
            client.meta.events.unregister(f"{_EVENT}.{service}", note)
        self._batches = [json.dumps(batch) for batch in self._in_batches()]
        self._archive = archive_for(tenant, company=_MODEL)

    def make(self, company: CompanyId) -> None:
        """Make a company; may be called by several threads."""
        archive = archive_for(self._tenant, company=company)
        names = dict(
            zip(
                _names(self._tenant, _MODEL, self._archive),
                _names(self._tenant, company, archive),
                strict=True,
            )
        )
        for batch in self._batches:
            items = json.loads(_renamed(batch, names))
            left = self._stack.dynamodb.batch_write_item(RequestItems=items)["UnprocessedItems"]
            assert not left
        for bucket, key, content in self._objects:
            body = archive if content == self._archive else content
            self._stack.s3.put_object(Bucket=bucket, Key=_renamed(key, names), Body=body)

    def _note_items(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name == "PutItem":
            self._items.append((params["TableName"], params["Item"]))
        elif model.name == "BatchWriteItem":
            for table, requests in params["RequestItems"].items():
                self._items += [(table, request["PutRequest"]["Item"]) for request in requests]

    def _note_object(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name == "PutObject":
            content = params["Body"] if isinstance(params["Body"], bytes) else params["Body"].read()
            self._objects.append((params["Bucket"], params["Key"], content))
            params["Body"] = content

    def _in_batches(self) -> Iterator[dict[str, list[dict[str, Any]]]]:
        """Return requests of the size that a batch may have, of what belongs to the company."""
        own = [(table, item) for table, item in self._items if _is_own(item)]
        for first in range(0, len(own), _BATCH):
            batch: dict[str, list[dict[str, Any]]] = {}
            for table, item in own[first : first + _BATCH]:
                batch.setdefault(table, []).append({"PutRequest": {"Item": item}})
            yield batch


def _is_own(item: dict[str, Any]) -> bool:
    """True unless an item belongs to the tenant: it is there already."""
    return "#all-companies#" not in item["pk"]["S"]


def _names(tenant: TenantId, company: CompanyId, archive: bytes) -> tuple[str, ...]:
    """Return what is another text in each company, in one order."""
    invited, code = invitation_of(tenant, company).split(".")
    return (
        company,
        run_id_of(tenant, company, ids.STATEMENT, 1),
        mailbox_of(tenant, company),
        invited,
        hashlib.sha256(code.encode()).hexdigest(),
        hashlib.sha256(archive).hexdigest(),
        json.dumps(f'"size_bytes":{len(archive)},')[1:-1],
    )


def _renamed(text: str, names: dict[str, str]) -> str:
    for name, other in names.items():
        text = text.replace(name, other)
    return text

"""Events as EventBridge delivers them: at least once, so sometimes twice, sometimes at once."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from devstack.stack import LocalStack
from rappro_client import Rappro

COMPANY = "garage"
STATEMENT = b"""<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-11-20T20:00:00</CreDtTm></GrpHdr><Stmt><Id>S</Id>
<CreDtTm>2026-11-20T20:00:00</CreDtTm>
<Acct><Id><IBAN>FR7699999000010000000000112</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-19</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">5.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-20</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-11-20</Dt></BookgDt><AddtlNtryInf>VIREMENT</AddtlNtryInf></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


def event(stack: LocalStack, tenant: str) -> dict[str, Any]:
    """Put the statement in the inbox as the account's root, and return its event."""
    key = f"{tenant}/{COMPANY}/releve.xml"
    put = stack.s3.put_object(Bucket=stack.inbox_bucket, Key=key, Body=STATEMENT)
    return {
        "version": "0", "id": str(uuid.uuid4()), "detail-type": "Object Created",
        "source": "aws.s3", "account": "123456789012", "time": "2026-11-20T20:00:00Z",
        "region": "eu-west-3", "resources": [f"arn:aws:s3:::{stack.inbox_bucket}"],
        "detail": {
            "version": "0", "bucket": {"name": stack.inbox_bucket},
            "object": {"key": key, "size": len(STATEMENT), "version-id": put["VersionId"]},
        },
    }  # fmt: skip


def deliver(stack: LocalStack, sent: dict[str, Any]) -> dict[str, Any]:
    answer = stack.functions.invoke(
        FunctionName=stack.function_name("ImportStatement"), Payload=json.dumps(sent).encode()
    )
    told: dict[str, Any] = json.loads(answer["Payload"].read())
    return told


def test_an_event_delivered_again_and_at_once_makes_one_statement(local_stack: LocalStack) -> None:
    tenant = f"t-{uuid.uuid4().hex[:12]}"
    with Rappro(local_stack.api_url, local_stack.open_tenant(tenant)) as api:
        api.save_company(COMPANY, {"name": "Garage"})
        sent = event(local_stack, tenant)

        with ThreadPoolExecutor(4) as pool:
            told = list(pool.map(lambda _: deliver(local_stack, sent), range(4)))
        told.append(deliver(local_stack, sent))

        assert told[-1]["outcomes"] == ["already_imported"]
        assert len(list(api.every(api.list_statements, COMPANY))) == 1
        traced = [row["outcome"] for row in api.every(api.list_imports, COMPANY)]
        assert traced.count("quarantined") == 1  # no journal has its account
        assert traced.count("already_imported") >= 1

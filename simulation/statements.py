"""Statements of the simulated bank account: small CAMT.053 files, synthetic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

IBAN: Final = "FR7699999000010000000000112"
Movement = tuple[str, int, str]
"""Day of November 2026, amount in cents (+ money in), label."""


def camt(
    movements: Sequence[Movement], *, opening: int, number: int, days: tuple[int, int]
) -> bytes:
    """Return a statement of some days of November 2026 that balances."""
    closing = opening + sum(amount for _, amount, _ in movements)
    first, last = (f"2026-11-{day:02d}" for day in days)
    entries = "".join(_entry(*movement) for movement in movements)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M{number}</MsgId><CreDtTm>{last}T20:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>
<FrToDt><FrDtTm>{first}T00:00:00</FrDtTm><ToDtTm>{last}T23:59:59</ToDtTm></FrToDt>
<Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>
{_balance("OPBD", opening, first)}{_balance("CLBD", closing, last)}{entries}
</Stmt></BkToCstmrStmt></Document>""".encode()


def _money(cents: int) -> str:
    side = "DBIT" if cents < 0 else "CRDT"
    whole, part = divmod(abs(cents), 100)
    return f"<Amt Ccy='EUR'>{whole}.{part:02d}</Amt><CdtDbtInd>{side}</CdtDbtInd>"


def _balance(code: str, cents: int, on: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_money(cents)}"
        f"<Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _entry(day: str, cents: int, label: str) -> str:
    on = f"<Dt>2026-11-{day}</Dt>"
    return (
        f"<Ntry>{_money(cents)}<Sts><Cd>BOOK</Cd></Sts><BookgDt>{on}</BookgDt><ValDt>{on}</ValDt>"
        f"<NtryDtls><TxDtls><RmtInf><Ustrd>{label}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )

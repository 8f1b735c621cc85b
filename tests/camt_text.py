"""Small CAMT.053 statements of November 2026 for tests of the pipeline."""

from __future__ import annotations

from collections.abc import Sequence

IBAN = "FR7699999000010000000000112"
Movement = tuple[str, str, str]
"""Booking date, signed amount, label."""


def camt(
    movements: Sequence[Movement],
    *,
    opening: str = "1000.00",
    closing: str | None = None,
    iban: str = IBAN,
    number: str = "11",
    last_day: str = "2026-11-30",
) -> bytes:
    """Return a CAMT.053.001.08 statement of November 2026; it balances unless told otherwise."""
    cents = _cents(opening) + sum(_cents(amount) for _, amount, _ in movements)
    end = closing if closing is not None else f"{cents // 100}.{cents % 100:02d}"
    entries = "".join(_entry(*movement) for movement in movements)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-11-30T20:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>
<FrToDt><FrDtTm>2026-11-01T00:00:00</FrDtTm><ToDtTm>{last_day}T23:59:59</ToDtTm></FrToDt>
<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
{_balance("OPBD", opening, "2026-11-01")}{_balance("CLBD", end, last_day)}{entries}
</Stmt></BkToCstmrStmt></Document>""".encode()


def _cents(text: str) -> int:
    return int(text.replace(".", ""))


def _side(amount: str) -> tuple[str, str]:
    return amount.lstrip("-"), "DBIT" if amount.startswith("-") else "CRDT"


def _balance(code: str, amount: str, on: str) -> str:
    value, side = _side(amount)
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{value}</Amt>"
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _entry(on: str, amount: str, label: str) -> str:
    value, side = _side(amount)
    return (
        f"<Ntry><Amt Ccy='EUR'>{value}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{on}</Dt></BookgDt><ValDt><Dt>{on}</Dt></ValDt><NtryDtls><TxDtls>"
        f"<RmtInf><Ustrd>{label}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )

"""Writes OFX 1 (SGML) files of any size: one French account, texts without end tags."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

FIRST = date(2024, 1, 1)
PAYERS = ("DUPONT", "MARTIN SARL", "EDF", "URSSAF", "SNCF VOYAGES", "BOULANGERIE LEROY", "ORANGE")
KINDS = (
    ("CREDIT", "VIR SEPA {payer}", 1), ("DEBIT", "PRLV SEPA {payer}", -1),
    ("CHECK", "CHEQUE", -1), ("POS", "CB {payer}", -1), ("XFER", "VIREMENT {payer}", 1),
    ("FEE", "COMMISSION D'INTERVENTION", -1),
)  # fmt: skip
HEAD = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX>
<SIGNONMSGSRSV1>
<SONRS>
<STATUS>
<CODE>0
<SEVERITY>INFO
</STATUS>
<DTSERVER>20241231120000
<LANGUAGE>FRA
</SONRS>
</SIGNONMSGSRSV1>
<BANKMSGSRSV1>
<STMTTRNRS>
<TRNUID>1
<STATUS>
<CODE>0
<SEVERITY>INFO
</STATUS>
<STMTRS>
<CURDEF>EUR
<BANKACCTFROM>
<BANKID>30004
<BRANCHID>00823
<ACCTID>00010234567
<ACCTTYPE>CHECKING
<ACCTKEY>28
</BANKACCTFROM>
<BANKTRANLIST>
<DTSTART>20240101
<DTEND>20241231
"""
TAIL = """</BANKTRANLIST>
<LEDGERBAL>
<BALAMT>{balance}
<DTASOF>20241231
</LEDGERBAL>
<AVAILBAL>
<BALAMT>{balance}
<DTASOF>20241231
</AVAILBAL>
</STMTRS>
</STMTTRNRS>
</BANKMSGSRSV1>
</OFX>
"""


def amount_of(minor: int) -> str:
    """Return an amount with two decimals."""
    sign, magnitude = ("-", -minor) if minor < 0 else ("", minor)
    return f"{sign}{magnitude // 100}.{magnitude % 100:02d}"


def transactions_of(count: int) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Yield the amount and the elements of each transaction."""
    for rank in range(count):
        kind, label, sign = KINDS[rank % len(KINDS)]
        minor = sign * (100 + rank * 7919 % 500_000)
        day = FIRST + timedelta(days=rank * 365 // count)
        elements = [
            ("TRNTYPE", kind),
            ("DTPOSTED", f"{day:%Y%m%d}120000[+1:CET]"),
            ("DTAVAIL", f"{day:%Y%m%d}"),
            ("TRNAMT", amount_of(minor)),
            ("FITID", f"2024{rank:012d}"),
        ]
        if kind == "CHECK":
            elements.append(("CHECKNUM", f"{1_000_000 + rank}"))
        elements += [
            ("NAME", label.format(payer=PAYERS[rank % len(PAYERS)])),
            ("MEMO", f"FACTURE FA2024-{rank:06d} R\u00c9F {rank * 31 % 99_991:05d}"),
        ]
        yield minor, elements


def write(path: Path, transactions: int) -> None:
    """Write a file of one statement."""
    balance = 0
    with path.open("w", encoding="cp1252", newline="\r\n") as out:
        out.write(HEAD)
        for minor, elements in transactions_of(transactions):
            balance += minor
            texts = "".join(f"<{name}>{text}\n" for name, text in elements)
            out.write(f"<STMTTRN>\n{texts}</STMTTRN>\n")
        out.write(TAIL.format(balance=amount_of(balance)))

"""Writes a world as what a company has: a books document, and its banks' statement files.

One file is one year of one account, in CFONB 120 or camt.053; the truth of its lines, one JSON
object a line, lies beside them in `truth.jsonl`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from benchmarks.matching.world import Json, World, cents

BOOKS: Final = "books.json"
TRUTH: Final = "truth.jsonl"
_NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
_CREDIT, _DEBIT = "{ABCDEFGHI", "}JKLMNOPQR"
_GOES_BACK: Final = frozenset({"B3", "12", "99"})
"""Codes of money that goes back: payer and payee are still those of the first way."""


def save(world: World, folder: Path) -> list[Path]:
    """Write books, statements and truth; return the statement files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / BOOKS).write_text(json.dumps(world.books), encoding="utf-8")
    with (folder / TRUTH).open("w", encoding="utf-8") as stream:
        stream.writelines(f"{json.dumps(row)}\n" for row in world.truth)
    ibans = {journal["code"]: journal["iban"] for journal in world.books["journals"]}
    files, balances = [], dict.fromkeys(ibans, 0)
    for name, lines in groupby(world.lines, key=lambda line: str(line["file"])):
        year = list(lines)
        code = year[0]["journal"]
        write = _cfonb if name.endswith(".cfonb") else _camt
        files.append(folder / name)
        with files[-1].open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(write(ibans[code], year, balances[code]))
        balances[code] += sum(cents(line["amount"]) for line in year)
    return files


def _period(lines: list[Json]) -> tuple[date, date]:
    """Return the year of the lines, by its first and last day."""
    year = date.fromisoformat(lines[0]["booking_date"]).year
    return date(year, 1, 1), date(year, 12, 31)


def _other_side_pays(line: Json) -> bool:
    return (cents(line["amount"]) > 0) != (line["code"] in _GOES_BACK)


def _cfonb(iban: str, lines: list[Json], opening: int) -> Iterator[str]:
    first, last = _period(lines)
    account = f"{iban[4:9]}    {iban[9:14]}EUR2 {iban[14:25]}"
    yield _cfonb_balance("01", account, first - timedelta(days=1), opening)
    for line in lines:
        yield from _cfonb_movement(account, line)
    closing = opening + sum(cents(line["amount"]) for line in lines)
    yield _cfonb_balance("07", account, last, closing)


def _cfonb_balance(code: str, account: str, on: date, minor: int) -> str:
    return f"{code}{account}  {on:%d%m%y}{'':50}{_signed(minor)}{'':16}\r\n"


def _cfonb_movement(account: str, line: Json) -> Iterator[str]:
    on, value = (date.fromisoformat(line[key]) for key in ("booking_date", "value_date"))
    head = f"{account}{line['code']}{on:%d%m%y}"
    yield (
        f"04{head}  {value:%d%m%y}{line['label'][:31]:31}  {'':7}00"
        f"{_signed(cents(line['amount']))}{'':16}\r\n"
    )
    for qualifier, text in _complements(line):
        yield f"05{head}     {qualifier}{text:70}  \r\n"


def _complements(line: Json) -> Iterator[tuple[str, str]]:
    if line["name"]:
        yield ("NPY" if _other_side_pays(line) else "NBE"), line["name"][:70]
    if line["remittance"]:
        yield "LCC", line["remittance"][:70]
    if line["remittance"][70:]:
        yield "LC2", line["remittance"][70:140]
    if line["end_to_end"]:
        yield "RCN", line["end_to_end"]
    if line["mandate"]:
        yield "RUM", f"{line['mandate']:35}RCUR"
    if line["original"]:
        yield "MMO", f"{line['original']['currency']}2{abs(line['original']['cents']):014d}"
    if line["fee_cents"]:
        yield "FEE", f"EUR2{line['fee_cents']:014d}"
    if line["reason"]:
        yield "RET", line["reason"]


def _signed(minor: int) -> str:
    digits = f"{abs(minor):014d}"
    return digits[:-1] + (_CREDIT if minor >= 0 else _DEBIT)[int(digits[-1])]


def _camt(iban: str, lines: list[Json], opening: int) -> Iterator[str]:
    first, last = _period(lines)
    closing = opening + sum(cents(line["amount"]) for line in lines)
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{_NAMESPACE}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{first:%Y}</MsgId><CreDtTm>{last}T20:00:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{first:%Y}</Id><ElctrncSeqNb>{first:%Y}</ElctrncSeqNb>"
        f"<CreDtTm>{last}T20:00:00</CreDtTm><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{_camt_balance('OPBD', opening, first - timedelta(days=1))}"
        f"{_camt_balance('CLBD', closing, last)}\n"
    )
    for line in lines:
        yield _camt_entry(line)
    yield "</Stmt></BkToCstmrStmt></Document>\n"


def _camt_entry(line: Json) -> str:
    minor = cents(line["amount"])
    reversal = "<RvslInd>true</RvslInd>" if line["reversal"] else ""
    fee = f"<Chrgs>{_amount(line['fee_cents'])}</Chrgs>" if line["fee_cents"] else ""
    return (
        f"<Ntry><NtryRef>{line['id']}</NtryRef>{_amount(minor)}"
        f"<CdtDbtInd>{_sign(minor)}</CdtDbtInd>{reversal}<Sts>BOOK</Sts>"
        f"<BookgDt><Dt>{line['booking_date']}</Dt></BookgDt>"
        f"<ValDt><Dt>{line['value_date']}</Dt></ValDt>"
        f"<BkTxCd><Prtry><Cd>{line['code']}</Cd><Issr>CFONB</Issr></Prtry></BkTxCd>"
        f"{_camt_original(line)}{fee}<NtryDtls><TxDtls>{_camt_details(line)}</TxDtls></NtryDtls>"
        f"<AddtlNtryInf>{escape(line['label'])}</AddtlNtryInf></Ntry>\n"
    )


def _camt_original(line: Json) -> str:
    if not line["original"]:
        return ""
    amount = _amount(line["original"]["cents"], line["original"]["currency"])
    return f"<AmtDtls><InstdAmt>{amount}</InstdAmt></AmtDtls>"


def _camt_details(line: Json) -> str:
    side = "Dbtr" if _other_side_pays(line) else "Cdtr"
    references = f"<EndToEndId>{escape(line['end_to_end'] or 'NOTPROVIDED')}</EndToEndId>"
    if line["mandate"]:
        references += f"<MndtId>{line['mandate']}</MndtId>"
    parties = f"<{side}><Nm>{escape(line['name'])}</Nm></{side}>" if line["name"] else ""
    if line["iban"]:
        parties += f"<{side}Acct><Id><IBAN>{line['iban']}</IBAN></Id></{side}Acct>"
    text, reason = line["remittance"], line["reason"]
    return (
        f"<Refs>{references}</Refs>"
        f"{f'<RltdPties>{parties}</RltdPties>' if parties else ''}"
        f"{f'<RmtInf><Ustrd>{escape(text)}</Ustrd></RmtInf>' if text else ''}"
        f"{f'<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>' if reason else ''}"
    )


def _camt_balance(code: str, minor: int, on: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(minor)}"
        f"<CdtDbtInd>{_sign(minor)}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _amount(minor: int, currency: str = "EUR") -> str:
    return f'<Amt Ccy="{currency}">{abs(minor) // 100}.{abs(minor) % 100:02d}</Amt>'


def _sign(minor: int) -> str:
    return "CRDT" if minor >= 0 else "DBIT"

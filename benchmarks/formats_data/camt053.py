"""Writes camt.053.001.02 files of any size, with entries of the kinds a company's account holds.

Everything follows from the number of the entry, so that the same file is written each time. Each
entry has one detail at most: what a transaction is must not depend on who counts. Those of camt.052
and camt.054 are written by the same functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

ENTRIES_PER_STATEMENT = 250
ACCOUNTS = ("FR7630004008230001023456719", "FR1420041010050500013M02606")
FIRST_DAY = date(2024, 1, 2)
NAMES = (
    "LEMOINE ET FILS SARL", "Ateliers de la Loire SA", "Mme Hélène Dupré", "Dupont &amp; Cie",
    "TRANSPORTS VIDAL", "SCI LES TILLEULS", "Cabinet Moreau",
)  # fmt: skip
IBANS = ("FR7630006000011234567890189", "DE75512108001245126199", "BE68539007547034")
BICS = ("AGRIFRPP", "SOGEDEFFXXX", "GKCCBEBB")
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:{message}.001.02"


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the three messages: its names, its balances and the status of an entry."""

    message: str
    container: str
    statement: str
    balances: Callable[[int, int, date], str]
    status: Callable[[int], str] = lambda _: "BOOK"


def write(path: Path, transactions: int) -> None:
    """Write a message with so many entries, in statements of one account and one day each."""
    write_message(path, transactions, Kind("camt.053", "BkToCstmrStmt", "Stmt", _ends_of_day))


def _ends_of_day(opening: int, closing: int, day: date) -> str:
    return balance("OPBD", opening, day - timedelta(days=1)) + balance("CLBD", closing, day)


def write_message(path: Path, transactions: int, kind: Kind) -> None:
    """Write a message of this kind."""
    namespace = NAMESPACE.format(message=kind.message)
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{namespace}">'
            f"<{kind.container}><GrpHdr><MsgId>M-2024</MsgId>"
            "<CreDtTm>2025-01-01T06:12:00</CreDtTm></GrpHdr>\n"
        )
        balances = dict.fromkeys(ACCOUNTS, 1_000_000_00)
        for statement, first in enumerate(range(0, transactions, ENTRIES_PER_STATEMENT)):
            account = ACCOUNTS[statement % len(ACCOUNTS)]
            day = FIRST_DAY + timedelta(days=statement // len(ACCOUNTS))
            numbers = range(first, min(first + ENTRIES_PER_STATEMENT, transactions))
            opening = balances[account]
            booked = [number for number in numbers if kind.status(number) == "BOOK"]
            balances[account] += sum(map(amount_of, booked))
            stream.write(
                f"<{kind.statement}><Id>{statement + 1:08d}</Id>"
                f"<ElctrncSeqNb>{statement + 1}</ElctrncSeqNb>"
                f"<CreDtTm>{day}T20:00:00</CreDtTm><Acct><Id><IBAN>{account}</IBAN></Id>"
                f"<Ccy>EUR</Ccy></Acct>{kind.balances(opening, balances[account], day)}\n"
            )
            stream.writelines(_entry(number, day, kind.status(number)) for number in numbers)
            stream.write(f"</{kind.statement}>\n")
        stream.write(f"</{kind.container}></Document>\n")


def amount_of(number: int) -> int:
    """Return the amount of an entry in cents: credits and debits, none zero."""
    amount = (number * 7_919) % 2_500_000 + 101
    return -amount if number % 3 else amount


def _entry(number: int, day: date, status: str) -> str:
    minor = amount_of(number)
    family, native, rest = _told(number, minor)
    domain, code, sub = family
    return (
        f"<Ntry><NtryRef>{number + 1}</NtryRef>{_amount(minor)}"
        f"<CdtDbtInd>{_sign(minor)}</CdtDbtInd><Sts>{status}</Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt>"
        f"<ValDt><Dt>{day + timedelta(days=number % 3)}</Dt></ValDt>"
        f"<AcctSvcrRef>REF{number:012d}</AcctSvcrRef>"
        f"<BkTxCd><Domn><Cd>{domain}</Cd><Fmly><Cd>{code}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly>"
        f"</Domn><Prtry><Cd>{native}</Cd><Issr>CFONB</Issr></Prtry></BkTxCd>{rest}</Ntry>\n"
    )


def _told(number: int, minor: int) -> tuple[tuple[str, str, str], str, str]:
    """Return the ISO code, the interbank code, and what follows them in an entry."""
    name = NAMES[number % len(NAMES)]
    kinds: tuple[tuple[str, str, str, str, str], ...] = (
        ("PMNT", "RCDT", "ESCT", "05", _transfer_in(number)),
        ("PMNT", "ICDT", "ESCT", "06", _payment(number, "Cdtr")),
        ("PMNT", "CCRD", "POSD", "28",
         f"<AddtlNtryInf>CB {name} {number % 28 + 1:02d}/01</AddtlNtryInf>"),
        ("PMNT", "RDDT", "ESDD", "B1",
         _payment(number, "Cdtr", f"<MndtId>MANDAT-{number % 997:06d}</MndtId>")),
        ("PMNT", "ICHQ", "CCHQ", "01",
         f"<NtryDtls><TxDtls><Refs><ChqNb>{number:07d}</ChqNb></Refs></TxDtls></NtryDtls>"),
        ("ACMT", "MDOP", "FEES", "62",
         "<AddtlNtryInf>FRAIS TENUE DE COMPTE</AddtlNtryInf>"),
        ("PMNT", "IDDT", "UPDD", "B3",
         _payment(number, "Dbtr", after="<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")),
    )  # fmt: skip
    *family, native, rest = kinds[0 if minor > 0 else 1 + number // 3 % 6]
    return (family[0], family[1], family[2]), native, rest


def _transfer_in(number: int) -> str:
    if number % 4 == 1:  # with a structured reference
        structured = (
            "<RmtInf><Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp>"
            f"<Nb>F{number:07d}</Nb></RfrdDocInf><CdtrRefInf><Ref>RF18{number:09d}</Ref>"
            "</CdtrRefInf></Strd></RmtInf>"
        )
        return _payment(number, "Dbtr", remittance=structured)
    return _payment(number, "Dbtr")


def _payment(
    number: int, side: str, mandate: str = "", *, remittance: str = "", after: str = ""
) -> str:
    """Write the one detail of an entry; some parts are only in some of them."""
    bank = f"<FinInstnId><BIC>{BICS[number % 3]}</BIC></FinInstnId>"
    agents = f"<RltdAgts><{side}Agt>{bank}</{side}Agt></RltdAgts>" if number % 2 else ""
    owner = f"<{side}><Nm>{NAMES[number % len(NAMES)]}</Nm></{side}>"
    account = f"<{side}Acct><Id><IBAN>{IBANS[number % 3]}</IBAN></Id></{side}Acct>"
    more = f"<Ustrd>CLIENT {number * 37 % 99_991:05d}</Ustrd>" if number % 5 == 0 else ""
    told = remittance or f"<RmtInf><Ustrd>FACTURE F{number:07d}</Ustrd>{more}</RmtInf>"
    return (
        f"<NtryDtls><TxDtls><Refs><EndToEndId>E2E-{number:010d}</EndToEndId>{mandate}</Refs>"
        f"<AmtDtls><TxAmt>{_amount(amount_of(number))}</TxAmt></AmtDtls>"
        f"<RltdPties>{owner}{account}</RltdPties>{agents}{told}{after}</TxDtls></NtryDtls>"
    )


def balance(code: str, minor: int, on: date) -> str:
    """Write a balance."""
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(minor)}"
        f"<CdtDbtInd>{_sign(minor)}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _amount(minor: int) -> str:
    return f'<Amt Ccy="EUR">{abs(minor) // 100}.{abs(minor) % 100:02d}</Amt>'


def _sign(minor: int) -> str:
    return "CRDT" if minor >= 0 else "DBIT"

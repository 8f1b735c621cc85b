"""Writes MT940 files of any size, as German, Dutch and French banks fill them in turn.

Everything follows from the number of the entry, so that the same file is written each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

ENTRIES_PER_STATEMENT = 250
ACCOUNTS = ("DE89370400440532013000", "FR1420041010050500013M02606", "NL91ABNA0417164300")
FIRST_DAY = date(2024, 1, 2)
NAMES = (
    "BAECKEREI SCHMIDT UND SOEHNE GMBH", "LEMOINE ET FILS SARL", "VAN DIJK TRANSPORT B.V.",
    "ATELIERS DE LA LOIRE SA", "Hélène Dupré", "STADTWERKE MUENCHEN",
)  # fmt: skip
IBANS = (
    "DE75512108001245126199", "FR7630006000011234567890189", "NL02ABNA0123456789",
    "BE68539007547034", "AT611904300234573201", "LU280019400644750000",
)  # fmt: skip
BICS = ("SOGEDEFFXXX", "AGRIFRPP", "ABNANL2A", "GKCCBEBB", "BKAUATWW", "BCEELULL")
LINE_CHARS = 65
SUBFIELD_CHARS = 27


def write(path: Path, transactions: int) -> None:
    """Write an MT940 file with so many entries, in statements of one day and one account each."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        balances = dict.fromkeys(ACCOUNTS, 1_000_000_00)
        for statement, first in enumerate(range(0, transactions, ENTRIES_PER_STATEMENT)):
            account = ACCOUNTS[statement % len(ACCOUNTS)]
            day = FIRST_DAY + timedelta(days=statement // len(ACCOUNTS))
            last = min(first + ENTRIES_PER_STATEMENT, transactions)
            stream.write(f":20:STARTUMS\r\n:25:{account}\r\n:28C:{statement + 1:05d}/001\r\n")
            stream.write(f":60F:{_balance(balances[account], day)}\r\n")
            for number in range(first, last):
                amount = amount_of(number)
                balances[account] += amount
                stream.writelines(entry(number, day, amount))
            stream.write(f":62F:{_balance(balances[account], day)}\r\n-\r\n")


def amount_of(number: int) -> int:
    """Return the amount of an entry in cents: credits and debits, none zero."""
    amount = (number * 7_919) % 2_500_000 + 101
    return -amount if number % 3 else amount


def entry(number: int, day: date, amount: int) -> Iterator[str]:
    """Yield the lines of an entry and its details."""
    mark = "CR" if amount > 0 else "DR"
    yield (
        f":61:{day:%y%m%d}{day:%m%d}{mark}{_decimal(abs(amount))}"
        f"N{'TRF' if amount > 0 else 'DDT'}NONREF//{number:016d}\r\n"
    )
    style = number % 4
    if style < 2:
        yield from _wrapped(_subfields(number, amount))
    elif style == 2:
        yield from _wrapped(_code_words(number, amount))
    else:
        yield from _wrapped(
            f"VIR SEPA RECU DE {NAMES[number % 6]} MOTIF FACTURE F{number:07d} DU "
            f"{day:%d/%m/%Y} REF CLIENT {number * 37 % 99_991:05d}"
        )


def _subfields(number: int, amount: int) -> str:
    purpose = [f"EREF+E2E-{number:010d}"]
    if amount < 0:
        purpose += [f"MREF+MANDAT-{number % 997:06d}", "CRED+DE98ZZZ09999999999"]
    remittance = (
        f"SVWZ+RECHNUNG {number:08d} VOM {number % 28 + 1:02d}.01.2024 KUNDE {number % 9_973}"
    )
    purpose += _cut(remittance)
    subfields = [f"?{20 + rank}{text}" for rank, text in enumerate(purpose)]
    names = [f"?{32 + rank}{text}" for rank, text in enumerate(_cut(NAMES[number % 6])[:2])]
    code, text = ("166", "SEPA-GUTSCHRIFT") if amount > 0 else ("105", "SEPA-BASISLASTSCHRIFT")
    return (
        f"{code}?00{text}?109310{''.join(subfields)}?30{BICS[number % 6]}?31{IBANS[number % 6]}"
        f"{''.join(names)}?34{'000' if amount > 0 else '992'}"
    )


def _code_words(number: int, amount: int) -> str:
    if amount > 0:
        return (
            f"/TRTP/SEPA OVERBOEKING/IBAN/{IBANS[number % 6]}/BIC/{BICS[number % 6]}"
            f"/NAME/{NAMES[number % 6]}/REMI/FACTUUR {number:08d}/EREF/E2E-{number:010d}"
        )
    return (
        f"/TRTP/SEPA INCASSO ALGEMEEN DOORLOPEND/CSID/NL98ZZZ999999990000/NAME/"
        f"{NAMES[number % 6]}/MARF/MANDAAT-{number % 997:06d}/REMI/CONTRACT {number:08d}"
        f"/IBAN/{IBANS[number % 6]}/BIC/{BICS[number % 6]}/EREF/E2E-{number:010d}"
    )


def _wrapped(text: str) -> Iterator[str]:
    """Yield the field :86: in lines of 65 characters, cut wherever they end."""
    for start in range(0, len(text), LINE_CHARS):
        yield f"{':86:' if start == 0 else ''}{text[start : start + LINE_CHARS]}\r\n"


def _cut(text: str) -> list[str]:
    return [text[at : at + SUBFIELD_CHARS] for at in range(0, len(text), SUBFIELD_CHARS)]


def _balance(minor: int, day: date) -> str:
    return f"{'C' if minor >= 0 else 'D'}{day:%y%m%d}EUR{_decimal(abs(minor))}"


def _decimal(minor: int) -> str:
    return f"{minor // 100},{minor % 100:02d}"

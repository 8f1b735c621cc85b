"""Reads the facts that stand around the lines of a CSV export, where its profile says.

They stand above the header, or in the footer: rows below the lines that are no movements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from rappro.domain.bank import BankAccountRef
from rappro.domain.errors import InputError
from rappro.formats.csv_profile import CsvProfile, Fact, folded
from rappro.formats.csv_rows import Row
from rappro.formats.findings import FindingLog
from rappro.formats.ibans import is_iban, plain_iban
from rappro.formats.protocol import FIELD_CHARS_MAX
from rappro.formats.written import written_amount, written_date

_DAY: Final = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", re.ASCII)
_MASKS: Final = re.compile(r"[*•#?]|[xX]{3,}")


@dataclass(slots=True)
class Told:
    """What the preamble of a table says, by fact; dates and amounts are read."""

    texts: dict[str, str] = field(default_factory=dict)
    opening_minor: int | None = None
    closing_minor: int | None = None
    closing_on: date | None = None
    period: tuple[date | None, date | None] = (None, None)
    count: int | None = None


def facts_of(around: list[Row], profile: CsvProfile, findings: FindingLog) -> Told:
    """Return what the rows around the lines say; what cannot be read of it is a finding."""
    told = Told()
    for fact in profile.facts:
        text = "" if fact.name in told.texts else _found(fact, around)
        if text:
            told.texts[fact.name] = text
    for name, text in told.texts.items():
        try:
            _read(told, name, text, profile)
        except InputError:
            findings.note("preamble_unreadable", "around the lines", about=f"{name}: {text[:40]}")
    return told


def account_of(number: str, told: Told, findings: FindingLog) -> BankAccountRef:
    """Return the account of a column's cell, else of the preamble; a masked one is not known."""
    text = unwrapped(number or told.texts.get("account", ""))
    plain = plain_iban(text)
    bic, holder = told.texts.get("bic"), told.texts.get("holder")
    if not plain:
        findings.note("account_missing", "the whole file")
    elif is_iban(plain):
        return BankAccountRef(iban=plain, bic=bic, holder=holder)
    elif _MASKS.search(plain):
        findings.note("account_masked", "the whole file", about=text[:40])
        text = ""
    return BankAccountRef(number=text.replace(" ", "") or None, bic=bic, holder=holder)


def unwrapped(text: str) -> str:
    """Return a text without what keeps spreadsheets from reading it as a number (="01", '01)."""
    text = text.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.lstrip("'").strip()


def _found(fact: Fact, around: list[Row]) -> str:
    """Return the text of a fact, "" where the rows do not have it."""
    if not fact.text:
        row = around[fact.row - 1] if fact.row <= len(around) else []
        return row[fact.cell - 1].strip()[:FIELD_CHARS_MAX] if fact.cell <= len(row) else ""
    for row in around:
        for place, cell in enumerate(row):
            if len(cell) > FIELD_CHARS_MAX:
                continue
            at = folded(cell.lstrip()).find(folded(fact.text))
            if at == 0 or (at > 0 and not fact.is_start):
                rest = cell.lstrip()[at + len(fact.text) :].strip(" :\t\u00a0")
                following = (other.strip() for other in row[place + 1 :])
                return rest or next(filter(None, following), "")[:FIELD_CHARS_MAX]
    return ""


def _read(told: Told, name: str, text: str, profile: CsvProfile) -> None:
    """Read the value of a fact. Raises InputError."""
    if name == "opening":
        told.opening_minor = written_amount(text, "", _currency(told, profile))
    elif name == "closing":
        _read_closing(told, text, profile)
    elif name == "closing_on":
        told.closing_on = written_date(text, profile.dates)
    elif name == "count":
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise InputError(f"not a number of lines: {text[:40]!r}")
        told.count = int(text)
    elif name == "period":
        days = [written_date(day, profile.dates) for day in _DAY.findall(text)]
        if len(days) != 2:
            raise InputError(f"not a period: {text[:40]!r}")
        told.period = (days[0], days[1])
    elif name == "period_from":
        told.period = (written_date(text, profile.dates), told.period[1])
    elif name == "period_to":
        told.period = (told.period[0], written_date(text, profile.dates))


def _read_closing(told: Told, text: str, profile: CsvProfile) -> None:
    """Read "1 234,56 €", or "03/10/2024 1 234,56 €" with the day in front."""
    day = _DAY.match(text)
    if day is not None:
        told.closing_on = written_date(day[0], profile.dates)
        text = text[day.end() :].strip(" :\u00a0")
    told.closing_minor = written_amount(text, "", _currency(told, profile))


def _currency(told: Told, profile: CsvProfile) -> str:
    return told.texts.get("currency") or profile.currency
